from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.delivery.reading.dates import find_dates


def read_values(text: str) -> list[str]:
    return [found.value for found in find_dates(text)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("ngày 16/3/2022", "2022-03-16"),
        ("ngày 03 tháng 4 năm 2018", "2018-04-03"),
        ("Ngày 7/3, tại thành phố", "--03-07"),
        ("tháng Tư năm 2025", "2025-04"),
        ("tháng 3/2024", "2024-03"),
        ("quý II/2024", "2024-Q2"),
        ("quý 3 năm 2026", "2026-Q3"),
        ("9 tháng đầu năm 2024", "2024-01/2024-09"),
        ("3 tháng cuối năm 2024", "2024-10/2024-12"),
        ("giai đoạn 2021 - 2025", "2021/2025"),
        ("tầm nhìn đến năm 2050", "2050"),
        ("ngày 5/12", "--12-05"),
        ("ngày 7/3/24", "2024-03-07"),
    ],
)
def test_days_and_periods_are_read_in_each_form(text: str, value: str) -> None:
    assert read_values(text) == [value]


@pytest.mark.parametrize(
    "text",
    ["đạt 5/12 xã", "số nhà 12/5", "24/7", "31/2/2024", "2.000 hộ", "2000 doanh nghiệp", "1.001193", "ngày 32/1"],
)
def test_what_is_no_day_is_none(text: str) -> None:
    assert read_values(text) == []


@given(
    day=st.dates(date(1900, 1, 1), date(2099, 12, 31)),
    form=st.sampled_from(
        ["{0.day}/{0.month}/{0.year}", "{0.day:02}-{0.month:02}-{0.year}", "{0.day}.{0.month}.{0.year}"]
    ),
)
def test_every_day_is_read_back_from_how_it_is_written(day: date, form: str) -> None:
    assert read_values(f"ban hành {form.format(day)}.") == [day.isoformat()]


@given(day=st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_every_day_is_read_back_from_words(day: date) -> None:
    assert read_values(f"ngày {day.day} tháng {day.month} năm {day.year}") == [day.isoformat()]
