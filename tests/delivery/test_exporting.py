from __future__ import annotations

from datetime import date

import pytest

from lienthong.delivery.errors import DeliveryError
from lienthong.delivery.exporting import ExportFormat, Selection, export_figures, parse_format
from lienthong.delivery.import_files import read_rows
from lienthong.delivery.import_rows import ImportFile, parse_rows
from lienthong.delivery.importing import import_figures
from lienthong.delivery.indicators import list_definitions
from lienthong.delivery.observations import list_current
from lienthong.delivery.seeding import SeedSet, load_seed
from lienthong.delivery.sources import list_sources
from lienthong.delivery.words import Qualifier
from tests.delivery.figures import record

pytestmark = pytest.mark.django_db

ALL = Selection(date(2027, 1, 1), areas=("99", "98", "99101"))
DATA = [form for form in ExportFormat if form is not ExportFormat.SDMX_STRUCTURE]


@pytest.fixture(autouse=True)
def _loaded() -> None:
    load_seed(SeedSet.ILLUSTRATIVE, lambda _: None)
    told = {"qualifier": Qualifier.OVER, "source": "invented", "wording": 'trên "9.500" USD & hơn <nữa>'}
    record("GRDP_HEAD_USD", {"2025": "9500"}, **told)
    record("GRDP_GROWTH", {"2021-2025": "10.50"}, is_reported=True, source="invented", wording="bình quân")
    record("CASES_RECEIVED", {"2026-03": "12", "2026-Q1": "30"}, breakdown="channel=online", source="invented")


@pytest.mark.parametrize("form", DATA)
def test_what_is_exported_can_be_imported_again_and_says_the_same(form: ExportFormat) -> None:
    content = export_figures(ALL, form)
    file = ImportFile("round.trip", "", date(2027, 1, 1))
    rows, findings = parse_rows(read_rows("round.trip", content), file, list_definitions(), set(list_sources()))
    assert findings == []
    kept = {
        (figure.cell, figure.area_on, figure.source): (str(figure.value), figure.status, figure.qualifier)
        for figure in (row.figure for row in rows)
    }
    current = list_current(ALL.as_of, (), ALL.areas)
    assert kept == {
        (each.cell, each.area_on, each.source): (str(each.value), each.status, each.qualifier) for each in current
    }
    again = import_figures(content, file, accepts_jumps=True)
    quotes_lost = form is ExportFormat.SDMX_ML
    assert again.counts == {"added": 0, "revised": int(quotes_lost), "unchanged": len(current) - quotes_lost}


def test_marks_go_with_the_figures() -> None:
    content = export_figures(Selection(ALL.as_of, ("GRDP_HEAD_USD",), ("99",)), ExportFormat.CSV).decode("utf-8-sig")
    header, row = content.splitlines()
    assert header.startswith("indicator,area,area_on,period")
    assert ",over,true," in row
    assert export_figures(ALL, ExportFormat.SDMX_CSV).decode().startswith("STRUCTURE,STRUCTURE_ID,ACTION,INDICATOR,")


def test_an_earlier_day_exports_what_was_known_then() -> None:
    selection = Selection(date(2024, 4, 15), ("GRDP_REAL",), ("99",))
    lines = export_figures(selection, ExportFormat.CSV).decode().splitlines()
    assert len(lines) == 1 + len(range(2015, 2024))


def test_the_structure_names_every_concept() -> None:
    text = export_figures(ALL, ExportFormat.SDMX_STRUCTURE).decode()
    for concept in ("INDICATOR", "REF_AREA", "AREA_ON", "TIME_PERIOD", "OBS_VALUE", "UNIT_MEASURE", "QUALIFIER"):
        assert f'id="{concept}"' in text


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(DeliveryError, match="expected a format among csv"):
        parse_format("pdf")
