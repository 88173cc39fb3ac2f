from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lienthong.cases import actions as told
from lienthong.cases.documents.issuing import make_due_papers
from lienthong.cases.drafts import Applicant, open_draft, save_answers
from lienthong.cases.filing import submit
from lienthong.cases.models import Document, Draft, Paper
from lienthong.cases.reading import get_case
from lienthong.cases.words import ActionKind, CaseRole, Channel, NationalStatus
from lienthong.identity.words import Level
from lienthong.web.callers import Caller
from tests.cases.procedure_answers import COPIES, FATHER, MOTHER
from tests.identity.persons import make_citizen, sign_in
from tests.portal.cases.desk import (
    NUMBER,
    OTHER_NUMBER,
    SAMPLE,
    answer_step,
    do,
    enter_citizen,
    enter_officer,
    file_case,
    find_account,
    open_counter_for,
    open_site,
)

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import Settings

    from lienthong.cases.house import Cases

pytestmark = [pytest.mark.django_db, pytest.mark.urls("lienthong.site.urls_province")]


@pytest.fixture
def cases(settings: Settings, tmp_path: Path) -> Cases:
    return open_site(settings, tmp_path)


def test_a_person_sees_what_happens_next_and_nobody_elses_case(cases: Cases) -> None:
    client = enter_citizen()
    case = file_case(cases, client)
    page = client.get(f"/my-cases/{case}/").content.decode()
    for shown in ("Bạn chưa phải làm gì lúc này", "Cơ quan kiểm tra hồ sơ", "0203 3825 001", "Hồ sơ đã được nộp"):
        assert shown in page, shown
    assert get_case(cases, case).code in client.get("/my-cases/").content.decode()
    other = enter_citizen(OTHER_NUMBER)
    for place in ("", "answers/", "receipt/", "withdraw/", "papers/form-01/", "supplement/"):
        assert other.get(f"/my-cases/{case}/{place}").status_code == 404, place


def test_a_case_and_ones_papers_open_at_the_level_that_the_service_needs(cases: Cases) -> None:
    account = make_citizen(Level.CARD)
    low = Client()
    sign_in(low, account)
    case = file_case(cases, low)
    for place in (f"/my-cases/{case}/", f"/my-cases/{case}/answers/", f"/my-cases/{case}/withdraw/", "/my-papers/"):
        answer = low.get(place)
        assert answer.status_code == 302, place
        assert "level=2" in answer.headers["Location"], place
    low.post(f"/my-cases/{case}/withdraw/", {"key": str(uuid4()), "seen": "1", "text": ""})
    assert get_case(cases, case).state.status is NationalStatus.NEW
    assert low.get("/my-cases/").status_code == 200


def test_a_person_hands_in_what_the_office_asked_for_and_a_double_click_counts_once(cases: Cases) -> None:
    client, officer = enter_citizen(), enter_officer()
    case = file_case(cases, client)
    do(cases, case, CaseRole.RECEIVER, told.SupplementAsked("incomplete-form", "Thiếu số nhà.", ("home",)), officer)
    assert "Thiếu số nhà." in client.get(f"/my-cases/{case}/").content.decode()
    form = {"home-area": "06658", "home-line": "Số 99", "text": "Đã bổ sung.", "key": str(uuid4()), "seen": "2"}
    assert (
        "Hãy trả lời"
        in client.post(f"/my-cases/{case}/supplement/", {**form, "home-line": "", "home-area": ""}).content.decode()
    )
    for _ in range(2):
        assert client.post(f"/my-cases/{case}/supplement/", form).status_code == 302
    seen = get_case(cases, case)
    assert seen.answers["home"] == {"area_code": "06658", "line": "Số 99"}
    assert [action.kind for action in seen.actions].count(ActionKind.SUPPLEMENT) == 1


def test_other_words_sent_from_the_page_before_are_not_kept_and_said_to_be_late(cases: Cases) -> None:
    client = enter_citizen()
    case = file_case(cases, client)
    form = {"key": str(uuid4()), "seen": "1"}
    client.post(f"/my-cases/{case}/complain/", {**form, "text": "Lần đầu."})
    again = client.post(f"/my-cases/{case}/complain/", {**form, "text": "Lần sau."}, follow=True)
    assert "vừa có thay đổi" in again.content.decode()
    assert get_case(cases, case).state.complaints == 1


