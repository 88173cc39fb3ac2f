"""Accounts of an agency's people: made by an administrator, closed, never deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from lienthong.identity.codes import make_code
from lienthong.identity.errors import IdentityError, IdentityErrorKind
from lienthong.identity.levels import Reached, record_level
from lienthong.identity.models import Account
from lienthong.identity.own_sessions import end_all_sessions
from lienthong.identity.usernames import parse_staff_name
from lienthong.identity.words import AccountKind, CodePurpose, Level, LevelWay

if TYPE_CHECKING:
    from datetime import datetime


def make_staff_account(username: str, full_name: str, made_by: Account | None, now: datetime) -> tuple[Account, str]:
    """Make an account without a password; gives it with the code that sets the first one.

    Raises BAD_USERNAME or USERNAME_TAKEN. `made_by` is None only for the first administrator, who is made at the
    machine itself.
    """
    name = parse_staff_name(username)
    if not full_name.strip():
        raise IdentityError(IdentityErrorKind.BAD_USERNAME, "full name: expected the colleague's name")
    reached = Reached(Level.CARD, LevelWay.APPOINTMENT, {"known": "agency"}, made_by)
    try:
        with transaction.atomic():
            account = Account.objects.create(
                username=name, kind=AccountKind.STAFF, full_name=full_name.strip(), password=make_password(None)
            )
            record_level(account, reached, now)
            code = make_code(account, CodePurpose.START, made_by, now)
    except IntegrityError as error:
        message = f"name {name!r}: another account has it"
        raise IdentityError(IdentityErrorKind.USERNAME_TAKEN, message) from error
    return account, code


def close_account(account: Account, closed_by: Account) -> None:
    """Close an account: nobody signs in to it any more, and whoever is signed in is out with the next request."""
    _require_other(account, closed_by)
    with transaction.atomic():
        Account.objects.filter(pk=account.pk).update(is_active=False)
        end_all_sessions(account)


def reopen_account(account: Account, opened_by: Account, now: datetime) -> str:
    """Open a closed account again; gives the code that sets another password, since the old one may be known."""
    _require_other(account, opened_by)
    with transaction.atomic():
        Account.objects.filter(pk=account.pk).update(is_active=True, password=make_password(None))
        return make_code(account, CodePurpose.RESET, opened_by, now)


def _require_other(account: Account, actor: Account) -> None:
    if account.pk == actor.pk:
        message = "nobody closes or opens their own account; ask another administrator"
        raise IdentityError(IdentityErrorKind.NOT_ALLOWED, message)
