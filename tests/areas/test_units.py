from __future__ import annotations

from datetime import date

import pytest

from lienthong.areas.errors import AreasError, AreasErrorKind
from lienthong.areas.units import Kind, Level, Unit, level_of_code
from tests.areas.books import make_unit


def test_a_unit_is_valid_from_its_first_day_to_the_day_before_its_end() -> None:
    unit = make_unit("06652", date(2024, 11, 1), date(2025, 7, 1))
    valid = [date(2024, 10, 31), date(2024, 11, 1), date(2025, 6, 30), date(2025, 7, 1)]
    assert [unit.is_valid_on(day) for day in valid] == [False, True, True, False]
    assert unit.last_day == date(2025, 6, 30)


def test_a_unit_without_an_end_has_no_last_day() -> None:
    unit = make_unit("06652", date(2025, 7, 1))
    assert unit.last_day is None
    assert unit.is_valid_on(date.max)


def test_the_length_of_a_code_tells_its_level() -> None:
    assert [level_of_code(code) for code in ("22", "193", "06652")] == [Level.PROVINCE, Level.DISTRICT, Level.COMMUNE]


@pytest.mark.parametrize("code", ["", "2", "2222", "222222", "2a", "٢٢", "22\n", " 22", "0665x"])
def test_what_is_no_code_is_refused(code: str) -> None:
    with pytest.raises(AreasError) as refused:
        level_of_code(code)
    assert refused.value.kind is AreasErrorKind.BAD_CODE


def test_the_short_name_leaves_the_kind_out() -> None:
    ward = Unit(code="06652", kind=Kind.WARD, name="Phường Hồng Gai", parent="22", begin=date(2025, 7, 1))
    assert ward.short_name == "Hồng Gai"
    assert make_unit("00001", date(2025, 7, 1), name="Xã Xã Hội").short_name == "Xã Hội"