def test_a_supplement_without_the_marks_of_its_page_or_with_another_persons_number_is_not_taken(cases: Cases) -> None:
    client, officer = enter_citizen(number=MOTHER["number"]), enter_officer()
    account = find_account(client)
    applicant = Applicant(MOTHER["number"], str(account.pk), account.full_name, Level.CARD)
    draft = open_draft(cases, applicant, "2.000635", cases.today())
    save_answers(cases, draft.id, applicant, COPIES)
    case = submit(cases, draft.id, applicant, str(draft.id), Channel.ONLINE).case_id
    items = ("applicant_number",)
    do(cases, case, CaseRole.RECEIVER, told.SupplementAsked("incomplete-form", items=items), officer)
    form = {"applicant_number": MOTHER["number"], "text": "a\x00b", "key": str(uuid4()), "seen": "2"}
    for marks in ({"seen": "two"}, {"seen": "9" * 5000}, {"key": ""}):
        assert client.post(f"/my-cases/{case}/supplement/", {**form, **marks}).status_code in {302, 404}
    foreign = client.post(f"/my-cases/{case}/supplement/", {**form, "applicant_number": FATHER["number"]})
    assert "govuk-error-summary" in foreign.content.decode()
    assert get_case(cases, case).state.status is NationalStatus.SUPPLEMENT
    client.post(f"/my-cases/{case}/supplement/", form)
    assert get_case(cases, case).state.status is NationalStatus.NEW


def test_at_the_counter_nobody_says_for_a_person_how_content_they_are(cases: Cases) -> None:
    client, officer = enter_citizen(), enter_officer()
    case = file_case(cases, client)
    do(cases, case, CaseRole.APPLICANT, told.Withdrawn(), client)
    assert "/rate/" in client.get(f"/my-cases/{case}/").content.decode()
    open_counter_for(officer, NUMBER)
    assert "/rate/" not in officer.get(f"/my-cases/{case}/").content.decode()
    form = {"key": str(uuid4()), "seen": "2", "stars": "5", "text": ""}
    assert officer.post(f"/my-cases/{case}/rate/", form).status_code == 302
    assert get_case(cases, case).state.stars == 0


def test_a_person_withdraws_rates_and_complains(cases: Cases) -> None:
    client = enter_citizen()
    case = file_case(cases, client)
    form = {"key": str(uuid4()), "seen": "1"}
    client.post(f"/my-cases/{case}/complain/", {**form, "text": "Chưa thấy trả lời."})
    stale = client.post(f"/my-cases/{case}/withdraw/", {"key": str(uuid4()), "seen": "1", "text": ""}, follow=True)
    assert "vừa có thay đổi" in stale.content.decode()
    client.post(f"/my-cases/{case}/withdraw/", {"key": str(uuid4()), "seen": "2", "text": ""})
    client.post(f"/my-cases/{case}/rate/", {"key": str(uuid4()), "seen": "3", "stars": "4", "text": ""})
    state = get_case(cases, case).state
    assert (state.status, state.stars, state.complaints) == (NationalStatus.WITHDRAWN, 4, 1)
    assert client.get(f"/my-cases/{case}/withdraw/").status_code == 302


def test_a_fee_is_paid_in_a_sandbox_and_nowhere_else_on_these_pages(cases: Cases, settings: Settings) -> None:
    client, officer = enter_citizen(), enter_officer()
    case = file_case(cases, client)
    do(cases, case, CaseRole.RECEIVER, told.PaymentAsked(8000), officer)
    form = {"key": str(uuid4()), "seen": "2"}
    settings.IS_SANDBOX = False
    assert "chưa kết nối dịch vụ thanh toán" in client.post(f"/my-cases/{case}/pay/", form).content.decode()
    settings.IS_SANDBOX = True
    assert "8.000 đồng" in client.get(f"/my-cases/{case}/pay/").content.decode()
    client.post(f"/my-cases/{case}/pay/", form)
    assert get_case(cases, case).state.paid == 8000


