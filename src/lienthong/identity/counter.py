"""The counter: an officer checks a person's card, gives a code on paper, or acts for them in a supervised session.

For people without a phone, or who have lost everything. Each step records who did it, in which post, and what was
seen. A supervised session ends by itself; both names stay in the record of every request made in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from lienthong.identity.citizens import get_or_make_citizen
from lienthong.identity.codes import make_code
from lienthong.identity.errors import IdentityError, IdentityErrorKind
from lienthong.identity.levels import Reached, record_level, require_citizen
from lienthong.identity.models import Account, CounterAct, CounterSession
from lienthong.identity.posts import list_assignments
from lienthong.identity.words import CodePurpose, Level, LevelWay
from lienthong.web.callers import Caller

if TYPE_CHECKING:
    from datetime import date, datetime

    from lienthong.identity.models import Post

COUNTER_MINUTES: Final = 30
"""Enough for one application; a forgotten session is over before the next citizen sits down."""

COUNTER_ROLES: Final = frozenset({Caller.OFFICER, Caller.CLERK})

MOST_PATH_CHARACTERS: Final = 500


@dataclass(frozen=True, slots=True)
class SeenCard:
    """What an officer saw: whose card, issued when, and whether the registry was asked to compare."""

    number: str
    full_name: str
    birth_date: date
    issued_on: date
    was_compared: bool

    def describe(self) -> dict[str, Any]:
        """Give what the record keeps."""
        return {
            "card_issued_on": self.issued_on.isoformat(),
            "compared": ["face", "number", "full_name", "birth_date"],
            "registry": "agreed" if self.was_compared else "not asked",
        }


def require_counter_post(officer: Account, day: date) -> Post:
    """Give the post in which somebody works at a counter on a day; raises NOT_ALLOWED."""
    for held in list_assignments(officer, day):
        if COUNTER_ROLES & {Caller(role) for role in held.post.roles}:
            return held.post
    raise IdentityError(IdentityErrorKind.NOT_ALLOWED, f"{officer}: holds no post at a counter on {day}")


def check_card(officer: Account, card: SeenCard, now: datetime, today: date) -> Account:
    """Bring the person's account to level 2, making one if there is none; gives it."""
    post = require_counter_post(officer, today)
    with transaction.atomic():
        citizen = require_citizen(get_or_make_citizen(card.number, card.full_name))
        record_level(citizen, Reached(Level.CARD, LevelWay.COUNTER_CHECK, card.describe(), officer, post), now)
    return citizen


def give_code(officer: Account, card: SeenCard, now: datetime, today: date) -> tuple[Account, str]:
    """Check the card, and give a code with which the person sets a password and then adds a second factor."""
    with transaction.atomic():
        citizen = check_card(officer, card, now, today)
        purpose = CodePurpose.RESET if citizen.has_usable_password() else CodePurpose.START
        return citizen, make_code(citizen, purpose, officer, now)


def open_counter(officer: Account, card: SeenCard, now: datetime, today: date) -> CounterSession:
    """Check the card and open a supervised session; one that this officer left open is ended first."""
    with transaction.atomic():
        # The officer's row is the lock: two windows of one officer open one session after the other.
        Account.objects.select_for_update().get(pk=officer.pk)
        citizen = check_card(officer, card, now, today)
        CounterSession.objects.filter(officer=officer, ended_at=None).update(ended_at=now)
        return CounterSession.objects.create(
            officer=officer,
            post=require_counter_post(officer, today),
            citizen=citizen,
            seen=card.describe(),
            opened_at=now,
            ends_at=now + timedelta(minutes=COUNTER_MINUTES),
        )


def find_counter(officer: Account, key: str, now: datetime) -> CounterSession | None:
    """Find this officer's open session by its key; None once it is over, or if it is another officer's."""
    rows = CounterSession.objects.select_related("citizen", "officer", "post")
    return rows.filter(pk=key, officer=officer, ended_at=None, ends_at__gt=now, citizen__is_active=True).first()


def end_counter(session: CounterSession, now: datetime) -> None:
    """End a session; ending it twice changes nothing."""
    CounterSession.objects.filter(pk=session.pk, ended_at=None).update(ended_at=now)


def note_act(session: CounterSession, act: tuple[str, str, int], now: datetime) -> None:
    """Note one request of a session: method, path and status."""
    method, path, status = act
    CounterAct.objects.create(
        session=session, method=method, path=path[:MOST_PATH_CHARACTERS], status=status, done_at=now
    )
