"""The names of all units, indexed once, and where a text mentions them.

A mention is a run of words that is some unit's name, with the kind said before it. Words run together or apart,
with or without marks, i or y, are the same name here; how well they agree is weighed for each unit.
"""

from __future__ import annotations

import tomllib
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum, StrEnum, auto
from importlib import resources
from typing import TYPE_CHECKING, Final, NamedTuple

from lienthong.areas.address_words import (
    COUNTRY_WORDS,
    STREET_WORDS,
    Word,
    find_kind_before,
    find_kind_behind,
    loosen,
)
from lienthong.areas.units import KINDS_OF_LEVEL, Level, Unit
from lienthong.kernel.text import fold_text, is_same_spelling

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lienthong.areas.unit_book import UnitBook
    from lienthong.areas.units import Kind, UnitKey

ALIASES_FILE: Final = "aliases.toml"

SHORTEST_BARE_NAME: Final = 2
"""A name of one letter or a number is only read behind a kind."""


class Reason(StrEnum):
    """Why a candidate stands where it stands."""

    KIND_AGREES = "kind-agrees"
    KIND_DIFFERS = "kind-differs"
    KIND_NOT_SAID = "kind-not-said"
    MARKS_AGREE = "marks-agree"
    MARKS_NOT_TYPED = "marks-not-typed"
    MARKS_DIFFER = "marks-differ"
    SPELLING_DIFFERS = "spelling-differs"
    LONGER_NAME_FITS = "longer-name-fits"
    LIKE_A_STREET = "like-a-street"
    DISTRICT_NAMED = "district-named"
    DISTRICT_NOT_NAMED = "district-not-named"
    FORMER_DISTRICT_NAMED = "former-district-named"
    PROVINCE_NAMED = "province-named"
    PROVINCE_NOT_NAMED = "province-not-named"
    FORMER_PROVINCE_NAMED = "former-province-named"
    LATER_PROVINCE_NAMED = "later-province-named"
    ONLY_ONE_OF_THE_NAME = "only-one-of-the-name"
    OTHER_PLACE_NAMED = "other-place-named"
    ORDER_UNUSUAL = "order-unusual"


class Street(Enum):
    """Whether a bare name looks like a street's."""

    NONE = auto()
    NEAR = auto()
    """A street's word or a house number stands before it in its piece."""
    NAME = auto()
    """It stands right before it."""


STREET_WEIGHTS: Final = {Street.NONE: 1.0, Street.NEAR: 0.85, Street.NAME: 0.35}
INNER_WEIGHT: Final = 0.8


class Weighed(NamedTuple):
    """How well a mention fits a unit, from 0 to 1, and why."""

    weight: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Mention:
    """Words from `first` to before `last` that are the name of `units`; `begin` and `stop` take in the kind's words."""

    first: int
    last: int
    begin: int
    stop: int
    text: str
    words: tuple[Word, ...]
    kinds: frozenset[Kind]
    units: tuple[Unit, ...]
    street: Street
    own_piece: bool
    inner: bool = False
    """Whether a longer name is read at the same place."""

    def overlaps(self, other: Mention) -> bool:
        """Whether the two share a word of their names."""
        return self.first < other.last and other.first < self.last

    def holds(self, other: Mention) -> bool:
        """Whether the other's name is a shorter run of words within this one's."""
        return (
            self.first <= other.first and other.last <= self.last and self.last - self.first > other.last - other.first
        )


@dataclass(frozen=True, slots=True)
class NameIndex:
    """All names with their units, by the loose form of the name."""

    book: UnitBook
    names: dict[str, tuple[Unit, ...]]
    aliases: dict[str, tuple[Unit, ...]]
    longest: int
    counts: dict[tuple[date, Level, str], int]
    """How many units bear a name, of those of one level that end on one day or (`date.max`) are present."""
    provinces: dict[UnitKey, frozenset[str]]
    """Of each unit, the codes of its province and of those that this one went into."""
    former_districts: dict[UnitKey, frozenset[UnitKey]]
    """Of each present commune, the districts that its predecessors lay in."""

    def find_mentions(self, text: str, words: list[Word]) -> list[Mention]:
        """Find all mentions, also overlapping ones; a bare name within a longer one is left out."""
        found = [mention for first in range(len(words)) for mention in self._find_at(text, words, first)]
        inner = {id(each) for each in found if any(other.holds(each) for other in found)}
        return [replace(each, inner=id(each) in inner) for each in found if each.kinds or id(each) not in inner]

    def _find_at(self, text: str, words: list[Word], first: int) -> Iterable[Mention]:
        start = words[first]
        key = ""
        for last in range(first + 1, min(len(words), first + self.longest) + 1):
            if words[last - 1].block != start.block:
                return
            key += words[last - 1].loose
            units = self.names.get(key, ()) + self.aliases.get(key, ())
            if words[last - 1].piece != start.piece:
                units = tuple(unit for unit in units if "-" in unit.name)
            if units and key not in COUNTRY_WORDS:
                mention = _make_mention(text, words, (first, last), units)
                if mention.kinds or (len(key) >= SHORTEST_BARE_NAME and not key.isdecimal()):
                    yield mention


