"""The progress index of 766/QĐ-TTg from cases: each figure with the cases behind it. Pure.

The formulas are dated data with their doubts (data/quality.toml). A rate keeps what it was divided from, so that rates
of communes are never added or averaged: whoever needs a province's takes the cases of all its communes.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

import msgspec

from lienthong.cases.form_parts import Words
from lienthong.cases.procedure import LegalStatus
from lienthong.cases.words import Channel, NationalStatus
from lienthong.cases.working_days import find_day

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from lienthong.cases.deadlines import Wait
    from lienthong.cases.working_days import WorkingDays

BAD_STARS: Final = 2
"""A rating of so many stars or fewer counts as bad."""
MOST_SUPPLEMENTS: Final = 1
"""With more requests to supplement than that, a case counts as late."""

_CENT: Final = Decimal("0.01")


class Validity(msgspec.Struct, frozen=True, rename={"first": "from", "last": "to"}):
    """From a day to a day, both included."""

    first: date
    last: date | None = None


class Formula(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One figure as a document has it, and how sure that is."""

    key: str
    group: str
    title: Words
    says: str
    valid: Validity
    document: str
    status: LegalStatus
    threshold: int | None = None
    """From so many percent on it gets full marks."""
    group_points: int | None = None

    def is_valid_on(self, day: date) -> bool:
        """Tell whether this holds on a day."""
        return self.valid.first <= day and (self.valid.last is None or day <= self.valid.last)


class Why(StrEnum):
    """Why a case counts as it does."""

    ON_TIME = "on-time"
    PAST_DAY = "past-day"
    """It ended, or runs, past the day that was promised."""
    SUPPLEMENTS = "supplements"
    """The applicant was asked to supplement more than once."""
    NO_DAY = "no-day"
    """No last day is known: it is in neither part of the share."""


@dataclass(frozen=True, slots=True)
class QualityCase:
    """What the index needs of a case; nothing personal. `appointed_on` has waits in it and no extensions."""

    code: str
    procedure: str
    unit: str
    channel: Channel
    status: NationalStatus
    submitted_at: datetime
    received_at: datetime | None = None
    appointed_on: date | None = None
    waits: tuple[Wait, ...] = ()
    supplements: int = 0
    done_at: datetime | None = None
    returned_at: datetime | None = None
    ended_at: datetime | None = None
    stars: int = 0
    complaints: int = 0
    has_electronic_result: bool = False
    reuses_data: bool = False


@dataclass(frozen=True, slots=True)
class Period:
    """From a day to a day, both included."""

    first: date
    last: date

    def has(self, moment: datetime | None) -> bool:
        """Tell whether a moment lies in it."""
        return moment is not None and self.first <= find_day(moment) <= self.last


@dataclass(frozen=True, slots=True)
class CountedCase:
    """A case behind a figure: why it counts so, the promised day and the day that it was held against."""

    code: str
    unit: str
    procedure: str
    why: Why
    appointed_on: date | None
    end: date


@dataclass(frozen=True, slots=True)
class Figure:
    """A rate in percent, or a mean: `numerator` over `denominator`; None where there is nothing to divide by.

    `cases` are those to look at: the late ones, or those that the rate misses.
    """

    key: str
    numerator: int
    denominator: int
    cases: tuple[CountedCase, ...] = ()
    factor: int = 100

    @property
    def value(self) -> Decimal | None:
        """The figure, rounded half up to two decimals; of the exact parts and never of rounded ones."""
        if not self.denominator:
            return None
        exact = Decimal(self.numerator * self.factor) / Decimal(self.denominator)
        return exact.quantize(_CENT, ROUND_HALF_UP)


