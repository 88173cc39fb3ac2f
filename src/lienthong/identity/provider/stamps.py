"""Proof that a request has already sent its person to sign in: a signed moment, bound to that very request.

It travels in the address to come back to, so it survives whatever the sign-in does to the session, and no session
fills up with requests that were begun and left.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlencode

from django.core import signing

if TYPE_CHECKING:
    from collections.abc import Iterable

STAMP: Final = "lt_asked"
"""The parameter's name; requests of clients have no other meaning for it."""

STAMP_SECONDS: Final = 3600
"""As long as a sign-in may take."""

_SALT: Final = "lienthong.openid.asked"


def stamp_query(query: str, now_ms: int) -> str:
    """Give the query with a fresh stamp; an older one is replaced."""
    pairs = _list_pairs(query)
    return urlencode([*pairs, (STAMP, signing.dumps([_digest(pairs), now_ms], salt=_SALT))])


def find_stamp(query: str) -> int | None:
    """Give when this request sent its person to sign in (ms since 1970); None without a stamp of it."""
    stamp = next((value for name, value in parse_qsl(query, keep_blank_values=True) if name == STAMP), None)
    if stamp is None:
        return None
    try:
        digest, asked_ms = signing.loads(stamp, salt=_SALT, max_age=STAMP_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return int(asked_ms) if digest == _digest(_list_pairs(query)) else None


def _list_pairs(query: str) -> list[tuple[str, str]]:
    return [pair for pair in parse_qsl(query, keep_blank_values=True) if pair[0] != STAMP]


def _digest(pairs: Iterable[tuple[str, str]]) -> str:
    return hashlib.sha256(urlencode(sorted(pairs)).encode()).hexdigest()
