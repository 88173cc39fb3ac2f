"""Cases: what was done to each (append-only), what follows from it (a projection, rebuildable), and drafts.

`ActionRecord` is partitioned by the month in which its case was filed, so that a case's actions lie together and old
months can move away whole. A row of `Case` is written in the transaction of the action that changes it. `Draft` is
no record: it is changed, and it expires.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar, Final

from django.db import models
from django.db.models import Q

from lienthong.cases.words import ActionKind, ActorKind, CaseRole, Channel, Decision, NationalStatus

if TYPE_CHECKING:
    from enum import StrEnum

WORD_CHARACTERS: Final = 24
"""Longer than any word of our closed lists."""

CODE_CHARACTERS: Final = 50
UNIT_CHARACTERS: Final = 35
ACCOUNT_CHARACTERS: Final = 40
ACTOR_CHARACTERS: Final = 255
NAME_CHARACTERS: Final = 100
KEY_CHARACTERS: Final = 255
HASH_BYTES: Final = 32


def _one_of(field: str, words: type[StrEnum], name: str) -> models.CheckConstraint:
    values = [word.value for word in words]
    return models.CheckConstraint(condition=Q(**{f"{field}__in": values}), name=name)


class Draft(models.Model):
    """What somebody is filling in. Its id names the purpose of look-ups; once filed, only `case_id` stays in it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(max_length=12)
    account = models.CharField(max_length=ACCOUNT_CHARACTERS)
    name = models.CharField(max_length=NAME_CHARACTERS)
    level = models.PositiveSmallIntegerField()
    officer = models.CharField(max_length=ACCOUNT_CHARACTERS, blank=True)
    procedure = models.CharField(max_length=20)
    version = models.DateField()
    unit = models.CharField(max_length=UNIT_CHARACTERS)
    answers = models.JSONField(default=dict)
    case_id = models.UUIDField(null=True)
    opened_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["number", "procedure"], name="cases_draft_number"),
            models.Index(fields=["expires_at"], name="cases_draft_expiry"),
        ]

    def __str__(self) -> str:
        return f"draft {self.pk}"


class Case(models.Model):
    """What holds of a case now: a projection of its actions, for lists and searches."""

    id = models.UUIDField(primary_key=True, editable=False)
    month = models.DateField()
    code = models.CharField(max_length=CODE_CHARACTERS)
    portal_code = models.CharField(max_length=CODE_CHARACTERS, blank=True)
    procedure = models.CharField(max_length=20)
    version = models.DateField()
    channel = models.CharField(max_length=WORD_CHARACTERS)
    unit = models.CharField(max_length=UNIT_CHARACTERS)
    number = models.CharField(max_length=12, blank=True)
    account = models.CharField(max_length=ACCOUNT_CHARACTERS, blank=True)
    name = models.CharField(max_length=NAME_CHARACTERS, blank=True)
    search_name = models.CharField(max_length=NAME_CHARACTERS, blank=True)
    status = models.PositiveSmallIntegerField()
    decision = models.CharField(max_length=WORD_CHARACTERS)
    handler = models.CharField(max_length=ACTOR_CHARACTERS, blank=True)
    waiting_role = models.CharField(max_length=WORD_CHARACTERS, blank=True)
    waiting_reason = models.CharField(max_length=WORD_CHARACTERS, blank=True)
    is_over = models.BooleanField()
    due_on = models.DateField(null=True)
    submitted_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    complained_at = models.DateTimeField(null=True)
    last_number = models.PositiveIntegerField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            # The queue of an office, the first due first.
            models.Index(fields=["unit", "due_on", "id"], name="cases_queue", condition=Q(is_over=False)),
            models.Index(fields=["unit", "status", "due_on", "id"], name="cases_status"),
            models.Index(fields=["handler", "due_on", "id"], name="cases_handler", condition=Q(is_over=False)),
            models.Index(fields=["number", "-submitted_at"], name="cases_number"),
            models.Index(fields=["procedure", "submitted_at"], name="cases_procedure"),
            # Complaints that wait for an office's answer, the oldest first; also of cases that are over.
            models.Index(
                fields=["unit", "complained_at"], name="cases_complained", condition=Q(complained_at__isnull=False)
            ),
            # What was filed at a portal in the last days, compared every ten minutes.
            models.Index(fields=["submitted_at"], name="cases_portal_filed", condition=~Q(portal_code="")),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code"], name="cases_code_once"),
            models.UniqueConstraint(
                fields=["portal_code"], name="cases_portal_code_once", condition=~Q(portal_code="")
            ),
            models.CheckConstraint(
                condition=Q(status__in=[status.value for status in NationalStatus]), name="cases_status_known"
            ),
            _one_of("channel", Channel, "cases_channel_known"),
            _one_of("decision", Decision, "cases_decision_known"),
        ]

    def __str__(self) -> str:
        return f"case {self.code}"


