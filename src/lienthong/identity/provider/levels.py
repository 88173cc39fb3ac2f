"""Sign-in levels as the protocol names them: `acr` values, and which level a request needs."""

from __future__ import annotations

from typing import Final

LEVEL_URNS: Final = {1: "urn:lienthong:level:1", 2: "urn:lienthong:level:2"}
"""Level 1: what stands on the card was known. Level 2: the person was seen with the card, and two factors were used."""

_URN_LEVELS: Final = {urn: level for level, urn in LEVEL_URNS.items()}


def name_level(level: int) -> str:
    """Give the `acr` value of a level; a level that has none raises `KeyError`."""
    return LEVEL_URNS[level]


def find_needed_level(acr_values: str, least: int) -> int:
    """Give the lowest level that satisfies a request: one of its `acr_values`, and the client's own least level.

    Values that we do not know are passed over: `acr_values` asks for a voluntary claim (OpenID Connect Core 1.0
    section 3.1.2.1).
    """
    named = [_URN_LEVELS[value] for value in acr_values.split() if value in _URN_LEVELS]
    return max(least, min(named, default=least))
