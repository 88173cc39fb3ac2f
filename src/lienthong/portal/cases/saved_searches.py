"""What an officer looks for: kept in their own session for a while, under a key that an address may carry.

A name or a personal number in an address would stand in access logs and in a browser's history. What a session holds
ends with it at the latest, and sessions that are over are deleted hourly (identity/jobs.py).
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import MutableMapping

SESSION_KEY: Final = "case_searches"

MOST_SEARCHES: Final = 5
"""Of one session: in several windows at once; the oldest gives way."""

SEARCH_SECONDS: Final = 1800
"""Since it was last typed in: long enough to look through what was found and come back to it."""

KEY_BYTES: Final = 9


class SavedSearch(msgspec.Struct, frozen=True):
    """What was typed; `at` in seconds since 1970."""

    text: str
    at: int


def keep_search(session: MutableMapping[str, Any], text: str, now: int) -> str:
    """Keep what somebody looks for and give its key; what is looked for again keeps its key."""
    kept = _read_current(session, now)
    known = next((key for key, search in kept.items() if search.text == text), None)
    key = known or secrets.token_urlsafe(KEY_BYTES)
    others = [(other, search) for other, search in kept.items() if other != key]
    current = dict(others[1 - MOST_SEARCHES :]) | {key: SavedSearch(text, now)}
    session[SESSION_KEY] = msgspec.to_builtins(current)
    return key


def find_search(session: MutableMapping[str, Any], key: str, now: int) -> str:
    """Find what a key stands for; empty text for one that is over, or is another session's."""
    found = _read_current(session, now).get(key)
    return "" if found is None else found.text


def _read_current(session: MutableMapping[str, Any], now: int) -> dict[str, SavedSearch]:
    kept = msgspec.convert(session.get(SESSION_KEY, {}), dict[str, SavedSearch])
    current = {key: search for key, search in kept.items() if now - search.at <= SEARCH_SECONDS}
    if len(current) < len(kept):
        session[SESSION_KEY] = msgspec.to_builtins(current)
    return current
