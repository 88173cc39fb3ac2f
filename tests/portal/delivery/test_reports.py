from __future__ import annotations

import pytest
from django.test import Client

from lienthong.delivery.recording import record_figures
from lienthong.web.callers import Caller
from tests.delivery.figures import figure
from tests.delivery.report.sessions import AS_OF, load
from tests.portal.cases.desk import enter_officer

pytestmark = [pytest.mark.django_db, pytest.mark.urls("lienthong.site.urls_province")]

PAGE = "/delivery/sessions/illustrative/report/"
WORDS = {"text": "Tỉnh đạt 17/19 chỉ tiêu, giữ vững tăng trưởng 9 năm liên tiếp; 42 kiến nghị."}


def _read(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_leader_reads_the_report_writes_into_it_and_sees_what_went_stale() -> None:
    load(illustrative=True)
    client = enter_officer(Caller.LEADER)
    assert "<strong>17/19</strong>" in _read(client, PAGE)

    answer = client.post(f"{PAGE}words/assessment/", WORDS)
    assert (answer.status_code, answer["Location"]) == (302, f"{PAGE}#assessment")
    page = _read(client, PAGE)
    assert "giữ vững tăng trưởng 9 năm" in page
    assert "lt-stale-now" not in page

    record_figures([figure("GRDP_REAL", "2022", "119000", source="invented", published_on=AS_OF)])
    page = _read(client, PAGE)
    assert '<mark class="lt-stale">17/19</mark> <strong class="lt-stale-now">[nay: 16/19]</strong>' in page
    assert "2 số trong phần nội dung" in page


def test_pictures_and_files_are_sent_and_others_are_not_there() -> None:
    load(illustrative=True)
    client = enter_officer(Caller.LEADER)

    picture = client.get(f"{PAGE}pictures/3.svg")
    assert picture["Content-Type"] == "image/svg+xml"
    assert "Phường Minh Họa Đông" in picture.content.decode()
    press = client.get(f"{PAGE}files/txt")
    assert press["Content-Disposition"].startswith('attachment; filename="illustrative-')
    assert "17/19 [1]" in press.content.decode()
    for absent in ("pictures/4.svg", "pictures/0.svg", "files/exe", "words/elsewhere/"):
        assert client.get(PAGE + absent).status_code == 404


def test_an_own_session_has_a_report_before_it_has_an_agenda_and_an_unknown_one_is_not_there() -> None:
    load(illustrative=True)
    client = enter_officer(Caller.LEADER)
    client.post("/delivery/sessions/", {"code": "2026-12", "title": "Họp", "held_on": "1/12/2026"})

    answer = client.get("/delivery/sessions/2026-12/report/")
    assert answer.status_code == 200
    assert "Nhiệm vụ quá hạn" in answer.content.decode()
    assert client.get("/delivery/sessions/none/report/").status_code == 404


def test_nobody_else_reads_it() -> None:
    load(illustrative=True)
    assert Client().get(PAGE).status_code == 302
    assert enter_officer(Caller.ADMINISTRATOR).get(PAGE).status_code == 403
