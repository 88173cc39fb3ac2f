"""Reading what people sign in with: a personal number, or a name that an agency gives."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from lienthong.identity.errors import IdentityError, IdentityErrorKind

_NUMBER: Final = re.compile(r"[0-9]{12}")
_SPACING: Final = re.compile(r"[\s.\-\u200b]+")
_STAFF_NAME: Final = re.compile(r"[a-z][a-z0-9.-]{2,39}")
_SHOWN: Final = 40


def parse_number(text: str) -> str:
    """Read twelve digits, however they are spaced or grouped; raises BAD_NUMBER.

    What the digits say is the population registry's matter; here they only name an account.
    """
    plain = _SPACING.sub("", unicodedata.normalize("NFKC", text))
    if not _NUMBER.fullmatch(plain):
        raise IdentityError(IdentityErrorKind.BAD_NUMBER, "personal number: expected 12 digits, as on the card")
    return plain


def parse_staff_name(text: str) -> str:
    """Read a name such as `lan.nguyen`; raises BAD_USERNAME."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    if not _STAFF_NAME.fullmatch(plain):
        message = f"name {plain[:_SHOWN]!r}: expected 3 to 40 letters a-z, digits, dots or hyphens, a letter first"
        raise IdentityError(IdentityErrorKind.BAD_USERNAME, message)
    return plain


def normalise_username(text: str) -> str:
    """Give what is typed into the sign-in page in the form that accounts have; never raises."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    digits = _SPACING.sub("", plain)
    return digits if _NUMBER.fullmatch(digits) else plain
