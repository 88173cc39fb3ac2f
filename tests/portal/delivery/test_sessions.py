from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from lienthong.delivery.directives import DirectiveKey
from lienthong.delivery.models import Directive, Material, Task, WorkingSession
from lienthong.delivery.sessions import NewSession, open_session
from lienthong.delivery.tasks import NewTask, give_task
from lienthong.web.callers import Caller
from tests.portal.cases.desk import enter_officer
from tests.portal.delivery.readers import enter_reader, load_illustrative, read

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

pytestmark = [pytest.mark.django_db, pytest.mark.urls("lienthong.site.urls_province")]

HERE = "/delivery/sessions/2026-12/"


def test_a_session_is_prepared_frozen_and_its_conclusion_becomes_a_task() -> None:
    load_illustrative()
    leader, owner = enter_reader("binh.tran", Caller.LEADER), enter_reader("lan.le")
    plan = DirectiveKey("990/KH-UBND", "UBND tỉnh minh họa", date(2025, 11, 3))
    new = NewTask(title="Việc cũ", owner=owner.post, due_on=date(2026, 1, 1), directive=plan)
    give_task(new, leader.account, timezone.now())
    officer, leading = owner.client, leader.client
    told: dict[str, object] = {"code": "2026-12", "title": "Phiên tháng 12", "held_on": "15/12/2026"}
    officer.post("/delivery/sessions/", told)
    WorkingSession.objects.update(is_illustrative=True)
    assert "chưa xong: 1, quá hạn: 1" in read(officer, HERE)
    officer.post(HERE, {"act": "agenda", "directive": Directive.objects.get(number="990/KH-UBND").pk})
    paper = SimpleUploadedFile("bao-cao.txt", "Báo cáo".encode(), content_type="text/plain")
    officer.post(HERE, {"act": "material", "file": paper})
    material = Material.objects.get()
    assert officer.get(f"{HERE}papers/{material.pk}/").content.decode() == "Báo cáo"
    assert officer.post(HERE, {"act": "freeze", "data_on": "1/12/2026"}).status_code == 403
    leading.post(HERE, {"act": "freeze", "data_on": "1/12/2026"})
    page = read(leading, HERE)
    assert WorkingSession.objects.get().frozen_digest in page
    assert "khớp mã băm" in page
    assert material.digest in page
    officer.post(HERE, {"act": "conclusion", "text": "Giao Sở báo cáo hằng tháng"})
    assert "Giao Sở báo cáo hằng tháng" in read(leading, f"{HERE}?task=1")
    told = {
        "act": "task",
        "place": "1",
        "title": "Báo cáo",
        "owner": owner.post,
        "due_on": "15/1/2027",
    }
    leading.post(HERE, told)
    task = Task.objects.get(title="Báo cáo")
    assert task.is_illustrative
    assert task.code in read(officer, HERE)
    assert "đã thành nhiệm vụ" in leading.post(HERE, told).content.decode()
    leading.post(HERE, {"act": "conclude"})
    assert "Đã kết thúc" in read(officer, "/delivery/sessions/")


def test_what_is_wrong_is_said_and_what_is_not_there_is_not_found() -> None:
    client = enter_officer(Caller.OFFICER)
    page = client.post("/delivery/sessions/", {"code": "", "title": "", "held_on": "32/1/2026"}).content.decode()
    assert "Nhập tên phiên làm việc" in page
    assert not WorkingSession.objects.exists()
    client.post("/delivery/sessions/", {"code": "2026-12", "title": "Phiên", "held_on": "15/12/2026"})
    again = client.post("/delivery/sessions/", {"code": "2026-12", "title": "Phiên", "held_on": "15/12/2026"})
    assert "Mã này đã dùng" in again.content.decode()
    for told in ({"act": "agenda", "directive": "0"}, {"act": "agenda", "directive": "a²"}, {"act": "x"}):
        assert client.post(HERE, told).status_code == 404
    assert client.get("/delivery/sessions/none/").status_code == 404
    assert client.get(f"{HERE}papers/0/").status_code == 404


@pytest.mark.parametrize("code", ["2026/12", ".", "Phiên 12", "2026-12?"])
def test_a_session_whose_code_no_address_can_hold_is_not_begun(code: str) -> None:
    client = enter_officer(Caller.OFFICER)
    page = read(client, "/delivery/sessions/")
    told = {"code": code, "title": "Phiên", "held_on": "15/12/2026"}
    assert "Nhập mã gồm chữ không dấu" in client.post("/delivery/sessions/", told).content.decode()
    assert read(client, "/delivery/sessions/").count("govuk-link") == page.count("govuk-link")
    assert not WorkingSession.objects.exists()


def test_what_is_invented_stands_on_no_real_agenda_and_is_for_no_real_task(settings: Settings) -> None:
    load_illustrative()
    leader = enter_reader("binh.tran", Caller.LEADER)
    leader.client.post("/delivery/sessions/", {"code": "2026-12", "title": "Phiên", "held_on": "15/12/2026"})
    invented = Directive.objects.filter(is_illustrative=True)[:1].get()
    assert leader.client.post(HERE, {"act": "agenda", "directive": invented.pk}).status_code == 404
    settings.IS_SANDBOX = False
    assert invented.number not in read(leader.client, "/delivery/tasks/give/")
    told = {"title": "Việc", "owner": leader.post, "due_on": "15/1/2027", "directive": invented.pk}
    assert leader.client.post("/delivery/tasks/give/", told).status_code == 200
    assert not Task.objects.exists()


def test_any_directive_of_the_register_or_a_part_of_it_can_be_put_on_the_agenda() -> None:
    load_illustrative()
    leader = enter_reader("binh.tran", Caller.LEADER).client
    open_session(NewSession(code="2026-12", title="Phiên", held_on=date(2026, 12, 15), is_illustrative=True))
    directive = Directive.objects.get(number="01-NQ/MH", issued_on=date(2025, 9, 1))
    told = {"act": "agenda-other", "directive": directive.pk}
    assert "không có mục này" in leader.post(HERE, {**told, "path": "IX"}).content.decode()
    leader.post(HERE, {**told, "path": "II"})
    leader.post(HERE, told)
    agenda = WorkingSession.objects.get(code="2026-12").agenda.order_by("place")
    assert [(item.directive_path, item.title) for item in agenda] == [
        ("II", "Nhiệm vụ và giải pháp"),
        ("", directive.title),
    ]
