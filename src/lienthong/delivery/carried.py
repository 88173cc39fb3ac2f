"""Figures of any day's units in the tree of any other day: a value where it follows, else a range. Never stored.

Only what adds up is carried (`Carry.SUM`); what is a formula is computed again over carried parts by whoever computes
(figure_book.py); everything else belongs to the units that it was observed in. Pure over the book of units.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from lienthong.areas.carrying import Carried, Journey, carry_figures, make_value
from lienthong.areas.errors import AreasError
from lienthong.areas.succession import trace_unit
from lienthong.areas.unit_book import Unknown
from lienthong.areas.units import Level
from lienthong.delivery.figures import Missing, MissingKind, Observed, least_settled
from lienthong.delivery.formulas import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    from lienthong.areas.unit_book import UnitBook
    from lienthong.areas.units import Unit

_TIERS: Final = (Level.COMMUNE, Level.DISTRICT, Level.PROVINCE)


@dataclass(frozen=True, slots=True)
class Tree:
    """The units of one tier on one day."""

    book: UnitBook
    on: date
    level: Level


def carry_observed(observed: Sequence[Observed], tree: Tree) -> dict[str, Value | Missing]:
    """Carry the figures of one period to the units of `tree`, by code.

    Figures of one tier on one day go together; the tier nearest to the wanted one comes first, and a unit takes the
    first answer that is whole. Where none is, it takes the reason of the first.
    """
    found: dict[str, Value | Missing] = {}
    for figures, since in _group(observed, tree):
        for code, carried in _carry(figures, since, tree).items():
            if isinstance(found.get(code, Missing(MissingKind.NOT_OBSERVED)), Missing):
                found[code] = carried if isinstance(carried, Value) or code not in found else found[code]
    return found


def _group(observed: Sequence[Observed], tree: Tree) -> list[tuple[dict[str, Observed], date]]:
    """Group figures that are of one tier and one day, leaving out tiers above the wanted one."""
    groups: dict[tuple[int, date], dict[str, Observed]] = defaultdict(dict)
    for each in observed:
        unit = tree.book.resolve(each.cell.area, each.area_on)
        if not isinstance(unit, Unknown) and _TIERS.index(unit.level) <= _TIERS.index(tree.level):
            groups[_TIERS.index(unit.level), each.area_on][each.cell.area] = each
    wanted = _TIERS.index(tree.level)
    ordered = sorted(groups.items(), key=lambda item: (wanted - item[0][0], -item[0][1].toordinal()))
    return [(figures, key[1]) for key, figures in ordered]


def _carry(figures: Mapping[str, Observed], since: date, tree: Tree) -> dict[str, Value | Missing]:
    ranges = {code: make_value(Fraction(each.value)) for code, each in figures.items()}
    journey = Journey(since, tree.on, make_group(tree))
    try:
        carried = carry_figures(tree.book, ranges, journey)
    except AreasError:
        return {unit.code: Missing(MissingKind.NOT_CARRIED) for unit in _list_wanted(tree)}
    parts = _find_parts(figures, journey, tree.book)
    return {code: _make(amount, parts[code]) for code, amount in carried.items()}


def make_group(tree: Tree) -> Callable[[Unit], str]:
    """Give how the units of a day are grouped into those of the wanted tier."""
    if tree.level is Level.PROVINCE:
        return lambda unit: tree.book.find_province(unit).code
    if tree.level is Level.DISTRICT:
        return lambda unit: unit.parent if unit.level is Level.COMMUNE else unit.code
    return lambda unit: unit.code


def _list_wanted(tree: Tree) -> Iterable[Unit]:
    return tree.book.list_units(tree.on, tree.level)


def _find_parts(figures: Mapping[str, Observed], journey: Journey, book: UnitBook) -> dict[str, list[Observed]]:
    """Find which figures have a part in which group."""
    parts: dict[str, list[Observed]] = defaultdict(list)
    for code, each in figures.items():
        unit = book.resolve(code, journey.since)
        trace = () if isinstance(unit, Unknown) else trace_unit(book, unit, journey.until)
        for group in {journey.group_of(part.unit) for part in trace} if not isinstance(trace, Unknown) else ():
            parts[group].append(each)
    return parts


def _make(carried: Carried, parts: Sequence[Observed]) -> Value | Missing:
    if carried.upper is None:
        return Missing(MissingKind.NOT_OBSERVED, units=carried.missing)
    return Value(
        carried.lower,
        carried.upper,
        least_settled(each.status for each in parts),
        frozenset(each.pk for each in parts),
        any(each.is_illustrative for each in parts),
    )
