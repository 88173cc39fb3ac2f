"""What a session says about how it was signed in: by which means, when, and whether a second factor was among them.

The library keeps one record per step in the session itself and drops them when another account signs in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from allauth.account.authentication import get_authentication_records

from lienthong.identity.words import Level

if TYPE_CHECKING:
    from django.http import HttpRequest

    from lienthong.identity.models import Account

SECOND_FACTOR_METHOD: Final = "mfa"
"""The library's word for a step by authenticator app, security key, passkey or recovery code."""

CODE_METHOD: Final = "code"
"""Our word for a sign-in by a one-time code on paper."""

PASSKEY_METHOD: Final = "webauthn"

_METHODS: Final = {"totp": ("otp",), "webauthn": ("hwk", "user"), "recovery_codes": ("otp",)}
"""Words of RFC 8176 for the library's types of second factors."""


@dataclass(frozen=True, slots=True)
class SessionProof:
    """How a session was signed in.

    `methods` are the words of RFC 8176 (pwd, otp, hwk, user, mfa), `proven_at` is the moment of the last step.
    """

    methods: tuple[str, ...]
    proven_at: datetime | None
    has_second_factor: bool
    has_code: bool

    @property
    def level(self) -> Level:
        """The highest sign-in level that such a session can have, whoever it is."""
        return Level.CARD if self.has_second_factor else Level.DATA


def read_proof(request: HttpRequest, account: Account) -> SessionProof:
    """Read how the session of this request was signed in as `account`."""
    records = get_authentication_records(request, account)
    words = [word for record in records for word in _find_words(record)]
    has_second = any(record.get("method") == SECOND_FACTOR_METHOD for record in records)
    if has_second:
        words.append("mfa")
    moment = max((float(record["at"]) for record in records if "at" in record), default=None)
    return SessionProof(
        tuple(dict.fromkeys(words)),
        None if moment is None else datetime.fromtimestamp(moment, UTC),
        has_second,
        any(record.get("method") == CODE_METHOD for record in records),
    )


def _find_words(record: dict[str, Any]) -> tuple[str, ...]:
    match record.get("method"):
        case "password":
            return ("pwd",)
        case "mfa":
            return _METHODS.get(str(record.get("type")), ())
        case "code":
            return ("otp",)
        case _:
            return ()
