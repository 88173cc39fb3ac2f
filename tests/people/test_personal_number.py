from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.people.errors import PeopleError, PeopleErrorKind
from lienthong.people.number_places import PlaceKind, read_number_places
from lienthong.people.personal_number import explain_number, make_prefix, parse_number, require_agreement
from lienthong.people.words import Sex

SEXES = st.sampled_from(list(Sex))
YEARS = st.integers(1900, 2399)


@given(SEXES, YEARS, st.integers(0, 999_999))
def test_a_number_says_the_sex_and_year_it_was_made_for(sex: Sex, year: int, serial: int) -> None:
    number = parse_number(f"{make_prefix('022', sex, year)}{serial:06}")
    assert (number.sex, number.birth_year, number.place_code) == (sex, year, "022")
    require_agreement(number, sex, date(year, 1, 1))


@given(SEXES, YEARS, SEXES, YEARS)
def test_a_number_agrees_with_a_record_only_if_sex_and_year_do(sex: Sex, year: int, other: Sex, another: int) -> None:
    number = parse_number(make_prefix("999", sex, year) + "000000")
    if (sex, year) == (other, another):
        require_agreement(number, other, date(another, 6, 1))
        return
    with pytest.raises(PeopleError) as refusal:
        require_agreement(number, other, date(another, 6, 1))
    assert refusal.value.kind is PeopleErrorKind.CONTRADICTING_NUMBER


def test_every_contradiction_names_its_digits() -> None:
    with pytest.raises(PeopleError) as refusal:
        require_agreement(parse_number("022085000001"), Sex.FEMALE, date(2012, 5, 1))
    message = refusal.value.message
    assert "digit 4 is 0, Nam, the record says Nữ" in message
    assert "digit 4 is 0, born 1900 to 1999, the record says 2012" in message
    assert "digits 5 and 6 are 85" in message


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        (" 022085000001", "spaces"),
        ("02208500001", "leading zeros"),
        ("123456789", "9 digits"),
        ("0220850000012", "got 13"),
        ("02208500000O", "nothing else"),
        ("٠٢٢٠٨٥٠٠٠٠٠١", "no plain digit"),
        ("022085000001\n", "spaces"),
    ],
)
def test_a_wrong_form_is_explained(text: str, reason: str) -> None:
    with pytest.raises(PeopleError, match=reason) as refusal:
        parse_number(text)
    assert refusal.value.kind is PeopleErrorKind.BAD_NUMBER


@given(st.text(max_size=14))
def test_text_is_a_number_or_is_refused_as_none(text: str) -> None:
    try:
        assert parse_number(text).text == text
    except PeopleError as error:
        assert error.kind is PeopleErrorKind.BAD_NUMBER


@pytest.mark.parametrize("year", [1899, 2400])
def test_no_number_exists_for_years_without_a_digit(year: int) -> None:
    with pytest.raises(PeopleError, match="1900 to 2399"):
        make_prefix("022", Sex.MALE, year)


def test_a_number_is_explained_part_by_part() -> None:
    reading = explain_number("022385123456")
    assert (reading.place, reading.place_name) == (PlaceKind.PROVINCE, "Quảng Ninh")
    assert (reading.sex, reading.birth_year, reading.serial) == (Sex.FEMALE, 2085, "123456")
    assert explain_number("999085123456").place is PlaceKind.SANDBOX
    assert explain_number("003085123456").place is PlaceKind.UNLISTED


def test_all_63_codes_of_before_the_merger_stay_known() -> None:
    places = read_number_places()
    assert len(places.provinces) == 63
    assert {len(code) for code in places.provinces} == {3}
    assert len(set(places.provinces.values())) == 63
    assert places.merger.status == places.countries.status == places.sandbox.status == "unconfirmed"
