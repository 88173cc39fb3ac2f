from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from lienthong.delivery.directive_words import AskState
from lienthong.delivery.models import Task, TaskAsk, TaskProof
from lienthong.delivery.tasks import NewTask, find_day, give_task
from lienthong.web.callers import Caller
from tests.portal.cases.desk import enter_officer
from tests.portal.delivery.readers import enter_reader, load_illustrative, read

if TYPE_CHECKING:
    from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.urls("lienthong.site.urls_province")]


def act(client: Client, task: Task, name: str, **more: object) -> str:
    answer = client.post(f"/delivery/tasks/{task.code}/", {"act": name, **more}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def make_paper(content: bytes = b"Xong", name: str = "ket-qua.txt") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="text/plain")


def test_a_task_is_given_worked_on_proven_returned_and_accepted() -> None:
    load_illustrative()
    leader, owner, helper = enter_reader("binh.tran", Caller.LEADER), enter_reader("lan.le"), enter_reader("ha.vu")
    first, second = leader.client, owner.client
    told = {"title": "Số hóa sổ hộ tịch", "owner": owner.post, "co_owners": helper.post, "due_on": "1/9/2027"}
    page = first.post("/delivery/tasks/give/", told, follow=True).content.decode()
    task = Task.objects.get()
    assert task.code in page
    assert "Số hóa sổ hộ tịch" in page
    assert "Công nhận hoàn thành" not in page
    assert "Báo cáo hoàn thành" not in read(second, f"/delivery/tasks/{task.code}/")
    act(second, task, "started")
    page = act(second, task, "proof-added", file=make_paper())
    proof = TaskProof.objects.get()
    assert proof.digest in page
    sent = second.get(f"/delivery/proofs/{proof.pk}/")
    assert sent.content == b"Xong"
    assert sent.headers["Content-Disposition"].startswith("attachment")
    act(second, task, "reported-done")
    assert "Nhập lý do" in act(first, task, "returned", reason="")
    assert "Thiếu số liệu quý III" in act(first, task, "returned", reason="Thiếu số liệu quý III")
    act(second, task, "proof-added", file=make_paper(b"Xong lan hai"))
    act(second, task, "reported-done")
    act(first, task, "accepted")
    task.refresh_from_db()
    assert task.state == "done"
    assert "Bạn có thể" not in read(second, f"/delivery/tasks/{task.code}/")


def test_what_somebody_may_not_do_is_not_offered_and_not_taken() -> None:
    leader, owner = enter_reader("binh.tran", Caller.LEADER), enter_reader("lan.le")
    new = NewTask(title="Số hóa", owner=owner.post, due_on=date(2027, 9, 1))
    task = give_task(new, leader.account, timezone.now())
    stranger = enter_officer(Caller.OFFICER)
    assert "Bạn có thể" not in read(stranger, f"/delivery/tasks/{task.code}/")
    for name in ("started", "accepted", "cancelled", "given", "x"):
        assert "không làm được" in act(stranger, task, name, reason="a")
    owning = owner.client
    secret = act(owning, task, "proof-added", file=make_paper("TỐI MẬT\nKế hoạch".encode()))
    assert "mang dấu mật" in secret
    assert not TaskProof.objects.exists()
    assert "Chọn tệp" in act(owning, task, "proof-added")
    assert "Nhập dịch vụ" in act(owning, task, "asked")
    assert owning.get("/delivery/tasks/T-1999-00001/").status_code == 404
    assert owning.get("/delivery/proofs/0/").status_code == 404
    task.refresh_from_db()
    assert task.state == "open"


def test_late_tasks_come_first_and_a_due_day_is_moved_with_its_reason() -> None:
    leader, owner = enter_reader("binh.tran", Caller.LEADER), enter_reader("lan.le")
    now = timezone.now()
    today = find_day(now)
    for title, days in (("Sớm", 30), ("Muộn", -3)):
        new = NewTask(title=title, owner=owner.post, due_on=today + timedelta(days=days))
        give_task(new, leader.account, now)
    client = leader.client
    page = read(client, "/delivery/tasks/")
    assert page.index("Muộn") < page.index("Sớm")
    assert "quá hạn 3 ngày" in page
    late = read(client, "/delivery/tasks/?show=late")
    assert "Sớm" not in late
    assert "Muộn" in read(client, "/delivery/")
    assert "Sớm" in read(owner.client, "/delivery/tasks/?show=mine")
    task = Task.objects.get(title="Muộn")
    moved = today + timedelta(days=9)
    page = act(client, task, "moved", due_on=f"{moved:%d/%m/%Y}", reason="Chờ hướng dẫn")
    assert f"Thời hạn mới: {moved:%d/%m/%Y}" in page
    assert "Chờ hướng dẫn" in page


def test_a_question_that_came_to_nothing_says_why_in_words_and_an_agencys_own_words_are_quoted() -> None:
    leader, owner = enter_reader("binh.tran", Caller.LEADER), enter_reader("lan.le")
    task = give_task(NewTask(title="Số hóa", owner=owner.post, due_on=date(2027, 9, 1)), leader.account, timezone.now())
    for answer, state in (
        ("server.serverproxy.access_denied: no grant names this client", AskState.FAILED),
        ("given up: no outcome by the deadline", AskState.FAILED),
        ("Việc này không thuộc thẩm quyền.", AskState.FAILED),
        ("timeout", AskState.ANSWERED),
    ):
        TaskAsk.objects.create(
            task=task,
            service="DEMO/GOV/Z99.05/TASKS/ask",
            purpose="990/KH-UBND",
            body={"question": "Đã số hóa bao nhiêu?"},
            message=uuid4(),
            asked_by=owner.account,
            state=state,
            answer=answer,
            ended_at=timezone.now(),
        )
    page = read(owner.client, f"/delivery/tasks/{task.code}/")
    assert "Cơ quan chưa cho phép đơn vị của bạn dùng dịch vụ này. Hãy gọi điện đề nghị" in page
    assert "có thể cơ quan đã thực hiện. Hãy gọi điện hỏi" in page
    assert "no grant names" not in page
    assert page.count("Mã báo bộ phận hỗ trợ:") == 2
    for quoted in ("Việc này không thuộc thẩm quyền.", "timeout"):
        assert f'<blockquote class="govuk-inset-text">{quoted}</blockquote>' in page
