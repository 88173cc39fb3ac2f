"""A figure as a value: which cell it fills, what is known of it, or why it is missing. Pure.

Missing stays missing: whatever is asked of a figure that is not there gives the reason, never a nought.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from lienthong.delivery.words import SETTLED_FIRST, TOTAL, Origin, Qualifier, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime
    from decimal import Decimal

    from lienthong.areas.units import UnitKey
    from lienthong.delivery.periods import Period


class Cell(NamedTuple):
    """What a figure is of: an indicator's code, an area's code, a period, and what it is broken down by."""

    indicator: str
    area: str
    period: Period
    breakdown: str = TOTAL

    def describe(self) -> str:
        """Name it in a message."""
        broken = f" {self.breakdown}" if self.breakdown else ""
        return f"{self.indicator}{broken} of {self.area} in {self.period.text}"


class MissingKind(StrEnum):
    """Why there is no figure."""

    NOT_OBSERVED = "not-observed"
    """Nobody has given one."""
    REPORTED_ONLY = "reported-only"
    """There is only one that was told in words, such as "over 9,500": it is shown and not computed with."""
    SOURCES_DISAGREE = "sources-disagree"
    """Sources of the same standing give different figures; neither is preferred."""
    NO_DIVISION = "no-division"
    """It would be divided by nothing."""
    TOO_SHORT = "too-short"
    """The series has too few figures."""
    NOT_CARRIED = "not-carried"
    """The figure belongs to other units, and this indicator is never carried."""
    UNKNOWN_AREA = "unknown-area"
    """No unit has the code on the day, or the data on units does not reach."""
    NOT_A_VALUE = "not-a-value"
    """What is known is a range, and a value was needed."""
    BEYOND_LIMITS = "beyond-limits"
    """A straight line would lead to what the figure cannot be, such as more than a hundred percent."""
    WITHHELD = "withheld"
    """A figure of public order so small that it would tell of single people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """One observation as its source gave it."""

    pk: int
    cell: Cell
    area_on: date
    unit: str
    source: str
    is_cited: bool
    version: int
    value: Decimal
    qualifier: Qualifier
    wording: str
    status: Status
    is_reported: bool
    is_illustrative: bool
    origin: Origin
    origin_ref: str
    published_on: date
    recorded_at: datetime
    note: str = ""

    @property
    def is_computable(self) -> bool:
        """Whether other figures may be computed from it: exact, and not merely told."""
        return self.qualifier is Qualifier.EXACT and not self.is_reported


@dataclass(frozen=True, slots=True)
class Missing:
    """That there is no figure: why, and of which cell, where that is known.

    `units` are those whose own figure would be needed or that are not known, `told` is what sources disagree on, and
    `note` says more without words.
    """

    kind: MissingKind
    cell: Cell | None = None
    units: tuple[UnitKey, ...] = ()
    told: tuple[Observed, ...] = ()
    note: str = ""


_RANK: Final = {status: rank for rank, status in enumerate(SETTLED_FIRST)}


def choose_current(candidates: Sequence[Observed]) -> Observed | Missing:
    """Choose among the figures of one cell, of which there is at least one.

    Of each source the latest version counts, then what is settled best, and what can be computed with goes before what
    was merely told. Two of the same standing that differ are no answer.
    """
    latest: dict[str, Observed] = {}
    for each in candidates:
        if each.source not in latest or each.version > latest[each.source].version:
            latest[each.source] = each
    ranked = sorted(latest.values(), key=_standing)
    best = [each for each in ranked if _standing(each) == _standing(ranked[0])]
    if len({(each.value, each.qualifier) for each in best}) > 1:
        return Missing(MissingKind.SOURCES_DISAGREE, best[0].cell, told=tuple(best))
    return max(best, key=lambda each: (each.published_on, each.source))


def find_computable(found: Observed | Missing) -> Observed | Missing:
    """Give what can be computed with, or why it cannot."""
    if isinstance(found, Observed) and not found.is_computable:
        return Missing(MissingKind.REPORTED_ONLY, found.cell)
    return found


def least_settled(statuses: Iterable[Status]) -> Status:
    """Give the status of what rests on all of these."""
    return max(statuses, key=lambda status: _RANK[status], default=Status.OFFICIAL)


def _standing(observed: Observed) -> tuple[bool, int]:
    return not observed.is_computable, _RANK[observed.status]
