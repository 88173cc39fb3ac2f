from __future__ import annotations

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.people.errors import PeopleError, PeopleErrorKind
from lienthong.people.import_rows import ImportRule, read_import_file
from lienthong.people.words import Sex

TODAY = date(2026, 11, 24)
HEADER = "number,full_name,sex,birth_date,area_code,address,since,died_on"
GOOD = '999190000001,Nguyễn Thị Hòa,Nữ,17/05/1990,06673,"Tổ 1, khu 2",2010-01-01,'


def read(*rows: str, header: str = HEADER) -> tuple[list[int], list[tuple[int, str, ImportRule]]]:
    found = read_import_file("\n".join([header, *rows]).encode(), TODAY)
    return [row.row for row in found.rows], [(one.row, one.column, one.rule) for one in found.findings]


def test_a_good_row_is_read_with_commas_inside_quotes() -> None:
    found = read_import_file(f"\ufeff{HEADER}\r\n{GOOD}\r\n".encode(), TODAY)
    (row,) = found.rows
    assert (row.full_name, row.sex, row.birth_date) == ("Nguyễn Thị Hòa", Sex.FEMALE, date(1990, 5, 17))
    assert (row.address, row.since, row.died_on) == ("Tổ 1, khu 2", date(2010, 1, 1), None)
    assert found.findings == ()


@pytest.mark.parametrize(
    ("old", "new", "column", "rule"),
    [
        ("999190000001", "99919000001", "number", ImportRule.NUMBER_FORM),
        ("999190000001", "999090000001", "number", ImportRule.NUMBER_AGREES),
        ("999190000001", "", "number", ImportRule.MISSING),
        ("17/05/1990", "31/02/1990", "birth_date", ImportRule.DAY),
        ("17/05/1990", "05-17-1990", "birth_date", ImportRule.DAY),
        ("2010-01-01", "1989-01-01", "since", ImportRule.DAY),
        ("Nữ", "F", "sex", ImportRule.SEX),
        ("Nguyễn Thị Hòa", "Nguyễn Thị H0a", "full_name", ImportRule.NAME),
        ("06673", "", "area_code", ImportRule.MISSING),
        ("Tổ 1", "x" * 201, "address", ImportRule.LENGTH),
        (",Nữ", "", "", ImportRule.COLUMNS),
    ],
)
def test_a_bad_value_is_reported_by_row_column_and_rule(old: str, new: str, column: str, rule: ImportRule) -> None:
    assert read(GOOD, GOOD.replace(old, new).replace("000001", "000002")) == ([2], [(3, column, rule)])


def test_every_bad_value_of_a_row_is_reported() -> None:
    _rows, findings = read("1,2,3,4,5,6,7,")
    assert {column for _row, column, _rule in findings} == {"number", "full_name", "sex", "birth_date", "since"}


@pytest.mark.parametrize("change", [lambda name: unicodedata.normalize("NFD", name), lambda name: f" {name} "])
def test_another_unicode_form_goes_in_composed(change: object) -> None:
    assert callable(change)
    row = GOOD.replace("Nguyễn Thị Hòa", change("Nguyễn Thị Hòa"))
    assert read(row)[0] == [2]


def test_a_look_alike_is_put_right_and_told() -> None:
    rows, findings = read(GOOD.replace("Nguyễn", "Ðặng"))
    assert (rows, findings) == ([2], [(2, "full_name", ImportRule.NAME_PUT_RIGHT)])


def test_the_second_row_with_a_number_is_refused() -> None:
    assert read(GOOD, GOOD) == ([2], [(3, "number", ImportRule.NUMBER_TWICE)])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "missing columns: number"),
        (HEADER.replace("sex", "gender").encode(), "unknown columns: gender"),
        (f"{HEADER},sex".encode(), "columns twice: sex"),
        (f"{HEADER},ethnicity".encode(), "unknown columns: ethnicity"),
        (f'{HEADER}\n"abc'.encode(), "not CSV"),
        (f"{HEADER}\n".encode() + b"\xb8\xb5", "line 2: not UTF-8"),
        (b"\x00" * (64 * 1024 * 1024 + 1), "at most"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_whole(content: bytes, reason: str) -> None:
    with pytest.raises(PeopleError, match=reason) as refusal:
        read_import_file(content, TODAY)
    assert refusal.value.kind is PeopleErrorKind.BAD_FILE


@given(st.lists(st.lists(st.text(max_size=12), max_size=10), max_size=4))
def test_every_row_goes_in_or_is_reported(rows: list[list[str]]) -> None:
    lines = [",".join(row).replace("\n", " ").replace("\r", " ").replace('"', "'") for row in rows]
    try:
        found = read_import_file("\n".join([HEADER, *lines]).encode("utf-8", "replace"), TODAY)
    except PeopleError as error:
        assert error.kind is PeopleErrorKind.BAD_FILE
        return
    assert len(found.rows) + len({one.row for one in found.findings if one.is_refused}) == found.count
