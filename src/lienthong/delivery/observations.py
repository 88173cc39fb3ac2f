"""Observations as values, as they were known on a day.

A figure is known from the day on which its source published it (`published_on`); what is asked "as of" a day sees no
later one. `recording.py` writes them.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from django.db.models import F
from django.db.models.functions import Length

from lienthong.delivery.figures import Cell, Missing, Observed, choose_current
from lienthong.delivery.models import Observation
from lienthong.delivery.periods import parse_period
from lienthong.delivery.words import TOTAL, Origin, Qualifier, Status

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet

    from lienthong.delivery.periods import Period


def list_figures(
    indicator: str, area: str, as_of: date, *, validity: tuple[date, date | None] | None = None, breakdown: str = TOTAL
) -> list[Observed]:
    """Give every version known on a day of an indicator in an area, by period.

    `validity` holds them to one unit, where a code was given to several: the days on which it was that unit's.
    """
    rows = Observation.objects.filter(
        indicator__code=indicator, area_code=area, breakdown=breakdown, published_on__lte=as_of
    )
    if validity is not None:
        begin, end = validity
        rows = rows.filter(area_on__gte=begin)
        rows = rows if end is None else rows.filter(area_on__lt=end)
    return _read(rows.order_by("period_begin", "source", "version"))


def list_series(
    indicator: str, area: str, as_of: date, *, validity: tuple[date, date | None] | None = None, breakdown: str = TOTAL
) -> dict[Period, Observed | Missing]:
    """Give the figure of each period that is known on a day; where sources disagree, that."""
    by_cell: dict[Cell, list[Observed]] = defaultdict(list)
    for each in list_figures(indicator, area, as_of, validity=validity, breakdown=breakdown):
        by_cell[each.cell].append(each)
    return {cell.period: choose_current(versions, cell.describe()) for cell, versions in by_cell.items()}


def list_cells(indicator: str, period: str, as_of: date, *, breakdown: str = TOTAL) -> list[Observed | Missing]:
    """Give an indicator's figure for each area that has one in a period: for maps and carrying."""
    rows = Observation.objects.filter(
        indicator__code=indicator, period=period, breakdown=breakdown, published_on__lte=as_of
    )
    by_area: dict[tuple[str, date], list[Observed]] = defaultdict(list)
    for each in _read(rows.order_by("area_code", "area_on", "source", "version")):
        by_area[each.cell.area, each.area_on].append(each)
    return [choose_current(versions, versions[0].cell.describe()) for versions in by_area.values()]


def list_period_texts(indicator: str, as_of: date) -> list[str]:
    """Give the periods that an indicator has any figure for, anywhere."""
    rows = Observation.objects.filter(indicator__code=indicator, published_on__lte=as_of)
    return sorted(rows.values_list("period", flat=True).distinct())


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


def list_versions(observed: Observed) -> list[Observed]:
    """Give all versions of a figure from its source, the first first."""
    cell = observed.cell
    rows = Observation.objects.filter(
        indicator__code=cell.indicator,
        area_code=cell.area,
        area_on=observed.area_on,
        period=cell.period.text,
        breakdown=cell.breakdown,
        source__code=observed.source,
    )
    return _read(rows.order_by("version"))


def find_figure(pk: int) -> Observed | None:
    """Find one observation by its number: what a footnote of a report leads to."""
    return next(iter(_read(Observation.objects.filter(pk=pk))), None)


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
