from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import DatabaseError, transaction

from lienthong.delivery.directive_seed import load_illustrative_directives
from lienthong.delivery.directive_words import TaskAct, TaskState
from lienthong.delivery.directives import DirectiveKey
from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind
from lienthong.delivery.models import Task, TaskStep
from lienthong.delivery.notices import list_notices, send_notices
from lienthong.delivery.tasks import (
    PROOF_BYTES,
    NewProof,
    NewTask,
    act_on_task,
    add_proof,
    find_hats,
    get_task,
    give_task,
    list_late,
    list_tasks,
    move_task,
)
from lienthong.web.callers import Caller
from tests.delivery.posts import NOW, Holder, make_holder, make_leader

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db

DUE = date(2026, 6, 15)
PLAN = DirectiveKey("990/KH-UBND", "UBND tỉnh minh họa", date(2025, 11, 3))
PAPER = NewProof("kết quả.txt", "text/plain", "Đã số hóa 1.200 hồ sơ.".encode())


def give(owner: Holder, leader: Holder, **more: object) -> Task:
    return give_task(
        NewTask(title="Số hóa hồ sơ", owner=owner.post.pk, due_on=DUE, **more),  # type: ignore[arg-type] # of a test
        leader.account,
        NOW,
    )


def refuse(doing: Callable[[], object]) -> DeliveryErrorKind:
    with pytest.raises(DeliveryError) as caught:
        doing()
    return caught.value.kind


def test_a_task_goes_from_given_to_accepted_with_its_proof() -> None:
    load_illustrative_directives()
    leader, owner, helper = make_leader(), make_holder("lan.le"), make_holder("ha.vu")
    task = give(owner, leader, co_owners=(helper.post.pk,), directive=PLAN, directive_path="2")
    assert task.code == "T-2026-00001"
    act_on_task(task.code, TaskAct.STARTED, owner.account, NOW)
    proof = add_proof(task.code, PAPER, helper.account, NOW)
    act_on_task(task.code, TaskAct.REPORTED_DONE, owner.account, NOW, "xong")
    act_on_task(task.code, TaskAct.ACCEPTED, leader.account, NOW)
    assert get_task(task.code).state == TaskState.DONE
    assert len(proof.digest) == 64
    assert [step.act for step in task.steps.order_by("number")] == [
        "given",
        "started",
        "proof-added",
        "reported-done",
        "accepted",
    ]
    assert give(owner, leader).code == "T-2026-00002"


def test_what_somebody_may_do_follows_from_the_posts_they_hold_today() -> None:
    leader, owner, stranger = make_leader(), make_holder("lan.le"), make_holder("ha.vu")
    task = give(owner, leader)
    assert find_hats(task, owner.account, NOW.date()) == {"owner"}
    assert find_hats(task, owner.account, date(2025, 1, 1)) == set()
    for doing in (
        lambda: act_on_task(task.code, TaskAct.STARTED, stranger.account, NOW),
        lambda: act_on_task(task.code, TaskAct.CANCELLED, owner.account, NOW, "why"),
        lambda: act_on_task(task.code, TaskAct.REPORTED_DONE, owner.account, NOW),
        lambda: act_on_task(task.code, TaskAct.PROOF_ADDED, owner.account, NOW),
        lambda: give(owner, owner),
        lambda: give(owner, leader, co_owners=(owner.post.pk,)),
        lambda: give(owner, leader, co_owners=(987654,)),
        lambda: give(owner, leader, directive_path="2"),
        lambda: act_on_task(task.code, TaskAct.CANCELLED, leader.account, NOW, "  "),
        lambda: move_task(task.code, DUE, "same", leader.account, NOW),
    ):
        assert refuse(doing) == DeliveryErrorKind.BAD_TASK
    assert refuse(lambda: get_task("T-1")) == DeliveryErrorKind.UNKNOWN_TASK
    assert get_task(task.code).steps.count() == 1


