"""All that one page about an indicator shows: its definition, its series, the country's beside it, its areas, sources.

Each row has the figure as sources give it and the figure to compute with, side by side: a reported "over 9,500" is
never replaced by what a formula gives, nor the other way round.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from lienthong.areas.units import Level
from lienthong.delivery.figure_text import list_marks, write_observed, write_value
from lienthong.delivery.figures import Cell, Missing, MissingKind, Observed
from lienthong.delivery.formulas import Value
from lienthong.delivery.missing_text import tell_missing
from lienthong.delivery.observations import list_figures
from lienthong.delivery.places import Place
from lienthong.delivery.sources import list_sources
from lienthong.delivery.words import Rule, find_country

if TYPE_CHECKING:
    from lienthong.delivery.figure_book import FigureBook
    from lienthong.delivery.indicators import Definition
    from lienthong.delivery.periods import Period
    from lienthong.delivery.sources import SourceTerms


PERIODS_BACK: Final = 36
"""Where to look for figures by area: three years of months."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One period: what sources say, what can be computed with, and the country's figure."""

    period: Period
    observed: Observed | Missing
    others: tuple[Observed, ...]
    """What other sources say of the same, and earlier versions."""
    value: Value | Missing
    country: Value | Missing
    why: str = ""
    """Why there is no figure, and of what, where none is shown."""

    @property
    def best(self) -> Observed | Value | Missing:
        """What a line or a table shows: what can be computed with, else what was reported, else why not."""
        if isinstance(self.value, Value):
            return self.value
        return self.observed if isinstance(self.observed, Observed) else self.value

    def write(self, definition: Definition, language: str) -> str:
        """Write the figure that is shown."""
        best = self.best
        if isinstance(best, Missing):
            return self.why
        return write_observed(best, language) if isinstance(best, Observed) else write_value(best, definition, language)

    def list_marks(self, definition: Definition, language: str) -> tuple[str, ...]:
        """Give the marks that stand beside it."""
        return list_marks(self.best, definition, language)


@dataclass(frozen=True, slots=True)
class AreaRow:
    """One unit of the province in the latest period that has any."""

    code: str
    name: str
    value: Value | Missing


@dataclass(frozen=True, slots=True)
class IndicatorSheet:
    """An indicator in an area, as it was known on a day."""

    definition: Definition
    place: Place
    rows: tuple[SheetRow, ...]
    areas: tuple[AreaRow, ...]
    areas_period: Period | None
    sources: tuple[SourceTerms, ...]

    @property
    def charted(self) -> tuple[SheetRow, ...]:
        """Give the rows that one line can join: of the indicator's own frequency, where there are any."""
        own = tuple(row for row in self.rows if row.period.frequency is self.definition.frequency)
        return own or self.rows


def make_sheet(book: FigureBook, indicator: str, area: str, language: str) -> IndicatorSheet:
    """Gather what the page of an indicator shows; raises `UNKNOWN_INDICATOR`."""
    definition = book.get_definition(indicator)
    book.read_ahead([(indicator, area), (indicator, find_country(area))])
    told: dict[Period, list[Observed]] = {}
    for each in list_figures(indicator, area, book.as_of):
        told.setdefault(each.cell.period, []).append(each)
    periods = sorted(set(told) | set(book.list_periods(indicator, area)))
    rows = tuple(_make_row(book, Cell(indicator, area, period), told.get(period, []), language) for period in periods)
    areas_period, areas = _list_areas(book, definition, area, language)
    known = list_sources()
    named = {each.source for row in rows for each in row.others}
    sources = tuple(known[code] for code in sorted(named))
    return IndicatorSheet(definition, Place(area, book.on), rows, areas, areas_period, sources)


def _make_row(book: FigureBook, cell: Cell, told: list[Observed], language: str) -> SheetRow:
    country = find_country(cell.area)
    there = book.find(cell._replace(area=country)) if country != cell.area else Missing(MissingKind.NOT_OBSERVED)
    row = SheetRow(cell.period, book.find_observed(cell), tuple(told), book.find(cell), there)
    return replace(row, why=tell_missing(row.best, book, language)) if isinstance(row.best, Missing) else row


def _list_areas(
    book: FigureBook, definition: Definition, area: str, language: str
) -> tuple[Period | None, tuple[AreaRow, ...]]:
    """Give the communes' figures of the latest period for which most have one, else of the latest for which any has.

    Nothing for what is by province only.
    """
    if definition.rule is not Rule.ORDINARY or len(area) != 2:  # noqa: PLR2004 # a province's code
        return None, ()
    found: tuple[Period, dict[str, Value | Missing]] | None = None
    for period in book.list_area_periods(definition.code)[: -PERIODS_BACK - 1 : -1]:
        by_area = book.list_by_area(definition.code, period, Level.COMMUNE, area)
        known = sum(isinstance(value, Value) for value in by_area.values())
        if known * 2 > len(by_area):
            found = period, by_area
            break
        if known and found is None:
            found = period, by_area
    if found is None:
        return None, ()
    return found[0], tuple(
        AreaRow(code, book.places.name(Place(code, book.on), language), value) for code, value in found[1].items()
    )
