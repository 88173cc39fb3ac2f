from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.delivery.figures import Missing, MissingKind
from lienthong.delivery.forecasts import Forecast, forecast_figure
from lienthong.delivery.periods import make_year
from lienthong.delivery.target_rules import Point, Reason, Terms, expect_figure, judge_target, meets
from lienthong.delivery.target_words import Comparison, Measure, TargetKind, TargetState
from lienthong.delivery.words import Status

INCOME = Terms(
    kind=TargetKind.VALUE,
    comparison=Comparison.OVER,
    goal=Fraction(10_000),
    due=make_year(2025),
    baseline=Fraction(5000),
    baseline_period=make_year(2020),
)
"""From 5,000 in 2020 to over 10,000 in 2025: the path rises by 1,000 a year, a tenth of the way is 500."""

STATE = TargetState
LATE = date(2026, 6, 1)


def point(year: int, value: float | str, status: Status = Status.OFFICIAL, *, is_cited: bool = True) -> Point:
    return Point(make_year(year), Fraction(value), Fraction(value), status, is_cited)


def judge(terms: Terms, *points: Point, as_of: date = LATE) -> tuple[TargetState, Reason]:
    verdict = judge_target(terms, points, as_of)
    return verdict.state, verdict.reason


@pytest.mark.parametrize(
    ("year", "value", "state"),
    [
        (2022, 7000, STATE.ON_TRACK),
        (2022, 6500, STATE.ON_TRACK),
        (2022, 6499, STATE.AT_RISK),
        (2022, 10_001, STATE.REACHED),
        (2024, 10_000, STATE.ON_TRACK),
        (2025, 10_001, STATE.REACHED),
        (2025, 10_000, STATE.MISSED),
        (2026, 9_999, STATE.MISSED),
    ],
)
def test_a_value_is_held_against_its_path_until_it_is_due(year: int, value: int, state: TargetState) -> None:
    assert judge(INCOME, point(year, value), as_of=date(year + 1, 1, 1))[0] is state


def test_a_provisional_figure_neither_reaches_nor_misses_a_target() -> None:
    for status in (Status.ESTIMATE, Status.UNVERIFIED):
        assert judge(INCOME, point(2025, 12_000, status)) == (STATE.ON_TRACK, Reason.MEETS_PROVISIONALLY)
        assert judge(INCOME, point(2025, 9_000, status)) == (STATE.AT_RISK, Reason.DUE_NOT_MET_PROVISIONALLY)
    reached = judge(INCOME, point(2024, 11_000), point(2025, 12_000, Status.ESTIMATE))
    assert reached == (STATE.REACHED, Reason.MEETS)
    fallen = judge(INCOME, point(2023, 11_000), point(2024, 7_000, Status.ESTIMATE), as_of=date(2025, 3, 1))
    assert fallen == (STATE.AT_RISK, Reason.BEHIND)


def test_nothing_is_missed_without_a_source_that_can_be_cited() -> None:
    assert judge(INCOME, point(2025, 9_000)) == (STATE.MISSED, Reason.DUE_NOT_MET)
    uncited = (STATE.AT_RISK, Reason.DUE_NOT_MET_UNCITED)
    assert judge(INCOME, point(2025, 9_000, is_cited=False)) == uncited
    assert judge(replace(INCOME, may_be_missed=False), point(2025, 9_000)) == uncited


def test_without_a_figure_there_is_no_verdict_but_no_data() -> None:
    assert judge(INCOME, as_of=date(2023, 1, 1)) == (STATE.NO_DATA, Reason.NO_FIGURE)
    assert judge(INCOME) == (STATE.NO_DATA, Reason.DUE_WITHOUT_FIGURE)
    assert judge(INCOME, point(2024, 9_400)) == (STATE.NO_DATA, Reason.DUE_WITHOUT_FIGURE)
    bare = replace(INCOME, baseline=None, baseline_period=None)
    assert judge(bare, point(2023, 9_400), as_of=date(2024, 1, 1)) == (STATE.NO_DATA, Reason.NO_PATH)
    spread = replace(point(2023, 9_400), upper=Fraction(9_500))
    assert judge(INCOME, spread) == (STATE.NO_DATA, Reason.NOT_A_VALUE)