class ActionRecord(models.Model):
    """One action. Rows are only ever added; of one, what it tells may be erased, once, and the hash of it stays."""

    pk = models.CompositePrimaryKey("case_month", "case_id", "number")
    case_month = models.DateField()
    case_id = models.UUIDField()
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=WORD_CHARACTERS)
    role = models.CharField(max_length=WORD_CHARACTERS)
    actor_kind = models.CharField(max_length=WORD_CHARACTERS)
    actor_id = models.CharField(max_length=ACTOR_CHARACTERS)
    actor_unit = models.CharField(max_length=UNIT_CHARACTERS, blank=True)
    actor_name = models.CharField(max_length=NAME_CHARACTERS, blank=True)
    officer = models.CharField(max_length=ACCOUNT_CHARACTERS, blank=True)
    recorded_at = models.DateTimeField()
    payload = models.JSONField()
    payload_hash = models.BinaryField(max_length=HASH_BYTES)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "cases_action"
        constraints: ClassVar = [
            _one_of("kind", ActionKind, "cases_action_kind"),
            _one_of("role", CaseRole, "cases_action_role"),
            _one_of("actor_kind", ActorKind, "cases_action_actor"),
        ]

    def __str__(self) -> str:
        return f"action {self.number} of case {self.case_id}: {self.kind}"


class IdempotencyKey(models.Model):
    """A key under which something was done, and what: the same key with the same content is not done again."""

    scope = models.CharField(max_length=80)
    key = models.CharField(max_length=KEY_CHARACTERS)
    content_hash = models.BinaryField(max_length=HASH_BYTES)
    case_id = models.UUIDField()
    number = models.PositiveIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["scope", "key"], name="cases_key_once")]

    def __str__(self) -> str:
        return f"key {self.pk} of case {self.case_id}"


class FiledReceipt(models.Model):
    """The signed receipt of a filing, in the bytes that were signed. Rows are only ever added."""

    case_id = models.UUIDField(primary_key=True, editable=False)
    body = models.BinaryField()
    signature = models.BinaryField(max_length=64)
    key = models.BinaryField(max_length=HASH_BYTES)

    def __str__(self) -> str:
        return f"receipt of case {self.case_id}"


class DaySerial(models.Model):
    """The last serial number that an office gave on a day. A filing that fails takes its number back with it."""

    pk = models.CompositePrimaryKey("unit", "day")
    unit = models.CharField(max_length=UNIT_CHARACTERS)
    day = models.DateField()
    last = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.unit} on {self.day}: {self.last}"


class Absence(models.Model):
    """A handler is away from a day to a day, and somebody sees their cases meanwhile."""

    account = models.CharField(max_length=ACCOUNT_CHARACTERS)
    substitute = models.CharField(max_length=ACCOUNT_CHARACTERS)
    unit = models.CharField(max_length=UNIT_CHARACTERS)
    first_day = models.DateField()
    last_day = models.DateField()
    said_by = models.CharField(max_length=ACCOUNT_CHARACTERS)
    said_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["substitute", "last_day"], name="cases_absence_substitute")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(last_day__gte=models.F("first_day")), name="cases_absence_days"),
            models.CheckConstraint(condition=~Q(substitute=models.F("account")), name="cases_absence_of_two"),
        ]

    def __str__(self) -> str:
        return f"absence {self.pk}"


class FilingDifference(models.Model):
    """Something that a filing portal and we hold differently; settled by itself or by a person, never deleted."""

    kind = models.CharField(max_length=WORD_CHARACTERS)
    portal_code = models.CharField(max_length=CODE_CHARACTERS)
    case_id = models.UUIDField(null=True)
    detail = models.CharField(max_length=300, blank=True)
    found_at = models.DateTimeField()
    looked_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=ACCOUNT_CHARACTERS, blank=True)
    text = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "portal_code"], name="cases_difference_once", condition=Q(settled_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"difference {self.pk}: {self.kind} {self.portal_code}"
