"""The progress index: which cases count, which are late, and what is told of each."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.cases import actions as told
from lienthong.cases.catalogue import Catalogue
from lienthong.cases.deadlines import Wait
from lienthong.cases.documents.content import FileKind
from lienthong.cases.documents.words import Origin
from lienthong.cases.models import Document, Paper
from lienthong.cases.procedure import LegalStatus, Limit
from lienthong.cases.quality import (
    Figure,
    Period,
    QualityCase,
    Why,
    is_counted,
    judge,
    list_formulas,
    measure_all,
    measure_by_unit,
    measure_electronic_results,
    measure_handling,
    measure_on_time,
    measure_online,
    measure_reuse,
    measure_satisfaction,
    score,
)
from lienthong.cases.quality_rows import read_quality_cases
from lienthong.cases.words import CaseRole, Channel, NationalStatus
from lienthong.cases.working_days import VIETNAM, load_working_days
from tests.cases.houses import SIMPLE, UNIT, SetClock, do, file_case, make_cases, make_procedure

if TYPE_CHECKING:
    from uuid import UUID

    from lienthong.cases.house import Cases

CALENDAR = load_working_days()
JULY = Period(date(2025, 7, 1), date(2025, 7, 31))


def on(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


DONE = QualityCase(
    code="A",
    procedure="9.000001",
    unit="Z99.01",
    channel=Channel.ONLINE,
    status=NationalStatus.DONE,
    submitted_at=on("2025-07-07 08:00"),
    received_at=on("2025-07-07 09:00"),
    appointed_on=date(2025, 7, 10),
    done_at=on("2025-07-10 16:59"),
    has_electronic_result=True,
    reuses_data=True,
)
LATE = replace(DONE, code="B", done_at=on("2025-07-11 08:00"), channel=Channel.COUNTER)
RUNNING = replace(DONE, code="C", status=NationalStatus.HANDLING, done_at=None, appointed_on=date(2025, 8, 1))
OVERDUE = replace(RUNNING, code="D", appointed_on=date(2025, 7, 30))


@pytest.mark.parametrize(
    ("case", "why", "end"),
    [
        (DONE, Why.ON_TIME, date(2025, 7, 10)),
        (LATE, Why.PAST_DAY, date(2025, 7, 11)),
        (RUNNING, Why.ON_TIME, date(2025, 7, 31)),
        (OVERDUE, Why.PAST_DAY, date(2025, 7, 31)),
        (replace(DONE, supplements=1), Why.ON_TIME, date(2025, 7, 10)),
        (replace(DONE, supplements=2), Why.SUPPLEMENTS, date(2025, 7, 10)),
        (replace(DONE, appointed_on=None), Why.NO_DAY, date(2025, 7, 10)),
        # Done counts before returned, and that before a stop.
        (replace(DONE, returned_at=on("2025-07-20 09:00")), Why.ON_TIME, date(2025, 7, 10)),
        (replace(DONE, done_at=None, returned_at=on("2025-07-20 09:00")), Why.PAST_DAY, date(2025, 7, 20)),
        (replace(DONE, done_at=None, ended_at=on("2025-07-09 09:00")), Why.ON_TIME, date(2025, 7, 9)),
        # While the applicant is waited for, the case is held against the day on which it was asked.
        (
            replace(OVERDUE, status=NationalStatus.SUPPLEMENT, waits=(Wait(on("2025-07-08 09:00")),), supplements=1),
            Why.ON_TIME,
            date(2025, 7, 8),
        ),
        # One that was done after the period is judged as it stood at its end.
        (replace(RUNNING, done_at=on("2025-08-20 09:00")), Why.ON_TIME, date(2025, 7, 31)),
    ],
)
def test_a_case_is_on_time_or_late_for_a_reason(case: QualityCase, why: Why, end: date) -> None:
    judged = judge(case, JULY)
    assert (judged.why, judged.end) == (why, end)


@pytest.mark.parametrize(
    ("case", "counts"),
    [
        (DONE, True),
        (replace(DONE, received_at=on("2025-06-02 09:00")), True),
        (replace(DONE, received_at=on("2025-06-02 09:00"), done_at=on("2025-06-30 23:00")), False),
        (replace(RUNNING, received_at=on("2025-08-01 00:00")), False),
        (replace(RUNNING, received_at=None, status=NationalStatus.NEW), False),
        (replace(DONE, received_at=None, status=NationalStatus.NOT_RECEIVED), True),
    ],
)
def test_what_was_received_by_the_end_and_not_over_before_counts(case: QualityCase, *, counts: bool) -> None:
    assert is_counted(case, JULY) is counts


def test_the_share_on_time_lists_every_late_case() -> None:
    figure = measure_on_time([DONE, LATE, RUNNING, OVERDUE, replace(DONE, code="E", appointed_on=None)], JULY)
    assert (figure.numerator, figure.denominator, figure.value) == (2, 4, Decimal("50.00"))
    assert [(case.code, case.why) for case in figure.cases] == [("B", Why.PAST_DAY), ("D", Why.PAST_DAY)]


def test_handling_days_are_working_days_without_the_applicants() -> None:
    waited = replace(DONE, code="F", waits=(Wait(on("2025-07-08 09:00"), on("2025-07-09 10:00")),))
    figures = measure_handling([DONE, waited, RUNNING], JULY, CALENDAR)
    assert figures["9.000001"].value == Decimal("2.50")


def test_each_share_names_the_cases_that_it_misses() -> None:
    paper = replace(DONE, code="P", has_electronic_result=False, reuses_data=False)
    for measure in (measure_online, measure_electronic_results, measure_reuse):
        figure = measure([DONE, replace(LATE, reuses_data=False, has_electronic_result=False), paper], JULY)
        assert figure.denominator == 3
        assert "B" in {case.code for case in figure.cases}
        assert "A" not in {case.code for case in figure.cases}


def test_late_cases_and_unhappy_applicants_lower_satisfaction() -> None:
    unhappy = replace(DONE, code="U", complaints=1)
    badly_rated = replace(DONE, code="R", stars=2)
    figure = measure_satisfaction([DONE, LATE, unhappy, badly_rated], JULY)
    assert figure.value == Decimal("25.00")
    assert {case.code for case in figure.cases} == {"B", "U", "R"}


def test_nothing_to_divide_by_is_no_figure() -> None:
    assert all(figure.value is None for figure in measure_all([], JULY))
    assert score(Figure("x", 0, 0), Decimal(20), None) is None


@pytest.mark.parametrize(
    ("numerator", "threshold", "points"),
    [(100, None, "20.00"), (50, None, "10.00"), (50, 50, "20.00"), (40, 80, "10.00"), (1, 90, "0.22")],
)
def test_below_its_threshold_a_figure_gets_a_share_of_the_points(
    numerator: int, threshold: int | None, points: str
) -> None:
    assert score(Figure("x", numerator, 100), Decimal(20), threshold) == Decimal(points)


def test_each_office_has_its_own_figures() -> None:
    figures = measure_by_unit([DONE, replace(LATE, unit="Z99.02")], JULY)
    assert {unit: own[0].value for unit, own in figures.items()} == {"Z99.01": Decimal(100), "Z99.02": Decimal(0)}


def test_every_formula_says_that_it_is_unconfirmed_and_from_when_it_holds() -> None:
    assert {formula.status for formula in list_formulas(date(2026, 1, 1))} == {LegalStatus.UNCONFIRMED}
    assert list_formulas(date(2022, 6, 22)) == ()


_CASES = st.builds(
    lambda code, hours, late, supplements: replace(
        DONE,
        code=str(code),
        done_at=None if hours is None else on(f"2025-07-{8 + hours % 20:02} 09:00"),
        status=NationalStatus.HANDLING if hours is None else NationalStatus.DONE,
        appointed_on=date(2025, 7, 8 + late),
        supplements=supplements,
    ),
    st.integers(),
    st.none() | st.integers(0, 100),
    st.integers(0, 20),
    st.integers(0, 3),
)


@given(st.lists(_CASES, max_size=20))
def test_those_on_time_and_those_listed_as_late_are_all(cases: list[QualityCase]) -> None:
    figure = measure_on_time(cases, JULY)
    assert figure.numerator + len(figure.cases) == figure.denominator == len(cases)


@given(st.lists(_CASES, max_size=10), st.lists(_CASES, max_size=10))
def test_a_provinces_figure_is_that_of_all_its_cases_together(one: list[QualityCase], other: list[QualityCase]) -> None:
    apart = [measure_on_time(cases, JULY) for cases in (one, other)]
    whole = measure_on_time([*one, *other], JULY)
    assert whole.numerator == sum(figure.numerator for figure in apart)
    assert whole.denominator == sum(figure.denominator for figure in apart)


def make_house(clock: SetClock) -> Cases:
    limited = make_procedure()
    chain = Limit(working_days=3, legal=limited.legal[0])
    return make_cases(clock, catalogue=Catalogue((msgspec.structs.replace(limited, chain=chain),)))


def keep_paper(case_id: UUID, kind: str, number: int, at: datetime) -> None:
    document = Document.objects.create(
        origin=Origin.OUTCOME.value,
        name="paper.pdf",
        kind=FileKind.PDF.value,
        sha256=f"{number:064}",
        size=1,
        pages=1,
        added_at=at,
    )
    Paper.objects.create(
        document=document,
        check_code=f"CODE{number}",
        kind=kind,
        title="x",
        title_en="x",
        number=f"{number}/x",
        unit=UNIT,
        issuer="x",
        case_id=case_id,
        action_number=1,
        issued_at=at,
    )


@pytest.mark.django_db
def test_cases_of_the_database_are_read_with_what_the_index_needs() -> None:
    clock = SetClock()
    cases = make_house(clock)
    receipt = file_case(cases, SIMPLE, answers={"a": 1, "@filled": {"persons": {}}})
    do(cases, receipt.case_id, CaseRole.RECEIVER, told.Received())
    period = Period(date(2026, 11, 1), date(2026, 11, 30))
    (read,) = read_quality_cases(cases, period, CALENDAR, [UNIT])
    assert (read.code, read.unit, read.status) == (receipt.code, UNIT, NationalStatus.RECEIVED)
    assert (read.appointed_on, read.reuses_data, read.has_electronic_result) == (date(2026, 12, 3), True, False)
    assert list(read_quality_cases(cases, period, CALENDAR, ["Z99.02"])) == []
    for number, (kind, is_result) in enumerate([("form-01", False), ("certificate", True)], 1):
        keep_paper(receipt.case_id, kind, number, clock.moment)
        (read,) = read_quality_cases(cases, period, CALENDAR)
        assert read.has_electronic_result is is_result
    assert list(read_quality_cases(cases, Period(date(2026, 10, 1), date(2026, 10, 31)), CALENDAR)) == []
