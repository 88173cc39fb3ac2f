"""Tasks, what was done to each, what proves it, and the questions that other agencies were asked for it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from lienthong.delivery.directive_words import AskState, TaskAct, TaskState
from lienthong.delivery.models.columns import CODE_CHARACTERS, NAME_CHARACTERS, WORD_CHARACTERS, one_of
from lienthong.delivery.models.directive import Directive
from lienthong.identity.models import Account, Post


class Task(models.Model):
    """What a post must do, by when. `state` and `due_on` are folds of its steps, written in their transaction."""

    code = models.CharField(max_length=CODE_CHARACTERS, unique=True)
    # The programme or plan that gives it, and its part; none for a conclusion of a session alone.
    directive = models.ForeignKey(Directive, models.PROTECT, null=True, related_name="tasks")
    directive_path = models.CharField(max_length=WORD_CHARACTERS, blank=True)
    title = models.CharField(max_length=500)
    deliverable = models.CharField(max_length=500, blank=True)
    owner = models.ForeignKey(Post, models.PROTECT, related_name="+")
    co_owners = models.ManyToManyField(Post, through="TaskCoOwner", related_name="+")
    # The codes of plan and target that it serves; empty for none.
    plan = models.CharField(max_length=CODE_CHARACTERS, blank=True)
    target = models.CharField(max_length=CODE_CHARACTERS, blank=True)
    due_on = models.DateField(null=True)
    state = models.CharField(max_length=WORD_CHARACTERS, default=TaskState.OPEN)
    is_illustrative = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [one_of("state", TaskState, "delivery_task_state")]
        indexes: ClassVar = [
            models.Index(fields=["state", "due_on"], name="delivery_task_due"),
            models.Index(fields=["plan", "target"], name="delivery_task_target"),
        ]

    def __str__(self) -> str:
        return self.code


class TaskCoOwner(models.Model):
    """A post that helps with a task."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="helpers")
    post = models.ForeignKey(Post, models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["task", "post"], name="delivery_taskcoowner_once")]

    def __str__(self) -> str:
        return f"{self.task_id} {self.post_id}"


class TaskStep(models.Model):
    """One thing done to a task: only ever added. `by` is nobody where the platform itself did it."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="steps")
    number = models.PositiveIntegerField()
    act = models.CharField(max_length=WORD_CHARACTERS)
    by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    # The due day that stands after it.
    due_on = models.DateField(null=True)
    text = models.TextField(blank=True)
    # To whom a reminder or an escalation went.
    to_post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["task", "number"], name="delivery_taskstep_number_once"),
            one_of("act", TaskAct, "delivery_taskstep_act"),
        ]

    def __str__(self) -> str:
        return f"{self.task_id} {self.number} {self.act}"


class TaskProof(models.Model):
    """A file that shows what was done, with its hash."""

    step = models.OneToOneField(TaskStep, models.PROTECT, related_name="proof")
    name = models.CharField(max_length=NAME_CHARACTERS)
    media_type = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)
    content = models.BinaryField()

    def __str__(self) -> str:
        return self.name


class TaskAsk(models.Model):
    """A question to another agency, sent once over the exchange. Its message id is fixed before anything is sent."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="asks")
    service = models.CharField(max_length=200)
    path = models.CharField(max_length=200, blank=True)
    purpose = models.CharField(max_length=200)
    body = models.JSONField()
    # X-Road-Id: what it is sent under, however often the sending is tried.
    message = models.UUIDField(unique=True)
    asked_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(db_default=Now())
    state = models.CharField(max_length=WORD_CHARACTERS, default=AskState.WAITING)
    # Where the gateway tells how far it is, and the exchange's id, which leads to the proof.
    status_path = models.CharField(max_length=300, blank=True)
    exchange = models.CharField(max_length=100, blank=True)
    answer_status = models.PositiveSmallIntegerField(null=True)
    answer = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [one_of("state", AskState, "delivery_taskask_state")]
        indexes: ClassVar = [models.Index(fields=["state"], name="delivery_taskask_state_idx")]

    def __str__(self) -> str:
        return str(self.message)


class IncomingAsk(models.Model):
    """A question that another agency put to us over the exchange. One message is one row; it is answered once."""

    # X-Road-Client and X-Road-Id, as our own gateway has checked them.
    client = models.CharField(max_length=1100)
    message = models.CharField(max_length=255)
    content_digest = models.CharField(max_length=64)
    purpose = models.CharField(max_length=200, blank=True)
    question = models.TextField()
    due_on = models.DateField(null=True)
    received_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["client", "message"], name="delivery_incomingask_once"),
            models.CheckConstraint(
                condition=models.Q(answered_at=None, answered_by=None, answer="")
                | (models.Q(answered_at__isnull=False, answered_by__isnull=False) & ~models.Q(answer="")),
                name="delivery_incomingask_answered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client} {self.message}"
