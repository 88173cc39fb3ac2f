"""Accounts of people: made by themselves after a data check, or at a counter after a look at their card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from lienthong.identity.errors import IdentityError, IdentityErrorKind
from lienthong.identity.levels import Reached, record_level
from lienthong.identity.models import Account
from lienthong.identity.words import AccountKind, Level, LevelWay

if TYPE_CHECKING:
    from datetime import datetime

    from lienthong.identity.registry_port import CardData, RegistryPort

COMPARED = ("number", "full_name", "birth_date", "card_issued_on")
"""What a data check compares; the record names the fields, and repeats none of the values."""


def sign_up(told: CardData, password: str, registry: RegistryPort, now: datetime) -> Account:
    """Make somebody's account at level 1; raises NOT_CONFIRMED.

    Wrong data, a number that nobody has and a number that has an account get one answer, after the same work: whoever
    tries numbers learns nothing of who exists and who has signed up.
    """
    hashed = make_password(password)
    agrees = registry.agrees(told)
    has_account = Account.objects.filter(username=told.number).exists()
    person = registry.find_person(told.number)
    if not agrees or has_account or person is None:
        raise _not_confirmed()
    try:
        with transaction.atomic():
            # The registry's spelling: people type their names without marks.
            account = _make(told.number, person.full_name, hashed)
            record_level(account, Reached(Level.DATA, LevelWay.DATA_CHECK, {"compared": COMPARED}), now)
    except IntegrityError as error:
        # The same person was quicker in another window.
        raise _not_confirmed() from error
    return account


def check_data(account: Account, told: CardData, registry: RegistryPort, now: datetime) -> None:
    """Bring an account that has no level yet to level 1; raises NOT_CONFIRMED, also for another person's data."""
    if not registry.agrees(told) or told.number != account.personal_number:
        raise _not_confirmed()
    record_level(account, Reached(Level.DATA, LevelWay.DATA_CHECK, {"compared": COMPARED}), now)


def get_or_make_citizen(number: str, full_name: str) -> Account:
    """Get somebody's account, or make one that nobody can sign in to yet: it has no password.

    Only for who has just seen the person and the card.
    """
    found = Account.objects.filter(username=number).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return _make(number, full_name, make_password(None))
    except IntegrityError:
        return Account.objects.get(username=number)


def _make(number: str, full_name: str, hashed: str) -> Account:
    return Account.objects.create(
        username=number, personal_number=number, kind=AccountKind.CITIZEN, full_name=full_name, password=hashed
    )


def _not_confirmed() -> IdentityError:
    message = (
        "these data are not those of one living person in the registry, or this person has an account already: "
        "look at the card again, or sign in"
    )
    return IdentityError(IdentityErrorKind.NOT_CONFIRMED, message)
