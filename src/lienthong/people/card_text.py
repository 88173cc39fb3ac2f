"""The text in a card's QR code, and what it says against the registry's record.

Seven fields between bars: number, old number (may be empty), name, birth (ddMMyyyy), Nam or Nữ, residence
(with commas), issue (ddMMyyyy). Cards since July 2024 carry more fields, whose order is unconfirmed: they are
kept unread. A text proves nothing: anybody can print one. Only the chip's signature does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from lienthong.kernel.text import fold_text, is_same_spelling, normalise_text
from lienthong.people.days import read_compact_day
from lienthong.people.errors import PeopleError, PeopleErrorKind
from lienthong.people.names import require_name
from lienthong.people.personal_number import parse_number, require_agreement
from lienthong.people.words import SEX_NAMES, Sex

if TYPE_CHECKING:
    from datetime import date

FIELDS: Final = ("number", "old_number", "full_name", "birth_date", "sex", "residence", "issued_on")

MAX_TEXT_CHARACTERS: Final = 4096
"""The largest QR code holds less."""

_OLD_NUMBER: Final = re.compile(r"[0-9]{9}|[0-9]{12}")
_SEXES: Final = {name.casefold(): sex for sex, name in SEX_NAMES.items()}
_WORDS: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class CardText:
    """What a card says. `more` holds the fields that are not read."""

    number: str
    old_number: str | None
    full_name: str
    birth_date: date
    sex: Sex
    residence: str
    issued_on: date
    more: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CardRecord:
    """What the registry says of the person whom a card names."""

    number: str
    full_name: str
    birth_date: date
    sex: Sex
    residence: str
    died_on: date | None


class DifferenceKind(StrEnum):
    """How much a difference means."""

    SPELLING = "spelling"
    """The same word in another spelling, such as Hoà and Hòa."""
    OUTDATED = "outdated"
    """It may have changed since the card was printed."""
    CONTRADICTION = "contradiction"
    """Card and record are not of one person, or one of them is wrong."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field in which card and registry differ."""

    field: str
    card: str
    registry: str
    kind: DifferenceKind


def parse_card_text(text: str) -> CardText:
    """Read a QR code's text; raises BAD_CARD_TEXT that names the field which cannot be read."""
    if len(text) > MAX_TEXT_CHARACTERS:
        raise _bad_text(f"{len(text)} characters, at most {MAX_TEXT_CHARACTERS} fit a code")
    parts = [part.strip() for part in normalise_text(text).lstrip("\ufeff").split("|")]
    if len(parts) < len(FIELDS):
        raise _bad_text(f"expected at least {len(FIELDS)} fields between bars, got {len(parts)}")
    field = FIELDS[0]
    try:
        number = parse_number(parts[0])
        field = FIELDS[2]
        name = require_name(parts[2])
        field = FIELDS[3]
        born = read_compact_day(parts[3])
        field = FIELDS[6]
        issued = read_compact_day(parts[6])
    except PeopleError as error:
        raise _bad_text(f"field {FIELDS.index(field) + 1} ({field}): {error.message}") from error
    sex = _read_sex(parts[4])
    require_agreement(number, sex, born)
    return CardText(number.text, _read_old_number(parts[1]), name, born, sex, parts[5], issued, tuple(parts[7:]))


def compare_card(card: CardText, record: CardRecord) -> tuple[Difference, ...]:
    """List in what a card differs from the registry, in the order of its fields."""
    found = [
        _compare("number", card.number, record.number),
        _compare_name(card.full_name, record.full_name),
        _compare("birth_date", card.birth_date.isoformat(), record.birth_date.isoformat()),
        _compare("sex", card.sex, record.sex),
        _compare_residence(card.residence, record.residence),
        _compare_life(card.issued_on, record.died_on),
    ]
    return tuple(difference for difference in found if difference is not None)


def is_same_person(card: CardText, record: CardRecord) -> bool:
    """Whether nothing on the card contradicts the record."""
    return all(difference.kind is not DifferenceKind.CONTRADICTION for difference in compare_card(card, record))


def _read_sex(text: str) -> Sex:
    sex = _SEXES.get(text.casefold())
    if sex is None:
        raise _bad_text(f"field 5 (sex): expected Nam or Nữ, got {text[:20]!r}")
    return sex


def _read_old_number(text: str) -> str | None:
    if not text:
        return None
    if not _OLD_NUMBER.fullmatch(text):
        raise _bad_text(f"field 2 (old_number): expected 9 or 12 digits or nothing, got {text[:20]!r}")
    return text


def _compare(field: str, card: str, registry: str) -> Difference | None:
    return None if card == registry else Difference(field, card, registry, DifferenceKind.CONTRADICTION)


def _compare_name(card: str, registry: str) -> Difference | None:
    if card.casefold() == registry.casefold():  # cards print capitals
        return None
    kind = DifferenceKind.SPELLING if is_same_spelling(card, registry) else DifferenceKind.CONTRADICTION
    return Difference("full_name", card, registry, kind)


def _compare_residence(card: str, registry: str) -> Difference | None:
    if _WORDS.findall(fold_text(card)) == _WORDS.findall(fold_text(registry)):
        return None
    return Difference("residence", card, registry, DifferenceKind.OUTDATED)


def _compare_life(issued_on: date, died_on: date | None) -> Difference | None:
    if died_on is None:
        return None
    kind = DifferenceKind.CONTRADICTION
    return Difference("died_on", f"issued {issued_on}", f"died {died_on}", kind)


def _bad_text(reason: str) -> PeopleError:
    return PeopleError(PeopleErrorKind.BAD_CARD_TEXT, f"card text: {reason}")