@pytest.mark.parametrize(
    ("proof", "kind"),
    [
        (NewProof("a.txt", "text/plain", b""), DeliveryErrorKind.BAD_TASK),
        (NewProof("a.exe", "application/x-dosexec", b"MZ"), DeliveryErrorKind.BAD_TASK),
        (NewProof("a.png", "image/png", b"." * (PROOF_BYTES + 1)), DeliveryErrorKind.BAD_TASK),
        (NewProof("a.txt", "text/plain", "TỐI MẬT\nkế hoạch".encode()), DeliveryErrorKind.SECRET_DOCUMENT),
        (NewProof("tối mật.png", "image/png", b"png"), DeliveryErrorKind.SECRET_DOCUMENT),
    ],
)
def test_a_proof_that_is_no_paper_or_secret_is_refused(proof: NewProof, kind: DeliveryErrorKind) -> None:
    leader, owner = make_leader(), make_holder("lan.le")
    task = give(owner, leader)
    assert refuse(lambda: add_proof(task.code, proof, owner.account, NOW)) == kind
    assert task.steps.count() == 1


def test_a_scan_without_text_is_a_proof() -> None:
    leader, owner = make_leader(), make_holder("lan.le")
    task = give(owner, leader)
    add_proof(task.code, NewProof("scan.pdf", "application/pdf", b"%PDF-1.7 no text"), owner.account, NOW)


def test_steps_and_proofs_are_only_ever_added() -> None:
    leader, owner = make_leader(), make_holder("lan.le")
    task = give(owner, leader)
    for change in (
        lambda: TaskStep.objects.update(text="other"),
        lambda: TaskStep.objects.all().delete(),
        lambda: Task.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert get_task(task.code).steps.count() == 1


def test_late_tasks_are_listed_until_they_are_reported_or_moved() -> None:
    leader, owner = make_leader(), make_holder("lan.le")
    task, other = give(owner, leader), give(owner, leader)
    late = NOW + timedelta(days=20)
    assert not list_late(DUE).exists()
    assert [row.code for row in list_late(late.date())] == [task.code, other.code]
    move_task(other.code, date(2026, 7, 30), "thiếu thiết bị", leader.account, late)
    add_proof(task.code, PAPER, owner.account, late)
    act_on_task(task.code, TaskAct.REPORTED_DONE, owner.account, late)
    assert not list_late(late.date()).exists()
    assert [row.code for row in list_tasks(post=owner.post.pk, state=TaskState.OPEN)] == [other.code]


def test_the_owner_is_reminded_and_then_the_leaders_are_told() -> None:
    leader, above, owner = make_leader(), make_leader("cuc.do", "Z99"), make_holder("lan.le")
    task = give(owner, leader)
    for day in range(40):
        send_notices(NOW + timedelta(days=day))
        send_notices(NOW + timedelta(days=day))
    assert [int(step.text) for step in list_notices(owner.post.pk)] == [1, -1, -3, -7, -14]
    assert [int(step.text) for step in list_notices(leader.post.pk)] == [5]
    assert [int(step.text) for step in list_notices(above.post.pk)] == [15]
    act_on_task(task.code, TaskAct.CANCELLED, leader.account, NOW, "không còn cần")
    assert list_notices(owner.post.pk) == []


def test_an_escalation_that_finds_no_post_stands_in_the_record_all_the_same() -> None:
    leader, owner = make_leader(agency="Z99.02"), make_holder("lan.le")
    task = give(owner, leader)
    send_notices(NOW + timedelta(days=25))
    assert send_notices(NOW + timedelta(days=26)) == 0
    assert task.steps.get(act=TaskAct.ESCALATED).to_post is None


def test_a_moved_due_day_is_reminded_of_anew() -> None:
    leader, owner = make_leader(), make_holder("lan.le", Caller.OFFICER)
    task = give(owner, leader)
    send_notices(NOW + timedelta(days=13))
    move_task(task.code, date(2026, 6, 25), "lý do", leader.account, NOW + timedelta(days=13))
    send_notices(NOW + timedelta(days=23))
    assert [step.due_on for step in list_notices(owner.post.pk)] == [date(2026, 6, 25), DUE]
