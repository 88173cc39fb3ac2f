"""The calendar that deadlines are counted in."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.cases.errors import CasesError, CasesErrorKind
from lienthong.cases.working_days import MOST_DAYS, load_working_days

if TYPE_CHECKING:
    from pathlib import Path

CALENDAR = load_working_days()
_DAYS = st.dates(date(2018, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize(
    ("first", "last", "off"),
    [
        (date(2024, 2, 8), date(2024, 2, 14), True),
        (date(2025, 1, 25), date(2025, 2, 2), True),
        (date(2026, 2, 14), date(2026, 2, 22), True),
        (date(2026, 2, 9), date(2026, 2, 13), False),
        (date(2024, 5, 2), date(2024, 5, 4), False),
        (date(2026, 1, 5), date(2026, 1, 10), False),
    ],
)
def test_tet_and_swaps_are_as_announced(first: date, last: date, *, off: bool) -> None:
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        assert CALENDAR.is_working(day) is not off, day


@given(_DAYS, st.integers(0, 60))
def test_as_many_working_days_are_counted_as_were_added(day: date, count: int) -> None:
    later = CALENDAR.add(day, count)
    assert CALENDAR.count(day, later) == count
    assert not count or CALENDAR.is_working(later)


@given(_DAYS)
def test_every_day_out_of_turn_has_a_reason_and_no_other(day: date) -> None:
    is_plain = CALENDAR.is_working(day) is (day.weekday() < 5)
    assert bool(CALENDAR.tell(day)) is not (is_plain and day.weekday() < 5)


def test_a_year_that_was_not_announced_is_told_as_expected() -> None:
    assert CALENDAR.tell(date(2031, 9, 2)).endswith("(expected)")
    assert not CALENDAR.tell(date(2026, 9, 2)).endswith("(expected)")


def test_a_file_of_ones_own_lies_over_what_is_known(tmp_path: Path) -> None:
    file = tmp_path / "days.toml"
    file.write_text(
        '[[day]]\non = 2026-03-03\nkind = "off"\nwhy = "flood"\ndocument = "1/QĐ"\nstatus = "cited"\n', encoding="utf-8"
    )
    own = load_working_days(file)
    assert not own.is_working(date(2026, 3, 3))
    assert own.tell(date(2026, 3, 3)) == "off: flood (1/QĐ)"
    assert own.is_working(date(2026, 1, 10))


@pytest.mark.parametrize("text", ["[[day]]\non = 2026-03-03\n", "day = 1", "["])
def test_a_file_that_is_none_is_refused_with_its_name(tmp_path: Path, text: str) -> None:
    file = tmp_path / "days.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CasesError, match=r"days\.toml") as raised:
        load_working_days(file)
    assert raised.value.kind is CasesErrorKind.BAD_PROCEDURE


def test_a_file_that_is_not_there_is_refused_with_the_settings_name(tmp_path: Path) -> None:
    with pytest.raises(CasesError, match="days_off"):
        load_working_days(tmp_path / "none.toml")


@pytest.mark.parametrize("count", [-1, MOST_DAYS + 1])
def test_a_term_that_no_procedure_has_is_refused(count: int) -> None:
    with pytest.raises(CasesError, match="working days"):
        CALENDAR.add(date(2026, 3, 3), count)
