from __future__ import annotations

import unicodedata
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.people.errors import PeopleError, PeopleErrorKind
from lienthong.people.names import NameChange, make_search_name, read_name, require_name, split_name

SYLLABLES = st.sampled_from(["Nguyễn", "Đặng", "Thị", "Hòa", "Trường", "Y-Bliêu", "H'Hen", "Lý", "Ngọc"])
NAMES = st.lists(SYLLABLES, min_size=1, max_size=5).map(" ".join)


@given(NAMES, st.sampled_from(["NFC", "NFD", "NFKD"]))
def test_every_unicode_form_of_a_name_is_stored_the_same(name: str, form: Literal["NFC", "NFD", "NFKD"]) -> None:
    assert require_name(unicodedata.normalize(form, name)) == unicodedata.normalize("NFC", name)


@given(st.text(max_size=30))
def test_a_stored_name_stays_as_it_is_or_text_is_no_name(text: str) -> None:
    try:
        name = require_name(text)
    except PeopleError as error:
        assert error.kind is PeopleErrorKind.BAD_NAME
        return
    reading = read_name(name)
    assert (reading.name, reading.changes) == (name, ())


@pytest.mark.parametrize("look_alike", ["Ð", "Ɖ"])
def test_look_alikes_of_d_stroke_are_put_right_and_told(look_alike: str) -> None:
    reading = read_name(f"{look_alike}ặng Văn  An ")
    assert reading.name == "Đặng Văn An"
    assert set(reading.changes) == {NameChange.LOOK_ALIKE, NameChange.SPACES}


def test_a_typographic_apostrophe_is_put_right() -> None:
    assert read_name("H\u2019Hen Niê").name == "H'Hen Niê"


@pytest.mark.parametrize(
    "text", ["", "  ", "Nguyễn Văn 2", "\u0410n", "Nguyễn\x00An", "An|Bình", "-", "阮文安", "x" * 101, "An\u200bBình"]
)
def test_what_is_no_latin_name_is_refused(text: str) -> None:
    with pytest.raises(PeopleError) as refusal:
        require_name(text)
    assert refusal.value.kind is PeopleErrorKind.BAD_NAME


def test_a_search_name_ignores_marks_case_and_spaces() -> None:
    assert make_search_name("NGUYỄN  thị HOÀ") == make_search_name("Nguyen Thi Hòa") == "nguyen thi hoa"


def test_a_name_has_family_middle_and_given_part() -> None:
    parts = split_name("Nguyễn Thị Thu Hà")
    assert (parts.family, parts.middle, parts.given) == ("Nguyễn", "Thị Thu", "Hà")
    assert split_name("Hà").given == "Hà"
    assert split_name("Lê Hà").middle == ""
