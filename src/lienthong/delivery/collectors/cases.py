"""Figures from cases: on time, filed online, by month and area; and back from a figure to the cases that are late.

Offices are told apart by their agency's area. A month that is not over is an estimate, and the next run revises it. The
rules of what is on time are those of the progress index (cases/quality.py) and are not repeated here. Cases on public
order are none of ours: what is counted here are services to people.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, urlencode

from django.db import transaction

from lienthong.areas.store import find_agency
from lienthong.cases.quality import Period as Days
from lienthong.cases.quality import measure_on_time, measure_online
from lienthong.cases.quality_rows import read_quality_cases
from lienthong.delivery.collectors.own_sources import OwnSource, put_own_source
from lienthong.delivery.figures import Cell
from lienthong.delivery.recording import NewFigure, record_figures
from lienthong.delivery.words import Origin, Status

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from lienthong.cases.house import Cases
    from lienthong.cases.quality import CountedCase, QualityCase
    from lienthong.cases.working_days import WorkingDays
    from lienthong.delivery.figures import Observed
    from lienthong.delivery.periods import Period
    from lienthong.delivery.recording import Recorded

ON_TIME: Final = frozenset({"CASES_ON_TIME", "CASES_DUE"})
"""Indicators whose cases to look at are the late ones."""


@dataclass(frozen=True, slots=True)
class CaseHouse:
    """Where cases are read, and by which calendar."""

    cases: Cases
    calendar: WorkingDays


def collect_cases(house: CaseHouse, period: Period, today: date) -> Recorded:
    """Count a period's cases by area and record the figures, in one transaction; the same again changes nothing.

    A crash before the end leaves the figures as they were, and the next run counts again.
    """
    days = Days(period.begin, period.last_day)
    by_area: dict[str, list[QualityCase]] = defaultdict(list)
    areas: dict[str, str] = {}
    for case in read_quality_cases(house.cases, days, house.calendar):
        if case.unit not in areas:
            areas[case.unit] = _find_area(case.unit, period.last_day)
        by_area[areas[case.unit]].append(case)
    figures: list[NewFigure] = []
    with transaction.atomic():
        source = put_own_source(OwnSource.CASES)
        for area, cases in sorted(by_area.items()):
            if area:
                figures += _count(cases, area, period, (source, today))
        return record_figures(figures)


def find_cases_behind(house: CaseHouse, observed: Observed) -> tuple[CountedCase, ...]:
    """Give the cases to look at behind a figure that was counted here: the late ones, or those not filed online.

    They are counted again now, so that a case that has ended since is shown as it is; nothing for other figures.
    """
    if observed.origin is not Origin.CASES:
        return ()
    units = parse_qs(observed.origin_ref).get("unit", [])
    period = observed.cell.period
    days = Days(period.begin, period.last_day)
    cases = list(read_quality_cases(house.cases, days, house.calendar, units))
    measure = measure_on_time if observed.cell.indicator in ON_TIME else measure_online
    return measure(cases, days).cases


def _count(cases: list[QualityCase], area: str, period: Period, told: tuple[str, date]) -> Iterable[NewFigure]:
    days = Days(period.begin, period.last_day)
    on_time, online = measure_on_time(cases, days), measure_online(cases, days)
    counts = {
        "CASES_DUE": on_time.denominator,
        "CASES_ON_TIME": on_time.numerator,
        "CASES_RECEIVED": online.denominator,
        "CASES_ONLINE": online.numerator,
    }
    source, today = told
    query = [("from", days.first.isoformat()), ("to", days.last.isoformat())]
    query += [("unit", unit) for unit in sorted({case.unit for case in cases})]
    is_over = today > days.last
    for indicator, count in counts.items():
        yield NewFigure(
            cell=Cell(indicator, area, period),
            area_on=days.last,
            value=Decimal(count),
            source=source,
            status=Status.OFFICIAL if is_over else Status.ESTIMATE,
            published_on=today,
            origin=Origin.CASES,
            origin_ref=urlencode(query),
        )


def _find_area(unit: str, day: date) -> str:
    """Give the area of an office; empty where its agency is not known or serves no area, and then it is not counted."""
    agency = find_agency(unit, day)
    return "" if agency is None else agency.area
