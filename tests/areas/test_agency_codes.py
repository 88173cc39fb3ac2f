from __future__ import annotations

from datetime import date

import pytest

from lienthong.areas.agency_codes import (
    CodeForm,
    find_agency,
    parse_agencies,
    parse_agency_code,
    read_agencies,
)
from lienthong.areas.errors import AreasError, AreasErrorKind

HEADER = "code\tname\tenglish\tparent\tarea\tbegin\tend\tsource\n"


def test_a_code_since_2020_begins_with_the_highest_level() -> None:
    code = parse_agency_code("H49.01.02")
    assert (code.form, code.top, code.parent) == (CodeForm.SINCE_2020, "H49", "H49.01")


def test_a_code_before_2020_ends_with_the_highest_level() -> None:
    code = parse_agency_code("000.00.19.H49")
    assert (code.form, code.parts, code.parent) == (CodeForm.BEFORE_2020, ("H49", "19"), "")
    assert parse_agency_code("000.00.00.H49").parts == ("H49",)


@pytest.mark.parametrize("text", ["", "49", "h49", "H4", "H49.", "H49..01", "H49.1", "00.00.19.H49", "H49\n", "Đ49"])
def test_what_is_no_agencys_code_is_refused(text: str) -> None:
    with pytest.raises(AreasError) as refused:
        parse_agency_code(text)
    assert refused.value.kind is AreasErrorKind.BAD_AGENCY_CODE


def test_a_code_names_an_agency_on_a_day() -> None:
    agencies = read_agencies()
    found = find_agency(agencies, "H49", date(2025, 1, 1))
    assert found is not None
    assert (found.name, found.area) == ("Ủy ban nhân dân tỉnh Quảng Ninh", "22")
    assert find_agency(agencies, "H49", date(2019, 1, 1)) is None
    assert find_agency(agencies, "000.00.00.H49", date(2019, 1, 1)) is not None
    assert find_agency(agencies, "000.00.00.H49", date(2021, 1, 1)) is None


def test_the_sandboxs_agencies_are_under_the_code_that_nobody_is_given() -> None:
    sandbox = [agency.code for agency in read_agencies() if agency.source == "sandbox"]
    assert sandbox
    assert all(parse_agency_code(code).is_sandbox for code in sandbox)


@pytest.mark.parametrize(
    "row",
    [
        "H49\tA\tA\tH48\t22\t2020-01-01\t\tx",
        "H49\tA\tA\t\t22\t2020-01-01\t\tx\nH49\tB\tB\t\t22\t2021-01-01\t\tx",
        "H49\tA\tA\t\t22\tyesterday\t\tx",
        "H49\tA",
    ],
)
def test_a_damaged_table_is_refused(row: str) -> None:
    with pytest.raises(AreasError) as refused:
        parse_agencies(HEADER + row)
    assert refused.value.kind is AreasErrorKind.DATA_DAMAGED
