from __future__ import annotations

from datetime import date
from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from lienthong.areas.errors import AreasError, AreasErrorKind
from lienthong.areas.extract import write_successions, write_units
from lienthong.areas.load_checks import Checked, check_tables
from lienthong.areas.load_rows import LoadRule
from lienthong.areas.unit_book import make_book
from tests.areas.books import national_book

CELLS = [
    "",
    "22",
    "193",
    "06886",
    "06799",
    "99999",
    "xã",
    "quận",
    "Xã Mới",
    "Xã <b>",
    "2025-07-01",
    "2024-11-01",
    "2025-02-30",
    "20250701",
    "1",
    "1/2",
    "1/0",
    "-1",
    "2/3",
    "người",
]


@cache
def _tables() -> tuple[list[str], list[str]]:
    """Give Quảng Ninh's two tables as lines, without their headers."""
    book = national_book()
    units = [unit for unit in book.units if book.find_province(unit).code == "22"]
    keys = {unit.key for unit in units}
    links = [link for link in book.successions if link.old in keys]
    return write_units(units).decode().splitlines()[1:], write_successions(links).decode().splitlines()[1:]


def _check(units: list[str], successions: list[str]) -> Checked:
    heads = [table.decode().splitlines()[0] for table in (write_units([]), write_successions([]))]
    tables = ["\n".join([head, *lines]).encode() for head, lines in zip(heads, (units, successions), strict=True)]
    return check_tables(tables[0], tables[1], "test")


@st.composite
def _spoilt(draw: st.DrawFn, lines: list[str]) -> list[str]:
    """Spoil some rows: another value in a column, a value less, the row gone or there twice."""
    spoilt = list(lines)
    for _ in range(draw(st.integers(0, 6))):
        place = draw(st.integers(0, len(spoilt) - 1))
        cells = spoilt[place].split("\t")
        match draw(st.sampled_from(["value", "value", "value", "fewer", "gone", "twice"])):
            case "value":
                cells[draw(st.integers(0, len(cells) - 1))] = draw(
                    st.sampled_from(CELLS) | st.text("ab\u0301Đ ", max_size=4)
                )
                spoilt[place] = "\t".join(cells)
            case "fewer":
                spoilt[place] = "\t".join(cells[:-1])
            case "gone":
                del spoilt[place]
            case _:
                spoilt.append(spoilt[place])
    return spoilt


def test_right_tables_go_in_without_a_finding() -> None:
    units, successions = _tables()
    checked = _check(units, successions)
    assert (len(checked.units), len(checked.successions)) == (len(units), len(successions))
    assert checked.findings == ()


@given(units=_spoilt(_tables()[0]), successions=_spoilt(_tables()[1]))
def test_whatever_is_wrong_with_the_tables_what_goes_in_fits_together(units: list[str], successions: list[str]) -> None:
    checked = _check(units, successions)
    make_book(checked.units, checked.successions)
    refused = {(finding.table, finding.row) for finding in checked.findings if finding.is_refused}
    count = sum(bool(line.strip()) for line in (*units, *successions))
    assert len(checked.units) + len(checked.successions) + len(refused) == count


@given(content=st.binary(max_size=200))
def test_any_bytes_are_a_table_or_refused(content: bytes) -> None:
    try:
        checked = check_tables(write_units([]) + content, write_successions([]) + content, "test")
    except AreasError as error:
        assert error.kind is AreasErrorKind.BAD_FILE
    else:
        assert not checked.units


def test_all_that_rests_on_a_refused_unit_is_refused() -> None:
    units, successions = _tables()
    broken = [line.replace("2024-11-01", "2024-11-31") if line.startswith("22\t") else line for line in units]
    checked = _check(broken, successions)
    assert checked.units == ()
    assert checked.successions == ()
    rules = {finding.rule for finding in checked.findings}
    assert rules == {LoadRule.DAY, LoadRule.PARENT, LoadRule.UNIT}


def test_a_row_replaces_the_known_unit_of_its_code_and_first_day() -> None:
    book = national_book()
    line = "06886\txã\tXã Hải Lạng\t22\t2025-07-01\t2027-01-01"
    table = write_units([]) + line.encode()
    checked = check_tables(table, write_successions([]), "test", book.units)
    assert checked.findings == ()
    assert checked.units[0].end == date(2027, 1, 1)


def test_what_one_unit_loses_may_break_anothers_whole() -> None:
    begin, change = "2020-01-01", "2025-07-01"
    units = ["98\ttỉnh\tTỉnh Mới\t\t2020-01-01\t"]
    units += [f"9800{n}\txã\tXã {n}\t98\t{begin}\t{change}" for n in (1, 2)]
    units += [f"9801{n}\txã\tXã {n}\t98\t{change}\t" for n in (1, 2)]
    successions = [
        f"98001\t{begin}\t98011\t{change}\t1/2\t1/3\tarea\tx",  # a third of what came from nowhere else
        f"98001\t{begin}\t98012\t{change}\t1/2\t\tarea\tx",
        f"98002\t{begin}\t98012\t{change}\t1\t\t\tx",
    ]
    checked = _check(units, successions)
    assert [(finding.row, finding.column, finding.rule) for finding in checked.findings] == [
        (2, "share_back", LoadRule.WHOLE),
        (3, "share", LoadRule.WHOLE),
    ]
    assert [link.old.code for link in checked.successions] == ["98002"]
