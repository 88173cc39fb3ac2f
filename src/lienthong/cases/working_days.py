"""Which days offices work: the calendar that deadlines are counted in.

Three layers, the later over the earlier: Saturdays and Sundays are off; the law's days off of each year, Tết by the
Vietnamese lunar calendar, with the days in place of those that fall on a weekend (package `holidays`); and dated
decisions, which swap a day off for a Saturday worked (data/days-off.toml, and a province's own file over it).

A calendar is a value: the same calendar gives the same day whenever it is asked.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

import holidays
import msgspec

from lienthong.cases.errors import CasesError, CasesErrorKind
from lienthong.cases.procedure import LegalStatus

if TYPE_CHECKING:
    from pathlib import Path

VIETNAM: Final = timezone(timedelta(hours=7), "UTC+7")
"""Vietnam's time all year round, without tables of zones."""

WEEKEND: Final = (5, 6)
"""Saturday and Sunday, as `date.weekday` counts."""

ONE_DAY: Final = timedelta(days=1)

MOST_DAYS: Final = 2000
"""How far a term is counted, in working days: some eight years, longer than any."""


class DayKind(StrEnum):
    """What a decision makes of a day."""

    OFF = "off"
    WORKED = "worked"


class DecidedDay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A day that a document makes a day off, or worked; `status` says whether the document was read."""

    on: date
    kind: DayKind
    why: str
    document: str
    status: LegalStatus
    signed: date | None = None


class DaysFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of decided days; `decided` are years announced as a whole."""

    day: tuple[DecidedDay, ...] = ()
    decided: tuple[int, ...] = ()


@dataclass(frozen=True)
class WorkingDays:
    """The calendar. `decided` goes over the law's days; years outside `announced` are expected and may still change."""

    decided: dict[date, DecidedDay] = field(default_factory=dict)
    announced: frozenset[int] = frozenset()

    def is_working(self, day: date) -> bool:
        """Tell whether offices work on a day."""
        decision = self.decided.get(day)
        if decision is not None:
            return decision.kind is DayKind.WORKED
        if day.weekday() in WEEKEND:
            return day in _list_worked(day.year)
        return day not in _list_days_off(day.year)

    def tell(self, day: date) -> str:
        """Say why a day is off or worked out of turn; empty for an ordinary working day."""
        decision = self.decided.get(day)
        if decision is not None:
            doubt = "" if decision.status is LegalStatus.CITED else f", {decision.status}"
            return f"{decision.kind}: {decision.why} ({decision.document}{doubt})"
        name = _list_days_off(day.year).get(day)
        if name is not None:
            return name if day.year in self.announced else f"{name} (expected)"
        return day.strftime("%A") if day.weekday() in WEEKEND else ""

    def next_working(self, day: date) -> date:
        """Give the first working day after a day."""
        return self.add(day, 1)

    def first_working(self, day: date) -> date:
        """Give the day itself if offices work on it, else the first working day after it."""
        return day if self.is_working(day) else self.next_working(day)

    def add(self, day: date, count: int) -> date:
        """Give the day `count` working days after a day, which is not counted; the same day for 0."""
        if not 0 <= count <= MOST_DAYS:
            message = f"{count} working days: expected 0 to {MOST_DAYS}; correct the procedure's limit"
            raise CasesError(CasesErrorKind.BAD_PROCEDURE, message)
        while count:
            day += ONE_DAY
            count -= self.is_working(day)
        return day

    def count(self, after: date, until: date) -> int:
        """Count the working days after one day and up to another; 0 if that one is not later."""
        return sum(self.is_working(after + timedelta(days=number)) for number in range(1, (until - after).days + 1))


@cache
def _list_days_off(year: int) -> dict[date, str]:
    """Give the law's days off of a year, with the names that the law gives them."""
    return dict(holidays.country_holidays("VN", years=[year], language="vi").items())


@cache
def _list_worked(year: int) -> frozenset[date]:
    """Give the weekend days that were worked in exchange, as the package knows them."""
    return frozenset(holidays.country_holidays("VN", years=[year]).weekend_workdays)


@cache
def load_working_days(own: Path | None = None) -> WorkingDays:
    """Load the calendar; a province's own file of decided days lies over the one of this package."""
    text = files("lienthong.cases").joinpath("data", "days-off.toml").read_text("utf-8")
    known = [_read_days(text, "days-off.toml")]
    if own is not None:
        try:
            known.append(_read_days(own.read_text("utf-8"), str(own)))
        except OSError as error:
            message = f"{own}: cannot be read: {error.strerror}; correct the setting `days_off`"
            raise CasesError(CasesErrorKind.BAD_PROCEDURE, message) from error
    return WorkingDays(
        {day.on: day for one in known for day in one.day}, frozenset(year for one in known for year in one.decided)
    )


def _read_days(text: str, name: str) -> DaysFile:
    try:
        return msgspec.convert(tomllib.loads(text), DaysFile)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise CasesError(CasesErrorKind.BAD_PROCEDURE, f"{name}: {error}") from error


def find_day(moment: datetime) -> date:
    """Give the day of a moment in Vietnam."""
    return moment.astimezone(VIETNAM).date()
