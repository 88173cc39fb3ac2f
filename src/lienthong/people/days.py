"""Days as people write them, and days on which somebody can have been born or died.

Owns the two spellings that imports and cards use. Refuses days that no calendar has, and never guesses
which of two numbers is the month.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Final

from lienthong.people.errors import PeopleError, PeopleErrorKind
from lienthong.people.personal_number import FIRST_YEAR

if TYPE_CHECKING:
    from lienthong.kernel.clock import Clock

VIETNAM: Final = timezone(timedelta(hours=7))
"""Vietnam's time has had no summer time since 1975."""

_ISO: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_VIETNAMESE: Final = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_COMPACT: Final = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{4})")
_SHOWN: Final = 40


def read_day(text: str) -> date:
    """Read `YYYY-MM-DD` or `dd/mm/yyyy`; anything else, or a day that no calendar has, raises BAD_DAY."""
    if match := _ISO.fullmatch(text):
        return _make_day(text, match[1], match[2], match[3])
    if match := _VIETNAMESE.fullmatch(text):
        return _make_day(text, match[3], match[2], match[1])
    raise _bad_day(text, "expected YYYY-MM-DD or dd/mm/yyyy")


def read_compact_day(text: str) -> date:
    """Read `ddMMyyyy`, as cards have it."""
    if match := _COMPACT.fullmatch(text):
        return _make_day(text, match[3], match[2], match[1])
    raise _bad_day(text, "expected ddMMyyyy, as cards have it")


def require_birth_date(day: date, today: date) -> date:
    """Refuse a birth after `today` or before personal numbers can say it."""
    if day > today:
        raise _bad_day(day.isoformat(), f"nobody is born after today, {today}")
    if day.year < FIRST_YEAR:
        raise _bad_day(day.isoformat(), f"the registry begins with births of {FIRST_YEAR}")
    return day


def require_past_day(day: date, birth_date: date, today: date) -> date:
    """Refuse what is told to have happened to a person before the birth or after `today`."""
    if day < birth_date:
        raise _bad_day(day.isoformat(), f"the person was born on {birth_date}")
    if day > today:
        raise _bad_day(day.isoformat(), f"it is after today, {today}")
    return day


def find_today(clock: Clock) -> date:
    """Give the day that it is in Vietnam."""
    return find_moment(clock).astimezone(VIETNAM).date()


def find_moment(clock: Clock) -> datetime:
    """Give the clock's moment in UTC."""
    return datetime.fromtimestamp(clock.now_ms() / 1000, UTC)


def _make_day(text: str, year: str, month: str, day: str) -> date:
    try:
        return date(int(year), int(month), int(day))
    except ValueError as error:
        raise _bad_day(text, f"no calendar has day {day} of month {month} in the year {year}") from error


def _bad_day(text: str, reason: str) -> PeopleError:
    return PeopleError(PeopleErrorKind.BAD_DAY, f"day {text[:_SHOWN]!r}: {reason}")
