"""What is done to a case goes back to the portal: in order, once, without what is nobody's business there."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import msgspec
import pytest
from django.db import connection

from lienthong.cases import actions as told
from lienthong.cases.drafts import Applicant, open_draft, save_answers
from lienthong.cases.filing import submit
from lienthong.cases.jobs import ask_portal, defer_follow_up, reconcile_filings, tell_portal
from lienthong.cases.models import PortalTelling
from lienthong.cases.national_portal.portal import collect_filings
from lienthong.cases.national_portal.settings import NationalPortalSettings
from lienthong.cases.national_portal.site_portal import find_site_portal
from lienthong.cases.national_portal.telling import FIRST_PAUSE, LONGEST_PAUSE, list_overdue, tell_case
from lienthong.cases.words import CaseRole, Channel, NationalStatus
from lienthong.sandbox.national_portal.behaviour import PortalBehaviour
from lienthong.sandbox.national_portal.forms import read_fixture
from lienthong.sandbox.national_portal.office import ACCOUNT, UNIT
from tests.cases.houses import SetClock, do, make_actor
from tests.cases.national_portal.test_portal import get_filed, portal, province, simulated
from tests.simulators.national_portal import OWN_UNIT

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from pytest_django import Settings

    from lienthong.cases.house import Cases
    from lienthong.cases.national_portal.portal import NationalPortal
    from tests.simulators.national_portal import SimulatedPortal

__all__ = ("portal", "province", "simulated")  # fixtures

pytestmark = pytest.mark.django_db

REFUSAL = told.ReceptionRefused("missing-papers", "Thiếu trang 2 của giấy chứng sinh")


def bring_in(simulated: SimulatedPortal, cases: Cases, portal: NationalPortal) -> tuple[str, UUID]:
    code = simulated.file()
    collect_filings(cases, portal)
    return code, get_filed(cases, code).id


def read_told(simulated: SimulatedPortal, code: str) -> list[tuple[str, int]]:
    kept = simulated.book.list_progress(code)
    return [(each.document["NoiDungXuLy"], each.document["TrangThai"]) for each in kept]


def test_each_action_is_told_once_in_order_with_its_status_and_day(
    simulated: SimulatedPortal, province: tuple[Cases, NationalPortal]
) -> None:
    cases, portal = province
    code, case = bring_in(simulated, cases, portal)
    do(cases, case, CaseRole.RECEIVER, told.Received())
    do(cases, case, CaseRole.HANDLER, told.Taken())
    assert tell_case(cases, portal, case) is None
    do(cases, case, CaseRole.HANDLER, told.SupplementAsked("missing-papers", "Nộp thêm giấy chứng sinh"))
    assert tell_case(cases, portal, case) is None
    assert tell_case(cases, portal, case) is None

    assert read_told(simulated, code) == [
        ("Cơ quan đã tiếp nhận hồ sơ", 2),
        ("Cán bộ bắt đầu xử lý hồ sơ", 4),
        ("Cơ quan yêu cầu bổ sung, hoàn thiện hồ sơ. Thiếu giấy tờ. Nộp thêm giấy chứng sinh", 5),
    ]
    kept = simulated.book.list_progress(code)
    assert [each.arrivals for each in kept] == [1, 1, 1]
    assert {each.document["PhongBanXuLy"] for each in kept} == {UNIT}
    assert simulated.book.get_filing(code).status == NationalStatus.SUPPLEMENT


def test_a_case_that_is_not_received_says_why_and_notes_among_officers_stay_here(
    simulated: SimulatedPortal, province: tuple[Cases, NationalPortal]
) -> None:
    cases, portal = province
    code, case = bring_in(simulated, cases, portal)
    do(cases, case, CaseRole.RECEIVER, told.Commented("Gọi bệnh viện hỏi lại"))
    do(cases, case, CaseRole.RECEIVER, REFUSAL)
    tell_case(cases, portal, case)
    ((text, status),) = read_told(simulated, code)
    assert text == "Cơ quan không tiếp nhận hồ sơ. Thiếu giấy tờ. Thiếu trang 2 của giấy chứng sinh"
    assert status == NationalStatus.NOT_RECEIVED


def test_an_answer_that_is_lost_is_told_again_under_the_same_mark_and_written_down_once(
    simulated: SimulatedPortal, province: tuple[Cases, NationalPortal]
) -> None:
    cases, portal = province
    code, case = bring_in(simulated, cases, portal)
    do(cases, case, CaseRole.RECEIVER, told.Received())
    do(cases, case, CaseRole.HANDLER, told.Taken())
    simulated.behave(PortalBehaviour(lose_answers=1, lose_from_status=4))

    assert tell_case(cases, portal, case) == cases.now() + FIRST_PAUSE
    row = PortalTelling.objects.get(pk=case)
    assert (row.told, row.tries, row.failing_since) == (2, 1, cases.now())
    assert "no answer" in row.fault
    assert tell_case(cases, portal, case) is None

    assert [each.arrivals for each in simulated.book.list_progress(code)] == [1, 2]
    row.refresh_from_db()
    assert (row.told, row.tries, row.fault, row.next_at) == (3, 0, "", None)


def test_while_the_portal_is_down_pauses_grow_and_nothing_overtakes(
    simulated: SimulatedPortal, province: tuple[Cases, NationalPortal]
) -> None:
    cases, portal = province
    clock = cases.clock
    assert isinstance(clock, SetClock)
    code, case = bring_in(simulated, cases, portal)
    do(cases, case, CaseRole.RECEIVER, told.Received())
    simulated.behave(PortalBehaviour(is_down=True))
    pauses = []
    for _ in range(3):
        next_at = tell_case(cases, portal, case)
        assert next_at is not None
        pauses.append(next_at - cases.now())
    do(cases, case, CaseRole.HANDLER, told.Taken())
    assert pauses == [FIRST_PAUSE, FIRST_PAUSE * 2, FIRST_PAUSE * 4]
    PortalTelling.objects.update(tries=40)
    assert tell_case(cases, portal, case) == cases.now() + LONGEST_PAUSE
    assert list_overdue(cases) == []
    clock.pass_time(hours=2)
    assert list_overdue(cases) == [case]

    simulated.behave()
    assert tell_case(cases, portal, case) is None
    assert [status for _, status in read_told(simulated, code)] == [2, 4]


def test_what_the_portal_refuses_is_kept_with_its_words(
    simulated: SimulatedPortal, province: tuple[Cases, NationalPortal]
) -> None:
    cases, portal = province
    code, case = bring_in(simulated, cases, portal)
    do(cases, case, CaseRole.RECEIVER, told.Received())
    mark = f"{get_filed(cases, code).code}/3"
    simulated.book.keep_progress(
        read_fixture("outbound-progress") | {"MaHoSo": code, "SoThuTu": 3, "MaDongBo": mark, "TrangThai": 4}
    )
    assert tell_case(cases, portal, case) is not None
    assert "409 sai-thu-tu" in PortalTelling.objects.get(pk=case).fault


def test_a_case_of_the_counter_is_made_known_with_its_papers_under_the_portals_number_once(
    simulated: SimulatedPortal, province: tuple[Cases, NationalPortal]
) -> None:
    cases, portal = province
    first, _ = bring_in(simulated, cases, portal)
    brought = get_filed(cases, first)
    person = Applicant("999190000001", "citizen-9", "Nguyễn Thị Mẫu", 2)
    draft = open_draft(cases, person, "3.000722", cases.today())
    save_answers(cases, draft.id, person, brought.answers)
    receipt = submit(cases, draft.id, person, "k", Channel.COUNTER, brought.documents)
    do(cases, receipt.case_id, CaseRole.RECEIVER, told.Received())

    simulated.behave(PortalBehaviour(lose_answers=2))
    tries = list(itertools.takewhile(bool, (tell_case(cases, portal, receipt.case_id) for _ in range(6))))

    assert len(tries) == 2
    row = PortalTelling.objects.get(pk=receipt.case_id)
    filing = simulated.book.get_filing(row.portal_code)
    assert (filing.document["KenhThucHien"], filing.document["ChuHoSo"]) == (1, person.name)
    (paper,) = filing.document["ThanhPhanHoSo"]
    assert simulated.book.get_file(paper["IdTepTin"])
    assert read_told(simulated, row.portal_code) == [("Cơ quan đã tiếp nhận hồ sơ", 2)]
    # What the portal only knows from us is nothing that was filed there.
    assert [line.code for line in portal.list_numbered(cases.now())] in ([], [first])
    silent = NationalPortalSettings(units={UNIT: OWN_UNIT})
    assert tell_case(cases, type(portal)(portal.link, silent, cases), receipt.case_id) is None


def test_the_site_hands_the_telling_over_with_the_action_and_its_jobs_may_run_at_any_time(
    simulated: SimulatedPortal, tmp_path: Path, settings: Settings
) -> None:
    own = NationalPortalSettings(
        f"{simulated.office.url}/api", ACCOUNT, str(simulated.office.secret_file), {UNIT: OWN_UNIT}
    )
    cases, portal = simulated.make_province(tmp_path, follow_up=defer_follow_up)
    code, case = bring_in(simulated, cases, portal)
    assert find_site_portal(cases) is None
    site = settings.SITE
    settings.SITE = msgspec.structs.replace(site, settings=msgspec.structs.replace(site.settings, national_portal=own))
    do(cases, case, CaseRole.RECEIVER, told.Received(), actor=make_actor(CaseRole.RECEIVER))
    with connection.cursor() as cursor:
        cursor.execute("SELECT lock FROM procrastinate_jobs WHERE task_name = 'cases.tell_portal'")
        assert cursor.fetchall() == [(f"portal:{case}",)]

    for _ in range(2):
        tell_portal(str(case))
        ask_portal(0)
        reconcile_filings(0)
    assert read_told(simulated, code) == [("Cơ quan đã tiếp nhận hồ sơ", 2)]

    simulated.behave(PortalBehaviour(is_down=True))
    do(cases, case, CaseRole.HANDLER, told.Taken())
    for _ in range(2):
        tell_portal(str(case))
    with connection.cursor() as cursor:
        cursor.execute("SELECT queueing_lock FROM procrastinate_jobs WHERE task_name = 'cases.tell_portal_later'")
        assert cursor.fetchall() == [(f"tell:{case}",)]
