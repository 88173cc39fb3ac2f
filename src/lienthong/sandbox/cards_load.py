"""Cards for the sandbox's people: most adults hold one, some wait for the next. For the demo's thousands of people.

The same people and seed get the same cards. Whoever holds one can show it: the day of issue is what a sign-in asks for.
"""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.db import connection, transaction

from lienthong.people.card_steps import CardKind, CardState
from lienthong.people.card_validity import find_birthday, find_due_day, find_expiry, get_validity_rule
from lienthong.people.days import find_moment, find_today
from lienthong.people.errors import PeopleError, PeopleErrorKind
from lienthong.people.models import CardApplication
from lienthong.people.registry import require_one_range
from lienthong.sandbox.people import DEFAULT_SEED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lienthong.people.registry import Registry

FIRST_ISSUE: Final = date(2021, 3, 1)
"""About when cards with a chip were first given out."""

WAITING_SHARE: Final = 0.02
"""Of the adults: a renewal that is under way, some of them late."""
WAITING_DAYS: Final = 25
ADULT_AGE: Final = 14

_CARD_COLUMNS: Final = (
    "id, person_id, kind, area_code, applied_on, due_on, state, state_on, "
    "issued_on, expires_on, delivered_on, replaces_id"
)
_STEP_COLUMNS: Final = "application_id, place, state, done_on, recorded_at, actor, note"
_ON_THE_WAY: Final = (CardState.APPLIED, CardState.CHECKED, CardState.APPROVED, CardState.PERSONALISED)

_FIND_ADULTS: Final = """
SELECT person.id, person.birth_date, place.area_code
FROM people_person AS person
JOIN people_residence AS stay ON stay.person_id = person.id AND stay.kind = 'permanent' AND upper_inf(stay.valid)
JOIN people_householdplace AS place ON place.household_id = stay.household_id AND upper_inf(place.valid)
WHERE person.died_on IS NULL AND person.verified AND person.birth_date <= %s ORDER BY person.id
"""


def load_synthetic_cards(registry: Registry, seed: int = DEFAULT_SEED) -> int:
    """Give cards to the sandbox's adults, in one transaction; gives how many. Refuses a registry with cards."""
    today = find_today(registry.clock)
    chance = random.Random(f"{seed}/cards")  # noqa: S311 # a seed must give the same cards again
    writer = _CardWriter(today, find_moment(registry.clock), chance)
    with transaction.atomic(), connection.cursor() as cursor:
        require_one_range(registry)
        if not registry.is_synthetic or CardApplication.objects.exists():
            message = "synthetic cards are for a registry of the sandbox that holds none yet"
            raise PeopleError(PeopleErrorKind.CONFLICT, message)
        cursor.execute(_FIND_ADULTS, [find_birthday(today, -ADULT_AGE)])
        for person, born, area in cursor.fetchall():
            writer.add(person, born, area)
        for table, columns, rows in (
            ("people_cardapplication", _CARD_COLUMNS, writer.cards),
            ("people_cardstep", _STEP_COLUMNS, writer.steps),
        ):
            with connection.wrap_database_errors, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence('people_cardapplication', 'id'), %s)", [max(len(writer.cards), 1)]
        )
    return len(writer.cards)


class _CardWriter:
    """Draws cards and their steps, as rows."""

    def __init__(self, today: date, moment: datetime, chance: random.Random) -> None:
        self.cards: list[tuple[object, ...]] = []
        self.steps: list[tuple[object, ...]] = []
        self._today = today
        self._moment = moment
        self._chance = chance

    def add(self, person: int, born: date, area: str) -> None:
        """Give a person a card, and now and then an application for the next."""
        ages = (ADULT_AGE, *get_validity_rule(self._today).ages)
        renewed = max(find_birthday(born, age) for age in ages if find_birthday(born, age) <= self._today)
        first = max(FIRST_ISSUE, renewed)
        issued = first + timedelta(days=int(self._chance.random() * (self._today - first).days))
        expires = find_expiry(born, issued)
        card = len(self.cards) + 1
        self.cards.append(
            (
                card,
                person,
                CardKind.FIRST,
                area,
                issued,
                issued,
                CardState.ACTIVE,
                issued,
                issued,
                expires,
                issued,
                None,
            )
        )
        self._add_steps(card, (CardState.ACTIVE,), issued)
        if self._chance.random() < WAITING_SHARE:
            self._add_waiting(person, born, area, card)

    def _add_waiting(self, person: int, born: date, area: str, present: int) -> None:
        applied = self._today - timedelta(days=1 + int(self._chance.random() * WAITING_DAYS))
        states = _ON_THE_WAY[: 1 + int(self._chance.random() * len(_ON_THE_WAY))]
        due, _term = find_due_day(applied)
        issued = applied if states[-1] is CardState.PERSONALISED else None
        expires = None if issued is None else find_expiry(born, issued)
        card = len(self.cards) + 1
        self.cards.append(
            (card, person, CardKind.RENEWAL, area, applied, due, states[-1], applied, issued, expires, None, present)
        )
        self._add_steps(card, states, applied)

    def _add_steps(self, card: int, states: Iterable[CardState], day: date) -> None:
        for place, state in enumerate(states, start=1):
            self.steps.append((card, place, state, day, self._moment, "load:synthetic", ""))
