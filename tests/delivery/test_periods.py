from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.delivery.errors import DeliveryError
from lienthong.delivery.period_text import mark_period, tell_period, write_period
from lienthong.delivery.periods import make_year, parse_period

DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))


@pytest.mark.parametrize(
    ("text", "begin", "last", "before"),
    [
        ("2023", date(2023, 1, 1), date(2023, 12, 31), "2022"),
        ("2023-S2", date(2023, 7, 1), date(2023, 12, 31), "2023-S1"),
        ("2023-Q1", date(2023, 1, 1), date(2023, 3, 31), "2022-Q4"),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "2024-01"),
        ("2024-03-01", date(2024, 3, 1), date(2024, 3, 1), "2024-02-29"),
        ("2021-2025", date(2021, 1, 1), date(2025, 12, 31), "2016-2020"),
    ],
)
def test_a_period_is_a_span_of_days_with_one_before_it(text: str, begin: date, last: date, before: str) -> None:
    period = parse_period(text)
    assert (period.text, period.begin, period.last_day, period.move(-1).text) == (text, begin, last, before)
    assert parse_period(period.sdmx) == period


@pytest.mark.parametrize("text", ["", "23", "2023-13", "2023-S3", "2023-Q0", "2023-02-30", "2025-2021", "0999"])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(DeliveryError, match="expected a period"):
        parse_period(text)


@given(day=DAYS, shape=st.sampled_from(["%Y", "%Y-%m", "%Y-%m-%d"]), steps=st.integers(-50, 50))
def test_moving_there_and_back_changes_nothing(day: date, shape: str, steps: int) -> None:
    period = parse_period(day.strftime(shape))
    assert period.move(steps).move(-steps) == period
    assert parse_period(period.move(steps).text) == period.move(steps)


def test_a_year_within_a_span_is_within_it() -> None:
    assert make_year(2023).is_within(parse_period("2021-2025"))
    assert not make_year(2026).is_within(parse_period("2021-2025"))


@pytest.mark.parametrize(
    ("text", "written", "told", "marked", "english"),
    [
        ("2025", "2025", "năm 2025", "2025", "2025"),
        ("2025-S2", "6 tháng cuối năm 2025", "6 tháng cuối năm 2025", "nửa cuối 2025", "second half of 2025"),
        ("2025-Q4", "quý IV/2025", "quý IV/2025", "IV/2025", "Q4 2025"),
        ("2025-05", "tháng 5/2025", "tháng 5/2025", "5/2025", "May 2025"),
        ("2025-05-09", "09/05/2025", "ngày 09/05/2025", "09/05", "09/05/2025"),
        ("2021-2025", "2021-2025", "giai đoạn 2021-2025", "2021-2025", "2021-2025"),
    ],
)
def test_people_read_a_period_in_their_words(text: str, written: str, told: str, marked: str, english: str) -> None:
    period = parse_period(text)
    assert (write_period(period, "vi"), tell_period(period, "vi"), mark_period(period, "vi")) == (written, told, marked)
    assert write_period(period, "en") == tell_period(period, "en") == english
