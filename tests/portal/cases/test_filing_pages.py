from __future__ import annotations

import json
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone, translation

from lienthong.cases.documents.uploads import store_upload
from lienthong.cases.drafts import Applicant, open_draft, save_answers
from lienthong.cases.models import Case, Draft
from lienthong.cases.reading import get_case
from lienthong.cases.site_cases import load_site_catalogue
from lienthong.cases.words import Channel
from lienthong.identity.limits import _LIMITS
from lienthong.identity.words import Level
from lienthong.portal.cases.office import Profile
from lienthong.portal.cases.procedure_words import REMARKS, tell_article
from tests.portal.cases.desk import (
    ANSWERS,
    NUMBER,
    OTHER_NUMBER,
    SAMPLE,
    enter_citizen,
    enter_officer,
    file_case,
    find_account,
    open_counter_for,
    open_site,
)
from tests.portal.cases.pictures import PICTURE
from tests.portal.province.gateways import POPULATION, answer_record
from tests.simulators.own_gateway import OwnGateway, Told

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client
    from pytest_django.fixtures import Settings

    from lienthong.cases.house import Cases

pytestmark = [pytest.mark.django_db, pytest.mark.urls("lienthong.site.urls_province")]


@pytest.fixture
def cases(settings: Settings, tmp_path: Path) -> Cases:
    return open_site(settings, tmp_path)


def begin(client: Client) -> str:
    """Begin the sample; gives the draft's id."""
    answer = client.post(f"/procedures/{SAMPLE}/begin/")
    assert answer.status_code == 302, answer.content.decode()
    return str(answer.headers["Location"]).split("/")[2]


def post_page(client: Client, draft: str, page: str, **told: object) -> str:
    """Post a page of the form with all its questions shown; gives where it leads, empty for the same page again."""
    shown = {"shown": "you you_born phone has_other other_number child_name child_born sex home note notice"}
    answer = client.post(f"/drafts/{draft}/pages/{page}/", {**shown, **told})
    return str(answer.headers.get("Location", ""))


def day(field: str, text: str) -> dict[str, str]:
    return dict(zip((f"{field}-day", f"{field}-month", f"{field}-year"), text.split("/"), strict=True))


def test_a_service_is_found_with_and_without_accents_and_its_page_marks_what_is_doubtful(
    client: Client, cases: Cases
) -> None:
    assert cases.unit
    for text in ("khai sinh mẫu", "KHAI SINH MAU"):
        assert SAMPLE in client.get("/find/", {"q": text}).content.decode()
    assert "Không tìm thấy" in client.get("/find/", {"q": "zzz"}).content.decode()
    page = client.get(f"/procedures/{SAMPLE}/").content.decode()
    assert "63/2024/NĐ-CP, Điều 5" in page
    assert page.count("chưa xác nhận") == 1
    assert "8.000 đồng" in page
    assert client.get("/procedures/1.999999/").status_code == 404


def test_a_whole_form_is_filled_in_and_submitted_and_the_same_again_gives_the_same_receipt(cases: Cases) -> None:
    client = enter_citizen()
    draft = begin(client)
    assert post_page(client, draft, "you", you="Nguyễn Thị Hòa", **day("you_born", "17/5/1990")).endswith("/other/")
    assert post_page(client, draft, "other", has_other="no").endswith("/child/")
    assert post_page(client, draft, "child", child_name="Nguyễn Mẫu An", **day("child_born", "1/11/2026")).endswith(
        "/home/"
    )
    home = {"home-area": "06673", "home-line": "Số 12"}
    assert post_page(client, draft, "home", **home).endswith("/papers/")
    picture = SimpleUploadedFile("giay.png", PICTURE, "image/png")
    assert post_page(client, draft, "papers", **{"notice-file": picture}).endswith("/check/")
    check = client.get(f"/drafts/{draft}/check/").content.decode()
    for shown in ("Nguyễn Mẫu An", "01/11/2026", "Số 12, Phường Bãi Cháy, Tỉnh Quảng Ninh", "giay"):
        assert shown in check, shown

    first, again = (client.post(f"/drafts/{draft}/check/").headers["Location"] for _ in range(2))
    assert first == again
    assert first.endswith("/receipt/")
    row = Case.objects.get()
    case = get_case(cases, row.pk)
    assert (case.channel, case.applicant.number) == (Channel.ONLINE, NUMBER)
    assert len(case.documents) == 1
    assert case.code in client.get(first).content.decode()
    # Going back to the form leads to the receipt, and files nothing anew.
    assert client.get(f"/drafts/{draft}/").headers["Location"] == first
    assert post_page(client, draft, "you", you="Khác") == first


