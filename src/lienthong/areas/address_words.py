"""The words of an address: where they stand, how they fold, and which of them say the kind of a unit.

Owns abbreviations and the words that tell a street or a hamlet. Knows no unit's name.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from lienthong.areas.units import Kind
from lienthong.kernel.text import fold_text, normalise_text

MOST_CHARACTERS: Final = 500
"""No address is longer; what follows is not read."""

MOST_WORDS: Final = 100
"""As above: it bounds the work that one text can cause."""

_APOSTROPHE: Final = "['\u2019\u02bc`]"  # typed straight, typographic, as a letter, or as a grave accent
_WORD: Final = re.compile(rf"[^\W\d_]+(?:{_APOSTROPHE}[^\W\d_]+)*|\d+")
"""Letters with the apostrophes of some names, or digits: P3 is two words."""
_BREAK: Final = re.compile(r"(?P<hard>[,;|()\n])|\s[-/\u2013]\s|\s/|/\s")  # \u2013 is the longer dash
"""What parts the pieces of an address. A dash parts softly: it stands inside some names too."""

_CITY: Final = frozenset({Kind.CITY})

KIND_WORDS: Final[dict[tuple[str, ...], frozenset[Kind]]] = {
    ("phuong",): frozenset({Kind.WARD}),
    ("p",): frozenset({Kind.WARD}),
    ("ph",): frozenset({Kind.WARD}),
    ("f",): frozenset({Kind.WARD}),
    ("ward",): frozenset({Kind.WARD}),
    ("xa",): frozenset({Kind.COMMUNE}),
    ("x",): frozenset({Kind.COMMUNE}),
    ("commune",): frozenset({Kind.COMMUNE}),
    ("thi", "tran"): frozenset({Kind.TOWNSHIP}),
    ("tt",): frozenset({Kind.TOWNSHIP}),
    ("t", "t"): frozenset({Kind.TOWNSHIP}),
    ("ttr",): frozenset({Kind.TOWNSHIP}),
    ("township",): frozenset({Kind.TOWNSHIP}),
    ("dac", "khu"): frozenset({Kind.SPECIAL_ZONE}),
    ("dk",): frozenset({Kind.SPECIAL_ZONE}),
    ("special", "zone"): frozenset({Kind.SPECIAL_ZONE}),
    ("quan",): frozenset({Kind.URBAN_DISTRICT}),
    ("q",): frozenset({Kind.URBAN_DISTRICT}),
    ("district",): frozenset({Kind.URBAN_DISTRICT, Kind.DISTRICT}),
    ("dist",): frozenset({Kind.URBAN_DISTRICT, Kind.DISTRICT}),
    ("huyen",): frozenset({Kind.DISTRICT}),
    ("h",): frozenset({Kind.DISTRICT}),
    ("thi", "xa"): frozenset({Kind.TOWN}),
    ("tx",): frozenset({Kind.TOWN}),
    ("t", "x"): frozenset({Kind.TOWN}),
    ("town",): frozenset({Kind.TOWN, Kind.TOWNSHIP}),
    ("thanh", "pho"): _CITY,
    ("tp",): _CITY,
    ("t", "p"): _CITY,
    ("city",): _CITY,
    ("tinh",): frozenset({Kind.PROVINCE}),
    ("t",): frozenset({Kind.PROVINCE}),
    ("province",): frozenset({Kind.PROVINCE}),
}
"""Folded words in front of a name, and the kinds they say."""

KINDS_BEHIND: Final = frozenset({"ward", "commune", "township", "district", "town", "city", "province"})
"""English words that may also stand behind a name: Hong Gai Ward."""

LONGEST_KIND: Final = max(len(words) for words in KIND_WORDS)

_STREETS: Final = (
    "duong d pho ngo ngach hem kiet lo quoc tinhlo ql dt street st alley lane road nhanh hxh cau"
    " thon xom ap ban lang buon bon soc khom to khu kp tdp cum doi cho hamlet village group"
    " so nha toa chung cu chungcu building apartment block no"
)
STREET_WORDS: Final = frozenset(_STREETS.split())
"""Words before the name of a street, a house or a place below the commune. Such names are often units' names too."""

COUNTRY_WORDS: Final = frozenset({"vietnam", "vn"})
"""The country's name, joined; it says nothing here."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word: its place in the text, its folded and its loose form, the numbers of its piece and its block.

    A block is what stands between commas; dashes part it into pieces.
    """

    start: int
    end: int
    folded: str
    loose: str
    piece: int
    block: int
    has_marks: bool


def split_words(text: str) -> tuple[str, list[Word]]:
    """Give the text in its composed form, cut to what is read, and its words."""
    read = normalise_text(text[:MOST_CHARACTERS])
    breaks = [(found.start(), found["hard"] is not None) for found in _BREAK.finditer(read)]
    words: list[Word] = []
    piece = block = 0
    for found in _WORD.finditer(read):
        while piece < len(breaks) and breaks[piece][0] < found.start():
            block += breaks[piece][1]
            piece += 1
        words.append(_make_word(found, piece, block))
        if len(words) == MOST_WORDS:
            break
    return read, words


def loosen(text: str) -> str:
    """Give the form in which names are looked up: folded, joined, without apostrophes, i for y, no leading zeros."""
    return "".join(_loosen_word(fold_text(found.group())) for found in _WORD.finditer(normalise_text(text)))


def find_kind_before(words: list[Word], index: int, *, piece: int) -> tuple[int, frozenset[Kind]]:
    """Find the kind said right before the word at `index`: how many words it takes (0 for none), and the kinds."""
    for length in range(LONGEST_KIND, 0, -1):
        first = index - length
        if first < 0 or words[first].piece != piece:
            continue
        kinds = KIND_WORDS.get(tuple(word.folded for word in words[first:index]))
        if kinds is not None:
            return length, kinds
    return 0, frozenset()


def find_kind_behind(words: list[Word], index: int, *, piece: int) -> tuple[int, frozenset[Kind]]:
    """Find the kind said in English right behind a name, by the word at `index`."""
    if index < len(words) and words[index].piece == piece and words[index].folded in KINDS_BEHIND:
        return 1, KIND_WORDS[(words[index].folded,)]
    return 0, frozenset()


def _make_word(found: re.Match[str], piece: int, block: int) -> Word:
    folded = fold_text(found.group())
    lowered = found.group().lower()
    return Word(found.start(), found.end(), folded, _loosen_word(folded), piece, block, folded != lowered)


def _loosen_word(folded: str) -> str:
    if folded.isdecimal():
        return unicodedata.normalize("NFKC", folded).lstrip("0") or "0"
    return re.sub(_APOSTROPHE, "", folded).replace("y", "i")
