"""Working sessions: agenda, materials as they stood on a day, and conclusions, which become tasks."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from lienthong.delivery.directive_words import SessionStage
from lienthong.delivery.models.columns import CODE_CHARACTERS, NAME_CHARACTERS, WORD_CHARACTERS, one_of
from lienthong.delivery.models.directive import Directive
from lienthong.delivery.models.task import Task
from lienthong.identity.models import Account, Post


class WorkingSession(models.Model):
    """A session of leaders on directives. Once frozen, agenda and materials stay, under `frozen_digest`."""

    code = models.CharField(max_length=CODE_CHARACTERS, unique=True)
    title = models.CharField(max_length=500)
    held_on = models.DateField()
    # The post that leads it.
    chair = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    place = models.CharField(max_length=NAME_CHARACTERS, blank=True)
    stage = models.CharField(max_length=WORD_CHARACTERS, default=SessionStage.DRAFT)
    # The day up to which figures in it are taken.
    data_on = models.DateField(null=True)
    frozen_at = models.DateTimeField(null=True)
    frozen_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    frozen_digest = models.CharField(max_length=64, blank=True)
    is_illustrative = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            one_of("stage", SessionStage, "delivery_workingsession_stage"),
            models.CheckConstraint(
                condition=Q(stage=SessionStage.DRAFT, frozen_digest="")
                | (~Q(stage=SessionStage.DRAFT) & ~Q(frozen_digest="") & Q(data_on__isnull=False)),
                name="delivery_workingsession_frozen",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class AgendaItem(models.Model):
    """What a session deals with: a directive, or a part of one."""

    session = models.ForeignKey(WorkingSession, models.PROTECT, related_name="agenda")
    place = models.PositiveSmallIntegerField()
    directive = models.ForeignKey(Directive, models.PROTECT, related_name="+")
    directive_path = models.CharField(max_length=WORD_CHARACTERS, blank=True)
    title = models.CharField(max_length=500)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["session", "place"], name="delivery_agendaitem_place_once")
        ]

    def __str__(self) -> str:
        return f"{self.session_id} {self.place}"


class Material(models.Model):
    """A paper of a session as it was put in, with its hash."""

    session = models.ForeignKey(WorkingSession, models.PROTECT, related_name="materials")
    name = models.CharField(max_length=NAME_CHARACTERS)
    media_type = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)
    content = models.BinaryField()
    added_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["session", "name"], name="delivery_material_name_once")
        ]

    def __str__(self) -> str:
        return self.name


class Conclusion(models.Model):
    """A conclusion of a session, and the task that it became, if it became one."""

    session = models.ForeignKey(WorkingSession, models.PROTECT, related_name="conclusions")
    place = models.PositiveSmallIntegerField()
    text = models.TextField()
    task = models.OneToOneField(Task, models.PROTECT, null=True, related_name="conclusion")
    recorded_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["session", "place"], name="delivery_conclusion_place_once")
        ]

    def __str__(self) -> str:
        return f"{self.session_id} {self.place}"
