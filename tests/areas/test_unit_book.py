from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from lienthong.areas.errors import AreasError, AreasErrorKind
from lienthong.areas.unit_book import Unknown, make_book
from lienthong.areas.units import Level, Unit
from tests.areas.books import link, make_unit, national_book

BEFORE, SINCE = date(2025, 6, 30), date(2025, 7, 1)


def test_a_code_is_another_unit_before_and_since_the_reform() -> None:
    book = national_book()
    before, since = book.resolve("06886", BEFORE), book.resolve("06886", SINCE)
    assert isinstance(before, Unit)
    assert isinstance(since, Unit)
    assert (before.parent, since.parent) == ("199", "22")
    assert before.key != since.key


@pytest.mark.parametrize(
    ("code", "day"), [("06886", date(2024, 10, 31)), ("00004", date(2025, 2, 28)), ("22", date(1990, 1, 1))]
)
def test_a_day_before_the_data_is_unknown_with_its_reason(code: str, day: date) -> None:
    answer = national_book().resolve(code, day)
    assert isinstance(answer, Unknown)
    assert answer.kind is AreasErrorKind.UNKNOWN_DAY
    assert "begins on" in answer.reason


@pytest.mark.parametrize(
    ("code", "day", "says"),
    [
        ("99999", SINCE, "no unit in the data"),
        ("193", SINCE, "Thành phố Hạ Long"),
        ("11948", BEFORE, "Đặc khu Bạch Long Vĩ from 2025-07-01 to now"),
    ],
)
def test_a_code_that_no_unit_has_on_the_day_is_unknown_and_its_history_told(code: str, day: date, says: str) -> None:
    answer = national_book().resolve(code, day)
    assert isinstance(answer, Unknown)
    assert answer.kind is AreasErrorKind.UNKNOWN_CODE
    assert says in answer.reason


def test_the_country_is_counted_right_before_and_since() -> None:
    book = national_book()
    assert [len(book.list_units(BEFORE, level)) for level in Level] == [63, 696, 10_035]
    assert [len(book.list_units(SINCE, level)) for level in Level] == [34, 0, 3_321]
    assert len(book.list_units(SINCE, Level.COMMUNE, "22")) == 54
    assert len(book.list_units(BEFORE, Level.COMMUNE, "22")) == 171


def test_every_unit_lies_in_a_province() -> None:
    book = national_book()
    assert {book.find_province(unit).level for unit in book.units} == {Level.PROVINCE}


def test_the_whole_country_is_known_later_than_the_first_province() -> None:
    book = national_book()
    assert book.first_day == date(2024, 11, 1)
    assert book.whole_country_from == date(2025, 3, 1)


def test_units_of_one_code_may_not_overlap() -> None:
    with pytest.raises(AreasError, match="overlaps"):
        make_book([make_unit("00001", date(2000, 1, 1)), make_unit("00001", date(2010, 1, 1))], [])


def test_a_parent_must_be_valid_on_the_first_day() -> None:
    with pytest.raises(AreasError, match="parent's code 22"):
        make_book([make_unit("00001", date(2000, 1, 1), parent="22")], [])


def test_a_succession_must_meet_at_its_day() -> None:
    old, new = make_unit("00001", date(2000, 1, 1), date(2009, 1, 1)), make_unit("00002", date(2010, 1, 1))
    with pytest.raises(AreasError, match="expected a unit that ends on 2010-01-01"):
        make_book([old, new], [link(old, new)])


@pytest.mark.parametrize("shares", [(Fraction(1, 2), Fraction(1, 3)), (Fraction(2), None), (Fraction(-1), Fraction(2))])
def test_shares_that_are_no_parts_of_one_whole_are_refused(shares: tuple[Fraction | None, Fraction | None]) -> None:
    old = make_unit("00001", date(2000, 1, 1), date(2010, 1, 1))
    news = [make_unit(code, date(2010, 1, 1)) for code in ("00002", "00003")]
    links = [link(old, new, share) for new, share in zip(news, shares, strict=True)]
    with pytest.raises(AreasError, match="make up 1"):
        make_book([old, *news], links)
