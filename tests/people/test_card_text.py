from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.people.card_text import (
    CardRecord,
    DifferenceKind,
    compare_card,
    is_same_person,
    parse_card_text,
)
from lienthong.people.errors import PeopleError, PeopleErrorKind
from lienthong.people.words import Sex

TEXT = "999185000123||Nguyễn Thị Hòa|05031985|Nữ|Tổ 4, Khu 2, Bãi Cháy, Quảng Ninh|01072021"
RECORD = CardRecord(
    "999185000123", "Nguyễn Thị Hòa", date(1985, 3, 5), Sex.FEMALE, "Tổ 4, Khu 2, Bãi Cháy, Quảng Ninh", None
)


def test_seven_fields_are_read_with_an_empty_second_and_commas_in_the_sixth() -> None:
    card = parse_card_text(TEXT)
    assert (card.number, card.old_number, card.full_name) == ("999185000123", None, "Nguyễn Thị Hòa")
    assert (card.birth_date, card.sex, card.issued_on) == (date(1985, 3, 5), Sex.FEMALE, date(2021, 7, 1))
    assert card.residence == "Tổ 4, Khu 2, Bãi Cháy, Quảng Ninh"


@given(st.lists(st.text(alphabet=st.characters(exclude_characters="|", codec="utf-8"), max_size=9)))
def test_more_fields_are_kept_unread(more: list[str]) -> None:
    card = parse_card_text("|".join([TEXT, *more]))
    assert len(card.more) == len(more)


def test_a_decomposed_text_in_capitals_with_a_line_end_is_the_same_card() -> None:
    text = unicodedata.normalize("NFD", TEXT.replace("Nguyễn Thị Hòa", "NGUYỄN THỊ HÒA")) + "\r\n"
    assert compare_card(parse_card_text(text), RECORD) == ()


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("||", "|12345|", "field 2"),
        ("999185000123", "99918500012", "field 1"),
        ("Nguyễn Thị Hòa", "", "field 3"),
        ("05031985", "31021985", "field 4"),
        ("Nữ", "F", "field 5"),
        ("01072021", "010721", "field 7"),
        ("|01072021", "", "at least 7"),
    ],
)
def test_an_unreadable_field_is_named(old: str, new: str, field: str) -> None:
    with pytest.raises(PeopleError, match=field) as refusal:
        parse_card_text(TEXT.replace(old, new))
    assert refusal.value.kind is PeopleErrorKind.BAD_CARD_TEXT


def test_a_number_that_contradicts_the_rest_of_the_card_is_refused() -> None:
    with pytest.raises(PeopleError) as refusal:
        parse_card_text(TEXT.replace("Nữ", "Nam"))
    assert refusal.value.kind is PeopleErrorKind.CONTRADICTING_NUMBER


@given(st.text(max_size=80))
def test_any_text_is_a_card_or_refused(text: str) -> None:
    try:
        parse_card_text(text)
    except PeopleError as error:
        assert error.kind in {PeopleErrorKind.BAD_CARD_TEXT, PeopleErrorKind.CONTRADICTING_NUMBER}


def test_a_moved_tone_mark_is_a_spelling_and_a_move_is_outdated() -> None:
    record = replace(RECORD, full_name="Nguyễn Thị Hoà", residence="Thôn 1, Đầm Hà, Quảng Ninh")
    differences = compare_card(parse_card_text(TEXT), record)
    assert [d.kind for d in differences] == [DifferenceKind.SPELLING, DifferenceKind.OUTDATED]
    assert is_same_person(parse_card_text(TEXT), record)


@pytest.mark.parametrize(
    "other",
    [
        replace(RECORD, full_name="Nguyễn Thị Hoa"),
        replace(RECORD, birth_date=date(1985, 3, 6)),
        replace(RECORD, number="999185000124"),
        replace(RECORD, sex=Sex.MALE),
        replace(RECORD, died_on=date(2024, 1, 1)),
    ],
)
def test_another_person_or_a_dead_one_contradicts(other: CardRecord) -> None:
    assert not is_same_person(parse_card_text(TEXT), other)


def test_a_text_longer_than_any_code_is_refused() -> None:
    with pytest.raises(PeopleError, match="4096"):
        parse_card_text("|" * 5000)
