"""Figures from cases: on time, filed online, by month and area; and back from a figure to the cases behind it.

Offices are told apart by their agency's area, and a province's figure is of all cases of the offices in it. A month
that is not over is an estimate, and the next run revises it. The rules of what is on time are those of the progress
index (cases/quality.py) and are not repeated here. Cases on public order are none of ours: what is counted here are
services to people.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, urlencode

from django.db import transaction

from lienthong.areas.store import find_agency, find_unit
from lienthong.areas.units import Level, level_of_code
from lienthong.cases.quality import Period as Days
from lienthong.cases.quality import Why, is_counted, judge, measure_on_time, measure_online
from lienthong.cases.quality_rows import read_quality_cases
from lienthong.delivery.collectors.own_sources import OwnSource, choose_areas, put_own_source
from lienthong.delivery.figures import Cell
from lienthong.delivery.progress import follow, tell_nobody
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
    from lienthong.delivery.progress import Tell
    from lienthong.delivery.recording import Recorded

ON_TIME: Final = frozenset({"CASES_ON_TIME", "CASES_DUE"})
"""Indicators whose cases to look at are the late ones."""


@dataclass(frozen=True, slots=True)
class CaseHouse:
    """Where cases are read, and by which calendar."""

    cases: Cases
    calendar: WorkingDays


@dataclass(frozen=True, slots=True)
class Behind:
    """The cases that a figure was counted from: those to look at (late, or not filed online), and all others."""

    to_look_at: tuple[CountedCase, ...] = ()
    others: tuple[CountedCase, ...] = ()

    @property
    def cases(self) -> tuple[CountedCase, ...]:
        """All of them, those to look at first."""
        return (*self.to_look_at, *self.others)


class _Offices:
    """Which areas an office's cases count for on a day; each office is looked up once."""

    def __init__(self, day: date) -> None:
        self._day = day
        self._known: dict[str, tuple[str, ...]] = {}

    def list_areas(self, unit: str) -> tuple[str, ...]:
        if unit not in self._known:
            agency = find_agency(unit, self._day)
            area = "" if agency is None else agency.area
            self._known[unit] = choose_areas(area, self._find_province(area), unit)
        return self._known[unit]

    def _find_province(self, area: str) -> str:
        found = find_unit(area, self._day) if area and level_of_code(area) is not Level.PROVINCE else None
        while found is not None and found.parent is not None:
            found = found.parent
        return "" if found is None else found.code


def collect_cases(house: CaseHouse, period: Period, today: date, tell: Tell = tell_nobody) -> Recorded:
    """Count a period's cases by area and record the figures, in one transaction; the same again changes nothing.

    An office whose agency is not known, or serves no area, is not counted. A crash before the end leaves the figures as
    they were, and the next run counts again.
    """
    days, offices = Days(period.begin, period.last_day), _Offices(period.last_day)
    by_area: dict[str, list[QualityCase]] = defaultdict(list)
    cases_read = follow(read_quality_cases(house.cases, days, house.calendar), f"cases of {period.text} read", tell)
    for case in cases_read:
        for area in offices.list_areas(case.unit):
            by_area[area].append(case)
    figures: list[NewFigure] = []
    with transaction.atomic():
        source = put_own_source(OwnSource.CASES)
        for area, cases in sorted(by_area.items()):
            figures += _count(cases, area, period, (source, today))
        return record_figures(figures, tell)


def find_cases_behind(house: CaseHouse, observed: Observed) -> Behind:
    """Give the cases that a figure was counted from; nothing for figures that were not counted here.

    They are counted again now, so that a case that has ended since is shown as it is.
    """
    if observed.origin is not Origin.CASES:
        return Behind()
    told, period = parse_qs(observed.origin_ref), observed.cell.period
    days, offices = Days(period.begin, period.last_day), _Offices(period.last_day)
    # A province's figure names no offices: there would be too many.
    read = read_quality_cases(house.cases, days, house.calendar, told.get("unit"))
    cases = [case for case in read if "unit" in told or observed.cell.area in offices.list_areas(case.unit)]
    if observed.cell.indicator in ON_TIME:
        counted = [case for case in cases if is_counted(case, days)]
        to_look_at = measure_on_time(counted, days).cases
    else:
        counted = [case for case in cases if days.has(case.submitted_at)]
        to_look_at = measure_online(counted, days).cases
    shown = {case.code for case in to_look_at}
    judged = (judge(case, days) for case in counted if case.code not in shown)
    has_day = observed.cell.indicator in ON_TIME
    return Behind(to_look_at, tuple(case for case in judged if not (has_day and case.why is Why.NO_DAY)))


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
    if level_of_code(area) is Level.PROVINCE:
        query.append(("area", area))
    else:
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
