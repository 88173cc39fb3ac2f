"""English names of units, derived by rule where no official one is known.

A derived name is the Vietnamese one without marks, with the usual English word for its kind. Whoever shows it
says that it is derived.
"""

from __future__ import annotations

import unicodedata
from typing import Final

from lienthong.areas.units import Kind, strip_kind

_WORDS: Final[dict[Kind, str]] = {
    Kind.PROVINCE: "Province",
    Kind.CITY: "City",
    Kind.URBAN_DISTRICT: "District",
    Kind.TOWN: "Town",
    Kind.DISTRICT: "District",
    Kind.WARD: "Ward",
    Kind.COMMUNE: "Commune",
    Kind.TOWNSHIP: "Township",
    Kind.SPECIAL_ZONE: "Special Zone",
}

_D_STROKE: Final = str.maketrans({"đ": "d", "Đ": "D"})


def derive_english(name: str, kind: Kind) -> str:
    """Derive `Hong Gai Ward` from `Phường Hồng Gai`; a number stands behind its kind: `Ward 3`."""
    plain = transliterate(strip_kind(name, kind))
    return f"{_WORDS[kind]} {plain}" if plain.isdecimal() else f"{plain} {_WORDS[kind]}"


def transliterate(text: str) -> str:
    """Give `text` in unmarked Latin letters, with its capitals."""
    parts = unicodedata.normalize("NFD", text.translate(_D_STROKE))
    return "".join(character for character in parts if not unicodedata.combining(character))
