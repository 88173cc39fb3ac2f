"""Reminders and escalations as steps of tasks, so that posts and leaders see them beside the task; run daily."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from lienthong.delivery.directive_words import TaskAct, TaskState
from lienthong.delivery.escalation import find_notice
from lienthong.delivery.models import Task, TaskStep
from lienthong.delivery.tasks import find_day, find_situation, lock_task
from lienthong.identity.models import Post
from lienthong.web.callers import Caller

if TYPE_CHECKING:
    from datetime import date, datetime

    from lienthong.delivery.escalation import Notice

_ACTS = (TaskAct.REMINDED, TaskAct.ESCALATED)


def send_notices(now: datetime) -> int:
    """Remind and escalate whatever is due today; gives how many. Safe to repeat.

    Each task is a transaction of its own: a crash leaves those that were told, the next run tells the others.
    """
    open_codes = Task.objects.filter(state=TaskState.OPEN, due_on__isnull=False).values_list("code", flat=True)
    return sum(_send_notice(code, now) for code in list(open_codes))


def list_notices(post: int) -> list[TaskStep]:
    """List what a post was told and that is not over, the newest first."""
    rows = TaskStep.objects.filter(to_post_id=post, act__in=_ACTS, task__state=TaskState.OPEN)
    return list(rows.select_related("task").order_by("-at", "-pk"))


def _send_notice(code: str, now: datetime) -> bool:
    with transaction.atomic():
        task = lock_task(code)
        situation = find_situation(task)
        told = task.steps.filter(act__in=_ACTS, due_on=task.due_on).values_list("text", flat=True)
        notice = find_notice(situation, find_day(now), [int(day) for day in told])
        if notice is None:
            return False
        number = task.steps.count() + 1
        for place, post in enumerate(_find_posts(task, notice, find_day(now))):
            TaskStep.objects.create(
                task=task,
                number=number + place,
                act=notice.act,
                at=now,
                due_on=task.due_on,
                text=str(notice.day),
                to_post=post,
            )
    return True


def _find_posts(task: Task, notice: Notice, day: date) -> list[Post | None]:
    """Give whom a notice goes to; nobody (None) where no such post is there: it stands in the record all the same."""
    if notice.level == 0:
        return [task.owner]
    agency = task.owner.agency_code
    for _ in range(notice.level - 1):
        agency = agency.rpartition(".")[0] or agency
    posts = Post.objects.filter(agency_code=agency, roles__contains=[Caller.LEADER], valid__contains=day)
    return list(posts.order_by("pk")) or [None]
