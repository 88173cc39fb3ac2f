"""Names of persons: the one stored spelling, the key for an exact search, and the parts of a Vietnamese name.

Names arrive decomposed, with look-alikes of Đ from other keyboards, or with letters of other scripts. The
first two have one right reading, so they are put right and told; a letter of another script is refused,
because nobody can see which was meant.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from lienthong.kernel.text import fold_text, normalise_text
from lienthong.people.errors import PeopleError, PeopleErrorKind

MAX_NAME_CHARACTERS: Final = 100
"""Longer than any name that fits a birth certificate."""

_LOOK_ALIKES: Final = str.maketrans({"Ð": "Đ", "Ɖ": "Đ", "ð": "đ", "ɖ": "đ"})
_APOSTROPHES: Final = str.maketrans({"\u2019": "'", "\u02bc": "'", "`": "'"})
_SPACE: Final = re.compile(r"\s+")
_JOINERS: Final = frozenset("' -.")
"""Beside letters: K'Brêu, Y-Bliêu, and the dots of foreign names."""


class NameChange(StrEnum):
    """What was put right in a name; the name reads the same to people."""

    COMPOSED = "composed"
    """Letters and marks stood apart, or in an order that no keyboard gives."""
    LOOK_ALIKE = "look-alike"
    """Icelandic eth or African D stood for Đ."""
    SPACES = "spaces"
    """Spaces stood before, after or twice between words."""
    APOSTROPHE = "apostrophe"
    """A typographic apostrophe stood for the plain one."""


@dataclass(frozen=True, slots=True)
class NameReading:
    """A name as it is stored, and what was put right on the way."""

    name: str
    changes: tuple[NameChange, ...]


@dataclass(frozen=True, slots=True)
class NameParts:
    """A Vietnamese name's parts: họ, chữ đệm, tên. A name of one word is a given name."""

    family: str
    middle: str
    given: str


def read_name(text: str) -> NameReading:
    """Read a name into its stored spelling; raises BAD_NAME for what is no name."""
    name = text
    changes = []
    for change, put_right in _STEPS:
        fixed = put_right(name)
        if fixed != name:
            changes.append(change)
        name = fixed
    _require_letters(name)
    return NameReading(name, tuple(changes))


def require_name(text: str) -> str:
    """Give a name's stored spelling; raises BAD_NAME for what is no name."""
    return read_name(text).name


def make_search_name(name: str) -> str:
    """Give the key by which a name is found exactly: folded, one space between words."""
    return _SPACE.sub(" ", fold_text(name).translate(_APOSTROPHES)).strip()


def split_name(name: str) -> NameParts:
    """Split a stored name at its spaces."""
    first, *rest = name.split(" ")
    if not rest:
        return NameParts("", "", first)
    return NameParts(first, " ".join(rest[:-1]), rest[-1])


def _require_letters(name: str) -> None:
    if not name:
        raise PeopleError(PeopleErrorKind.BAD_NAME, "name: it is empty; expected at least one word")
    if len(name) > MAX_NAME_CHARACTERS:
        message = f"name {name[:20]!r}…: it has {len(name)} characters, at most {MAX_NAME_CHARACTERS} may be"
        raise PeopleError(PeopleErrorKind.BAD_NAME, message)
    for character in name:
        if character not in _JOINERS and not _is_latin_letter(character):
            shown = unicodedata.name(character, "a control character")
            message = (
                f"name {name!r}: {character!r} ({shown}) is no Latin letter; type the name on a Vietnamese keyboard"
            )
            raise PeopleError(PeopleErrorKind.BAD_NAME, message)
    if not any(character.isalpha() for character in name):
        raise PeopleError(PeopleErrorKind.BAD_NAME, f"name {name!r}: expected letters")


def _is_latin_letter(character: str) -> bool:
    return character.isalpha() and unicodedata.name(character, "").startswith("LATIN ")


_STEPS: Final = (
    (NameChange.COMPOSED, normalise_text),
    (NameChange.LOOK_ALIKE, lambda name: name.translate(_LOOK_ALIKES)),
    (NameChange.APOSTROPHE, lambda name: name.translate(_APOSTROPHES)),
    (NameChange.SPACES, lambda name: _SPACE.sub(" ", name).strip()),
)
