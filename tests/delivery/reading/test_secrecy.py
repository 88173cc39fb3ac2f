from __future__ import annotations

import unicodedata
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind
from lienthong.delivery.reading.files import extract_text
from lienthong.delivery.reading.secrecy import is_marked_secret

MARKS = ("MẬT", "TỐI MẬT", "TUYỆT MẬT")
FORMS: tuple[Literal["NFC", "NFD"], ...] = ("NFC", "NFD")


@pytest.mark.parametrize(
    "text",
    [
        "TỈNH ỦY\nMẬT\nSố 12-BC/TU",
        "TỐI MẬT",
        "ỦY BAN NHÂN DÂN TỈNH   TUYỆT MẬT   CỘNG HÒA",
        "ỦY BAN NHÂN DÂN TỈNH MẬT",
        "T U Y Ệ T   M Ậ T",
        "M Ậ T",
        "M\nẬ\nT",
        "Độ mật: Tối mật",
        "Độ mật : Mật",
        "[Mật]",
        "*** Tuyệt mật ***",
        "TOI MAT",
        "MËT",
        "MAÄT",
        "\u041c\u1eac\u0422",
        "M\u200bẬ\u00adT",
        "| MẬT | Số 5 |",
    ],
)
def test_a_mark_is_seen_in_each_spelling(text: str) -> None:
    assert is_marked_secret(text)
    assert is_marked_secret(unicodedata.normalize("NFD", text))


@pytest.mark.parametrize(
    "text",
    [
        "CÔNG TÁC BẢO VỆ BÍ MẬT NHÀ NƯỚC",
        "Luật Bảo vệ bí mật nhà nước",
        "BẢO MẬT THÔNG TIN",
        "ĐỔI MẬT KHẨU",
        "MẬT ĐỘ DÂN SỐ",
        "phối hợp chặt chẽ, mật thiết",
        "tài liệu được giữ bí mật",
        "mật ong rừng",
    ],
)
def test_words_that_only_hold_the_syllable_are_open(text: str) -> None:
    assert not is_marked_secret(text)


@given(
    mark=st.sampled_from(MARKS),
    gap=st.sampled_from(["", " ", "  ", "\u00a0", "\n", ".", "-"]),
    before=st.sampled_from(["", "TỈNH ỦY\n", "Số 5 ", "\t"]),
    form=st.sampled_from(FORMS),
)
def test_a_mark_is_seen_however_its_letters_are_spaced(
    mark: str, gap: str, before: str, form: Literal["NFC", "NFD"]
) -> None:
    spaced = gap.join(mark.replace(" ", gap or " "))
    assert is_marked_secret(unicodedata.normalize(form, f"{before}{spaced}\nBÁO CÁO"))


@pytest.mark.parametrize("name", ["Tối mật - kế hoạch.txt", "bao cao (mật).txt", "TUYỆT_MẬT.txt", "mật.txt"])
def test_a_mark_in_the_files_name_is_enough(name: str) -> None:
    with pytest.raises(DeliveryError) as caught:
        extract_text(name, b"an open text")
    assert caught.value.kind == DeliveryErrorKind.SECRET_DOCUMENT


def test_the_refusal_repeats_nothing_of_the_file() -> None:
    with pytest.raises(DeliveryError) as caught:
        extract_text("plan-of-lan.txt", "TỐI MẬT\nKế hoạch Hải Đăng".encode())
    assert "Hải Đăng" not in str(caught.value)
    assert "plan-of-lan" not in str(caught.value)


def test_a_file_about_secrecy_or_passwords_is_read() -> None:
    text = "Thực hiện công tác bảo vệ bí mật nhà nước, đổi mật khẩu."
    assert extract_text("bảo-mật.txt", text.encode()) == text
