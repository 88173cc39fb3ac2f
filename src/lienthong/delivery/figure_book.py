"""Every figure of a day: observed, computed by a formula, or carried from another day's units; missing with a reason.

One `FigureBook` answers for one day of knowledge and one day's tree of units, and remembers what it has read, so that
a board or a report sees one state. It reads the tables and never writes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, TypeGuard

from lienthong.areas.unit_book import Unknown
from lienthong.areas.units import Level, UnitKey, level_of_code
from lienthong.delivery.carried import Tree, carry_observed
from lienthong.delivery.figures import Cell, Missing, MissingKind, Observed, find_computable
from lienthong.delivery.formula_checks import verify_formulas
from lienthong.delivery.formula_tree import list_references
from lienthong.delivery.formulas import Scope, Value, compute
from lienthong.delivery.indicators import list_definitions, refuse_code
from lienthong.delivery.observations import choose_series, list_cells, list_figures, list_figures_of, list_known
from lienthong.delivery.periods import Period, parse_period
from lienthong.delivery.places import COUNTRY_NAMES, Place, Places
from lienthong.delivery.public_order import LEAST_CELL
from lienthong.delivery.words import TOTAL, Carry, Rule, find_country

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from lienthong.delivery.indicators import Definition
    from lienthong.delivery.units import Unit

_Series = dict[Period, Observed | Missing]


class FigureBook:
    """What is known on the day `as_of`, in the tree of the day `on` (the same day where none is given)."""

    def __init__(self, as_of: date, on: date | None = None) -> None:
        self.as_of = as_of
        self.on = on or as_of
        self.definitions = list_definitions()
        self.places = Places()
        self._trees = verify_formulas(self.definitions)
        self._ahead: set[tuple[str, str]] = set()
        self._read: dict[tuple[str, str, str], list[Observed]] = {}
        self._series: dict[tuple[str, str, str], _Series | Missing] = {}
        self._known: dict[str, set[tuple[str, str]]] = {}
        self._cells: dict[str, dict[tuple[str, str, str], list[Observed | Missing]]] = {}
        self._carried: dict[tuple[str, str, Period, str, Level], dict[str, Value | Missing]] = {}
        self._uncited: set[int] = set()

    def read_ahead(self, wanted: Iterable[tuple[str, str]]) -> None:
        """Read the series of indicators in areas, and of all that their formulas rest on, with one query for them all.

        Nothing depends on it but how often the tables are asked: whoever knows what a page needs says so first.
        """
        needed = self._list_needed(wanted) - self._ahead
        if not needed:
            return
        indicators, areas = ({pair[place] for pair in needed} for place in (0, 1))
        self._read |= list_figures_of(indicators, areas, self.as_of)
        self._ahead |= {(indicator, area) for indicator in indicators for area in areas}

    def get_definition(self, code: str) -> Definition:
        """Give an indicator's definition; raises `UNKNOWN_INDICATOR`."""
        if code not in self.definitions:
            raise refuse_code(code)
        return self.definitions[code]

    def unit_of(self, code: str) -> Unit:
        """Give the unit of an indicator."""
        return self.get_definition(code).measure

    def find_observed(self, cell: Cell) -> Observed | Missing:
        """Give what sources say of a cell, as they say it: what was merely reported too."""
        series = self._read_series(cell.indicator, cell.area, cell.breakdown)
        if isinstance(series, Missing):
            return series
        return series.get(cell.period, Missing(MissingKind.NOT_OBSERVED, cell))

    def list_observed(self, indicator: str, area: str, breakdown: str = "") -> dict[Period, Observed | Missing]:
        """Give all that sources say of an indicator in an area, by period; nothing where the area is unknown."""
        series = self._read_series(indicator, area, breakdown)
        return {} if isinstance(series, Missing) else series

    def find(self, cell: Cell) -> Value | Missing:
        """Give the figure of a cell to compute with, in its indicator's unit; a range where no more is known."""
        return self._find(cell, may_carry=True)

    def list_periods(self, indicator: str, area: str, breakdown: str = "") -> list[Period]:
        """Give the periods for which an indicator has a figure in an area: observed, computed or carried."""
        periods = set(self.list_observed(indicator, area, breakdown))
        candidates: set[Period] = set()
        if indicator in self._trees:
            for reference in list_references(self._trees[indicator]):
                place = find_country(area) if reference.area == "country" else reference.area or area
                candidates |= set(self.list_periods(reference.code, place, reference.breakdown))
        elif self.get_definition(indicator).carry is Carry.SUM and not periods:
            candidates = self._list_known_periods(indicator)
        found = (each for each in candidates - periods)
        periods |= {each for each in found if isinstance(self.find(Cell(indicator, area, each, breakdown)), Value)}
        return sorted(periods)

    def list_values(self, indicator: str, area: str, breakdown: str = "") -> dict[Period, Value | Missing]:
        """Give the figure of each period for which there is one: the line of a chart."""
        periods = self.list_periods(indicator, area, breakdown)
        return {period: self.find(Cell(indicator, area, period, breakdown)) for period in periods}

    def list_area_periods(self, indicator: str) -> list[Period]:
        """Give the periods for which an indicator, or a part of its formula, has a figure anywhere."""
        codes = {indicator}
        if indicator in self._trees:
            codes |= {reference.code for reference in list_references(self._trees[indicator])}
        return sorted(set().union(*(self._list_known_periods(code) for code in codes)))

    def list_by_area(self, indicator: str, period: Period, level: Level, province: str) -> dict[str, Value | Missing]:
        """Give the figure of each unit of a tier within a province, in this book's tree: for maps and tables."""
        units = self.places.get_book(province).list_units(self.on, level, province)
        self.read_ahead((indicator, unit.code) for unit in units)
        return {unit.code: self.find(Cell(indicator, unit.code, period)) for unit in units}

    def list_uncited(self, rows: frozenset[int]) -> frozenset[int]:
        """Give which of the observations that this book has used come from no source that could be cited."""
        return rows & self._uncited

    def _find(self, cell: Cell, *, may_carry: bool) -> Value | Missing:
        definition = self.get_definition(cell.indicator)
        computed = self._compute(cell, definition, may_carry=may_carry)
        if isinstance(computed, Value):
            return computed
        observed = find_computable(self.find_observed(cell))
        if isinstance(observed, Observed):
            return make_value(observed)
        if computed is not None:
            return computed if observed.kind is MissingKind.NOT_OBSERVED else observed
        if may_carry and observed.kind is MissingKind.NOT_OBSERVED:
            return self._carry(cell, definition)
        return observed

    def _compute(self, cell: Cell, definition: Definition, *, may_carry: bool) -> Value | Missing | None:
        tree = self._trees.get(cell.indicator)
        if tree is None or cell.breakdown:
            return None
        may_carry = may_carry and definition.carry is not Carry.NEVER
        scope = Scope(cell.area, cell.period, self if may_carry else _Uncarried(self))
        found = compute(tree, scope, definition.measure)
        if isinstance(found, Value) and is_withheld(found, definition):
            return Missing(MissingKind.WITHHELD, cell)
        return found

    def _carry(self, cell: Cell, definition: Definition) -> Value | Missing:
        nothing = Missing(MissingKind.NOT_OBSERVED, cell)
        place = Place(cell.area, self.on)
        if place.is_country or (cell.period.text, cell.breakdown) not in self._list_known(cell.indicator):
            return nothing
        if definition.carry is not Carry.SUM:
            return Missing(MissingKind.NOT_CARRIED, cell)
        level = level_of_code(cell.area)
        key = (find_country(cell.area), cell.indicator, cell.period, cell.breakdown, level)
        if key not in self._carried:
            rows = self._list_cells(cell.indicator).get((cell.indicator, cell.period.text, cell.breakdown), [])
            computable = [each for each in map(find_computable, rows) if _is_of_unit(each)]
            self._carried[key] = carry_observed(computable, Tree(self.places.get_book(cell.area), self.on, level))
        found = self._carried[key].get(cell.area, nothing)
        return replace(found, cell=cell) if isinstance(found, Missing) else found

    def _read_series(self, indicator: str, area: str, breakdown: str) -> _Series | Missing:
        key = (indicator, area, breakdown)
        if key not in self._series:
            validity = self.places.find_validity(Place(area, self.on))
            if isinstance(validity, Unknown):
                self._series[key] = Missing(MissingKind.UNKNOWN_AREA, units=(UnitKey(area, self.on),))
            else:
                figures = (
                    self._read.get(key, [])
                    if (indicator, area) in self._ahead
                    else list_figures(indicator, area, self.as_of, breakdown=breakdown)
                )
                self._note_uncited(figures)
                self._series[key] = choose_series(figures, validity)
        return self._series[key]

    def _list_needed(self, wanted: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
        """Give which series are looked at for these: their own, and those of the parts of their formulas."""
        needed: set[tuple[str, str]] = set()
        left = list(wanted)
        while left:
            indicator, area = left.pop()
            if (indicator, area) in needed:
                continue
            needed.add((indicator, area))
            if indicator in self._trees:
                for reference in list_references(self._trees[indicator]):
                    place = find_country(area) if reference.area == "country" else reference.area or area
                    left.append((reference.code, place))
        return needed

    def _list_known(self, indicator: str) -> set[tuple[str, str]]:
        """Give the periods and breakdowns for which an indicator has any figure anywhere."""
        if indicator not in self._known:
            ahead = {code for code, _ in self._ahead if code not in self._known}
            self._known |= list_known(ahead | {indicator}, self.as_of)
        return self._known[indicator]

    def _list_known_periods(self, indicator: str) -> set[Period]:
        return {parse_period(period) for period, _breakdown in self._list_known(indicator)}

    def _list_cells(self, indicator: str) -> dict[tuple[str, str, str], list[Observed | Missing]]:
        """Give an indicator's figures everywhere; with one query those of all others too that will be carried."""
        if indicator not in self._cells:
            carried = {
                code
                for code, area in self._ahead
                if code not in self._cells
                and area not in COUNTRY_NAMES
                and self.get_definition(code).carry is Carry.SUM
                and (code, area, TOTAL) not in self._read
            }
            found = list_cells(carried | {indicator}, self.as_of)
            for rows in found.values():
                self._note_uncited(each for each in rows if isinstance(each, Observed))
            self._cells |= dict.fromkeys(carried | {indicator}, found)
        return self._cells[indicator]

    def _note_uncited(self, figures: Iterable[Observed]) -> None:
        self._uncited |= {each.pk for each in figures if not each.is_cited}


@dataclass(frozen=True, slots=True)
class _Uncarried:
    """The same figures without those carried from other units: for what is never carried, parts included."""

    book: FigureBook

    def find(self, cell: Cell) -> Value | Missing:
        return self.book._find(cell, may_carry=False)  # noqa: SLF001 # one class in two views

    def unit_of(self, code: str) -> Unit:
        return self.book.unit_of(code)


def make_value(observed: Observed) -> Value:
    """Make the value to compute with of an observation that can be computed with."""
    amount = Fraction(observed.value)
    return Value(amount, amount, observed.status, frozenset({observed.pk}), observed.is_illustrative)


def _is_of_unit(each: Observed | Missing) -> TypeGuard[Observed]:
    return isinstance(each, Observed) and each.cell.area not in COUNTRY_NAMES


def is_withheld(value: Value, definition: Definition) -> bool:
    """Whether a computed figure of public order counts people or cases, and fewer than may be told."""
    counts = not definition.measure.is_number and all(times > 0 for _, times in definition.measure.bases)
    is_streak = definition.measure.bases == (("year", 1),)
    return definition.rule is Rule.PUBLIC_ORDER and counts and not is_streak and value.lower < LEAST_CELL
