"""Free-text Vietnamese addresses, old or new: which units they may mean, ranked, with reasons; never a silent guess.

`AddressParser` is made once (its index takes a fraction of a second) and used from any thread. It decides only
where one candidate stands clear of all others; else all are shown and a person chooses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from lienthong.areas.address_candidates import Candidate, make_candidates
from lienthong.areas.address_names import NameIndex, make_index
from lienthong.areas.address_words import Word, split_words

if TYPE_CHECKING:
    from datetime import date

    from lienthong.areas.unit_book import UnitBook

LEAST_DECIDED: Final = 0.6
"""The least score at which a candidate can stand alone."""

CLEAR_LEAD: Final = 0.12
"""How far a decided candidate is ahead of the next: more than any single small doubt costs."""

LEAST_SHOWN: Final = 0.2
"""What scores less fits by chance."""

MOST_SHOWN: Final = 10
"""A person chooses among these; `left_out` says how many more there were."""

_LOOSE_ENDS: Final = re.compile(r"^[\s,;.\-|]+|[\s,;.\-|]+$")
_DOUBLED: Final = re.compile(r"\s*([,;])(?:\s*[,;])+")
_COUNTRY: Final = re.compile(r"(?i)[\s,;.\-]*\b(?:vi[eệ]t\s*nam|vn)\b[\s.]*$")


@dataclass(frozen=True, slots=True)
class ParsedAddress:
    """What a text may mean: candidates from the best on, and the one that is clear of all others, if there is one."""

    text: str
    candidates: tuple[Candidate, ...]
    decided: Candidate | None
    left_out: int

    def find_rest(self, candidate: Candidate) -> str:
        """Give what the candidate leaves of the text: house, street, hamlet."""
        _, words = split_words(self.text)
        return cut_out(self.text, words, candidate)


@dataclass(frozen=True)
class AddressParser:
    """Reads addresses against one book of units."""

    book: UnitBook

    @cached_property
    def index(self) -> NameIndex:
        """The names of all units, indexed at the first use."""
        return make_index(self.book)

    def parse(self, text: str, on: date | None = None) -> ParsedAddress:
        """Read `text`; with a day `on`, only units of that day are candidates.

        Without a day the text may be an address of before the reform or since: where both fit, neither is decided.
        """
        read, words = split_words(text)
        found = make_candidates(self.index, self.index.find_mentions(read, words), on)
        shown = [candidate for candidate in found if candidate.score >= LEAST_SHOWN]
        return ParsedAddress(read, tuple(shown[:MOST_SHOWN]), _decide(shown), max(len(shown) - MOST_SHOWN, 0))


def cut_out(text: str, words: list[Word], candidate: Candidate) -> str:
    """Give `text` without the words that the candidate's mentions use."""
    spans = sorted((words[each.begin].start, words[each.stop - 1].end) for each in candidate.mentions)
    kept, place = [], 0
    for start, end in spans:
        kept.append(text[place:start])
        place = max(place, end)
    rest = _COUNTRY.sub("", "".join([*kept, text[place:]]))
    return " ".join(_LOOSE_ENDS.sub("", _DOUBLED.sub(r"\1", rest)).split())


def _decide(candidates: list[Candidate]) -> Candidate | None:
    if not candidates or candidates[0].score < LEAST_DECIDED:
        return None
    if len(candidates) > 1 and candidates[0].score - candidates[1].score < CLEAR_LEAD:
        return None
    return candidates[0]
