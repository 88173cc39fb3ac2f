from __future__ import annotations

from datetime import date

import pytest

from lienthong.delivery.figure_book import FigureBook
from lienthong.delivery.figures import Cell, Missing
from lienthong.delivery.indicator_sheet import make_sheet
from lienthong.delivery.missing_text import tell_missing
from lienthong.delivery.periods import parse_period
from lienthong.delivery.words import Carry, Status
from tests.delivery.figures import TODAY, define, put, record

pytestmark = pytest.mark.django_db


@pytest.fixture
def book() -> FigureBook:
    put(
        define("POP", name="Dân số", name_en="Population"),
        define("GRDP", "bn_VND", name="Tổng sản phẩm", name_en="Gross product"),
        define("HEAD", "mn_VND/person", carry=Carry.RECOMPUTE, formula="per_head(GRDP, POP)", name="Bình quân"),
    )
    record("GRDP", {"2023": "100", "2024": "110"})
    record("POP", {"2023": "1000"}, status=Status.ESTIMATE)
    record("POP", {"2023": "1200"}, status=Status.ESTIMATE, source="other")
    for code in ("99001", "99002"):
        record("POP", {"2022": "500"}, area=code)
    return FigureBook(TODAY)


def find_missing(book: FigureBook, code: str, area: str, period: str) -> Missing:
    found = book.find(Cell(code, area, parse_period(period)))
    assert isinstance(found, Missing)
    return found


def test_a_missing_part_of_a_formula_is_named_with_its_area_and_period(book: FigureBook) -> None:
    missing = find_missing(book, "HEAD", "99", "2024")
    assert tell_missing(missing, book, "vi") == "chưa có số liệu (Dân số, Tỉnh Minh Họa, 2024)"
    assert tell_missing(missing, book, "en").startswith("no figure has been given (Population, ")
    row = make_sheet(book, "HEAD", "99", "vi").rows
    assert [each.write(book.definitions["HEAD"], "vi") for each in row] == []


def test_what_sources_disagree_on_stands_beside_their_names_as_people_write_numbers(book: FigureBook) -> None:
    told = tell_missing(find_missing(book, "POP", "99", "2023"), book, "vi")
    assert told == ("các nguồn không thống nhất (Dân số, Tỉnh Minh Họa, 2023; book: 1.000 người; other: 1.200 người)")


def test_units_without_which_a_figure_cannot_be_carried_are_named_and_not_their_codes(book: FigureBook) -> None:
    told = tell_missing(find_missing(book, "POP", "99", "2022"), book, "vi")
    assert "Minh Họa" in told
    assert not any(code in told for code in ("990", "POP", " of "))


def test_an_area_that_is_not_known_is_named_by_its_code(book: FigureBook) -> None:
    told = tell_missing(find_missing(book, "POP", "99777", "2023"), book, "vi")
    assert told == "không xác định được đơn vị hành chính (99777)"
    assert date(2026, 3, 1) == book.on