def make_index(book: UnitBook) -> NameIndex:
    """Index all units of `book`; takes a fraction of a second and is done once."""
    names: dict[str, list[Unit]] = defaultdict(list)
    counts: Counter[tuple[date, Level, str]] = Counter()
    longest = 1
    for unit in book.units:
        key = loosen(unit.short_name)
        names[key].append(unit)
        counts[unit.end or date.max, unit.level, key] += 1
        longest = max(longest, len(unit.short_name.replace("-", " ").split()))
    frozen = {key: tuple(units) for key, units in names.items()}
    # A name may be written apart by one word more than it has.
    return NameIndex(
        book, frozen, _read_aliases(book), longest + 1, counts, _find_provinces(book), _find_former_districts(book)
    )


def _find_provinces(book: UnitBook) -> dict[UnitKey, frozenset[str]]:
    codes = {}
    for unit in book.units:
        province = book.find_province(unit).key
        codes[unit.key] = frozenset({province.code, *(link.new.code for link in book.onward.get(province, ()))})
    return codes


def _find_former_districts(book: UnitBook) -> dict[UnitKey, frozenset[UnitKey]]:
    above: dict[UnitKey, set[UnitKey]] = defaultdict(set)
    for link in book.successions:
        old = book.by_key[link.old]
        parent = book.find_parent(old)
        if old.level is Level.COMMUNE and parent is not None:
            above[link.new].add(parent.key)
        elif old.level is Level.DISTRICT:
            above[link.new].add(old.key)
    return {key: frozenset(parents) for key, parents in above.items()}


def weigh_name(mention: Mention, unit: Unit) -> Weighed | None:
    """Weigh how well a mention fits a unit by kind, marks and place; None where another level is said."""
    kind = _weigh_kind(mention, unit)
    if kind is None:
        return None
    spelling = _weigh_spelling(mention, unit)
    street = (Reason.LIKE_A_STREET,) if mention.street is not Street.NONE else ()
    weight = kind.weight * spelling.weight * STREET_WEIGHTS[mention.street] * (INNER_WEIGHT if mention.inner else 1.0)
    inner = (Reason.LONGER_NAME_FITS,) if mention.inner else ()
    return Weighed(weight, (*kind.reasons, *spelling.reasons, *street, *inner))


def _weigh_kind(mention: Mention, unit: Unit) -> Weighed | None:
    if not mention.kinds:
        return Weighed(0.9 if mention.own_piece else 0.8, (Reason.KIND_NOT_SAID,))
    if unit.kind in mention.kinds:
        return Weighed(1.0, (Reason.KIND_AGREES,))
    if any(kind in KINDS_OF_LEVEL[unit.level] for kind in mention.kinds):
        return Weighed(0.6, (Reason.KIND_DIFFERS,))
    return None


def _weigh_spelling(mention: Mention, unit: Unit) -> Weighed:
    name = unit.short_name
    if mention.text == name or is_same_spelling(mention.text, name):
        return Weighed(1.0, (Reason.MARKS_AGREE,))
    same_letters = fold_text(mention.text) == fold_text(name)
    if not any(word.has_marks for word in mention.words):
        close = Weighed(0.97, (Reason.MARKS_NOT_TYPED,))
        return close if same_letters else Weighed(0.93, (Reason.SPELLING_DIFFERS,))
    # Hyphens, apostrophes and i for y do not make another name; other marks do.
    if is_same_spelling(_plain(mention.text), _plain(name)):
        return Weighed(0.97, (Reason.SPELLING_DIFFERS,))
    return Weighed(0.65, (Reason.MARKS_DIFFER,))


def _plain(text: str) -> str:
    kept = "".join(character for character in text.lower() if character.isalnum())
    return (
        kept.replace("ỳ", "ì").replace("ý", "í").replace("ỷ", "ỉ").replace("ỹ", "ĩ").replace("ỵ", "ị").replace("y", "i")
    )


def _make_mention(text: str, words: list[Word], span: tuple[int, int], units: tuple[Unit, ...]) -> Mention:
    first, last = span
    piece = words[first].piece
    before, kinds = find_kind_before(words, first, piece=piece)
    behind = 0
    if not kinds:
        behind, kinds = find_kind_behind(words, last, piece=words[last - 1].piece)
    begin, stop = first - before, last + behind
    street = Street.NONE if kinds else _find_street(words, begin)
    alone = (begin == 0 or words[begin - 1].piece != piece) and (
        stop == len(words) or words[stop].piece != words[last - 1].piece
    )
    name = text[words[first].start : words[last - 1].end]
    return Mention(first, last, begin, stop, name, tuple(words[first:last]), kinds, units, street, alone)


def _find_street(words: list[Word], begin: int) -> Street:
    """Tell whether a bare name follows a street's word or a house number, at once or somewhere in its piece."""
    before = [word for word in words[:begin] if word.piece == words[begin].piece]
    if not before:
        return Street.NONE
    last = before[-1].folded
    if last in STREET_WORDS:
        return Street.NAME
    if last.isdecimal():
        # The number of a ward or district is no house number.
        return Street.NONE if find_kind_before(words, begin - 1, piece=words[begin].piece)[0] else Street.NAME
    return (
        Street.NEAR if any(word.folded in STREET_WORDS or word.folded.isdecimal() for word in before) else Street.NONE
    )


def _read_aliases(book: UnitBook) -> dict[str, tuple[Unit, ...]]:
    text = resources.files("lienthong.areas").joinpath("data", ALIASES_FILE).read_text("utf-8")
    aliases: dict[str, list[Unit]] = defaultdict(list)
    for code, names in tomllib.loads(text)["province"].items():
        for name in names:
            aliases[loosen(name)] += book.by_code.get(code, ())
    return {key: tuple(units) for key, units in aliases.items()}
