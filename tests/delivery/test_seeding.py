from __future__ import annotations

from datetime import date

import pytest

from lienthong.areas.loading import load_tables
from lienthong.delivery.errors import DeliveryError
from lienthong.delivery.figure_book import FigureBook
from lienthong.delivery.figures import Cell, Missing, MissingKind, Observed
from lienthong.delivery.formulas import Value
from lienthong.delivery.models import Observation
from lienthong.delivery.periods import make_year, parse_period
from lienthong.delivery.recording import record_figures
from lienthong.delivery.seeding import SeedSet, load_seed, parse_seed, read_seed
from lienthong.delivery.target_words import TargetState
from lienthong.delivery.targets import judge_plan, list_plans
from lienthong.delivery.words import Status
from tests.delivery.figures import figure

pytestmark = pytest.mark.django_db

AFTER = date(2026, 4, 15)
SESSION = date(2024, 3, 7)


@pytest.fixture
def illustrative() -> FigureBook:
    load_seed(SeedSet.ILLUSTRATIVE, lambda _: None)
    return FigureBook(AFTER)


def value(book: FigureBook, indicator: str, period: str, area: str = "99") -> Value:
    found = book.find(Cell(indicator, area, parse_period(period)))
    assert isinstance(found, Value), found
    return found


def test_seventeen_of_nineteen_invented_targets_are_reached_and_it_is_said_which_are_not(
    illustrative: FigureBook,
) -> None:
    judged = judge_plan(illustrative, "ILLUSTRATIVE-2025")
    states = {target.terms.code: target.state for target in judged.targets}
    assert (judged.reached, judged.total) == (17, 19), states
    assert {target.terms.code: target.state for target in judged.not_reached} == {
        "PAPI": TargetState.MISSED,
        "WATER_RURAL": TargetState.ON_TRACK,
    }
    assert judged.write_count("vi") == "17/19 chỉ tiêu đạt"
    for target in judged.targets:
        for language in ("vi", "en"):
            assert "{" not in target.explain(language)
            assert "None" not in target.explain(language)


def test_nine_years_of_growth_are_counted_and_show_their_base(illustrative: FigureBook) -> None:
    streak = value(illustrative, "GROWTH_STREAK", "2025")
    assert streak.lower == streak.upper == 9
    assert streak.base is not None
    points = [(point.period.text, round(float(point.lower) * 100, 1), point.surely) for point in streak.base.points]
    assert points[0] == ("2025", 10.6, True)
    assert points[-1] == ("2016", 9.1, False)
    assert streak.is_illustrative


def test_one_changed_figure_turns_seventeen_into_sixteen_and_nine_years_into_four() -> None:
    load_seed(SeedSet.ILLUSTRATIVE, lambda _: None)
    before = Observation.objects.get(indicator__code="GRDP_REAL", area_code="99", period="2021")
    lower = str(int(before.value) - 1200)
    record_figures([figure("GRDP_REAL", "2021", lower, source="invented", published_on=AFTER)])
    assert judge_plan(FigureBook(date(2026, 4, 14)), "ILLUSTRATIVE-2025").reached == 17
    book = FigureBook(AFTER)
    judged = judge_plan(book, "ILLUSTRATIVE-2025")
    assert judged.reached == 16
    assert value(book, "GROWTH_STREAK", "2025").lower == 4
    changed = next(target for target in judged.targets if target.terms.code == "GROWTH_EACH_YEAR")
    assert changed.state is TargetState.MISSED
    assert "4 năm" in changed.explain("vi")


def test_the_specimens_figures_are_reported_as_they_were_said_and_nothing_is_computed_from_them() -> None:
    load_seed(SeedSet.REFERENCE, lambda _: None)
    rows = Observation.objects.filter(source__code="session-2024-03-07")
    said = {(row.indicator.code, str(row.value.normalize()), row.qualifier) for row in rows}
    assert said == {
        ("GROWTH_STREAK", "9", "exact"),
        ("GRDP_GROWTH", "1E+1", "over"),
        ("GRDP_HEAD_USD", "9.5E+3", "over"),
        ("GRDP_HEAD_RATIO", "2.23", "exact"),
        ("MINORITY_INCOME_RATIO", "1.5", "exact"),
        ("TARGETS_REACHED", "17", "exact"),
        ("TARGETS_SET", "19", "exact"),
    }
    assert all(row.is_reported and row.wording and not row.is_illustrative for row in rows)


