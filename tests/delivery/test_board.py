from __future__ import annotations

from datetime import date

import pytest

from lienthong.delivery.board import make_board
from lienthong.delivery.figure_book import FigureBook
from lienthong.delivery.figures import Missing, Observed
from lienthong.delivery.formulas import Value
from lienthong.delivery.indicator_sheet import make_sheet
from lienthong.delivery.recording import record_figures
from lienthong.delivery.seeding import SeedSet, load_seed
from lienthong.delivery.words import Qualifier
from tests.delivery.figures import figure

pytestmark = pytest.mark.django_db

AFTER = date(2026, 4, 2)


@pytest.fixture(autouse=True)
def _loaded() -> None:
    load_seed(SeedSet.ILLUSTRATIVE, lambda _: None)


def test_the_board_shows_targets_the_week_and_the_day_of_its_data() -> None:
    board = make_board(AFTER, illustrative=True)
    assert [(plan.plan.code, plan.reached, plan.total) for plan in board.plans] == [
        ("ILLUSTRATIVE-2025", 17, 19),
        ("ILLUSTRATIVE-2030", 0, 5),
    ]
    assert board.data_on == date(2026, 3, 31)
    assert {change.observed.cell.period.text for change in board.changes} == {"2025"}
    assert make_board(date(2026, 4, 8), illustrative=True).changes == ()
    assert (board.late, board.late_count) == ((), 0)


def test_a_revision_of_the_week_stands_beside_what_it_replaces() -> None:
    record_figures([figure("PCI_RANK", "2025", "3", source="invented", published_on=AFTER)])
    change = make_board(AFTER, illustrative=True).changes[0]
    assert change.before is not None
    assert (int(change.before.value), int(change.observed.value)) == (2, 3)


def test_what_is_invented_is_on_no_board_of_what_is_real() -> None:
    board = make_board(AFTER, illustrative=False)
    assert (board.plans, board.changes, board.data_on) == ((), (), None)


def test_an_earlier_day_shows_what_was_known_then() -> None:
    (plan,) = make_board(date(2023, 4, 15), illustrative=True).plans
    assert plan.reached < 17
    assert all(point.period.begin.year <= 2022 for target in plan.targets for point in target.points)


def test_a_sheet_shows_the_series_beside_the_countrys_and_the_communes_of_the_last_year() -> None:
    sheet = make_sheet(FigureBook(AFTER), "POPULATION", "99", "vi")
    assert [row.period.text for row in sheet.rows] == [str(year) for year in range(2015, 2026)]
    assert sheet.rows[-1].write(sheet.definition, "vi") == "1.000.000 người"
    assert sheet.rows[-1].list_marks(sheet.definition, "vi") == ("minh họa",)
    assert isinstance(sheet.rows[-1].country, Value)
    assert sheet.areas_period is not None
    assert (sheet.areas_period.text, len(sheet.areas)) == ("2025", 5)
    assert sheet.areas[0].name == "Phường Minh Họa Đông"
    assert [source.code for source in sheet.sources] == ["invented"]


def test_a_sheet_keeps_what_was_reported_beside_what_is_computed() -> None:
    told = figure("GRDP_HEAD_USD", "2025", "10000", source="invented", qualifier=Qualifier.OVER, published_on=AFTER)
    record_figures([told])
    row = make_sheet(FigureBook(AFTER), "GRDP_HEAD_USD", "99", "en").rows[-1]
    assert isinstance(row.observed, Observed)
    assert isinstance(row.value, Value)
    definition = FigureBook(AFTER).definitions["GRDP_HEAD_USD"]
    assert row.write(definition, "en") == "10,420 USD"
    assert row.list_marks(definition, "en") == ("computed", "illustrative")
    assert [str(other.value) for other in row.others] == ["10000"]


def test_public_order_has_no_communes_on_its_sheet() -> None:
    sheet = make_sheet(FigureBook(AFTER), "CRIMES", "99", "vi")
    assert sheet.areas == ()
    assert isinstance(sheet.rows[-1].country, Missing)
