"""The pages of cases as people see them: a citizen's way from finding to the result, and an officer's desk."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.utils import timezone

from lienthong.cases import actions as told
from lienthong.cases.documents.issuing import make_due_papers
from lienthong.cases.models import Case as CaseRow
from lienthong.cases.models import FilingDifference, Paper
from lienthong.cases.reading import get_case
from lienthong.cases.words import CaseRole
from lienthong.identity.posts import NewPost, assign_post, make_post
from lienthong.web.callers import Caller
from tests.browser.pages import PHONE, WIDE, keep_picture
from tests.portal.cases.desk import (
    SAMPLE,
    UNIT,
    answer_step,
    ask_for_birth,
    do,
    enter_citizen,
    enter_officer,
    fail_birth,
    file_case,
    find_account,
    open_site,
)
from tests.portal.cases.pictures import PICTURE
from tests.portal.province.gateways import answer_record
from tests.simulators.own_gateway import OwnGateway

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from django.test import Client
    from playwright.sync_api import Page, ViewportSize
    from pytest_django.fixtures import Settings

    from lienthong.cases.house import Cases
    from tests.browser.pages import Pages

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("lienthong.site.urls_province")]

MOST_PAGE_BYTES = 60_000
MOST_TABS = 40
BIRTH = {"number": "999226000001", "registered_on": "2026-11-30", "certificate": "TK1", "full_name": "Nguyễn Mẫu An"}
GO_ON = "main form .govuk-button-group button"

_ALL_LOOKS = [(PHONE, "vi"), (WIDE, "vi"), (PHONE, "en"), (WIDE, "en")]
LOOKS = pytest.mark.parametrize(("screen", "language"), _ALL_LOOKS if "SCREENSHOTS" in os.environ else _ALL_LOOKS[:1])


@pytest.fixture
def cases(settings: Settings, tmp_path: Path) -> Cases:
    return open_site(settings, tmp_path)


def look(pages: Pages, page: Page, name: str) -> None:
    """Check what is on the screen, and keep a picture of it."""
    pages.check(page)
    size = page.viewport_size or PHONE
    language = page.locator("html").get_attribute("lang") or "vi"
    keep_picture(page, f"cases-{name}", size, language)


def go(pages: Pages, page: Page, path: str, name: str) -> None:
    page.goto(f"{'/'.join(page.url.split('/', 3)[:3])}{path}")
    look(pages, page, name)


def press(pages: Pages, page: Page, name: str, selector: str = GO_ON) -> None:
    pages.press(page, selector)
    look(pages, page, name)


def type_day(page: Page, field: str, day: str) -> None:
    for part, value in zip(("day", "month", "year"), day.split("/"), strict=True):
        page.fill(f"#f-{field}-{part}", value)


@LOOKS
def test_somebody_finds_a_service_and_learns_what_it_needs(
    pages: Pages, cases: Cases, screen: ViewportSize, language: str
) -> None:
    assert cases.unit
    page = pages.open("/", screen, language=language)
    look(pages, page, "start")
    page.fill("#q", "khai sinh mau")
    press(pages, page, "find", "main form button")
    assert page.locator(f"main a[href*='{SAMPLE}']").count() == 1
    go(pages, page, "/find/?q=zzz", "find-nothing")
    go(pages, page, f"/procedures/{SAMPLE}/", "service")
    go(pages, page, "/status/", "status")
    press(pages, page, "status-errors", "main form button")
    go(pages, page, "/check/", "check")


@LOOKS
def test_a_person_fills_in_checks_and_submits_once(
    pages: Pages, cases: Cases, settings: Settings, screen: ViewportSize, language: str
) -> None:
    assert cases.unit
    with OwnGateway() as gateway:
        answer_record(gateway, settings)
        page = pages.open(f"/procedures/{SAMPLE}/begin/", screen, language=language, session=enter_citizen())
        look(pages, page, "begin")
        press(pages, page, "fill-you", "main form button")
        press(pages, page, "dispute", "main a[href$='/dispute/you/']")
        press(pages, page, "dispute-errors")
        page.fill("#f-you", "Nguyễn Thị Hoà Bình")
        page.fill("#text", "Tên trên thẻ căn cước có thêm chữ Bình.")
        press(pages, page, "fill-you-disputed")
    press(pages, page, "fill-other")
    press(pages, page, "fill-other-errors")
    page.check("[name=has_other][value=yes]")
    press(pages, page, "fill-other-more")
    page.fill("#f-other_number", "999090000001")
    press(pages, page, "fill-child")
    page.fill("#f-child_name", "Nguyễn Mẫu An")
    type_day(page, "child_born", "1/11/2026")
    page.check("[name=sex][value=female]")
    press(pages, page, "fill-home")
    page.select_option("#f-home-area", "06673")
    page.fill("#f-home-line", "Số 12, tổ 3, khu 4")
    press(pages, page, "fill-papers")
    page.set_input_files("#f-notice-file", {"name": "giay-chung-sinh.png", "mimeType": "image/png", "buffer": PICTURE})
    press(pages, page, "check-answers")
    press(pages, page, "receipt")
    assert page.url.endswith("/receipt/")
    go(pages, page, "/my-papers/", "my-papers")


@LOOKS
def test_a_person_follows_their_case(pages: Pages, cases: Cases, screen: ViewportSize, language: str) -> None:
    client, officer, leader = enter_citizen(), enter_officer(), enter_officer(Caller.OFFICER, Caller.LEADER, name="lan")
    case = file_case(cases, client)
    do(cases, case, CaseRole.RECEIVER, told.Received(), officer)
    do(cases, case, CaseRole.HANDLER, told.Taken(), officer)
    asked = told.SupplementAsked(
        "unreadable-papers", "Ảnh bị mờ.", ("notice", "home"), cases.today() + timedelta(days=5)
    )
    do(cases, case, CaseRole.HANDLER, asked, officer)
    page = pages.open("/my-cases/", screen, language=language, session=client)
    look(pages, page, "mine")
    go(pages, page, f"/my-cases/{case}/", "my-case-supplement")
    go(pages, page, f"/my-cases/{case}/supplement/", "supplement")
    do(cases, case, CaseRole.APPLICANT, told.Supplemented(text="Đã chụp lại."), client)
    answer_step(cases, case, "birth", told.AgencyDone, result=BIRTH)
    for place in ("", "answers/", "withdraw/", "complain/"):
        go(pages, page, f"/my-cases/{case}/{place}", f"my-{place.strip('/') or 'case'}")
    answer_step(cases, case, "insurance", told.AgencyDone, result={"card": "TE199"})
    do(cases, case, CaseRole.APPROVER, told.Approved(), leader)
    do(cases, case, CaseRole.HANDLER, told.Issued(), officer)
    make_papers(cases, case)
    go(pages, page, f"/my-cases/{case}/", "my-case-done")
    paper = Paper.objects.get(document__origin="outcome")
    go(pages, page, f"/check/{paper.check_code}", "paper-found")
    go(pages, page, f"/my-cases/{case}/rate/", "my-rate")
    do(cases, case, CaseRole.APPLICANT, told.Complained("Tôi chờ quá lâu."), client)
    go(pages, page, f"/my-cases/{case}/", "my-case-complained")
    answer = pages.open(f"/work/{case}/answer-complaint/", screen, language=language, session=leader)
    press(pages, answer, "answer-complaint-errors")
    desk = pages.open(f"/work/{case}/withdraw-paper/{paper.document_id}/", screen, language=language, session=leader)
    press(pages, desk, "paper-withdrawal-errors")
    status = pages.open("/status/", screen, language=language)
    status.fill("#id_code", get_case(cases, case).code)
    press(pages, status, "status-found", "main form button")


def make_papers(cases: Cases, case: UUID) -> None:
    """Make a case's papers as its job does: elsewhere than in the thread in which Playwright runs its loop."""

    def make() -> None:
        make_due_papers(cases, case)
        connection.close()

    with ThreadPoolExecutor(1) as elsewhere:
        elsewhere.submit(make).result()


