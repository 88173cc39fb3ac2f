"""The pages of delivery as people see them, and the board as one printed sheet."""

from __future__ import annotations

import io
import os
from datetime import date
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.utils import timezone
from pypdf import PdfReader

from lienthong.delivery.directive_words import AskState
from lienthong.delivery.directives import DirectiveKey
from lienthong.delivery.models import Directive, Observation, TaskAsk
from lienthong.delivery.sessions import NewItem, NewSession, add_agenda_item, add_material, freeze_session, open_session
from lienthong.delivery.tasks import NewProof, NewTask, add_proof, get_task, give_task
from lienthong.web.callers import Caller
from tests.browser.pages import PHONE, WIDE, keep_picture
from tests.portal.delivery.readers import enter_reader, load_illustrative, load_reported, record_received

if TYPE_CHECKING:
    from playwright.sync_api import ViewportSize

    from tests.browser.pages import Pages
    from tests.portal.delivery.readers import Reader

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("lienthong.site.urls_province")]

_ALL_LOOKS = [(PHONE, "vi"), (WIDE, "vi"), (PHONE, "en"), (WIDE, "en")]
LOOKS = pytest.mark.parametrize(("screen", "language"), _ALL_LOOKS if "SCREENSHOTS" in os.environ else _ALL_LOOKS[:1])
BOARD = "/delivery/illustrative/?as_of=2026-04-02"
PLAN = DirectiveKey("990/KH-UBND", "UBND tỉnh minh họa", date(2025, 11, 3))
FIGURES = """indicator,area,area_on,period,breakdown,value,unit,status,source
POPULATION,99001,2025-06-30,2024,,9000,,,
POPULATION,99001,2025-06-30,2024,,9001,,,
POPULATION,99,,2024,,9000000,,,
POPULATION,99,,2025,,1000,USD,,
POPULATION,99,,2025,,1000,,final,
POPULATION,99,,2025,colour=red,1000,,,
NOBODY,99,,2020,,1,,,
UNEMPLOYMENT,99777,,2026-03-31,,3,,,
UNEMPLOYMENT,99,,2025,,3,,,nobody
CASES_DUE,99,,2025-05,sex=F,1000,,,
CRIMES,99101,,2025,,30,,,
CRIMES,99,,2017,,3,,,
"""
"""One row that goes in, and eleven that break a rule each."""
PAPER = NewProof("ket-qua.txt", "text/plain", b"Xong")


def give_late(leader: Reader, owner: Reader, count: int) -> str:
    """Give tasks that are late on the board's day; gives the code of the last."""
    for number in range(count):
        title = f"Rà soát, đánh giá tình hình thực hiện nhiệm vụ số {number} tại các cơ quan, đơn vị, địa phương"
        new = NewTask(title=title, owner=owner.post, due_on=date(2026, 3, 1), directive=PLAN, is_illustrative=True)
        task = give_task(new, leader.account, timezone.now())
    return task.code


def add_question(code: str, owner: Reader, why: str) -> None:
    """Add a question of a task that came to nothing."""
    TaskAsk.objects.create(
        task=get_task(code),
        service="DEMO/GOV/Z99.05/TASKS/ask",
        purpose="990/KH-UBND",
        body={"question": "Đã số hóa bao nhiêu hồ sơ?"},
        message=uuid4(),
        asked_by=owner.account,
        state=AskState.FAILED,
        answer=why,
        ended_at=timezone.now(),
    )


@LOOKS
def test_boards_targets_and_indicators(pages: Pages, screen: ViewportSize, language: str) -> None:
    load_illustrative()
    load_reported()
    client = enter_reader("binh.tran", Caller.LEADER, Caller.STATISTICIAN).client
    row = Observation.objects.filter(indicator__code="PCI_RANK", area_code="99").latest("period_begin").pk
    received = record_received(str(uuid4()))
    for path in (
        "/delivery/",
        BOARD,
        "/delivery/targets/ILLUSTRATIVE-2030/HEAD/?as_of=2026-04-02",
        "/delivery/targets/QN-XV/",
        "/delivery/indicators/?area=99",
        "/delivery/indicators/POPULATION/?area=99&as_of=2026-04-02&on=2025-06-30",
        "/delivery/indicators/GRDP_HEAD_USD/?area=22",
        f"/delivery/figures/{row}/",
        f"/delivery/figures/{row}/records/",
        "/delivery/indicators/CASES_ON_TIME/?area=99&as_of=2026-04-02",
        f"/delivery/figures/{received.pk}/records/",
        f"/delivery/exchanges/{received.origin_ref.partition(',')[0]}/",
        "/delivery/import/",
    ):
        pages.open(path, screen, language=language, session=client)


