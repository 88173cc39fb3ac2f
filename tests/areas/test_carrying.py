from __future__ import annotations

from collections import Counter
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.areas.carrying import Carried, Journey, Range, carry_figures, make_value, sum_figures
from lienthong.areas.errors import AreasError
from lienthong.areas.units import Level, Unit
from tests.areas.books import LAST_DAYS, UnitPair, histories, national_book, reforms_with_truth

if TYPE_CHECKING:
    from lienthong.areas.unit_book import UnitBook

BEFORE, SINCE = date(2025, 6, 30), date(2025, 7, 1)


def _alone(unit: Unit) -> str:
    return unit.code


def _together(_unit: Unit) -> str:
    return "all"


def _province(unit: Unit) -> str:
    return national_book().find_province(unit).code


def _figures(day: date, province: str) -> dict[str, Range]:
    units = national_book().list_units(day, Level.COMMUNE, province)
    return {unit.code: make_value(1000 + number) for number, unit in enumerate(units)}


def test_a_divided_units_figure_is_a_range_and_never_an_equal_part() -> None:
    carried = carry_figures(national_book(), _figures(BEFORE, "22"), Journey(BEFORE, SINCE, _alone))
    own = _figures(BEFORE, "22")["06886"].lower
    received = carried["06970"]
    assert received.upper is not None
    assert received.upper - received.lower >= own
    assert own / 3 not in (received.lower, received.upper)


def test_a_provinces_total_is_exact_across_the_reform_though_its_communes_are_not() -> None:
    figures = _figures(BEFORE, "22")
    total = sum((figure.lower for figure in figures.values()), Fraction(0))
    assert carry_figures(national_book(), figures, Journey(BEFORE, SINCE, _province)) == {"22": Carried(total, total)}


def test_totals_hold_for_every_commune_of_the_country() -> None:
    book = national_book()
    figures = {unit.code: make_value(7) for unit in book.list_units(BEFORE, Level.COMMUNE)}
    carried = carry_figures(book, figures, Journey(BEFORE, SINCE, _province))
    islands = {unit.key for unit in book.list_units(BEFORE, Level.DISTRICT) if not book.children.get(unit.key)}
    assert len(islands) == 5
    assert all(figure.is_value for figure in carried.values())
    assert sum(figure.lower for figure in carried.values()) == 7 * 10_035


def test_a_missing_figure_leaves_no_upper_bound_and_is_named() -> None:
    figures = _figures(BEFORE, "22")
    del figures["06886"]
    carried = carry_figures(national_book(), figures, Journey(BEFORE, SINCE, _alone))
    assert carried["06970"].upper is None
    assert [key.code for key in carried["06970"].missing] == ["06886"]
    assert sum_figures(carried).upper is None
    assert carried["06652"].upper is not None


@pytest.mark.parametrize("bad", [Range(Fraction(-1), Fraction(1)), Range(Fraction(2), Fraction(1))])
def test_what_cannot_be_counted_is_refused(bad: Range) -> None:
    with pytest.raises(AreasError, match="bounds from 0"):
        carry_figures(national_book(), {"06886": bad}, Journey(BEFORE, SINCE, _alone))


def test_a_figure_of_no_unit_and_a_day_out_of_reach_are_refused() -> None:
    with pytest.raises(AreasError, match="no unit has the code"):
        carry_figures(national_book(), {"99999": make_value(1)}, Journey(BEFORE, SINCE, _alone))
    with pytest.raises(AreasError, match="begins on"):
        carry_figures(national_book(), {"06886": make_value(1)}, Journey(BEFORE, date(2020, 1, 1), _alone))


@given(book=histories(ages=3), ages=st.permutations([0, 1, 2]), data=st.data())
def test_totals_are_conserved_whichever_way_figures_are_carried(
    book: UnitBook, ages: list[int], data: st.DataObject
) -> None:
    since, until = LAST_DAYS[ages[0]], LAST_DAYS[ages[1]]
    figures = {unit.code: make_value(data.draw(st.integers(0, 1000))) for unit in book.list_units(since)}
    total = sum(figure.lower for figure in figures.values())
    alone = sum_figures(carry_figures(book, figures, Journey(since, until, _alone)))
    assert alone.upper is not None
    assert alone.lower <= total <= alone.upper
    assert carry_figures(book, figures, Journey(since, until, _together)) == {
        "all": Carried(Fraction(total), Fraction(total))
    }


@given(told=reforms_with_truth())
def test_what_is_carried_holds_the_truth_whatever_of_it_was_told(told: tuple[UnitBook, dict[UnitPair, int]]) -> None:
    book, flows = told
    given, got = Counter[str](), Counter[str]()
    for (old, new), flow in flows.items():
        given[old.code] += flow
        got[new.code] += flow
    for figures, truth, since, until in (
        (given, got, LAST_DAYS[0], LAST_DAYS[1]),
        (got, given, LAST_DAYS[1], LAST_DAYS[0]),
    ):
        journey = Journey(since, until, _alone)
        carried = carry_figures(book, {code: make_value(figure) for code, figure in figures.items()}, journey)
        for code, figure in truth.items():
            upper = carried[code].upper
            assert upper is not None
            assert carried[code].lower <= figure <= upper


@given(told=reforms_with_truth())
def test_a_figure_that_went_there_and_back_still_lies_in_its_range(
    told: tuple[UnitBook, dict[UnitPair, int]],
) -> None:
    book, flows = told
    given = Counter[str]()
    for (old, _new), flow in flows.items():
        given[old.code] += flow
    there, back = Journey(LAST_DAYS[0], LAST_DAYS[1], _alone), Journey(LAST_DAYS[1], LAST_DAYS[0], _alone)
    carried = carry_figures(book, {code: make_value(figure) for code, figure in given.items()}, there)
    ranges = {code: Range(figure.lower, figure.upper) for code, figure in carried.items() if figure.upper is not None}
    returned = carry_figures(book, ranges, back)
    for code, figure in given.items():
        upper = returned[code].upper
        assert upper is not None
        assert returned[code].lower <= figure <= upper
