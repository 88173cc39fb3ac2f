from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.areas.units import Level, UnitKey
from lienthong.delivery.carried import Tree, carry_observed
from lienthong.delivery.figure_book import FigureBook
from lienthong.delivery.figures import Cell, Missing, MissingKind, Observed
from lienthong.delivery.formulas import Value
from lienthong.delivery.periods import make_year
from lienthong.delivery.places import read_illustrative_book
from lienthong.delivery.words import Carry, Origin, Qualifier, Rule, Status
from tests.areas.books import LAST_DAYS, histories
from tests.delivery.figures import TODAY, define, put, record

if TYPE_CHECKING:
    from lienthong.areas.unit_book import UnitBook

BEFORE, SINCE = date(2025, 6, 30), date(2025, 7, 1)
OLD = [f"990{number:02}" for number in range(1, 11)]
YEAR = make_year(2024)


def observe(area: str, value: int, on: date, pk: int = 1) -> Observed:
    return Observed(
        pk=pk,
        cell=Cell("POP", area, YEAR),
        area_on=on,
        unit="person",
        source="book",
        is_cited=True,
        version=1,
        value=Decimal(value),
        qualifier=Qualifier.EXACT,
        wording="",
        status=Status.OFFICIAL,
        is_reported=False,
        is_illustrative=True,
        origin=Origin.FILE,
        origin_ref="",
        published_on=on,
        recorded_at=datetime.combine(on, datetime.min.time(), UTC),
    )


def bounds(found: Value | Missing) -> tuple[int, int]:
    assert isinstance(found, Value)
    return int(found.lower), int(found.upper)


def test_communes_of_before_become_those_of_today_as_values_or_ranges() -> None:
    figures = [observe(code, 1000, BEFORE, pk) for pk, code in enumerate(OLD, 1)]
    carried = carry_observed(figures, Tree(read_illustrative_book(), SINCE, Level.COMMUNE))
    assert {code: bounds(found) for code, found in carried.items()} == {
        "99101": (2000, 2000),
        "99102": (2000, 3000),
        "99103": (1000, 2000),
        "99104": (2600, 2600),
        "99105": (1400, 1400),
    }
    found = carried["99102"]
    assert isinstance(found, Value)
    assert found.used == {3, 4, 5}


def test_a_provinces_total_is_exact_from_its_communes_of_either_day() -> None:
    book = read_illustrative_book()
    figures = [observe(code, 1000, BEFORE) for code in OLD]
    for on in (BEFORE, SINCE):
        assert bounds(carry_observed(figures, Tree(book, on, Level.PROVINCE))["99"]) == (10_000, 10_000)
    assert bounds(carry_observed(figures, Tree(book, BEFORE, Level.DISTRICT))["991"]) == (5000, 5000)


def test_a_missing_commune_makes_what_it_could_have_part_in_missing() -> None:
    figures = [observe(code, 1000, BEFORE) for code in OLD if code != "99005"]
    carried = carry_observed(figures, Tree(read_illustrative_book(), SINCE, Level.COMMUNE))
    assert carried["99102"] == Missing(MissingKind.NOT_OBSERVED, units=(UnitKey("99005", date(2010, 1, 1)),))
    assert bounds(carried["99101"]) == (2000, 2000)
    province = carry_observed(figures, Tree(read_illustrative_book(), SINCE, Level.PROVINCE))
    assert isinstance(province["99"], Missing)


def test_a_provinces_figure_is_never_divided_over_its_communes() -> None:
    assert carry_observed([observe("99", 1000, BEFORE)], Tree(read_illustrative_book(), SINCE, Level.COMMUNE)) == {}


@given(book=histories(ages=3), ages=st.permutations([0, 1, 2]), data=st.data())
def test_totals_or_their_bounds_are_conserved_in_the_tree_of_any_day(
    book: UnitBook, ages: list[int], data: st.DataObject
) -> None:
    since, until = LAST_DAYS[ages[0]], LAST_DAYS[ages[1]]
    figures = [observe(unit.code, data.draw(st.integers(0, 1000)), since) for unit in book.list_units(since)]
    carried = carry_observed(figures, Tree(book, until, Level.COMMUNE))
    total = sum(int(each.value) for each in figures)
    values = [each for each in carried.values() if isinstance(each, Value)]
    assert sum(each.lower for each in values) <= total <= sum(each.upper for each in values)
    assert len(values) == len(carried)
    assert set(carried) == {unit.code for unit in book.list_units(until)}


