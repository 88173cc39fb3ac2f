from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.cases.documents.spelt_days import spell_day, spell_number


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "không"),
        (10, "mười"),
        (11, "mười một"),
        (15, "mười lăm"),
        (20, "hai mươi"),
        (21, "hai mươi mốt"),
        (25, "hai mươi lăm"),
        (31, "ba mươi mốt"),
        (100, "một trăm"),
        (105, "một trăm linh năm"),
        (1995, "một nghìn chín trăm chín mươi lăm"),
        (2000, "hai nghìn"),
        (2005, "hai nghìn không trăm linh năm"),
        (2010, "hai nghìn không trăm mười"),
        (2026, "hai nghìn không trăm hai mươi sáu"),
    ],
)
def test_numbers_are_spelt_as_they_are_said(number: int, words: str) -> None:
    assert spell_number(number) == words


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("2026-11-20", "Ngày hai mươi tháng mười một năm hai nghìn không trăm hai mươi sáu"),
        ("2024-04-05", "Ngày mùng năm tháng tư năm hai nghìn không trăm hai mươi bốn"),
        ("2026", ""),
        ("", ""),
        ("2026-02-30", ""),
    ],
)
def test_a_day_is_spelt_and_what_is_none_is_left_out(written: str, words: str) -> None:
    assert spell_day(written) == words


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_two_days_are_never_spelt_alike(one: date, other: date) -> None:
    assert (spell_day(one.isoformat()) == spell_day(other.isoformat())) is (one == other)
