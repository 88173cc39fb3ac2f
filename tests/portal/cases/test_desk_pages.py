from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from lienthong.cases import actions as told
from lienthong.cases.models import Absence, FilingDifference
from lienthong.cases.reading import get_case
from lienthong.cases.words import CaseRole, NationalStatus, StepState
from lienthong.identity.posts import NewPost, assign_post, make_post
from lienthong.web.callers import Caller
from tests.portal.cases.desk import (
    SAMPLE,
    UNIT,
    answer_step,
    do,
    enter_citizen,
    enter_officer,
    file_case,
    find_account,
    open_site,
)

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client
    from pytest_django.fixtures import Settings

    from lienthong.cases.house import Cases

pytestmark = [pytest.mark.django_db, pytest.mark.urls("lienthong.site.urls_province")]


@pytest.fixture
def cases(settings: Settings, tmp_path: Path) -> Cases:
    return open_site(settings, tmp_path)


def confirm(client: Client, cases: Cases, case: UUID, deed: str, **fields: str) -> str:
    """Do a deed at the desk: the form, then the page that asks once more; gives the page that follows."""
    seen = {"key": str(uuid4()), "seen": str(get_case(cases, case).state.number), **fields}
    asked = client.post(f"/work/{case}/{deed}/", seen)
    assert "Bạn sắp thực hiện" in asked.content.decode(), asked.content.decode()
    return str(client.post(f"/work/{case}/{deed}/", {**seen, "confirmed": "yes"}, follow=True).content.decode())


def test_a_case_goes_from_the_queue_to_its_decision_through_the_hands_of_those_who_may(cases: Cases) -> None:
    citizen, officer = enter_citizen(), enter_officer()
    leader = enter_officer(Caller.OFFICER, Caller.LEADER, name="lan.pham")
    case = file_case(cases, citizen)
    typed = {"status": "1", "procedure": SAMPLE, "text": "hoa"}
    queue = officer.post("/work/", typed, follow=True).content.decode()
    assert f"/work/{case}/" in queue
    assert f"/work/{case}/" not in officer.get("/work/", {"status": "4"}).content.decode()
    assert "/approve/" not in officer.get(f"/work/{case}/").content.decode()

    assert "Cơ quan đã tiếp nhận hồ sơ" in confirm(officer, cases, case, "receive")
    confirm(officer, cases, case, "take")
    answer_step(cases, case, "birth", told.AgencyDone, result={"number": "999226000001", "registered_on": "2026-11-30"})
    answer_step(cases, case, "insurance", told.AgencyDone, result={"card": "TE199"})
    assert officer.get(f"/work/{case}/approve/").status_code == 302
    confirm(leader, cases, case, "approve")
    confirm(officer, cases, case, "issue")
    confirm(officer, cases, case, "return-result", channel="counter")
    assert get_case(cases, case).state.status is NationalStatus.RETURNED


def test_who_worked_on_a_case_is_told_that_somebody_else_decides_though_they_hold_both_posts(cases: Cases) -> None:
    both, leader = enter_officer(), enter_officer(Caller.OFFICER, Caller.LEADER, name="lan.pham")
    post = make_post(NewPost(UNIT, "Phó", "Vice", (Caller.OFFICER, Caller.LEADER)), date(2026, 1, 1), None)
    assign_post(find_account(both), post, date(2026, 1, 1), None, timezone.now())
    case = file_case(cases, enter_citizen())
    told_so = "nên người khác có thẩm quyền của cơ quan sẽ quyết định"
    assert told_so not in both.get(f"/work/{case}/").content.decode()
    confirm(both, cases, case, "receive")
    confirm(both, cases, case, "take")

    page = both.get(f"/work/{case}/").content.decode()
    assert told_so in page
    assert f"/work/{case}/refuse/" not in page
    led = both.get(f"/work/{case}/refuse/", follow=True).content.decode()
    # Said as what is in the way, and in what to do now.
    assert led.count(told_so) == 2
    assert "Chưa thực hiện được thao tác này" not in led
    assert told_so not in leader.get(f"/work/{case}/").content.decode()
    form = {"key": str(uuid4()), "seen": "3", "reason": "law"}
    assert "người thân của bạn có liên quan" in leader.post(f"/work/{case}/refuse/", form).content.decode()