@pytest.mark.django_db
class TestFigureBook:
    def test_a_figure_is_given_in_the_tree_of_any_day_and_computed_never_stored(self) -> None:
        put(define("POP"))
        for code in OLD:
            record("POP", {"2024": "1000"}, area=code)
        before, since = FigureBook(TODAY, BEFORE), FigureBook(TODAY, SINCE)
        assert bounds(before.find(Cell("POP", "99003", YEAR))) == (1000, 1000)
        assert bounds(since.find(Cell("POP", "99102", YEAR))) == (2000, 3000)
        assert bounds(since.find(Cell("POP", "99", YEAR))) == (10_000, 10_000)
        assert isinstance(since.find(Cell("POP", "99003", YEAR)), Missing)
        assert [period.text for period in since.list_periods("POP", "99102")] == ["2024"]
        assert len(since.list_by_area("POP", YEAR, Level.COMMUNE, "99")) == 5

    def test_a_formula_is_computed_again_over_carried_parts(self) -> None:
        put(
            define("POP"),
            define("TAX", "mn_VND"),
            define("TAX_HEAD", "mn_VND/person", carry=Carry.RECOMPUTE, formula="per_head(TAX, POP)"),
        )
        for code in OLD:
            record("POP", {"2024": "1000"}, area=code)
            record("TAX", {"2024": "6000"}, area=code)
        since = FigureBook(TODAY, SINCE)
        assert bounds(since.find(Cell("TAX_HEAD", "99101", YEAR))) == (6, 6)
        assert bounds(since.find(Cell("TAX_HEAD", "99102", YEAR))) == (4, 9)

    def test_what_is_never_carried_stays_with_its_units_even_by_a_formula(self) -> None:
        put(define("POP"), define("SCORE", "point", carry=Carry.NEVER))
        put(define("DOUBLE", "person", carry=Carry.NEVER, formula="2 * POP"))
        for code in OLD:
            record("SCORE", {"2024": "70"}, area=code)
            record("POP", {"2024": "1000"}, area=code)
        since = FigureBook(TODAY, SINCE)
        score = since.find(Cell("SCORE", "99101", YEAR))
        assert score == Missing(MissingKind.NOT_CARRIED, Cell("SCORE", "99101", YEAR))
        assert isinstance(since.find(Cell("DOUBLE", "99101", YEAR)), Missing)
        assert bounds(FigureBook(TODAY, BEFORE).find(Cell("DOUBLE", "99001", YEAR))) == (2000, 2000)

    def test_public_order_is_carried_to_no_other_unit_and_a_small_result_is_withheld(self) -> None:
        order = {"rule": Rule.PUBLIC_ORDER, "carry": Carry.NEVER}
        put(define("CRIMES", "crime", **order), define("TENTH", "crime", formula="CRIMES / 10", **order))
        record("CRIMES", {"2023": "1000", "2024": "90"})
        book = FigureBook(TODAY, SINCE)
        assert bounds(book.find(Cell("TENTH", "99", make_year(2023)))) == (100, 100)
        assert book.find(Cell("TENTH", "99", YEAR)) == Missing(MissingKind.WITHHELD, Cell("TENTH", "99", YEAR))
        for commune in ("99101", "99102"):
            assert isinstance(book.find(Cell("CRIMES", commune, YEAR)), Missing)

    def test_a_reported_figure_is_seen_and_nothing_is_computed_from_it(self) -> None:
        put(define("HEAD", "USD/person", carry=Carry.NEVER), define("TWICE", "USD/person", formula="2 * HEAD"))
        record("HEAD", {"2024": "9500"}, qualifier=Qualifier.OVER)
        book = FigureBook(TODAY, SINCE)
        seen = book.find_observed(Cell("HEAD", "99", YEAR))
        assert isinstance(seen, Observed)
        for code in ("HEAD", "TWICE"):
            found = book.find(Cell(code, "99", YEAR))
            assert isinstance(found, Missing)
            assert found.kind is MissingKind.REPORTED_ONLY

    def test_an_area_that_no_unit_had_on_the_day_is_unknown_with_the_reason(self) -> None:
        put(define("POP"))
        found = FigureBook(TODAY, SINCE).find(Cell("POP", "99777", YEAR))
        assert isinstance(found, Missing)
        assert found.kind is MissingKind.UNKNOWN_AREA
        assert found.units == (UnitKey("99777", SINCE),)
