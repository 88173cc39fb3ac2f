from __future__ import annotations

from datetime import date

import pytest

from lienthong.people.areas_link import find_area

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