def make_stuck(cases: Cases, citizen: Client, officer: Client) -> str:
    """File a case whose second step an agency declined."""
    case = file_case(cases, citizen)
    do(cases, case, CaseRole.RECEIVER, told.Received(), officer)
    do(cases, case, CaseRole.HANDLER, told.Taken(), officer)
    answer_step(cases, case, "birth", told.AgencyDone, result=BIRTH)
    answer_step(cases, case, "insurance", told.AgencyRefused, reason="", text="Trẻ đã có thẻ ở nơi khác.")
    return str(case)


@LOOKS
def test_an_officer_works_cases_from_the_queue(pages: Pages, cases: Cases, screen: ViewportSize, language: str) -> None:
    citizen, officer = enter_citizen(), enter_officer()
    enter_officer(name="binh.tran")
    new, stuck = file_case(cases, citizen), make_stuck(cases, citizen, officer)
    page = pages.open("/work/", screen, language=language, session=officer)
    look(pages, page, "queue")
    page.fill("#text", "Nguyễn Thị")
    press(pages, page, "queue-search", "main form button")
    assert "search=" in page.url
    go(pages, page, "/work/?status=3&search=abc", "queue-search-over")
    go(pages, page, f"/work/{stuck}/", "desk")
    press(pages, page, "deed-step", "main a[href$='/take-over-step/insurance/']")
    press(pages, page, "deed-step-errors")
    go(pages, page, f"/work/{stuck}/extend/", "deed")
    page.fill("#id_until", f"{cases.today() + timedelta(days=14):%d/%m/%Y}")
    page.check("[value=verification]")
    page.fill("#id_text", "Cần xác minh thêm nơi ở của trẻ.")
    press(pages, page, "deed-confirm")
    press(pages, page, "desk-done")
    go(pages, page, "/work/away/", "absence")
    go(pages, page, "/work/register/", "register")
    FilingDifference.objects.create(
        kind="missing-there", portal_code="G22.99-261130-0007", found_at=cases.now(), looked_at=cases.now()
    )
    go(pages, page, "/work/differences/", "differences")
    press(pages, page, "difference", "main a[href*='/differences/']")
    assert get_case(cases, new).state.number == 1


