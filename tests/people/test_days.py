from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.people.days import (
    find_today,
    read_compact_day,
    read_day,
    require_birth_date,
    require_past_day,
)
from lienthong.people.errors import PeopleError, PeopleErrorKind
from tests.clocks import SetClock

TODAY = date(2026, 11, 24)


@given(st.dates())
def test_every_day_is_read_in_its_three_spellings(day: date) -> None:
    year = f"{day.year:04}"
    assert read_day(day.isoformat()) == day
    assert read_day(f"{day.day}/{day.month}/{year}") == day
    assert read_compact_day(f"{day.day:02}{day.month:02}{year}") == day


@pytest.mark.parametrize(
    "text",
    [
        "2023-02-29",
        "30/02/2020",
        "00/01/2020",
        "2020-13-01",
        "1/1/20",
        "20200101",
        "",
        "\uff12\uff10\uff12\uff10-01-01",
    ],
)
def test_an_impossible_or_unclear_day_is_refused(text: str) -> None:
    with pytest.raises(PeopleError) as refusal:
        read_day(text)
    assert refusal.value.kind is PeopleErrorKind.BAD_DAY


def test_a_compact_day_needs_eight_digits() -> None:
    with pytest.raises(PeopleError, match="ddMMyyyy"):
        read_compact_day("1/1/2020")


def test_births_lie_between_1900_and_today() -> None:
    assert require_birth_date(TODAY, TODAY) == TODAY
    for day in (date(2026, 11, 25), date(1899, 12, 31)):
        with pytest.raises(PeopleError, match=r"born|begins"):
            require_birth_date(day, TODAY)


def test_nothing_happens_to_a_person_before_birth_or_after_today() -> None:
    born = date(2000, 1, 1)
    assert require_past_day(born, born, TODAY) == born
    for day in (date(1999, 12, 31), date(2026, 11, 25)):
        with pytest.raises(PeopleError):
            require_past_day(day, born, TODAY)


def test_today_is_vietnams_day() -> None:
    at_17_30_utc = 1_795_541_400_000
    assert find_today(SetClock(at_17_30_utc - 3_600_000)) == date(2026, 11, 24)
    assert find_today(SetClock(at_17_30_utc)) == date(2026, 11, 25)
