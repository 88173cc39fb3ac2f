from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from lienthong.cases import actions as told
from lienthong.cases.errors import CasesError, CasesErrorKind
from lienthong.cases.filing import Filing, file_from_portal
from lienthong.cases.models import Case as CaseRow
from lienthong.cases.reconciling import (
    DifferenceKind,
    Numbered,
    list_differences,
    mend_difference,
    reconcile,
    settle_difference,
)
from lienthong.cases.words import CaseRole, Channel, NationalStatus
from tests.cases.houses import APPLICANT, SIMPLE, UNIT, VALID_FROM, SetClock, do, make_actor, make_cases

if TYPE_CHECKING:
    from datetime import datetime

    from lienthong.cases.house import Cases

pytestmark = pytest.mark.django_db

FILING = Filing(APPLICANT, SIMPLE, VALID_FROM, UNIT, Channel.ONLINE, {"child": "An"})


@dataclass
class Portal:
    """A portal in memory: what it numbered, and whether it takes what it is told."""

    name: str = "national"
    numbered: dict[str, NationalStatus] = field(default_factory=dict)
    is_deaf: bool = False
    has_lost: set[str] = field(default_factory=set)

    def list_numbered(self, since: datetime) -> list[Numbered]:
        del since
        return [Numbered(code, status) for code, status in self.numbered.items()]

    def fetch_filing(self, code: str) -> Filing:
        if code in self.has_lost:
            raise CasesError(CasesErrorKind.UNKNOWN_CASE, f"portal: it cannot find {code}")
        return replace(FILING, portal_code=code)

    def tell_status(self, code: str, status: NationalStatus) -> None:
        if self.is_deaf:
            raise CasesError(CasesErrorKind.NOT_NOW, "portal: down")
        self.numbered[code] = status

    def file(self, cases: Cases, serial: int, *, is_lost: bool = False) -> str:
        """Number a filing and send it to us; a lost one arrives nowhere."""
        code = f"G22.99-20261130-{serial:07d}"
        self.numbered[code] = NationalStatus.NEW
        if not is_lost:
            file_from_portal(cases, replace(FILING, portal_code=code), self.name)
        return code


def test_a_filing_that_was_lost_on_the_way_is_fetched_and_filed_once() -> None:
    cases, portal = make_cases(), Portal()
    portal.file(cases, 1)
    lost = portal.file(cases, 2, is_lost=True)

    report = reconcile(cases, portal)

    assert (report.compared, report.mended, report.left) == (2, 1, 0)
    row = CaseRow.objects.get(portal_code=lost)
    assert row.name == APPLICANT.name
    assert [each.kind for each in list_differences(is_settled=True)] == [DifferenceKind.MISSING_HERE]
    again = reconcile(cases, portal)
    assert (again.mended, CaseRow.objects.count()) == (0, 2)


def test_a_status_whose_telling_was_lost_is_told_again_once_the_portal_hears() -> None:
    cases, portal = make_cases(), Portal()
    code = portal.file(cases, 1)
    case = CaseRow.objects.get(portal_code=code).pk
    do(cases, case, CaseRole.RECEIVER, told.Received())

    portal.is_deaf = True
    report = reconcile(cases, portal)
    assert (report.mended, report.left, len(report.failures)) == (0, 1, 1)
    (line,) = list_differences()
    assert (line.kind, line.detail, line.case_id) == (DifferenceKind.STATUS, "portal: down", case)

    portal.is_deaf = False
    assert reconcile(cases, portal).left == 0
    assert portal.numbered[code] is NationalStatus.RECEIVED


def test_what_the_portal_does_not_know_waits_for_a_person_and_is_settled_with_words() -> None:
    clock = SetClock()
    cases, portal = make_cases(clock), Portal()
    code = portal.file(cases, 1)
    del portal.numbered[code]

    reconcile(cases, portal)
    clock.pass_time(minutes=10)
    reconcile(cases, portal)

    (line,) = list_differences()
    assert (line.kind, line.portal_code) == (DifferenceKind.MISSING_THERE, code)
    assert line.looked_at > line.found_at
    officer = make_actor(CaseRole.HANDLER)
    assert mend_difference(cases, portal, line.id, officer) is False
    with pytest.raises(CasesError, check=lambda error: error.kind is CasesErrorKind.BAD_REASON):
        settle_difference(cases, line.id, officer, " ")
    settle_difference(cases, line.id, officer, "Cổng đã xóa hồ sơ thử")
    (settled,) = list_differences(is_settled=True)
    assert (settled.settled_by, settled.text) == ("handler", "Cổng đã xóa hồ sơ thử")
    for act in (
        lambda: settle_difference(cases, line.id, officer, "x"),
        lambda: mend_difference(cases, portal, 0, officer),
    ):
        with pytest.raises(CasesError, check=lambda error: error.kind is CasesErrorKind.UNKNOWN_DIFFERENCE):
            act()


def test_one_that_cannot_be_mended_keeps_no_other_from_it_and_is_mended_by_hand_later() -> None:
    cases, portal = make_cases(), Portal()
    portal.has_lost.add(portal.file(cases, 1, is_lost=True))
    portal.file(cases, 2, is_lost=True)

    report = reconcile(cases, portal)
    assert (report.mended, report.left) == (1, 1)
    (line,) = list_differences()
    portal.has_lost.clear()
    assert mend_difference(cases, portal, line.id, make_actor(CaseRole.HANDLER)) is True
    assert (list_differences(), CaseRow.objects.count()) == ([], 2)


def test_a_difference_that_went_away_by_itself_is_settled() -> None:
    cases, portal = make_cases(), Portal()
    code = portal.file(cases, 1)
    status = portal.numbered.pop(code)
    reconcile(cases, portal)
    portal.numbered[code] = status
    assert reconcile(cases, portal).left == 0
    assert [each.settled_by for each in list_differences(is_settled=True)] == ["system:reconciling"]
