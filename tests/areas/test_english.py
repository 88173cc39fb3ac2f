from __future__ import annotations

import pytest

from lienthong.areas.english import derive_english
from lienthong.areas.units import Kind
from tests.areas.books import national_book


@pytest.mark.parametrize(
    ("name", "kind", "english"),
    [
        ("Phường Hồng Gai", Kind.WARD, "Hong Gai Ward"),
        ("Phường 3", Kind.WARD, "Ward 3"),
        ("Quận 1", Kind.URBAN_DISTRICT, "District 1"),
        ("Đặc khu Vân Đồn", Kind.SPECIAL_ZONE, "Van Don Special Zone"),
        ("Xã Ea H'Leo", Kind.COMMUNE, "Ea H'Leo Commune"),
        ("Tỉnh Bà Rịa - Vũng Tàu", Kind.PROVINCE, "Ba Ria - Vung Tau Province"),
    ],
)
def test_an_english_name_is_the_unmarked_one_with_its_kind(name: str, kind: Kind, english: str) -> None:
    assert derive_english(name, kind) == english


def test_every_unit_of_the_country_gets_an_english_name_in_plain_letters() -> None:
    for unit in national_book().units:
        assert derive_english(unit.name, unit.kind).isascii(), unit