def test_a_complaint_is_answered_by_who_decides_and_its_applicant_reads_the_answer(cases: Cases) -> None:
    citizen, officer = enter_citizen(), enter_officer()
    leader = enter_officer(Caller.OFFICER, Caller.LEADER, name="lan.pham")
    case = file_case(cases, citizen)
    do(cases, case, CaseRole.APPLICANT, told.Withdrawn(), citizen)
    do(cases, case, CaseRole.APPLICANT, told.Complained("Chờ quá lâu."), citizen)

    assert "đang chờ cơ quan trả lời, hạn trả lời:" in citizen.get(f"/my-cases/{case}/").content.decode()
    assert f"/work/{case}/" in leader.get("/work/", {"complaints": "yes"}).content.decode()
    assert "Hạn trả lời phản ánh" in officer.get("/work/", {"complaints": "yes"}).content.decode()
    assert officer.get(f"/work/{case}/answer-complaint/").status_code == 302
    assert "Chờ quá lâu." in leader.get(f"/work/{case}/answer-complaint/").content.decode()
    empty = leader.post(f"/work/{case}/answer-complaint/", {"key": str(uuid4()), "seen": "3", "text": " "})
    assert "Hãy nhập nội dung trả lời" in empty.content.decode()
    confirm(leader, cases, case, "answer-complaint", text="Cơ quan xin lỗi ông/bà.")

    page = citizen.get(f"/my-cases/{case}/").content.decode()
    assert "Cơ quan xin lỗi ông/bà." in page
    assert "đang chờ cơ quan trả lời" not in page
    assert f"/work/{case}/" not in leader.get("/work/", {"complaints": "yes"}).content.decode()


def test_other_words_sent_from_the_page_before_do_nothing_and_are_answered(cases: Cases) -> None:
    officer = enter_officer()
    case = file_case(cases, enter_citizen())
    form = {"key": str(uuid4()), "seen": "1", "confirmed": "yes"}
    officer.post(f"/work/{case}/comment/", {**form, "text": "Lần đầu."})
    again = officer.post(f"/work/{case}/comment/", {**form, "text": "Lần sau."}, follow=True)
    assert again.status_code == 200
    assert officer.post(f"/work/{case}/comment/", {**form, "text": "x", "seen": "9" * 5000}).status_code == 404
    assert get_case(cases, case).state.number == 2


def test_nothing_is_done_before_it_is_confirmed_and_a_stale_page_does_nothing(cases: Cases) -> None:
    officer = enter_officer()
    case = file_case(cases, enter_citizen())
    form = {"key": str(uuid4()), "seen": "1", "reason": "duplicate", "text": ""}
    officer.post(f"/work/{case}/refuse-to-receive/", form)
    again = officer.post(f"/work/{case}/refuse-to-receive/", {**form, "change": "yes"})
    assert "Bạn sắp" not in again.content.decode()
    assert get_case(cases, case).state.number == 1
    do(cases, case, CaseRole.RECEIVER, told.Commented("Đã gọi điện."), officer)
    answer = officer.post(f"/work/{case}/refuse-to-receive/", {**form, "confirmed": "yes"}, follow=True)
    assert "vừa được người khác xử lý" in answer.content.decode()
    assert get_case(cases, case).state.status is NationalStatus.NEW


def test_the_reason_other_needs_words(cases: Cases) -> None:
    officer = enter_officer()
    case = file_case(cases, enter_citizen())
    form = {"key": str(uuid4()), "seen": "1", "reason": "other", "text": " "}
    assert "nêu lý do bằng" in officer.post(f"/work/{case}/refuse-to-receive/", form).content.decode()


def test_a_step_is_asked_anew_resent_or_taken_over_with_the_result_that_others_need(cases: Cases) -> None:
    officer = enter_officer()
    case = file_case(cases, enter_citizen())
    do(cases, case, CaseRole.RECEIVER, told.Received(), officer)
    do(cases, case, CaseRole.HANDLER, told.Taken(), officer)
    answer_step(cases, case, "birth", told.AgencyUnknown, text="Mất trả lời.")
    desk = officer.get(f"/work/{case}/").content.decode()
    assert "/resend-step/birth/" in desk
    assert "/replace-step/birth/" not in desk
    confirm(officer, cases, case, "resend-step/birth", reason="no-answer", text="")
    brought = {"result-number": "999226000001", "result-registered_on": "30/11/2026"}
    missing = officer.post(f"/work/{case}/take-over-step/birth/", {"reason": "agency-down", "key": "k", "seen": "6"})
    assert "Nhập nội dung ghi trên kết quả" in missing.content.decode()
    confirm(officer, cases, case, "take-over-step/birth", reason="agency-down", text="", **brought)
    step = get_case(cases, case).state.steps["birth"]
    assert step.state is StepState.BY_HAND
    assert step.result == {"number": "999226000001", "registered_on": "2026-11-30"}
    answer_step(cases, case, "insurance", told.AgencyRefused, reason="", text="Đã có thẻ.")
    confirm(officer, cases, case, "replace-step/insurance", reason="data-corrected", text="")
    assert get_case(cases, case).state.steps["insurance"].state is StepState.REQUESTED
    assert officer.get(f"/work/{case}/resend-step/nothing/").status_code in {302, 404}


