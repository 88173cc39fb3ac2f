"""Observations as values, as they were known on a day.

A figure is known from the day on which its source published it (`published_on`); what is asked "as of" a day sees no
later one. `recording.py` writes them.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from django.db.models import F, Q
from django.db.models.functions import Length

from lienthong.delivery.figures import Cell, Missing, Observed, choose_current
from lienthong.delivery.models import Observation
from lienthong.delivery.periods import parse_period
from lienthong.delivery.words import TOTAL, Origin, Qualifier, Status

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date

    from django.db.models import QuerySet

    from lienthong.delivery.periods import Period


def list_figures(indicator: str, area: str, as_of: date, *, breakdown: str = TOTAL) -> list[Observed]:
    """Give every version known on a day of an indicator in an area, by period."""
    rows = Observation.objects.filter(
        indicator__code=indicator, area_code=area, breakdown=breakdown, published_on__lte=as_of
    )
    return _read(rows.order_by("period_begin", "source", "version"))


def list_figures_of(
    indicators: Collection[str], areas: Collection[str], as_of: date
) -> dict[tuple[str, str, str], list[Observed]]:
    """Give the same of many, by indicator, area and breakdown, with one query."""
    rows = Observation.objects.filter(indicator__code__in=indicators, area_code__in=areas, published_on__lte=as_of)
    found: dict[tuple[str, str, str], list[Observed]] = defaultdict(list)
    for each in _read(rows.order_by("period_begin", "source", "version")):
        found[each.cell.indicator, each.cell.area, each.cell.breakdown].append(each)
    return dict(found)


def choose_series(
    figures: Iterable[Observed], validity: tuple[date, date | None] | None = None
) -> dict[Period, Observed | Missing]:
    """Choose the figure of each period among all versions; where sources disagree, that.

    `validity` holds them to one unit, where a code was given to several: the days on which it was that unit's.
    """
    by_cell: dict[Cell, list[Observed]] = defaultdict(list)
    for each in figures:
        if validity is None or _is_within(each.area_on, validity):
            by_cell[each.cell].append(each)
    return {cell.period: choose_current(versions) for cell, versions in by_cell.items()}


def list_cells(indicators: Collection[str], as_of: date) -> dict[tuple[str, str, str], list[Observed | Missing]]:
    """Give the figure of each area that has one, by indicator, period and breakdown: for maps and carrying."""
    rows = Observation.objects.filter(indicator__code__in=indicators, published_on__lte=as_of)
    by_area: dict[tuple[Cell, date], list[Observed]] = defaultdict(list)
    for each in _read(rows.order_by("area_code", "area_on", "source", "version")):
        by_area[each.cell, each.area_on].append(each)
    found: dict[tuple[str, str, str], list[Observed | Missing]] = defaultdict(list)
    for (cell, _on), versions in by_area.items():
        found[cell.indicator, cell.period.text, cell.breakdown].append(choose_current(versions))
    return dict(found)


def list_known(indicators: Collection[str], as_of: date) -> dict[str, set[tuple[str, str]]]:
    """Give of each indicator the periods and breakdowns that it has any figure for, anywhere."""
    rows = Observation.objects.filter(indicator__code__in=indicators, published_on__lte=as_of)
    known: dict[str, set[tuple[str, str]]] = {code: set() for code in indicators}
    for code, period, breakdown in rows.values_list("indicator__code", "period", "breakdown").distinct():
        known[code].add((period, breakdown))
    return known


def list_current(as_of: date, indicators: tuple[str, ...], areas: tuple[str, ...]) -> list[Observed]:
    """Give the latest version known on a day of each cell and source; of everything where nothing is named."""
    rows = Observation.objects.filter(published_on__lte=as_of)
    rows = rows.filter(indicator__code__in=indicators) if indicators else rows
    rows = rows.filter(area_code__in=areas) if areas else rows
    cell = ("indicator__code", "area_code", "area_on", "period", "breakdown", "source__code")
    return _read(rows.order_by(*cell, "-version").distinct(*cell))


def list_published(since: date, until: date, *, illustrative: bool, limit: int) -> list[Observed]:
    """Give what became known in a span of days, both included: the latest first, of a day the larger areas first."""
    rows = Observation.objects.filter(published_on__range=(since, until), is_illustrative=illustrative)
    return _read(rows.order_by("-published_on", Length("area_code"), "-pk")[:limit])


def find_last_day(as_of: date, *, illustrative: bool) -> date | None:
    """Give the last day, up to `as_of`, on which any figure became known: how fresh the data is."""
    rows = Observation.objects.filter(published_on__lte=as_of, is_illustrative=illustrative)
    return rows.order_by("-published_on").values_list("published_on", flat=True).first()


def find_before(revised: Collection[Observed]) -> dict[int, Observed]:
    """Give the version before each revised figure, by the revised one's number."""
    wanted = Q(pk__in=())
    for each in revised:
        wanted |= _match(each) & Q(version=each.version - 1)
    rows = {_get_key(each): each for each in _read(Observation.objects.filter(wanted))}
    return {each.pk: rows[_get_key(each)] for each in revised if _get_key(each) in rows}


def list_versions(observed: Observed) -> list[Observed]:
    """Give all versions of a figure from its source, the first first."""
    return _read(Observation.objects.filter(_match(observed)).order_by("version"))


def find_figure(pk: int) -> Observed | None:
    """Find one observation by its number: what a footnote of a report leads to."""
    return next(iter(_read(Observation.objects.filter(pk=pk))), None)


def find_figures(pks: Collection[int]) -> dict[int, Observed]:
    """Find several observations by their numbers, at once."""
    return {each.pk: each for each in _read(Observation.objects.filter(pk__in=pks))}


def _match(observed: Observed) -> Q:
    """Match every version of a figure from its source."""
    cell = observed.cell
    return Q(
        indicator__code=cell.indicator,
        area_code=cell.area,
        area_on=observed.area_on,
        period=cell.period.text,
        breakdown=cell.breakdown,
        source__code=observed.source,
    )


def _get_key(observed: Observed) -> tuple[Cell, date, str]:
    return observed.cell, observed.area_on, observed.source


def _is_within(day: date, span: tuple[date, date | None]) -> bool:
    begin, end = span
    return begin <= day and (end is None or day < end)


def _read(rows: QuerySet[Observation]) -> list[Observed]:
    columns = rows.annotate(
        code=F("indicator__code"), unit=F("indicator__unit"), source_code=F("source__code"), cited=F("source__is_cited")
    )
    return [
        Observed(
            pk=row.pk,
            cell=Cell(row.code, row.area_code, parse_period(row.period), row.breakdown),
            area_on=row.area_on,
            unit=row.unit,
            source=row.source_code,
            is_cited=row.cited,
            version=row.version,
            value=round(row.value, row.decimals),
            qualifier=Qualifier(row.qualifier),
            wording=row.wording,
            status=Status(row.status),
            is_reported=row.is_reported,
            is_illustrative=row.is_illustrative,
            origin=Origin(row.origin),
            origin_ref=row.origin_ref,
            published_on=row.published_on,
            recorded_at=row.recorded_at,
            note=row.note,
        )
        for row in columns
    ]
