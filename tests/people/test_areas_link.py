from __future__ import annotations

from datetime import date

import pytest

from lienthong.people.areas_link import find_area, find_province, list_communes, list_provinces

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("code", "day", "name"),
    [
        ("06652", date(2025, 6, 30), "Phường Hà Phong"),
        ("06652", date(2025, 7, 1), "Phường Hà Tu"),
        ("06649", date(2025, 7, 1), None),
        ("22", date(2026, 1, 1), None),
        ("06652", date(1990, 1, 1), None),
        ("abc", date(2026, 1, 1), None),
        ("", date(2026, 1, 1), None),
    ],
)
def test_a_commune_is_found_by_code_and_day_and_nothing_above_it(code: str, day: date, name: str | None) -> None:
    assert find_area(code, day) == name


def test_all_provinces_and_the_communes_of_one_are_listed_as_a_dictionary_orders_them() -> None:
    day = date(2026, 1, 1)
    provinces = [place.name for place in list_provinces(day)]
    assert len(provinces) == 34
    assert provinces.index("Tỉnh Đắk Lắk") < provinces.index("Tỉnh Điện Biên") < provinces.index("Tỉnh Gia Lai")
    communes = list_communes("22", day)
    assert len(communes) == 54
    assert [place.name for place in communes if place.code == "06652"] == ["Phường Hà Tu"]
    assert {find_province(place.code, day) for place in communes} == {"22"}
    assert {find_province(code, day) for code in ("22", "06649", "abc", "")} == {""}
    assert list_communes("", day) == list_communes("98", day) == ()