@LOOKS
def test_directives_tasks_and_sessions(pages: Pages, screen: ViewportSize, language: str) -> None:
    load_illustrative()
    leader, owner = enter_reader("binh.tran", Caller.LEADER), enter_reader("lan.le")
    code = give_late(leader, owner, 1)
    add_proof(code, PAPER, owner.account, timezone.now())
    add_question(code, owner, "server.serverproxy.access_denied: no grant names this client")
    for session in ("2026-11", "2026-12"):
        open_session(NewSession(code=session, title="Phiên làm việc", held_on=date(2026, 12, 1), is_illustrative=True))
        add_agenda_item(session, NewItem(PLAN, "Kết quả"))
        add_material(session, PAPER, leader.account)
    freeze_session("2026-11", date(2026, 11, 1), leader.account, timezone.now())
    resolution = Directive.objects.get(number="01-NQ/MH", issued_on=date(2025, 9, 1)).pk
    for path in (
        "/delivery/directives/",
        "/delivery/directives/register/",
        f"/delivery/directives/{resolution}/",
        f"/delivery/directives/{resolution}/cascade/",
        "/delivery/tasks/",
        "/delivery/tasks/give/",
        "/delivery/sessions/",
        "/delivery/sessions/2026-11/",
        "/delivery/sessions/2026-12/",
    ):
        pages.open(path, screen, language=language, session=leader.client)
    page = pages.open(f"/delivery/tasks/{code}/", screen, language=language, session=owner.client)
    pages.press(page, "main button[value=reported-done]")
    pages.check(page)
    keep_picture(page, "task-reported", screen, language)


@LOOKS
def test_a_file_is_checked_and_what_stays_out_is_told(pages: Pages, screen: ViewportSize, language: str) -> None:
    load_illustrative()
    client = enter_reader("binh.tran", Caller.LEADER, Caller.STATISTICIAN).client
    page = pages.open("/delivery/import/", screen, language=language, session=client)
    for name, content in (("import-refused", b"a,b\n1,2\n"), ("import-report", FIGURES.encode())):
        page.set_input_files("#id_file", {"name": "so-lieu.csv", "mimeType": "text/csv", "buffer": content})
        page.select_option("#id_source", "invented")
        pages.press(page, "main form button[name=check]")
        pages.check(page)
        keep_picture(page, name, screen, language)
    assert page.locator("main tbody tr").count() == FIGURES.count("\n") - 2


def test_the_board_is_one_printed_sheet_however_much_there_is(pages: Pages) -> None:
    load_illustrative()
    load_reported()
    leader, owner = enter_reader("binh.tran", Caller.LEADER), enter_reader("lan.le")
    give_late(leader, owner, 12)
    for path in (BOARD, "/delivery/"):
        for language in ("vi", "en"):
            page = pages.open(path, WIDE, language=language, session=leader.client)
            sheets = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
            assert len(sheets) == 1, (path, language)
            width, height = (round(float(size) / 72 * 25.4) for size in sheets[0].mediabox[2:])
            assert (width, height) == (210, 297)
    words = sheets[0].extract_text()
    assert "9,500 USD" in words


def test_charts_are_drawn_with_scripts_off(pages: Pages) -> None:
    load_illustrative()
    client = enter_reader("binh.tran", Caller.LEADER).client
    path = "/delivery/indicators/GRDP_HEAD_USD/?area=99&as_of=2026-04-02"
    page = pages.open(path, PHONE, scripts=False, session=client)
    assert "Biểu đồ đường" in (page.get_attribute(".lt-chart img", "alt") or "")
    box = page.locator(".lt-chart img").bounding_box()
    assert box is not None
    assert box["height"] > 100
