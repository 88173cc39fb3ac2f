"""Tasks: given, worked on, proven, accepted. Each story is one transaction; a task is its steps, which are only added.

Owners are posts. Who acts is an account that holds the owner's post, a helper's, or a leader's, on that day.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import msgspec
from django.db import connection, transaction
from django.db.models import Max, Q

from lienthong.delivery.directive_words import TaskAct, TaskState
from lienthong.delivery.directives import DirectiveKey, get_directive
from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind
from lienthong.delivery.models import Task, TaskCoOwner, TaskProof, TaskStep
from lienthong.delivery.reading.secrecy import require_no_mark
from lienthong.delivery.task_rules import (
    NEEDS_REASON,
    Done,
    Hat,
    Situation,
    fold_steps,
    refuse_task,
    require_act,
)
from lienthong.identity.models import Post
from lienthong.identity.posts import find_roles, list_assignments
from lienthong.web.callers import Caller

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from lienthong.identity.models import Account

VIETNAM: Final = ZoneInfo("Asia/Ho_Chi_Minh")
PROOF_BYTES: Final = 10 * 1024 * 1024
"""A proof is a paper or a picture; larger things are pointed at."""
PROOF_TYPES: Final = frozenset(
    {
        "application/pdf",
        "image/png",
        "image/jpeg",
        "text/plain",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    }
)
CODES_LOCK: Final = 0x6C747461
"""The number of the advisory lock under which codes are given out: two at once would take the same."""


class NewTask(msgspec.Struct, frozen=True, kw_only=True):
    """A task to give: `owner` and `co_owners` are keys of posts."""

    title: str
    owner: int
    due_on: date | None
    deliverable: str = ""
    co_owners: tuple[int, ...] = ()
    directive: DirectiveKey | None = None
    directive_path: str = ""
    plan: str = ""
    target: str = ""
    is_illustrative: bool = False


class NewProof(msgspec.Struct, frozen=True):
    """A file that shows what was done."""

    name: str
    media_type: str
    content: bytes


def get_task(code: str) -> Task:
    """Give a task by its code; raises `UNKNOWN_TASK`."""
    task = Task.objects.select_related("owner", "directive").filter(code=code).first()
    if task is None:
        message = f"task {code!r}: there is none with this code"
        raise DeliveryError(DeliveryErrorKind.UNKNOWN_TASK, message)
    return task


def give_task(new: NewTask, by: Account, now: datetime) -> Task:
    """Give a task to posts; raises `BAD_TASK`, `UNKNOWN_DIRECTIVE`. A crash leaves all of it or nothing."""
    day = find_day(now)
    if Caller.LEADER not in find_roles(by, day):
        raise refuse_task("given by somebody who holds no post of a leader today")
    if not new.title.strip():
        raise refuse_task("expected what is to be done, got nothing")
    with transaction.atomic():
        owner, helpers = _get_posts(new, day)
        directive = get_directive(new.directive) if new.directive is not None else None
        if new.directive_path and (directive is None or not directive.parts.filter(path=new.directive_path).exists()):
            raise refuse_task(f"its directive has no part {new.directive_path!r}")
        task = Task.objects.create(
            code=_make_code(day.year),
            directive=directive,
            directive_path=new.directive_path,
            title=new.title.strip(),
            deliverable=new.deliverable.strip(),
            owner=owner,
            plan=new.plan,
            target=new.target,
            due_on=new.due_on,
            is_illustrative=new.is_illustrative,
        )
        TaskCoOwner.objects.bulk_create([TaskCoOwner(task=task, post=post) for post in helpers])
        TaskStep.objects.create(task=task, number=1, act=TaskAct.GIVEN, by=by, at=now, due_on=new.due_on)
    return task


def act_on_task(code: str, act: TaskAct, by: Account, now: datetime, text: str = "") -> TaskStep:
    """Do one thing to a task; raises `BAD_TASK`, `UNKNOWN_TASK`. Proofs and due days have stories of their own."""
    if act in {TaskAct.PROOF_ADDED, TaskAct.MOVED, TaskAct.ASKED}:
        raise refuse_task(f"{act} needs more than words: use its own form")
    with transaction.atomic():
        return add_step(lock_task(code), act, by, now, text)


def move_task(code: str, due_on: date, reason: str, by: Account, now: datetime) -> TaskStep:
    """Give a task another due day, with the reason; raises `BAD_TASK`, `UNKNOWN_TASK`."""
    with transaction.atomic():
        task = lock_task(code)
        if due_on == task.due_on:
            raise refuse_task(f"{due_on} is its due day already")
        task.due_on = due_on
        return add_step(task, TaskAct.MOVED, by, now, reason)


def add_proof(code: str, proof: NewProof, by: Account, now: datetime) -> TaskProof:
    """Attach a proof; raises `BAD_TASK`, `UNKNOWN_TASK`, `SECRET_DOCUMENT`. A crash leaves step and file or neither."""
    require_file(proof)
    with transaction.atomic():
        step = add_step(lock_task(code), TaskAct.PROOF_ADDED, by, now, proof.name)
        return TaskProof.objects.create(
            step=step,
            name=proof.name,
            media_type=proof.media_type,
            digest=hashlib.sha256(proof.content).hexdigest(),
            content=proof.content,
        )


def require_file(proof: NewProof) -> None:
    """Raise `BAD_TASK` for a file of another sort, `SECRET_DOCUMENT` for one that bears a mark."""
    from lienthong.delivery.reading.files import extract_text  # noqa: PLC0415 # PDF and DOCX are an extra

    if proof.media_type not in PROOF_TYPES or not proof.content or len(proof.content) > PROOF_BYTES:
        expected = f"expected one of {', '.join(sorted(PROOF_TYPES))} of 1 to {PROOF_BYTES} bytes"
        raise refuse_task(f"file: {expected}, got {proof.media_type} of {len(proof.content)}")
    require_no_mark(proof.name, ())
    if not proof.media_type.startswith("image/"):
        try:
            extract_text(_name_by_type(proof), proof.content)
        except DeliveryError as error:
            # A scan without text is a proof too; a mark of secrecy is no matter of form.
            if error.kind is not DeliveryErrorKind.UNREADABLE_DOCUMENT:
                raise


def find_hats(task: Task, account: Account, day: date) -> frozenset[Hat]:
    """Give as what an account may act on a task on a day."""
    posts = {held.post_id for held in list_assignments(account, day)}
    hats = set()
    if task.owner_id in posts:
        hats.add(Hat.OWNER)
    if posts & set(task.helpers.values_list("post_id", flat=True)):
        hats.add(Hat.HELPER)
    if Caller.LEADER in find_roles(account, day):
        hats.add(Hat.LEADER)
    return frozenset(hats)


def find_situation(task: Task) -> Situation:
    """Give how a task stands, from its steps."""
    return fold_steps(
        Done(TaskAct(act), str(by), due_on)
        for act, by, due_on in task.steps.order_by("number").values_list("act", "by_id", "due_on")
    )


def list_tasks(*, post: int | None = None, state: TaskState | None = None) -> QuerySet[Task]:
    """List tasks by due day, those of one post as owner or helper if it is given."""
    rows = Task.objects.select_related("owner", "directive").order_by("due_on", "code")
    if post is not None:
        rows = rows.filter(Q(owner_id=post) | Q(helpers__post_id=post)).distinct()
    return rows.filter(state=state) if state is not None else rows


def list_late(day: date) -> QuerySet[Task]:
    """List the tasks that are open past their due day, the latest first. One that is reported done is late no more."""
    return list_tasks(state=TaskState.OPEN).filter(due_on__lt=day)


def lock_task(code: str) -> Task:
    """Give a task for a story that adds a step: others wait until it is over."""
    get_task(code)
    return Task.objects.select_for_update(of=("self",)).select_related("owner").get(code=code)


def add_step(task: Task, act: TaskAct, by: Account | None, now: datetime, text: str = "") -> TaskStep:
    """Add a step to a locked task in the caller's transaction; `by` is nobody for the platform. Raises `BAD_TASK`."""
    hats = find_hats(task, by, find_day(now)) if by is not None else frozenset({Hat.PLATFORM})
    require_act(find_situation(task), act, hats, str(by.pk) if by is not None else "")
    if act in NEEDS_REASON and not text.strip():
        raise refuse_task(f"{act}: expected the reason, got nothing")
    number = (task.steps.aggregate(last=Max("number"))["last"] or 0) + 1
    step = TaskStep.objects.create(
        task=task, number=number, act=act, by=by, at=now, due_on=task.due_on, text=text.strip()
    )
    situation = find_situation(task)
    task.state, task.due_on = situation.state, situation.due_on
    task.save(update_fields=["state", "due_on"])
    return step


