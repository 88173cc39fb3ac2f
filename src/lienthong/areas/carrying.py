"""Figures carried from the units of one day to those of another: a value where it follows, else a range.

A figure is something that adds up over places (people, births, hectares) and is never negative. Nothing is ever
divided equally: what a divided unit gives to one of its successors lies between nothing and all of it, unless a
cited share says more. Sums over a group of units can be exact where its members are not, so a group is carried
to as a whole (`group_of`), never by adding its members' ranges.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from lienthong.areas.errors import AreasError, AreasErrorKind
from lienthong.areas.succession import Share, Trace, join_shares, trace_unit
from lienthong.areas.unit_book import Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from lienthong.areas.unit_book import UnitBook
    from lienthong.areas.units import Unit, UnitKey


class Range(NamedTuple):
    """A figure between two bounds; a value where they are equal."""

    lower: Fraction
    upper: Fraction

    @property
    def is_value(self) -> bool:
        """Whether it is one value."""
        return self.lower == self.upper


class Carried(NamedTuple):
    """A carried figure.

    With units `missing` that may have a part in it, it is at least `lower` and has no upper bound.
    """

    lower: Fraction
    upper: Fraction | None
    missing: tuple[UnitKey, ...] = ()

    @property
    def is_value(self) -> bool:
        """Whether it is one value."""
        return self.lower == self.upper


Group = str
"""The name of a unit or of a group of units that figures are carried to: its code."""


@dataclass(frozen=True, slots=True)
class Journey:
    """From which day to which day, and how the units of that day are grouped: alone by their codes, or else."""

    since: date
    until: date
    group_of: Callable[[Unit], Group]


def make_value(figure: int | Fraction) -> Range:
    """Make a range of one value."""
    return Range(Fraction(figure), Fraction(figure))


def carry_figures(book: UnitBook, figures: Mapping[str, Range], journey: Journey) -> dict[Group, Carried]:
    """Carry `figures` (by code, of units of one level on the first day) to the groups of the other day.

    Raises `CONTRADICTION` for a figure that is no range of something countable, `UNKNOWN_CODE` for a code that no
    unit has, `UNKNOWN_DAY` where the data does not reach.
    """
    lower: dict[Group, Fraction] = defaultdict(Fraction)
    upper: dict[Group, Fraction] = defaultdict(Fraction)
    for code, figure in figures.items():
        _require_countable(code, figure)
        trace = _get_trace(book, _get_unit(book, code, journey.since), journey.until)
        for group, (least, most) in _share_out(trace, journey).items():
            lower[group] += figure.lower * least
            upper[group] += figure.upper * most
    missing = _find_missing(book, figures, journey)
    return {
        group: Carried(lower[group], None if missing.get(group) else upper[group], missing.get(group, ()))
        for group in sorted(lower)
    }


def sum_figures(figures: Mapping[Group, Carried]) -> Carried:
    """Add figures up: bounds that hold, though they may be wider than those of a group carried as a whole."""
    uppers = [figure.upper for figure in figures.values()]
    known = [upper for upper in uppers if upper is not None]
    missing = tuple(sorted({key for figure in figures.values() for key in figure.missing}))
    lower = sum((figure.lower for figure in figures.values()), Fraction(0))
    return Carried(lower, sum(known, Fraction(0)) if len(known) == len(uppers) else None, missing)


def _share_out(trace: Trace, journey: Journey) -> dict[Group, Share]:
    groups = {journey.group_of(part.unit) for part in trace}
    shared = {}
    for group in groups:
        inside = [part.share for part in trace if journey.group_of(part.unit) == group]
        outside = [part.share for part in trace if journey.group_of(part.unit) != group]
        shared[group] = join_shares(inside, outside)
    return shared


def _find_missing(book: UnitBook, figures: Mapping[str, Range], journey: Journey) -> dict[Group, tuple[UnitKey, ...]]:
    """Find the units of the first day that have no figure, though a group that got figures may hold part of them."""
    levels = {book.by_code[code][0].level for code in figures}
    missing: dict[Group, list[UnitKey]] = defaultdict(list)
    for level in levels:
        for unit in book.list_units(journey.since, level):
            if unit.code in figures:
                continue
            trace = trace_unit(book, unit, journey.until)
            for group in {journey.group_of(part.unit) for part in trace} if not isinstance(trace, Unknown) else ():
                missing[group].append(unit.key)
    return {group: tuple(keys) for group, keys in missing.items()}


def _get_unit(book: UnitBook, code: str, day: date) -> Unit:
    found = book.resolve(code, day)
    if isinstance(found, Unknown):
        raise AreasError(found.kind, found.reason)
    return found


def _get_trace(book: UnitBook, unit: Unit, day: date) -> Trace:
    trace = trace_unit(book, unit, day)
    if isinstance(trace, Unknown):
        raise AreasError(trace.kind, trace.reason)
    return trace


def _require_countable(code: str, figure: Range) -> None:
    if not 0 <= figure.lower <= figure.upper:
        message = (
            f"figure of {code}: expected bounds from 0 on, the lower one first, got {figure.lower} and {figure.upper}"
        )
        raise AreasError(AreasErrorKind.CONTRADICTION, message)