def test_what_is_missing_is_named_and_a_question_that_has_just_come_up_is_no_error(cases: Cases) -> None:
    assert cases.unit
    client = enter_citizen()
    draft = begin(client)
    answer = client.post(f"/drafts/{draft}/pages/you/", {"shown": "you you_born phone"})
    assert "Họ, chữ đệm, tên của bạn: Hãy trả lời câu hỏi này" in answer.content.decode()
    asked = client.post(f"/drafts/{draft}/pages/other/", {"shown": "has_other", "has_other": "yes"}).content.decode()
    assert "govuk-error-summary" not in asked
    assert 'name="other_number"' in asked
    assert "thêm vài câu hỏi" in asked
    check = client.get(f"/drafts/{draft}/check/").content.decode()
    assert "Số định danh cá nhân: Hãy trả lời câu hỏi này" in check
    assert client.post(f"/drafts/{draft}/check/").status_code == 200
    assert Case.objects.count() == 0


def test_own_data_is_asked_once_under_the_drafts_purpose_shown_with_its_source_and_open_to_dispute(
    cases: Cases, settings: Settings
) -> None:
    client = enter_citizen()
    draft = begin(client)
    with OwnGateway() as gateway:
        answer_record(gateway, settings)
        pages = [client.get(f"/drafts/{draft}/pages/you/").content.decode() for _ in range(2)]
        assert len(gateway.asked) == 1
        path, headers = gateway.asked[0]
        assert path.startswith(f"/r1/{POPULATION}/{NUMBER}?fields=")
        assert headers["x-road-purpose"] == f"{SAMPLE}#{draft}"
        assert "Theo cơ sở dữ liệu dân cư" in pages[1]
        assert 'name="you"' not in pages[1]
        # Whatever a page posts under the name of a filled-in question is not taken for an answer.
        assert post_page(client, draft, "you", you="Kẻ Khác").endswith("/other/")
        told = {"you": "Nguyễn Thị Hoà Bình", "text": "Thẻ ghi khác."}
        assert client.post(f"/drafts/{draft}/dispute/you/", told).status_code == 302
    answers = Draft.objects.get(pk=draft).answers
    assert answers["you"] == "Nguyễn Thị Hoà Bình"
    assert answers["@disputes"]["you"]["text"] == "Thẻ ghi khác."
    page = client.get(f"/drafts/{draft}/pages/you/").content.decode()
    assert "Cơ sở dữ liệu ghi: Nguyễn Thị Hòa." in page
    client.post(f"/drafts/{draft}/dispute/you/", {"withdraw": "yes"})
    assert Draft.objects.get(pk=draft).answers["you"] == "Nguyễn Thị Hòa"
    assert cases.unit


def test_a_registry_that_does_not_answer_leaves_the_questions_to_be_typed(cases: Cases, settings: Settings) -> None:
    assert cases.unit
    client = enter_citizen()
    draft = begin(client)
    with OwnGateway() as gateway:
        answer_record(gateway, settings)
        gateway.answers[f"{POPULATION}/{NUMBER}"] = Told(503, json.dumps({"type": "x"}).encode(), "Server.Down")
        page = client.get(f"/drafts/{draft}/pages/you/").content.decode()
    assert "tự nhập thông tin" in page
    assert 'name="you"' in page


def test_a_file_that_is_no_picture_or_pdf_is_refused_in_words(cases: Cases) -> None:
    assert cases.unit
    client = enter_citizen()
    draft = begin(client)
    script = SimpleUploadedFile("a.png", b"<script>alert(1)</script>", "image/png")
    answer = client.post(f"/drafts/{draft}/pages/papers/", {"shown": "notice", "notice-file": script})
    assert "Chỉ nhận ảnh JPEG, PNG, WebP hoặc tệp PDF" in answer.content.decode()