def find_day(now: datetime) -> date:
    """Give the day of a moment in Vietnam."""
    return now.astimezone(VIETNAM).date()


def _get_posts(new: NewTask, day: date) -> tuple[Post, list[Post]]:
    """Give the owner's and the helpers' posts, which have to be there on the day."""
    posts = {post.pk: post for post in Post.objects.filter(pk__in={new.owner, *new.co_owners}, valid__contains=day)}
    missing = sorted({new.owner, *new.co_owners} - posts.keys())
    if missing or new.owner in new.co_owners:
        raise refuse_task(f"expected an owner and other helpers among the posts of {day}, got {missing or 'one twice'}")
    return posts[new.owner], [posts[key] for key in dict.fromkeys(new.co_owners)]


def _make_code(year: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CODES_LOCK])
    start = f"T-{year}-"
    last = Task.objects.filter(code__startswith=start).aggregate(last=Max("code"))["last"]
    return f"{start}{int(last.rsplit('-', maxsplit=1)[1]) + 1 if last else 1:05}"


def _name_by_type(proof: NewProof) -> str:
    """Give a name whose ending is that of the type: the file's own name says nothing of what it is."""
    endings = {"application/pdf": "pdf", "text/plain": "txt"}
    return f"proof.{endings.get(proof.media_type, 'docx')}"
