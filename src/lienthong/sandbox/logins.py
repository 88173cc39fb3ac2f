"""Who can sign in to the sandbox: written by the registry's filling, read by the demo, shown on its screen."""

from __future__ import annotations

import hashlib
import hmac
import struct
from base64 import b32decode
from datetime import date
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from pathlib import Path

STEP_SECONDS: Final = 30
DIGITS: Final = 6


class Relative(msgspec.Struct, frozen=True):
    """Somebody old of the sandbox's people, whose death can be told."""

    number: str
    full_name: str
    birth_date: date


class Login(msgspec.Struct, frozen=True):
    """A made-up person's way in: the secret of the second factor as authenticator apps take it (base32).

    `birth_date` and `household` are what people know of themselves where no registry fills it in for them; `relatives`
    are some whom they may have lost.
    """

    number: str
    full_name: str
    password: str
    totp_secret: str
    birth_date: date | None = None
    household: int = 0
    area_code: str = ""
    line: str = ""
    relatives: tuple[Relative, ...] = ()


class StaffLogin(msgspec.Struct, frozen=True):
    """The way in of one of an agency's people, and what their post lets them do."""

    name: str
    post: str
    password: str
    totp_secret: str


def read_staff_logins(path: Path) -> list[StaffLogin]:
    """Read what the registry's filling wrote."""
    return msgspec.json.decode(path.read_bytes(), type=list[StaffLogin])


def read_login(path: Path) -> Login:
    """Read what the registry's filling wrote."""
    return msgspec.json.decode(path.read_bytes(), type=Login)


def make_code(secret: str, now: float) -> str:
    """Give the one-time code of a moment (RFC 6238 with SHA-1, six digits, steps of 30 seconds)."""
    padded = secret + "=" * (-len(secret) % 8)
    counter = struct.pack(">Q", int(now) // STEP_SECONDS)
    digest = hmac.digest(b32decode(padded), counter, hashlib.sha1)
    (word,) = struct.unpack_from(">I", digest, digest[-1] & 15)
    return str((word & 0x7FFFFFFF) % 10**DIGITS).zfill(DIGITS)
