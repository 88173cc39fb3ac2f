"""The words that figures are described in: closed lists, the same in tables, files and answers.

What people read for each stands in both languages in `labels.py`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Frequency(StrEnum):
    """How often an indicator is observed (SDMX: FREQ)."""

    YEAR = "A"
    HALF_YEAR = "S"
    QUARTER = "Q"
    MONTH = "M"
    DAY = "D"
    IRREGULAR = "N"
    """When somebody reports it: spans of years too."""


class Direction(StrEnum):
    """Which way an indicator should go."""

    UP = "up"
    DOWN = "down"
    NONE = "none"
    """Neither way is better by itself: shares of an economy."""


class Carry(StrEnum):
    """How an indicator's figures are carried to the units of another day."""

    SUM = "sum"
    """It adds up over places: people, cases, money."""
    RECOMPUTE = "recompute"
    """It is a formula: its parts are carried, then it is computed again."""
    NEVER = "never"
    """It belongs to the units that it was observed in."""


class Rule(StrEnum):
    """What an indicator may be broken down to."""

    ORDINARY = "ordinary"
    PUBLIC_ORDER = "public-order"
    """Province by year only, no cell under ten, no breakdown, never carried."""
    PUBLISHED_ONLY = "published-only"
    """Only as others published it: incomes of minorities."""


class Status(StrEnum):
    """How far a figure is settled."""

    OFFICIAL = "official"
    ESTIMATE = "estimate"
    """Provisional: a later figure will replace it."""
    UNVERIFIED = "unverified"
    """No source that was read confirms it."""


SETTLED_FIRST: Final = (Status.OFFICIAL, Status.ESTIMATE, Status.UNVERIFIED)
"""From the most to the least settled."""


class Qualifier(StrEnum):
    """What a reported figure says of the true one. Only an exact one can be computed with."""

    EXACT = "exact"
    OVER = "over"
    AT_LEAST = "at-least"
    UNDER = "under"
    AT_MOST = "at-most"
    ABOUT = "about"


class Origin(StrEnum):
    """Where an observation came from; its `origin_ref` leads there."""

    DOCUMENT = "document"
    """A text that somebody read: the sentence."""
    FILE = "file"
    """An import: name and row."""
    CASES = "cases"
    """Counted from cases: the query that lists them."""
    EXCHANGE = "exchange"
    """An answer of another member: the message id."""
    SEED = "seed"
    """A file of this house."""


class SourceKind(StrEnum):
    """What sort of thing a source is."""

    DOCUMENT = "document"
    """A law, resolution, decision, plan."""
    PRESS = "press"
    STATISTICS = "statistics"
    FILE = "file"
    OWN_RECORDS = "own-records"
    """Counted by this platform."""
    INVENTED = "invented"
    """Made up for the demonstration."""


NATIONAL: Final = "VN"
"""The area of national figures, beside the codes of units."""

ILLUSTRATIVE_PROVINCE: Final = "99"
ILLUSTRATIVE_COUNTRY: Final = "98"
"""Codes that the State gives to no province: invented ones, whose figures are marked and stand beside no real ones."""

TOTAL: Final = ""
"""The breakdown of a figure that is broken down by nothing."""


def is_illustrative_area(area: str) -> bool:
    """Whether an area is invented: the sample province, its communes, or the country around it."""
    return area.startswith((ILLUSTRATIVE_PROVINCE, ILLUSTRATIVE_COUNTRY)) and len(area) in {2, 3, 5}


def find_country(area: str) -> str:
    """Give the area of the national figures that an area is compared with."""
    return ILLUSTRATIVE_COUNTRY if is_illustrative_area(area) else NATIONAL