@pytest.fixture
def quang_ninh() -> None:
    """Load the real province as one unit of the country's tree."""
    units = "code\tkind\tname\tparent\tbegin\tend\n22\ttỉnh\tTỉnh Quảng Ninh\t\t2024-11-01\t\n"
    successions = "old\told_begin\tnew\tnew_begin\tshare\tshare_back\tmeasure\tdocument\n"
    load_tables(units.encode(), successions.encode(), "test", lambda _: None)
    load_seed(SeedSet.REFERENCE, lambda _: None)


@pytest.mark.usefixtures("quang_ninh")
def test_no_real_target_is_missed_and_none_is_judged_by_reported_figures() -> None:
    assert [plan.code for plan in list_plans()] == ["QN-XV", "QN-XVI", "QN-2050"]
    for day in (SESSION, AFTER, date(2031, 6, 1)):
        for plan in list_plans():
            states = {target.terms.code: target.state for target in judge_plan(FigureBook(day), plan.code).targets}
            assert TargetState.MISSED not in states.values()
            reached = {code for code, state in states.items() if state is TargetState.REACHED}
            assert reached <= {"PCI", "PAR_INDEX", "SIPAS"}
    head = next(each for each in judge_plan(FigureBook(SESSION), "QN-XV").targets if each.terms.code == "HEAD")
    assert head.state is TargetState.NO_DATA
    assert "Chỉ có số nêu trong báo cáo" in head.explain("vi")


@pytest.mark.usefixtures("quang_ninh")
def test_on_the_sessions_day_its_figures_are_seen_and_later_ones_are_not() -> None:
    book = FigureBook(SESSION)
    ratio = book.find_observed(Cell("GRDP_HEAD_RATIO", "22", make_year(2023)))
    assert isinstance(ratio, Observed)
    assert str(ratio.value) == "2.23"
    assert [period.text for period in book.list_observed("GRDP_GROWTH", "22")] == ["2020-2022", "2023"]
    missing = book.find(Cell("GRDP_HEAD_RATIO", "22", make_year(2023)))
    assert isinstance(missing, Missing)
    assert missing.kind is MissingKind.REPORTED_ONLY


def test_the_country_figure_is_unverified_and_says_so() -> None:
    load_seed(SeedSet.REFERENCE, lambda _: None)
    found = FigureBook(SESSION).find_observed(Cell("GRDP_HEAD_USD", "VN", make_year(2023)))
    assert isinstance(found, Observed)
    assert found.status is Status.UNVERIFIED
    assert not found.is_cited


def test_conflicting_incomes_of_minorities_are_both_kept_and_neither_is_preferred() -> None:
    load_seed(SeedSet.REFERENCE, lambda _: None)
    rows = Observation.objects.filter(indicator__code="MINORITY_INCOME_RATIO", area_code="22")
    assert sorted(str(row.value.normalize()) for row in rows) == ["1.23", "1.5"]


def test_loading_twice_changes_nothing() -> None:
    first = [load_seed(each, lambda _: None) for each in SeedSet]
    again = [load_seed(each, lambda _: None) for each in SeedSet]
    assert all(name.endswith("unchanged") for each in again for name, number in each.items() if number)
    assert sum(first[0].values()) > 90


def test_no_invented_figure_stands_in_a_real_area_and_no_real_one_in_an_invented(illustrative: FigureBook) -> None:
    del illustrative
    assert set(Observation.objects.values_list("is_illustrative", flat=True)) == {True}
    assert {row.area_code[:2] for row in Observation.objects.all()} == {"98", "99"}


def test_public_order_of_the_invented_province_is_by_year_and_has_no_communes(illustrative: FigureBook) -> None:
    assert value(illustrative, "CRIMES", "2025").lower == 930
    found = illustrative.find(Cell("CRIMES", "99101", make_year(2025)))
    assert isinstance(found, Missing)
    assert found.kind is MissingKind.NOT_CARRIED


def test_population_of_the_invented_communes_adds_up_across_the_reform(illustrative: FigureBook) -> None:
    new = FigureBook(AFTER, date(2025, 7, 1))
    old = FigureBook(AFTER, date(2025, 6, 30))
    for book, year in ((new, "2024"), (old, "2025")):
        total = value(book, "POPULATION", year)
        assert total.is_value
    carried = new.find(Cell("POPULATION", "99102", make_year(2024)))
    assert isinstance(carried, Value)
    assert carried.lower < carried.upper
    assert value(illustrative, "POPULATION", "2025", "99102").is_value


def test_a_damaged_file_is_refused_with_its_name() -> None:
    for content in ("[[plan]", '[[figure]]\nindicator = "X"', '[[series]]\nindicator = "X"\nvalues = {2020 = "many"}'):
        with pytest.raises(DeliveryError, match=r"^own\.toml: "):
            parse_seed(content, "own.toml")
    assert read_seed("plans.toml").plan