def test_an_officer_of_another_agency_a_leader_alone_and_a_citizen_see_no_case(cases: Cases) -> None:
    citizen = enter_citizen()
    case = file_case(cases, citizen)
    elsewhere = enter_officer(name="xa.khac", unit="Z99.02")
    assert elsewhere.get(f"/work/{case}/").status_code == 404
    assert elsewhere.get(f"/work/{case}/receive/").status_code == 404
    assert f"/work/{case}/" not in elsewhere.get("/work/", {"unit": "Z99.01"}).content.decode()
    leader = enter_officer(Caller.LEADER, name="lanh.dao")
    assert leader.get("/work/").status_code == 403
    assert citizen.get(f"/work/{case}/").status_code == 403


def test_a_disputed_answer_is_marked_for_the_officer_with_both_values(cases: Cases) -> None:
    at = "2026-11-30T02:00:00Z"
    source = {"service": "persons", "path": "full_name", "exchange": "0195-7", "at": at, "value": "Nguyễn Thị Hòa"}
    dispute = {"text": "Thẻ ghi khác.", "at": at}
    case = file_case(
        cases,
        enter_citizen(),
        you="Nguyễn Thị Bình",
        **{"@sources": {"you": source}, "@disputes": {"you": dispute}},
    )
    desk = enter_officer().get(f"/work/{case}/").content.decode()
    for shown in ("Người dân báo chưa đúng", "Cơ sở dữ liệu ghi: Nguyễn Thị Hòa.", "Thẻ ghi khác.", "0195-7"):
        assert shown in desk, shown


def test_a_colleague_stands_in_for_who_is_away(cases: Cases) -> None:
    away, other = enter_officer(), enter_officer(name="binh.tran")
    case = file_case(cases, enter_citizen())
    do(cases, case, CaseRole.RECEIVER, told.Received(), away)
    do(cases, case, CaseRole.HANDLER, told.Taken(), away)
    today = cases.today()
    days = {"first_day": f"{today:%d/%m/%Y}", "last_day": f"{today + timedelta(days=2):%d/%m/%Y}"}
    form = {**days, "substitute": str(find_account(other).pk)}
    wrong = away.post("/work/away/", {**form, "last_day": f"{today - timedelta(days=2):%d/%m/%Y}"})
    assert "trước ngày bắt đầu" in wrong.content.decode()
    assert away.post("/work/away/", form).status_code == 302
    assert Absence.objects.count() == 1
    assert "bạn là người thay" in other.get("/work/").content.decode()
    assert f"/work/{case}/" in other.get("/work/", {"whose": "away"}).content.decode()


def test_papers_and_the_register_are_printed_for_the_office(cases: Cases) -> None:
    officer = enter_officer()
    case = file_case(cases, enter_citizen())
    assert officer.get(f"/work/{case}/papers/form-01/").status_code == 404
    do(cases, case, CaseRole.RECEIVER, told.Received(), officer)
    for place in (f"/work/{case}/papers/form-01/", f"/work/{case}/papers/form-06/"):
        assert officer.get(place).content.startswith(b"%PDF"), place
    today = f"{cases.today():%d/%m/%Y}"
    assert officer.get("/work/register/", {"first": today, "last": today}).content.startswith(b"%PDF")


def test_a_difference_is_settled_with_words_in_the_officers_name(cases: Cases) -> None:
    officer = enter_officer()
    now = cases.now()
    row = FilingDifference.objects.create(kind="missing-there", portal_code="G22.1", found_at=now, looked_at=now)
    assert "G22.1" in officer.get("/work/differences/").content.decode()
    assert "Hãy nêu cách" in officer.post(f"/work/differences/{row.pk}/", {"text": ""}).content.decode()
    officer.post(f"/work/differences/{row.pk}/", {"text": "Đã hỏi cổng."})
    row.refresh_from_db()
    assert (row.text, row.settled_by) == ("Đã hỏi cổng.", str(find_account(officer).pk))
