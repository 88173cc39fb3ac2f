"""What reading finds in a text: each thing with its place, so that a person can see it where it stands.

Places count characters of the text as `scan.make_scan` gives it.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lienthong.delivery.words import Qualifier


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The characters `[start, end)` of a text."""

    start: int
    end: int

    def is_within(self, other: Span) -> bool:
        """Whether all of it lies in the other."""
        return other.start <= self.start and self.end <= other.end

    def touches(self, other: Span) -> bool:
        """Whether the two share a character."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Reference:
    """A document that the text names: `value` is its one spelling, `dated` the day written beside it, if any.

    `symbol` is the kind's abbreviation and `issuer` the issuer's, both empty for a short name such as Đề án 06.
    """

    span: Span
    value: str
    symbol: str = ""
    issuer: str = ""
    dated: str = ""


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A day or period: 2022-03-16, 2022-03, 2022, 2022-Q1, 2021/2025, and --03-07 where the year is not said."""

    span: Span
    value: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as it is reported: `value` has a point for decimals, `a..b` is a range, `a/b` is a of b."""

    span: Span
    value: str
    unit: str
    qualifier: Qualifier


class CandidateKind(StrEnum):
    """What a sentence may become once a person has accepted it."""

    DIRECTIVE = "directive"
    TASK = "task"
    TARGET = "target"
    OBSERVATION = "observation"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may be a task or a target: who is charged, by when, and the figures in it."""

    kind: CandidateKind
    span: Span
    owners: tuple[str, ...]
    due: str
    figures: tuple[Figure, ...]


class Placed(Protocol):
    """Whatever has a place."""

    @property
    def span(self) -> Span:
        """Where it stands."""


_Found = TypeVar("_Found", bound=Placed)


def list_within(found: Sequence[_Found], span: Span) -> tuple[_Found, ...]:
    """Give what begins within a place, of things that are in the order of the text and do not overlap."""
    first = bisect_left(found, span.start, key=_find_start)
    return tuple(found[first : bisect_left(found, span.end, lo=first, key=_find_start)])


def _find_start(thing: Placed) -> int:
    return thing.span.start


@dataclass(frozen=True, slots=True)
class Reading:
    """All that was found in one text."""

    text: str
    references: tuple[Reference, ...]
    dates: tuple[FoundDate, ...]
    figures: tuple[Figure, ...]
    candidates: tuple[Candidate, ...]

    def quote(self, span: Span) -> str:
        """Give the characters of a place."""
        return self.text[span.start : span.end]
