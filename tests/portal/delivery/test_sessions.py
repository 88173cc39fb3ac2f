from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from lienthong.delivery.directives import DirectiveKey
from lienthong.delivery.models import Directive, Material, Task, WorkingSession
from lienthong.delivery.tasks import NewTask, give_task
from lienthong.web.callers import Caller
from tests.portal.cases.desk import enter_officer
from tests.portal.delivery.readers import enter_reader, load_illustrative, read

pytestmark = [pytest.mark.django_db, pytest.mark.urls("lienthong.site.urls_province")]

HERE = "/delivery/sessions/2026-12/"


def test_a_session_is_prepared_frozen_and_its_conclusion_becomes_a_task() -> None:
    load_illustrative()
    leader, owner = enter_reader("binh.tran", Caller.LEADER), enter_reader("lan.le")
    plan = DirectiveKey("990/KH-UBND", "UBND tỉnh minh họa", date(2025, 11, 3))
    new = NewTask(title="Việc cũ", owner=owner.post, due_on=date(2026, 1, 1), directive=plan)
    give_task(new, leader.account, timezone.now())
    officer, leading = owner.client, leader.client
    told = {"code": "2026-12", "title": "Phiên tháng 12", "held_on": "15/12/2026"}
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
    told: dict[str, object] = {
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
    assert "Không nhận" in leading.post(HERE, told).content.decode()
    leading.post(HERE, {"act": "conclude"})
    assert "Đã kết thúc" in read(officer, "/delivery/sessions/")


def test_what_is_wrong_is_said_and_what_is_not_there_is_not_found() -> None:
    client = enter_officer(Caller.OFFICER)
    page = client.post("/delivery/sessions/", {"code": "", "title": "", "held_on": "32/1/2026"}).content.decode()
    assert "Nhập tên phiên làm việc" in page
    assert not WorkingSession.objects.exists()
    client.post("/delivery/sessions/", {"code": "2026-12", "title": "Phiên", "held_on": "15/12/2026"})
    again = client.post("/delivery/sessions/", {"code": "2026-12", "title": "Phiên", "held_on": "15/12/2026"})
    assert "Không nhận" in again.content.decode()
    for told in ({"act": "agenda", "directive": "0"}, {"act": "x"}):
        assert client.post(HERE, told).status_code == 404
    assert client.get("/delivery/sessions/none/").status_code == 404
    assert client.get(f"{HERE}papers/0/").status_code == 404
