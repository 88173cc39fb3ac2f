"""Cards in use: which one somebody holds now, and cards that an earlier register issued."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from lienthong.people.card_steps import CardKind, CardState
from lienthong.people.card_validity import find_expiry
from lienthong.people.days import find_moment, find_today, require_past_day
from lienthong.people.errors import PeopleError, PeopleErrorKind
from lienthong.people.models import CardApplication, CardStep
from lienthong.people.persons import lock_person, require_alive, require_verified

if TYPE_CHECKING:
    from datetime import date

    from lienthong.people.models import Person
    from lienthong.people.registry import Registry


def find_card_in_use(person: Person, today: date) -> CardApplication | None:
    """Find the card that a person holds: active, and not past its age of renewal; None if there is none."""
    cards = CardApplication.objects.filter(person=person, state=CardState.ACTIVE.value).order_by("-issued_on", "-pk")
    card = cards.first()
    if card is None or (card.expires_on is not None and card.expires_on <= today):
        return None
    return card


def is_card_in_use(person: Person, issued_on: date, today: date) -> bool:
    """Whether the card that a person holds was issued on a day: what somebody who holds it can read off it."""
    card = find_card_in_use(person, today)
    return card is not None and card.issued_on == issued_on


def take_over_card(registry: Registry, number: str, issued_on: date, area_code: str, source: str) -> int:
    """Record a card that an earlier register issued, as in use; gives its application's number.

    Refused for an unverified or dead person, for a second card in use, and for a card that has expired.
    """
    today = find_today(registry.clock)
    registry.require_area(area_code, today)
    with transaction.atomic():
        person = lock_person(number)
        require_verified(person)
        require_alive(person)
        require_past_day(issued_on, person.birth_date, today)
        expires_on = find_expiry(person.birth_date, issued_on)
        if expires_on is not None and expires_on <= today:
            message = f"personal number {person.number}: a card issued on {issued_on} expired on {expires_on}"
            raise PeopleError(PeopleErrorKind.CONFLICT, message)
        if CardApplication.objects.filter(person=person).exists():
            message = f"personal number {person.number}: a card or an application is recorded already"
            raise PeopleError(PeopleErrorKind.CONFLICT, message)
        card = CardApplication.objects.create(
            person=person,
            kind=CardKind.FIRST.value,
            area_code=area_code,
            applied_on=issued_on,
            due_on=issued_on,
            state=CardState.ACTIVE.value,
            state_on=issued_on,
            issued_on=issued_on,
            expires_on=expires_on,
            delivered_on=issued_on,
        )
        CardStep.objects.create(
            application=card,
            place=1,
            state=CardState.ACTIVE.value,
            done_on=issued_on,
            recorded_at=find_moment(registry.clock),
            actor=source[:200],
            note="taken over",
        )
    return int(card.pk)