@LOOKS
def test_an_officer_reads_why_a_message_does_not_get_through(
    pages: Pages, cases: Cases, screen: ViewportSize, language: str
) -> None:
    citizen, officer = enter_citizen(), enter_officer()
    late, lost = (ask_for_birth(cases, citizen, officer) for _ in range(2))
    fail_birth(cases, late, "service_unreachable")
    page = pages.open(f"/work/{late}/", screen, language=language, session=officer)
    look(pages, page, "desk-late")
    message_id = get_case(cases, lost).state.steps["birth"].message_id
    refusal = "server.serverproxy.access_denied: no grant names this client"
    do(cases, lost, CaseRole.SYSTEM, told.AgencyUnknown("birth", message_id, refusal))
    fail_birth(cases, lost, refusal)
    go(pages, page, f"/work/{lost}/", "desk-lost")
    assert page.locator(".lt-support").count() == 2


@LOOKS
def test_who_worked_on_a_case_reads_that_others_decide_and_who_decides_is_asked_whether_they_may(
    pages: Pages, cases: Cases, screen: ViewportSize, language: str
) -> None:
    both = enter_officer()
    post = make_post(NewPost(UNIT, "Phó", "Vice", (Caller.OFFICER, Caller.LEADER)), date(2026, 1, 1), None)
    assign_post(find_account(both), post, date(2026, 1, 1), None, timezone.now())
    leader = enter_officer(Caller.OFFICER, Caller.LEADER, name="lan.pham")
    case = file_case(cases, enter_citizen())
    do(cases, case, CaseRole.RECEIVER, told.Received(), both)
    do(cases, case, CaseRole.HANDLER, told.Taken(), both)
    page = pages.open(f"/work/{case}/", screen, language=language, session=both)
    look(pages, page, "desk-left-to-others")
    assert page.locator(".lt-next", has_text="tham gia" if language == "vi" else "worked on this case").count() == 1
    page = pages.open(f"/work/{case}/refuse/", screen, language=language, session=leader)
    page.check("[value=law]")
    press(pages, page, "decide-leave-to-others")
    assert page.locator("[name=confirmed]").count() == 1