@cache
def load_formulas() -> tuple[Formula, ...]:
    """Load all formulas, of every time."""
    text = files("lienthong.cases").joinpath("data", "quality.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text)["formula"], tuple[Formula, ...])


def list_formulas(day: date) -> tuple[Formula, ...]:
    """Give the formulas that hold on a day."""
    return tuple(formula for formula in load_formulas() if formula.is_valid_on(day))


def score(figure: Figure, points: Decimal, threshold: int | None) -> Decimal | None:
    """Give a figure's points: all of them from its threshold on, below it a share of them."""
    if not figure.denominator:
        return None
    full = Decimal(threshold if threshold is not None else figure.factor)
    share = Decimal(figure.numerator * figure.factor) / Decimal(figure.denominator)
    return min(points, share * points / full).quantize(_CENT, ROUND_HALF_UP)


def is_counted(case: QualityCase, period: Period) -> bool:
    """Tell whether a case was received by the period's end, and not over before it began."""
    start, end = _find_start(case), _find_recorded_end(case)
    return start is not None and find_day(start) <= period.last and (end is None or find_day(end) >= period.first)


def find_end(case: QualityCase, period: Period) -> date:
    """Give the day that a case is held against: done before returned before stopped or declined.

    While only a supplement is waited for, the day it was asked for; else, of a case that runs, the period's end.
    """
    end = _find_recorded_end(case)
    if end is not None and find_day(end) <= period.last:
        return find_day(end)
    if case.status is NationalStatus.SUPPLEMENT and case.waits and case.waits[-1].end is None:
        return min(find_day(case.waits[-1].start), period.last)
    return period.last


def judge(case: QualityCase, period: Period) -> CountedCase:
    """Say whether a case is on time, and why not."""
    end = find_end(case, period)
    if case.supplements > MOST_SUPPLEMENTS:
        why = Why.SUPPLEMENTS
    elif case.appointed_on is None:
        why = Why.NO_DAY
    else:
        why = Why.ON_TIME if end <= case.appointed_on else Why.PAST_DAY
    return CountedCase(case.code, case.unit, case.procedure, why, case.appointed_on, end)


def measure_on_time(cases: Iterable[QualityCase], period: Period) -> Figure:
    """Give the share of cases on time, with every late one."""
    judged = [judge(case, period) for case in cases if is_counted(case, period)]
    counted = [case for case in judged if case.why is not Why.NO_DAY]
    late = tuple(case for case in counted if case.why is not Why.ON_TIME)
    return Figure("on-time", len(counted) - len(late), len(counted), late)


def measure_handling(cases: Iterable[QualityCase], period: Period, calendar: WorkingDays) -> dict[str, Figure]:
    """Give each procedure's mean working days, of the cases that ended in the period."""
    days: dict[str, list[int]] = defaultdict(list)
    for case in cases:
        end = _find_recorded_end(case)
        if case.received_at is not None and end is not None and period.has(end):
            days[case.procedure].append(_count_handling(case, find_day(end), calendar))
    return {
        procedure: Figure("handling-days", sum(each), len(each), factor=1) for procedure, each in sorted(days.items())
    }


def measure_online(cases: Iterable[QualityCase], period: Period) -> Figure:
    """Give the share of cases filed online."""
    return _share("online", period, [case for case in cases if period.has(case.submitted_at)], _is_online)


def measure_electronic_results(cases: Iterable[QualityCase], period: Period) -> Figure:
    """Give the share of cases done that have a signed electronic paper."""
    done = [case for case in cases if period.has(case.done_at)]
    return _share("electronic-results", period, done, lambda case: case.has_electronic_result)


def measure_reuse(cases: Iterable[QualityCase], period: Period) -> Figure:
    """Give the share of cases in which another member's data was reused."""
    filed = [case for case in cases if period.has(case.submitted_at)]
    return _share("reused-data", period, filed, lambda case: case.reuses_data)


def measure_satisfaction(cases: Iterable[QualityCase], period: Period) -> Figure:
    """Give 100 % less the late cases and less those with a complaint or a bad rating, never below 0."""
    counted = [case for case in cases if is_counted(case, period)]
    late = measure_on_time(counted, period).cases
    unhappy = [judge(case, period) for case in counted if case.complaints or 0 < case.stars <= BAD_STARS]
    told = {case.code: case for case in (*late, *unhappy)}
    lost = len(late) + len(unhappy)
    return Figure("satisfaction", max(len(counted) - lost, 0), len(counted), tuple(told.values()))


def measure_all(cases: Sequence[QualityCase], period: Period) -> tuple[Figure, ...]:
    """Give every share of the index of one set of cases."""
    return (
        measure_on_time(cases, period),
        measure_online(cases, period),
        measure_electronic_results(cases, period),
        measure_reuse(cases, period),
        measure_satisfaction(cases, period),
    )


def measure_by_unit(cases: Iterable[QualityCase], period: Period) -> dict[str, tuple[Figure, ...]]:
    """Give every share of the index for each office."""
    by_unit: dict[str, list[QualityCase]] = defaultdict(list)
    for case in cases:
        by_unit[case.unit].append(case)
    return {unit: measure_all(own, period) for unit, own in sorted(by_unit.items())}


def _share(key: str, period: Period, cases: Sequence[QualityCase], has: Callable[[QualityCase], bool]) -> Figure:
    missed = [judge(case, period) for case in cases if not has(case)]
    return Figure(key, len(cases) - len(missed), len(cases), tuple(missed))


def _is_online(case: QualityCase) -> bool:
    return case.channel is Channel.ONLINE


def _find_start(case: QualityCase) -> datetime | None:
    """Give when a case began to count: its receipt, or its filing where the office declined it."""
    declined = case.status is NationalStatus.NOT_RECEIVED
    return case.submitted_at if declined and case.received_at is None else case.received_at


def _find_recorded_end(case: QualityCase) -> datetime | None:
    return case.done_at or case.returned_at or case.ended_at


def _count_handling(case: QualityCase, end: date, calendar: WorkingDays) -> int:
    """Count working days from receipt, without those of waiting for the applicant."""
    if case.received_at is None:
        return 0
    waited = sum(
        calendar.count(find_day(wait.start), min(find_day(wait.end), end))
        for wait in case.waits
        if wait.end is not None
    )
    return max(calendar.count(find_day(case.received_at), end) - waited, 0)
