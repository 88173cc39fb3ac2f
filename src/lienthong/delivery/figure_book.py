"""Every figure of a day: observed, computed by a formula, or carried from another day's units; missing with a reason.

One `FigureBook` answers for one day of knowledge and one day's tree of units, and remembers what it has read, so that
a board or a report sees one state. It reads the tables and never writes.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, TypeGuard

from lienthong.areas.unit_book import Unknown
from lienthong.areas.units import Level, level_of_code
from lienthong.delivery.carried import Tree, carry_observed
from lienthong.delivery.figures import Cell, Missing, MissingKind, Observed, find_computable
from lienthong.delivery.formula_checks import verify_formulas
from lienthong.delivery.formula_tree import list_references
from lienthong.delivery.formulas import Scope, Value, compute
from lienthong.delivery.indicators import list_definitions, refuse_code
from lienthong.delivery.observations import list_cells, list_period_texts, list_series
from lienthong.delivery.periods import Period, parse_period
from lienthong.delivery.places import COUNTRY_NAMES, Place, find_validity, get_book
from lienthong.delivery.public_order import LEAST_CELL
from lienthong.delivery.words import Carry, Rule, find_country

if TYPE_CHECKING:
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
        self._trees = verify_formulas(self.definitions)
        self._series: dict[tuple[str, str, str], _Series | Missing] = {}
        self._carried: dict[tuple[str, str, Period, str, Level], dict[str, Value | Missing]] = {}

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
        return series.get(cell.period, Missing(MissingKind.NOT_OBSERVED, cell.describe()))

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
            candidates = {parse_period(text) for text in list_period_texts(indicator, self.as_of)}
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
        return sorted({parse_period(text) for code in codes for text in list_period_texts(code, self.as_of)})

    def list_by_area(self, indicator: str, period: Period, level: Level, province: str) -> dict[str, Value | Missing]:
        """Give the figure of each unit of a tier within a province, in this book's tree: for maps and tables."""
        units = get_book(province).list_units(self.on, level, province)
        return {unit.code: self.find(Cell(indicator, unit.code, period)) for unit in units}

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
            return Missing(MissingKind.WITHHELD, cell.describe())
        return found

    def _carry(self, cell: Cell, definition: Definition) -> Value | Missing:
        nothing = Missing(MissingKind.NOT_OBSERVED, cell.describe())
        place = Place(cell.area, self.on)
        if place.is_country:
            return nothing
        if definition.carry is not Carry.SUM:
            elsewhere = list_cells(cell.indicator, cell.period.text, self.as_of, breakdown=cell.breakdown)
            return Missing(MissingKind.NOT_CARRIED, cell.describe()) if elsewhere else nothing
        level = level_of_code(cell.area)
        key = (find_country(cell.area), cell.indicator, cell.period, cell.breakdown, level)
        if key not in self._carried:
            rows = list_cells(cell.indicator, cell.period.text, self.as_of, breakdown=cell.breakdown)
            computable = [each for each in map(find_computable, rows) if _is_of_unit(each)]
            self._carried[key] = carry_observed(computable, Tree(get_book(cell.area), self.on, level))
        return self._carried[key].get(cell.area, nothing)

    def _read_series(self, indicator: str, area: str, breakdown: str) -> _Series | Missing:
        key = (indicator, area, breakdown)
        if key not in self._series:
            validity = find_validity(Place(area, self.on))
            self._series[key] = (
                Missing(MissingKind.UNKNOWN_AREA, validity.reason)
                if isinstance(validity, Unknown)
                else list_series(indicator, area, self.as_of, validity=validity, breakdown=breakdown)
            )
        return self._series[key]


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