def test_files_and_drafts_are_taken_only_so_often(cases: Cases, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cases.unit
    monkeypatch.setitem(_LIMITS, "case_upload", "1/h/key")
    monkeypatch.setitem(_LIMITS, "case_begin", "1/d/key")
    client = enter_citizen()
    draft = begin(client)
    for number in range(2):
        picture = SimpleUploadedFile(f"{number}.png", PICTURE, "image/png")
        answer = client.post(f"/drafts/{draft}/pages/papers/", {"shown": "notice", "notice-file": picture})
    assert "Hiện chưa kiểm tra được tệp" in answer.content.decode()
    assert client.post(f"/procedures/{SAMPLE}/begin/").status_code == 429


def test_naming_another_persons_paper_gives_nothing(cases: Cases) -> None:
    client = enter_citizen()
    draft = begin(client)
    foreign = store_upload(cases, OTHER_NUMBER, "a.png", BytesIO(PICTURE))
    answer = client.post(f"/drafts/{draft}/pages/papers/", {"shown": "notice", "notice": str(foreign.id)})
    assert "Không tìm thấy giấy tờ này trong kho của bạn" in answer.content.decode()
    assert "notice" not in Draft.objects.get(pk=draft).answers


def test_nobody_files_below_the_level_that_the_service_needs_nor_sees_another_persons_draft(cases: Cases) -> None:
    assert cases.unit
    low = enter_citizen(level=Level.DATA)
    answer = low.get(f"/procedures/{SAMPLE}/begin/")
    assert answer.status_code == 302
    assert "level=2" in answer.headers["Location"]
    owner, other = enter_citizen(OTHER_NUMBER), low
    draft = begin(owner)
    for path in (f"/drafts/{draft}/", f"/drafts/{draft}/pages/you/", f"/drafts/{draft}/check/"):
        assert other.get(path).status_code == 404


def test_a_draft_that_was_opened_at_a_higher_level_is_neither_shown_nor_filled_in_nor_filed_at_a_lower_one(
    cases: Cases,
) -> None:
    low = enter_citizen(level=Level.DATA)
    account = find_account(low)
    applicant = Applicant(NUMBER, str(account.pk), account.full_name, Level.CARD)
    draft = open_draft(cases, applicant, SAMPLE, cases.today())
    save_answers(cases, draft.id, applicant, ANSWERS)
    paths = ("", "pages/child/", "check/", "dispute/you/")
    answers = [low.get(f"/drafts/{draft.id}/{path}") for path in paths]
    answers += [low.post(f"/drafts/{draft.id}/{path}", {"child_name": "X"}) for path in paths[1:]]
    for answer in answers:
        assert answer.status_code == 302
        assert "level=2" in answer.headers["Location"]
    assert Draft.objects.get().answers["child_name"] == ANSWERS["child_name"]
    assert Case.objects.count() == 0


def test_other_persons_are_compared_only_so_often_in_a_day_whatever_drafts_one_opens(
    cases: Cases, settings: Settings
) -> None:
    client = enter_citizen()
    account = find_account(client)
    applicant = Applicant(NUMBER, str(account.pk), account.full_name, Level.CARD)
    other = {"has_other_parent": "yes", "other_name": "Nguyễn Văn Mẫu", "other_number": "999094000002"}
    with OwnGateway() as gateway:
        answer_record(gateway, settings)
        gateway.answers[f"{POPULATION}/999094000002"] = Told(404, b"{}")
        for _ in range(5):
            draft = open_draft(cases, applicant, "3.000722", cases.today())
            for number in range(1, 6):
                told = {**other, **day("other_birth_date", f"{number}/2/1994"), "shown": " ".join(other)}
                assert client.post(f"/drafts/{draft.id}/pages/other-parent/", told).status_code == 302
        assert len(gateway.asked) == 20
    match = Draft.objects.get(pk=draft.id).answers["@matches"]["other_parent"]
    assert match["outcome"] == "not-compared"


def test_where_people_file_on_the_national_portal_our_pages_say_so_and_offer_no_form(
    client: Client, settings: Settings, tmp_path: Path
) -> None:
    cases = open_site(settings, tmp_path, Profile.VIETNAM)
    page = client.get(f"/procedures/{SAMPLE}/").content.decode()
    assert "dichvucong.gov.vn" in page
    assert "/begin/" not in page
    citizen = enter_citizen()
    assert citizen.get(f"/procedures/{SAMPLE}/begin/").headers["Location"] == f"/procedures/{SAMPLE}/"
    # What came in there is followed here all the same.
    assert citizen.get(f"/my-cases/{file_case(cases, citizen)}/").status_code == 200


def test_at_the_counter_an_officer_files_for_a_person_in_both_names_also_in_the_profile_vietnam(
    settings: Settings, tmp_path: Path
) -> None:
    cases = open_site(settings, tmp_path, Profile.VIETNAM)
    officer = enter_officer()
    account = find_account(officer)
    open_counter_for(officer, NUMBER)
    draft = begin(officer)
    # A paper that is not in the person's store, or not any more, is asked for again.
    Draft.objects.filter(pk=draft).update(answers=ANSWERS)
    lost = officer.post(f"/drafts/{draft}/check/").content.decode()
    assert "Không tìm thấy giấy tờ này trong kho của bạn" in lost
    paper = str(store_upload(cases, NUMBER, "a.png", BytesIO(PICTURE)).id)
    Draft.objects.filter(pk=draft).update(answers={**ANSWERS, "notice": paper})
    assert officer.post(f"/drafts/{draft}/check/").headers["Location"].endswith("/receipt/")
    case = get_case(cases, Case.objects.get().pk)
    assert case.channel is Channel.COUNTER
    assert (case.applicant.number, case.applicant.officer) == (NUMBER, str(account.pk))
    assert officer.get("/work/").status_code == 403


def test_every_procedure_of_today_has_a_page_in_which_no_english_remark_stands_untold(client: Client) -> None:
    catalogue = load_site_catalogue()
    for procedure in catalogue.list_procedures(timezone.localdate()):
        page = client.get(f"/procedures/{procedure.code}/")
        assert page.status_code == 200, procedure.code
        for legal in procedure.legal:
            assert legal.article not in REMARKS or legal.article not in page.content.decode(), legal.article
            known = not legal.article or legal.article in REMARKS or "Điều" in tell_in_vietnamese(legal.article)
            assert known or procedure.code == SAMPLE, legal.article


def tell_in_vietnamese(article: str) -> str:
    with translation.override("vi"):
        return tell_article(article)
