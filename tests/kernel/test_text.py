from __future__ import annotations

import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.kernel.text import collation_key, fold_text, is_same_spelling, normalise_text

_VIETNAMESE = st.text("aăâbcdđeêghiklmnoôơpqrstuưvxyàảãáạằắầấềếồốờớừứỳýAĐÐƯ 1", max_size=16)


@given(st.text())
def test_normal_text_is_composed_and_stays_as_it_is(text: str) -> None:
    normal = normalise_text(text)

    assert unicodedata.is_normalized("NFC", normal)
    assert normalise_text(unicodedata.normalize("NFD", text)) == normal


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Nguyễn Thị Ánh Tuyết", "nguyen thi anh tuyet"),
        ("ĐẶNG ĐÌNH", "dang dinh"),
        ("Ðặng", "dang"),
        ("Ɖặng", "dang"),
        ("Quảng Ninh, 2025", "quang ninh, 2025"),
        (unicodedata.normalize("NFD", "Hạ Long"), "ha long"),
    ],
)
def test_folding_leaves_plain_lower_case_letters(text: str, folded: str) -> None:
    assert fold_text(text) == folded


@given(st.text() | _VIETNAMESE)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold_text(fold_text(text)) == fold_text(text)


@given(_VIETNAMESE)
def test_folded_vietnamese_is_plain_ascii(text: str) -> None:
    assert fold_text(text).isascii()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hoà", "Hòa"),
        ("Thuý", "Thúy"),
        ("khoẻ", "khỏe"),
        ("UỶ BAN", "Ủy ban"),
        ("Đỗ", "Ðỗ"),
        ("Cẩm Phả", unicodedata.normalize("NFD", "Cẩm Phả")),
        ("Hoà Bình, Thuỷ", "Hòa Bình, Thủy"),
    ],
)
def test_one_word_in_two_spellings_is_the_same(one: str, other: str) -> None:
    assert is_same_spelling(one, other)
    assert collation_key(one) == collation_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ma", "má"),
        ("mà", "má"),
        ("Lý", "Lí"),
        ("Tuân", "Tuấn"),
        ("Hoà", "Hoá"),
        ("Dung", "Đung"),
        ("an", "ăn"),
    ],
)
def test_different_words_stay_different(one: str, other: str) -> None:
    assert not is_same_spelling(one, other)
    assert collation_key(one) != collation_key(other)


@given(_VIETNAMESE, _VIETNAMESE)
def test_same_spelling_folds_alike_and_sorts_alike(one: str, other: str) -> None:
    if is_same_spelling(one, other):
        assert fold_text(one) == fold_text(other)
        assert collation_key(one) == collation_key(other)


@pytest.mark.parametrize(
    "in_order",
    [
        # The alphabet.
        ["a", "ă", "â", "b", "d", "đ", "e", "ê", "o", "ô", "ơ", "u", "ư", "v"],
        # The tones: none, huyền, hỏi, ngã, sắc, nặng.
        ["ma", "mà", "mả", "mã", "má", "mạ"],
        # A letter of its own outweighs what follows it; a tone only decides between equal letters.
        ["ang", "ăn", "ân"],
        ["ba", "bạ", "ban", "bàn", "bang"],
        # Syllable by syllable: a family name stays together.
        ["Lê Ba", "Lê Văn An", "Lệ An", "Trân Bình", "Trần An"],
        ["An", "An Bình", "Anh"],
        ["Tổ 1", "Tổ 10", "Tổ An"],
        ["Đông Triều", "Hạ Long", "Móng Cái", "Quảng Yên", "Uông Bí", "Vân Đồn"],
    ],
)
def test_the_key_gives_dictionary_order(in_order: list[str]) -> None:
    shuffled = random.Random(7).sample(in_order, len(in_order))

    assert sorted(shuffled, key=collation_key) == in_order


@given(st.text())
def test_every_text_has_a_key_that_a_database_can_store(text: str) -> None:
    assert "\x00" not in collation_key(text)
