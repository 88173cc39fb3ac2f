"""Periods of time as people and SDMX write them: 2023, 2023-S1, 2023-Q2, 2023-05, 2023-05-31, and 2021-2025.

A period is a span of days. It can be moved by whole numbers of its own length, so that a formula can name "the period
before" whatever the indicator's frequency is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind
from lienthong.delivery.words import Frequency

_YEAR: Final = re.compile(r"([12][0-9]{3})")
_YEARS: Final = re.compile(r"([12][0-9]{3})-([12][0-9]{3})")
_PART: Final = re.compile(r"([12][0-9]{3})-(?:S([12])|Q([1-4])|(0[1-9]|1[0-2]))")
_DAY: Final = re.compile(r"[12][0-9]{3}-[01][0-9]-[0-3][0-9]")
_SDMX_YEARS: Final = re.compile(r"([12][0-9]{3})-01-01/P([0-9]+)Y")

_MONTHS: Final = {Frequency.YEAR: 12, Frequency.HALF_YEAR: 6, Frequency.QUARTER: 3, Frequency.MONTH: 1}


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A span of days, `[begin, end)`, under the name that it is written by."""

    begin: date
    end: date
    frequency: Frequency

    @property
    def text(self) -> str:
        """How it is written."""
        begin = self.begin
        match self.frequency:
            case Frequency.YEAR:
                return f"{begin.year}"
            case Frequency.HALF_YEAR:
                return f"{begin.year}-S{(begin.month + 5) // 6}"
            case Frequency.QUARTER:
                return f"{begin.year}-Q{(begin.month + 2) // 3}"
            case Frequency.MONTH:
                return f"{begin.year}-{begin.month:02}"
            case Frequency.DAY:
                return begin.isoformat()
            case Frequency.IRREGULAR:
                return f"{begin.year}-{self.end.year - 1}"

    @property
    def sdmx(self) -> str:
        """How SDMX writes it; only a span of years is written otherwise."""
        if self.frequency is Frequency.IRREGULAR:
            return f"{self.begin.year}-01-01/P{self.end.year - self.begin.year}Y"
        return self.text

    @property
    def last_day(self) -> date:
        """The last day that belongs to it."""
        return self.end - timedelta(days=1)

    def move(self, steps: int) -> Period:
        """Give the period `steps` of its own lengths later, or earlier."""
        if self.frequency is Frequency.DAY:
            return Period(self.begin + timedelta(days=steps), self.end + timedelta(days=steps), self.frequency)
        years = self.end.year - self.begin.year
        months = _MONTHS.get(self.frequency, 12 * years) * steps
        return Period(_add_months(self.begin, months), _add_months(self.end, months), self.frequency)

    def is_within(self, other: Period) -> bool:
        """Whether all its days are the other's too."""
        return other.begin <= self.begin and self.end <= other.end


def parse_period(text: str) -> Period:
    """Read a period; raises `BAD_PERIOD`."""
    try:
        found = _find_period(text)
    except ValueError as error:
        raise _refuse(text) from error
    if found is None:
        raise _refuse(text)
    return found


def make_year(year: int) -> Period:
    """Give a calendar year."""
    return Period(date(year, 1, 1), date(year + 1, 1, 1), Frequency.YEAR)


def make_month(year: int, month: int) -> Period:
    """Give a calendar month."""
    begin = date(year, month, 1)
    return Period(begin, _add_months(begin, 1), Frequency.MONTH)


def make_day(day: date) -> Period:
    """Give one day."""
    return Period(day, day + timedelta(days=1), Frequency.DAY)


def _find_period(text: str) -> Period | None:
    if found := _YEAR.fullmatch(text):
        return make_year(int(found[1]))
    if found := _PART.fullmatch(text):
        return _make_part(int(found[1]), found[2], found[3], found[4])
    if found := _YEARS.fullmatch(text):
        return _make_years(int(found[1]), int(found[2]))
    if found := _SDMX_YEARS.fullmatch(text):
        return _make_years(int(found[1]), int(found[1]) + int(found[2]) - 1)
    return make_day(date.fromisoformat(text)) if _DAY.fullmatch(text) else None


def _make_part(year: int, half: str | None, quarter: str | None, month: str | None) -> Period:
    if half:
        begin, frequency = date(year, 6 * int(half) - 5, 1), Frequency.HALF_YEAR
    elif quarter:
        begin, frequency = date(year, 3 * int(quarter) - 2, 1), Frequency.QUARTER
    else:
        begin, frequency = date(year, int(month or 0), 1), Frequency.MONTH
    return Period(begin, _add_months(begin, _MONTHS[frequency]), frequency)


def _make_years(first: int, last: int) -> Period | None:
    if first >= last:
        return None
    return Period(date(first, 1, 1), date(last + 1, 1, 1), Frequency.IRREGULAR)


def _add_months(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    return day.replace(year=day.year + years, month=month + 1)


def _refuse(text: str) -> DeliveryError:
    message = f"expected a period such as 2023, 2023-S1, 2023-Q2, 2023-05, 2023-05-31 or 2021-2025, got {text!r}"
    return DeliveryError(DeliveryErrorKind.BAD_PERIOD, message)
