from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.delivery.errors import DeliveryError
from lienthong.delivery.import_files import read_rows
from lienthong.delivery.import_rows import ImportFile, ImportRule
from lienthong.delivery.importing import ImportReport, import_figures
from lienthong.delivery.models import Observation
from lienthong.delivery.words import Carry, Rule
from tests.delivery.figures import define, put, record

FILE = ImportFile("figures.csv", "book", date(2026, 3, 1))
HEADER = "indicator,area,period,value,unit,status,breakdown,source\n"


def import_lines(*lines: str, is_dry: bool = False, accepts_jumps: bool = False) -> ImportReport:
    content = (HEADER + "\n".join(lines)).encode()
    return import_figures(content, FILE, is_dry=is_dry, accepts_jumps=accepts_jumps)


def broken(report: ImportReport) -> list[tuple[int, str, str, ImportRule]]:
    return [(finding.row, finding.column, finding.value, finding.rule) for finding in report.findings]


@pytest.mark.django_db
def test_good_rows_go_in_and_each_bad_one_is_told_by_row_column_value_and_rule() -> None:
    put(define("POP", dimensions="sex"), define("GRDP", "bn_VND"))
    report = import_lines(
        "POP,99,2023,1000,person,official,,",
        "NOBODY,99,2023,1,,,,",
        "POP,99777,2023,1000,,,,",
        "POP,99,23,1000,,,,",
        'POP,99,2024,"1.000,5",,,,',
        "POP,99,2024,1000,USD,,,",
        "POP,99,2024,1000,,final,,",
        "POP,99,2024,1000,,,ethnicity=kinh,",
        "POP,99,2024,1000,,,age=15-24,",
        "POP,99,2024,1000,,,,nobody",
        "GRDP,99,2024,315995,mn_VND,estimate,,",
    )
    assert broken(report) == [
        (3, "indicator", "NOBODY", ImportRule.UNKNOWN_INDICATOR),
        (4, "area", "99777", ImportRule.UNKNOWN_AREA),
        (5, "period", "23", ImportRule.BAD_PERIOD),
        (6, "value", "1.000,5", ImportRule.BAD_NUMBER),
        (7, "unit", "USD", ImportRule.BAD_UNIT),
        (8, "status", "final", ImportRule.BAD_WORD),
        (9, "breakdown", "ethnicity=kinh", ImportRule.BAD_BREAKDOWN),
        (10, "breakdown", "age=15-24", ImportRule.BAD_BREAKDOWN),
        (11, "source", "nobody", ImportRule.UNKNOWN_SOURCE),
    ]
    assert report.counts == {"added": 2, "revised": 0, "unchanged": 0}
    row = Observation.objects.get(indicator__code="GRDP")
    assert (row.value, row.origin_ref) == (Decimal("315.995"), "figures.csv, row 12")


@pytest.mark.django_db
def test_a_file_parted_by_semicolons_has_decimal_commas_and_a_point_in_it_is_refused() -> None:
    put(define("RATE", "percent"))
    content = "indicator;area;period;value\nRATE;99;2023;52,5\nRATE;99;2024;1.234\nRATE;99;2025;60\n"
    report = import_figures(content.encode(), FILE)
    assert broken(report) == [(3, "value", "1.234", ImportRule.BAD_NUMBER)]
    assert "dấu phẩy thập phân" in report.findings[0].reason.write("vi")
    values = Observation.objects.order_by("period").values_list("value", flat=True)
    assert list(values) == [Decimal("52.5"), Decimal(60)]


@pytest.mark.django_db
def test_duplicates_jumps_and_parts_above_their_total_stay_out() -> None:
    put(define("POP", dimensions="sex"))
    record("POP", {"2022": "990"})
    lines = (
        "POP,99,2023,1000,,,,",
        "POP,99,2023,1001,,,,",
        "POP,99,2024,9999,,,,",
        "POP,99,2023,600,,,sex=F,",
        "POP,99,2023,500,,,sex=M,",
    )
    assert [(row, rule) for row, _, _, rule in broken(import_lines(*lines))] == [
        (3, ImportRule.DUPLICATE),
        (4, ImportRule.JUMP),
        (5, ImportRule.TOTAL),
        (6, ImportRule.TOTAL),
    ]
    assert Observation.objects.count() == 2
    accepted = import_lines(lines[2], accepts_jumps=True)
    assert accepted.is_whole
    assert accepted.counts["added"] == 1


@pytest.mark.django_db
def test_a_dry_run_tells_the_same_and_leaves_nothing() -> None:
    put(define("POP"))
    lines = ("POP,99,2023,1000,,,,", "POP,99,x,1000,,,,")
    dry = import_lines(*lines, is_dry=True)
    assert not Observation.objects.exists()
    real = import_lines(*lines)
    assert (dry.counts, dry.findings) == (real.counts, real.findings)
    assert import_lines(*lines).counts == {"added": 0, "revised": 0, "unchanged": 1}


@pytest.mark.django_db
def test_public_order_is_refused_row_by_row_and_the_rest_goes_in() -> None:
    order = {"rule": Rule.PUBLIC_ORDER, "carry": Carry.NEVER}
    put(define("POP"), define("CRIMES", "crime", **order), define("THEFT", "crime", part_of="CRIMES", **order))
    report = import_lines(
        "CRIMES,99,2023,100,,,,",
        "THEFT,99,2023,95,,,,",
        "CRIMES,99101,2025,100,,,,",
        "CRIMES,99,2020,9,,,,",
        "POP,99,2023,1000,,,,",
    )
    assert {(row, rule) for row, _, _, rule in broken(report)} == {
        (3, ImportRule.NOT_PUBLISHABLE),
        (4, ImportRule.NOT_PUBLISHABLE),
        (5, ImportRule.NOT_PUBLISHABLE),
    }
    assert report.counts["added"] == 2


@pytest.mark.django_db
def test_a_workbook_is_read_as_people_fill_it_in() -> None:
    put(define("POP"), define("RATE", "percent", carry=Carry.NEVER))
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["indicator", "area", "period", "value", "published_on"])
    sheet.append(["POP", 99, 2023, 1000, date(2024, 3, 31)])
    sheet.append(["RATE", "99", "2023", 11.03, None])
    sheet.append([None, None, None, None, None])
    content = io.BytesIO()
    book.save(content)
    report = import_figures(content.getvalue(), ImportFile("figures.xlsx", "book", date(2026, 3, 1)))
    assert report.is_whole
    rows = {row.indicator.code: row for row in Observation.objects.all()}
    assert str(rows["RATE"].value.normalize()) == "11.03"
    assert rows["POP"].published_on == date(2024, 3, 31)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "lacking: indicator, area, period, value"),
        (b"indicator,area,period,value,colour\n", "unknown: colour"),
        (b"\xff\xfe\x00", "expected UTF-8"),
        (b'indicator,area,period,value\n"open', "line 2"),
        (b"PK\x03\x04nothing", "expected a workbook"),
        (b"<html></html>", "expected SDMX-ML"),
        (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a/>', "declares a document type"),
    ],
)
def test_what_cannot_be_read_at_all_is_refused_whole(content: bytes, reason: str) -> None:
    with pytest.raises(DeliveryError, match=reason):
        read_rows("file", content)


@given(content=st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_are_rows_or_a_refusal(content: bytes) -> None:
    try:
        rows = read_rows("file", content)
    except DeliveryError as error:
        assert error.message.startswith("file")
        return
    assert all(row.number >= 2 for row in rows)