def test_a_day_sees_no_figure_of_a_period_that_is_not_over() -> None:
    assert judge(INCOME, point(2025, 12_000), as_of=date(2025, 12, 31))[0] is STATE.NO_DATA
    assert judge(INCOME, point(2025, 12_000), as_of=date(2026, 1, 1))[0] is STATE.REACHED


def test_an_interim_path_that_is_given_replaces_the_straight_one() -> None:
    late_start = replace(INCOME, path={make_year(2024): Fraction(6000)})
    assert expect_figure(late_start, make_year(2022)) == 5500
    assert expect_figure(late_start, make_year(2024)) == 6000
    assert expect_figure(late_start, make_year(2030)) == 10_000
    assert judge(late_start, point(2022, 5400), as_of=date(2023, 1, 1))[0] is STATE.ON_TRACK
    assert judge(INCOME, point(2022, 5400), as_of=date(2023, 1, 1))[0] is STATE.AT_RISK


SHARE = Terms(
    kind=TargetKind.RANGE,
    comparison=Comparison.WITHIN,
    goal=Fraction(49),
    goal_high=Fraction(50),
    due=make_year(2025),
    baseline=Fraction(54),
    baseline_period=make_year(2020),
)


@pytest.mark.parametrize(
    ("year", "value", "state"),
    [
        (2023, "49.5", STATE.REACHED),
        (2023, "51.6", STATE.ON_TRACK),
        (2023, "52.1", STATE.AT_RISK),
        (2025, "50.1", STATE.MISSED),
        (2025, "48.9", STATE.MISSED),
        (2025, "50", STATE.REACHED),
    ],
)
def test_a_range_is_come_to_from_the_side_on_which_it_began(year: int, value: str, state: TargetState) -> None:
    assert judge(SHARE, point(year, value), as_of=date(year + 1, 1, 1))[0] is state


POVERTY = Terms(
    kind=TargetKind.TREND,
    comparison=Comparison.AT_MOST,
    goal=Fraction("-0.08"),
    due=make_year(2023),
    baseline_period=make_year(2020),
)


def test_a_trend_is_kept_in_every_period_or_broken() -> None:
    held = [point(2020, "1.0"), point(2021, "0.92"), point(2022, "0.8")]
    assert judge(POVERTY, *held) == (STATE.ON_TRACK, Reason.TREND_HOLDS)
    assert judge(POVERTY, *held, point(2023, "0.7")) == (STATE.REACHED, Reason.TREND_HOLDS)
    assert judge(POVERTY, *held, point(2023, "0.7", Status.ESTIMATE)) == (STATE.ON_TRACK, Reason.TREND_HOLDS)
    assert judge(POVERTY, *held[:2], point(2022, "0.9")) == (STATE.AT_RISK, Reason.TREND_BROKEN)
    assert judge(POVERTY, *held, point(2023, "0.75")) == (STATE.MISSED, Reason.DUE_NOT_MET)
    assert judge(POVERTY, held[0], held[2]) == (STATE.NO_DATA, Reason.TREND_GAP)


GROWTH = Terms(
    kind=TargetKind.VALUE,
    comparison=Comparison.AT_LEAST,
    measure=Measure.MEAN,
    goal=Fraction(10),
    due=make_year(2025),
    baseline_period=make_year(2020),
)


def test_a_mean_is_decided_only_when_its_term_is_over() -> None:
    good = [point(year, rate) for year, rate in ((2020, 2), (2021, 10), (2022, "10.3"), (2023, 11), (2024, 9))]
    assert judge(GROWTH, *good, as_of=date(2025, 1, 1)) == (STATE.ON_TRACK, Reason.MEAN_SO_FAR)
    assert judge(GROWTH, *good, point(2025, 10)) == (STATE.REACHED, Reason.MEAN_SO_FAR)
    assert judge(GROWTH, *good, point(2025, 10, Status.ESTIMATE)) == (STATE.ON_TRACK, Reason.MEAN_SO_FAR)
    assert judge(GROWTH, *good, point(2025, 5)) == (STATE.MISSED, Reason.DUE_NOT_MET)
    assert judge(GROWTH, point(2021, 8), as_of=date(2022, 1, 1)) == (STATE.AT_RISK, Reason.BEHIND)


