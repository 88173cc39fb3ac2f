"""Illustrative tasks of the sandbox's posts, in every state that a task can have, given and worked on by the stories.

They belong to the invented province's plan, and to the sample commune's own. Days are counted from the day on which
the sandbox is filled.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils import timezone

from lienthong.delivery.directive_seed import load_illustrative_directives
from lienthong.delivery.directive_words import TaskAct
from lienthong.delivery.directives import DirectiveKey
from lienthong.delivery.models import Task
from lienthong.delivery.notices import send_notices
from lienthong.delivery.tasks import NewProof, NewTask, act_on_task, add_proof, find_day, give_task
from lienthong.identity.models import Account
from lienthong.identity.posts import list_assignments
from lienthong.sandbox.ward_plan import WARD_PLAN, WARD_TARGETS

if TYPE_CHECKING:
    from collections.abc import Callable

PLAN: Final = DirectiveKey("990/KH-UBND", "UBND tỉnh minh họa", date(2025, 11, 3))
LEADER: Final = "lanh-dao-mau"
COORDINATION: Final = "Đối chiếu việc đã ghi sổ với cơ quan hộ tịch"
"""The task for which another agency is asked over the exchange (coordination_story.py)."""
PAPER: Final = NewProof("ket-qua-minh-hoa.txt", "text/plain", "Kết quả minh họa, không có giá trị pháp lý.".encode())


@dataclass(frozen=True, slots=True)
class _Sample:
    """A task: its part of the plan, who owns it, who helps, its due day from today, and how far it has come."""

    title: str
    path: str
    owner: str
    helper: str
    days: int
    acts: tuple[TaskAct, ...] = ()
    directive: DirectiveKey = PLAN
    target: str = ""
    """Of the sample commune's targets."""


_STARTED: Final = (TaskAct.STARTED, TaskAct.PROOF_ADDED)
_REPORTED: Final = (*_STARTED, TaskAct.REPORTED_DONE)
_SAMPLES: Final = (
    _Sample("Rà soát quy trình nội bộ của thủ tục liên thông", "1", "xu-ly-mau", "tiep-nhan-mau", 20),
    _Sample("Số hóa kết quả giải quyết còn hiệu lực", "1", "tiep-nhan-mau", "", -7),
    _Sample("Kết nối dữ liệu hộ tịch với kho dữ liệu dùng chung", "2", "xu-ly-mau", "tiep-nhan-mau", 3, _STARTED),
    _Sample("Báo cáo tình hình thực hiện chỉ tiêu trong quý", "3", "xu-ly-mau", "", 10, _REPORTED),
    _Sample(
        "Công khai tiến độ giải quyết hồ sơ hằng tuần", "1", "tiep-nhan-mau", "", 15, (*_REPORTED, TaskAct.ACCEPTED)
    ),
    _Sample(
        "Giải quyết hồ sơ khai sinh, khai tử đúng hạn",
        "1",
        "xu-ly-mau",
        "tiep-nhan-mau",
        25,
        (TaskAct.STARTED,),
        WARD_PLAN,
        "ON_TIME",
    ),
    _Sample(COORDINATION, "2", "xu-ly-mau", "", 18, (TaskAct.STARTED,), WARD_PLAN, "INSURANCE"),
)


def make_illustrative_tasks(say: Callable[[str], None]) -> None:
    """Give the tasks, work on them, and send what reminders are due. What is there already stays."""
    if Task.objects.filter(is_illustrative=True).exists():
        return
    now = timezone.now()
    # A crash leaves all of them or none, and the next filling begins again.
    with transaction.atomic():
        load_illustrative_directives()
        for sample in _SAMPLES:
            _make(sample, now)
        send_notices(now)
    say(f"{len(_SAMPLES)} illustrative tasks given to the posts of the sample commune")


def _make(sample: _Sample, now: datetime) -> None:
    leader, owner = _get_account(LEADER), _get_account(sample.owner)
    task = give_task(
        NewTask(
            title=sample.title,
            owner=_get_post(owner, now),
            co_owners=(_get_post(_get_account(sample.helper), now),) if sample.helper else (),
            due_on=find_day(now) + timedelta(days=sample.days),
            deliverable="Báo cáo kết quả",
            directive=sample.directive,
            directive_path=sample.path,
            plan=WARD_TARGETS if sample.target else "",
            target=sample.target,
            is_illustrative=True,
        ),
        leader,
        now,
    )
    for act in sample.acts:
        if act is TaskAct.PROOF_ADDED:
            add_proof(task.code, PAPER, owner, now)
        else:
            act_on_task(task.code, act, leader if act is TaskAct.ACCEPTED else owner, now)


def _get_account(name: str) -> Account:
    return Account.objects.get(username=name)


def _get_post(account: Account, now: datetime) -> int:
    return list_assignments(account, find_day(now))[0].post_id