def test_an_officer_receives_a_case_by_keyboard_with_scripts_off(pages: Pages, cases: Cases) -> None:
    case, officer = file_case(cases, enter_citizen()), enter_officer()
    page = pages.open("/work/", WIDE, scripts=False, session=officer)
    for way in (f"main a[href$='{case}/']", ".lt-deeds a", GO_ON, "[name=confirmed]"):
        enter_on(page, way)
    assert page.url.endswith(f"/work/{case}/")
    assert get_case(cases, case).state.received_at is not None


def tab_to(page: Page, selector: str) -> None:
    """Press the tab key until something has the focus, and see that it shows."""
    found = page.locator(f"{selector}:focus")
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if found.count():
            shown = found.evaluate("one => [getComputedStyle(one).outlineStyle, getComputedStyle(one).boxShadow]")
            # A radio's own box is clear, and its label draws the circle that shows.
            if found.get_attribute("type") != "radio":
                assert shown != ["none", "none"], f"{selector} does not show that it has the focus"
            return
    pytest.fail(f"{selector} cannot be reached by the tab key")


def enter_on(page: Page, selector: str) -> None:
    tab_to(page, selector)
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press("Enter")


def test_a_person_files_by_keyboard_alone_with_scripts_off(pages: Pages, cases: Cases, settings: Settings) -> None:
    with OwnGateway() as gateway:
        answer_record(gateway, settings)
        page = pages.open(f"/procedures/{SAMPLE}/begin/", WIDE, scripts=False, session=enter_citizen())
        enter_on(page, "main form button")
    enter_on(page, GO_ON)
    tab_to(page, "[name=has_other]")
    page.keyboard.press("ArrowDown")
    enter_on(page, GO_ON)
    tab_to(page, "#f-child_name")
    page.keyboard.type("Nguyễn Mẫu An")
    for part, value in zip(("day", "month", "year"), ("1", "11", "2026"), strict=True):
        tab_to(page, f"#f-child_born-{part}")
        page.keyboard.type(value)
    enter_on(page, GO_ON)
    tab_to(page, "#f-home-area")
    page.keyboard.press("ArrowDown")
    tab_to(page, "#f-home-line")
    page.keyboard.type("Số 12")
    enter_on(page, GO_ON)
    # What opens the machine's own window to choose a file is not the page's.
    page.set_input_files("#f-notice-file", {"name": "giay-chung-sinh.png", "mimeType": "image/png", "buffer": PICTURE})
    enter_on(page, GO_ON)
    enter_on(page, GO_ON)
    assert page.url.endswith("/receipt/")
    assert CaseRow.objects.count() == 1
    assert cases.unit


def test_errors_take_the_focus_and_lead_to_their_fields(pages: Pages, cases: Cases) -> None:
    assert cases.unit
    page = pages.open("/status/", WIDE, language="en")
    enter_on(page, "main form button")
    assert page.title().startswith("Error: ")
    assert page.locator(".govuk-error-summary:focus").count() == 1
    tab_to(page, ".govuk-error-summary a")
    page.keyboard.press("Enter")
    assert page.locator("#id_code:focus").count() == 1


def test_the_heaviest_pages_stay_within_their_weight(pages: Pages, cases: Cases) -> None:
    assert cases.unit
    for place in ("/", "/find/", f"/procedures/{SAMPLE}/"):
        assert 0 < pages.weigh(place)["pages"] <= MOST_PAGE_BYTES