def test_a_rank_needs_no_baseline() -> None:
    rank = Terms(kind=TargetKind.RANK, comparison=Comparison.AT_MOST, goal=Fraction(5), due=make_year(2025))
    assert judge(rank, point(2023, 1))[0] is STATE.REACHED
    assert judge(rank, point(2023, 6), as_of=date(2024, 1, 1))[0] is STATE.AT_RISK
    assert judge(rank, point(2025, 6))[0] is STATE.MISSED


VALUES = st.integers(0, 20_000)
POINTS = st.lists(
    st.builds(point, st.integers(2019, 2027), VALUES, st.sampled_from(Status), is_cited=st.booleans()),
    max_size=6,
    unique_by=lambda each: each.period,
).map(lambda points: sorted(points, key=lambda each: each.period))
TERMS = st.sampled_from([INCOME, SHARE, POVERTY, GROWTH, replace(INCOME, baseline=None, baseline_period=None)])
DAYS = st.dates(date(2019, 1, 1), date(2029, 1, 1))


@given(terms=TERMS, points=POINTS, as_of=DAYS)
def test_reached_and_missed_always_rest_on_an_official_figure(terms: Terms, points: list[Point], as_of: date) -> None:
    verdict = judge_target(terms, points, as_of)
    if verdict.state in {STATE.REACHED, STATE.MISSED}:
        assert verdict.latest is not None
        assert verdict.latest.is_official
        assert verdict.latest.period.end <= as_of
    if verdict.state is STATE.MISSED:
        assert terms.due.end <= as_of
        assert verdict.latest is not None
        assert verdict.latest.is_cited


@given(points=POINTS, as_of=DAYS, more=st.integers(0, 5000))
def test_a_better_figure_never_makes_the_state_worse(points: list[Point], as_of: date, more: int) -> None:
    order = [STATE.MISSED, STATE.AT_RISK, STATE.ON_TRACK, STATE.REACHED]
    better = [replace(each, lower=each.lower + more, upper=each.upper + more) for each in points]
    states = [judge_target(INCOME, known, as_of).state for known in (points, better)]
    if STATE.NO_DATA not in states:
        assert order.index(states[0]) <= order.index(states[1])


@given(value=VALUES)
def test_over_and_at_most_part_all_figures_between_them(value: int) -> None:
    other = replace(INCOME, comparison=Comparison.AT_MOST)
    assert meets(INCOME, Fraction(value)) is not meets(other, Fraction(value))


def test_a_forecast_never_comes_without_its_interval() -> None:
    series = {make_year(2019 + n): Fraction(value) for n, value in enumerate((100, 112, 118, 131, 140))}
    found = forecast_figure(series, make_year(2025))
    assert isinstance(found, Forecast)
    assert found.lower < found.central < found.upper
    # By hand: slope 9.9, mean 120.2 in 2021, residuals' squares 8.7, t of three degrees of freedom 3.182.
    assert found.central == pytest.approx(120.2 + 9.9 * 4, abs=0.05)
    assert found.upper - found.central == pytest.approx(3.182 * (8.7 / 3 * (1 + 1 / 5 + 16 / 10)) ** 0.5, abs=0.02)
    assert isinstance(forecast_figure(dict(list(series.items())[:3]), make_year(2025)), Missing)


@given(values=st.lists(st.integers(0, 1000), min_size=4, max_size=10))
def test_a_farther_forecast_is_less_certain(values: list[int]) -> None:
    series = {make_year(2010 + place): Fraction(value) for place, value in enumerate(values)}
    near, far = forecast_figure(series, make_year(2021)), forecast_figure(series, make_year(2030))
    assert isinstance(near, Forecast)
    assert isinstance(far, Forecast)
    assert far.upper - far.lower >= near.upper - near.lower >= 0


def test_a_forecast_stays_within_what_the_figure_can_be_or_is_none() -> None:
    near = {make_year(2020 + n): Fraction(value) for n, value in enumerate((90, 91, 95, 96))}
    found = forecast_figure(near, make_year(2025), 0, 100)
    assert isinstance(found, Forecast)
    assert (found.upper, found.lower < 100) == (100, True)
    beyond = forecast_figure(near, make_year(2060), 0, 100)
    assert isinstance(beyond, Missing)
    assert beyond.kind is MissingKind.BEYOND_LIMITS
