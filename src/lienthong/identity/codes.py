"""One-time codes on paper: how somebody gets a first password, or another one when everything is lost.

Whoever hands one out has seen the person and the card, or knows the colleague. So a used code also takes away the
second factors that were there, ends all sessions, and lets new second factors be added in the session it opens.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.db import transaction

from lienthong.identity.errors import IdentityError, IdentityErrorKind
from lienthong.identity.models import Account, OneTimeCode
from lienthong.identity.words import CodePurpose

if TYPE_CHECKING:
    from datetime import datetime

ALPHABET: Final = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Without what looks alike on paper: I, L, O, 0, 1."""

CODE_CHARACTERS: Final = 16
"""Of 31 kinds: 79 bits, beyond guessing even without a limit."""

GROUP: Final = 4

LIFETIMES: Final = {CodePurpose.START: timedelta(days=7), CodePurpose.RESET: timedelta(days=1)}
"""A start code travels to a new colleague; a reset code is used the same day."""

_SAME_ANSWER: Final = "this name and code do not go together, or the code was used or is too old; ask for another one"


def make_code(account: Account, purpose: CodePurpose, made_by: Account | None, now: datetime) -> str:
    """Make a code for an account, which ends the account's earlier ones; only this call gives the code itself."""
    text = "".join(secrets.choice(ALPHABET) for _ in range(CODE_CHARACTERS))
    with transaction.atomic():
        locked = Account.objects.select_for_update().get(pk=account.pk)
        OneTimeCode.objects.filter(account=locked, used_at=None, expires_at__gt=now).update(expires_at=now)
        OneTimeCode.objects.create(
            account=locked,
            purpose=purpose,
            code_hash=hash_code(text),
            made_by=made_by,
            made_at=now,
            expires_at=now + LIFETIMES[purpose],
        )
    return "-".join(text[at : at + GROUP] for at in range(0, CODE_CHARACTERS, GROUP))


def use_code(username: str, code: str, password: str, now: datetime) -> Account:
    """Set the password that goes with a good code; raises BAD_CODE, in the same words and time whatever is wrong."""
    # Computed whether or not there is such an account: time tells nobody who has one.
    hashed = make_password(password)
    with transaction.atomic():
        account = Account.objects.select_for_update().filter(username=username, is_active=True).first()
        found = _find_open(account, code, now)
        if account is None or found is None:
            raise IdentityError(IdentityErrorKind.BAD_CODE, _SAME_ANSWER)
        found.used_at = now
        found.save(update_fields=["used_at"])
        account.password = hashed
        account.save(update_fields=["password"])
        # Sessions end by themselves: each carries a hash of the former password.
        Authenticator.objects.filter(user=account).delete()
    return account


def hash_code(text: str) -> bytes:
    """Hash a code however it is spaced or cased."""
    plain = "".join(character for character in text.upper() if character in ALPHABET)
    return hashlib.sha256(plain.encode()).digest()


def _find_open(account: Account | None, code: str, now: datetime) -> OneTimeCode | None:
    wanted = hash_code(code)
    if account is None:
        return None
    rows = OneTimeCode.objects.select_for_update().filter(account=account, used_at=None, expires_at__gt=now)
    return next((row for row in rows if hmac.compare_digest(bytes(row.code_hash), wanted)), None)
