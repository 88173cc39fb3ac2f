from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from lienthong.cases.models import ActionRecord, Case
from lienthong.cases.site_cases import load_site_days, make_site_cases
from lienthong.cases.words import NationalStatus
from lienthong.delivery.collectors.cases import CaseHouse, collect_cases, find_cases_behind
from lienthong.delivery.figure_book import FigureBook
from lienthong.delivery.loading import load_set
from lienthong.delivery.models import Observation
from lienthong.delivery.observations import find_figure
from lienthong.delivery.periods import parse_period
from lienthong.delivery.target_words import TargetState
from lienthong.delivery.targets import judge_plan
from lienthong.sandbox.earlier_cases import CASES, LATE, make_earlier_cases
from lienthong.sandbox.province_staff import make_province_logins
from lienthong.sandbox.ward_plan import WARD_TARGETS, load_ward_plan
from tests.portal.cases.desk import add_places

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db

TODAY = date(2026, 12, 1)


def test_the_month_before_has_cases_that_are_counted_two_of_them_late_and_the_commune_is_judged_by_them(
    tmp_path: Path,
) -> None:
    add_places()
    make_province_logins(tmp_path / "logins.json", lambda _: None)
    said: list[str] = []
    for _ in range(2):
        make_earlier_cases(TODAY, said.append)
    assert said == ["8 cases of the month before, 2 of them late, at the sample commune"]
    assert {NationalStatus(case.status) for case in Case.objects.all()} == {NationalStatus.RETURNED}
    # Nobody was asked, and nothing says so.
    assert not ActionRecord.objects.filter(kind__in=("ask-agency", "agency-done")).exists()

    load_set(lambda _: None, illustrative=True)
    load_ward_plan(lambda _: None)
    house = CaseHouse(make_site_cases(), load_site_days())
    collect_cases(house, parse_period("2026-11"), TODAY)
    row = Observation.objects.get(indicator__code="CASES_ON_TIME", area_code="99101", period="2026-11")
    figure = find_figure(row.pk)
    assert figure is not None
    behind = find_cases_behind(house, figure)
    assert (len(behind.to_look_at), len(behind.cases)) == (len(LATE), CASES)
    assert figure.value == CASES - len(LATE)
    states = {each.terms.code: each.verdict.state for each in judge_plan(FigureBook(TODAY), WARD_TARGETS).targets}
    assert states["ON_TIME"] in {TargetState.AT_RISK, TargetState.MISSED}
    assert states["INSURANCE"] is TargetState.NO_DATA