def test_a_result_is_taken_checked_by_its_code_and_held_against_a_file(client: Client, cases: Cases) -> None:
    citizen, officer = enter_citizen(), enter_officer()
    leader = enter_officer(Caller.OFFICER, Caller.LEADER, name="lan.pham")
    case = file_case(cases, citizen)
    do(cases, case, CaseRole.RECEIVER, told.Received(), officer)
    do(cases, case, CaseRole.HANDLER, told.Taken(), officer)
    birth = {
        "number": "999226000001",
        "registered_on": "2026-11-30",
        "certificate": "TK1",
        "full_name": "Nguyễn Mẫu An",
    }
    answer_step(cases, case, "birth", told.AgencyDone, result=birth)
    answer_step(cases, case, "insurance", told.AgencyDone, result={"card": "TE199"})
    do(cases, case, CaseRole.APPROVER, told.Approved(), leader)
    do(cases, case, CaseRole.HANDLER, told.Issued(), officer)
    make_due_papers(cases, case)
    outcome = Document.objects.get(origin="outcome")
    page = citizen.get(f"/my-cases/{case}/").content.decode()
    assert f"/my-papers/{outcome.pk}/" in page
    pdf = citizen.get(f"/my-papers/{outcome.pk}/")
    assert pdf.content.startswith(b"%PDF")
    assert "attachment" in pdf.headers["Content-Disposition"]
    assert enter_citizen(OTHER_NUMBER).get(f"/my-papers/{outcome.pk}/").status_code == 404

    code = Paper.objects.get(document=outcome).check_code
    found = client.get(f"/check/{code}").content.decode()
    assert "có thật và còn giá trị" in found
    assert "Nguyễn" not in found
    same = SimpleUploadedFile("a.pdf", pdf.content, "application/pdf")
    assert "trùng khớp từng byte" in client.post(f"/check/{code}", {"file": same}).content.decode()
    forged = SimpleUploadedFile("a.pdf", pdf.content.replace(b"%PDF", b"%PDG"), "application/pdf")
    assert "Đừng tin tệp này" in client.post(f"/check/{code}", {"file": forged}).content.decode()
    assert client.get("/check/AAAA-AAAA").status_code == 404
    assert citizen.get(f"/my-cases/{case}/english/{outcome.pk}/").content.startswith(b"%PDF")

    # Who decides takes it back; who only handles does not.
    place, told_why = f"/work/{case}/withdraw-paper/{outcome.pk}/", {"reason": "mistake", "text": "", "knows": "on"}
    assert officer.post(place, told_why).status_code == 403
    assert f"{place}" in leader.get(f"/work/{case}/").content.decode()
    assert "Xác nhận" in leader.post(place, {"reason": "mistake"}).content.decode()
    assert leader.post(place, told_why).status_code == 302
    assert "không còn giá trị" in client.get(f"/check/{code}").content.decode()
    assert leader.get(place).status_code == 404


def test_a_status_by_code_tells_nothing_about_anybody_and_only_so_often(client: Client, cases: Cases) -> None:
    citizen = enter_citizen()
    code = get_case(cases, file_case(cases, citizen)).code
    answer = client.post("/status/", {"code": f" {code.lower()} "}).content.decode()
    assert "Đã nộp, chờ tiếp nhận" in answer
    assert "Nguyễn" not in answer
    assert "Không có hồ sơ nào" in client.post("/status/", {"code": "Z99.01-990101-0001"}).content.decode()
    statuses = [client.post("/status/", {"code": f"Z99.01-990101-{each:04}"}).status_code for each in range(31)]
    assert statuses[-1] == 429


def test_a_draft_is_thrown_away_by_its_owner_alone(cases: Cases) -> None:
    owner, other = enter_citizen(), enter_citizen(OTHER_NUMBER)
    owner.post(f"/procedures/{SAMPLE}/begin/")
    draft = str(Draft.objects.get().pk)
    other.post("/my-cases/", {"draft": draft})
    assert Draft.objects.count() == 1
    owner.post("/my-cases/", {"draft": draft})
    assert Draft.objects.count() == 0
    assert cases.unit
