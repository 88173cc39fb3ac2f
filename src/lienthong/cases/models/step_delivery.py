"""How far each message to an agency is. Working rows, no record: what an agency did stands in the case's actions.

A row that is lost is made again: the message is sent once more under its id, and the gateway gives the same promise.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from django.db import models
from django.db.models import Q

from lienthong.cases.models.case import WORD_CHARACTERS

CODE_CHARACTERS = 200
PATH_CHARACTERS = 200
SERVICE_CHARACTERS = 1300
"""Five segments of 255 characters, as X-Road allows, with what stands between."""
STEP_CHARACTERS = 60
ID_CHARACTERS = 255


class Stage(StrEnum):
    """What is to be done next about a message."""

    TO_SEND = "to-send"
    """Hand it to the own gateway."""
    SENT = "sent"
    """The own gateway delivers it; look what came of it."""
    TO_ENQUIRE = "to-enquire"
    """It arrived, or may have; ask the agency what became of it."""
    OVER = "over"


class StepDelivery(models.Model):
    """One message. `status` is its secret address at the own gateway, `exchange` what both members' logs call it.

    `sent_as` is the X-Road-Id of the present attempt. `failing_since`, `tries` and `code` say since when, how often and
    why it does not get through; `until` is when the gateway gives up.
    """

    message_id = models.CharField(max_length=ID_CHARACTERS, primary_key=True)
    case_id = models.UUIDField()
    step = models.CharField(max_length=STEP_CHARACTERS)
    agency = models.CharField(max_length=STEP_CHARACTERS)
    service = models.CharField(max_length=SERVICE_CHARACTERS)
    stage = models.CharField(max_length=WORD_CHARACTERS)
    attempt = models.PositiveIntegerField(default=1)
    sent_as = models.CharField(max_length=ID_CHARACTERS)
    status = models.CharField(max_length=PATH_CHARACTERS, blank=True)
    exchange = models.CharField(max_length=ID_CHARACTERS, blank=True)
    tries = models.PositiveIntegerField(default=0)
    code = models.CharField(max_length=CODE_CHARACTERS, blank=True)
    failing_since = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    began_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    next_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["next_at"], name="cases_delivery_next", condition=~Q(stage=Stage.OVER.value)),
            models.Index(fields=["case_id"], name="cases_delivery_case"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(stage__in=[stage.value for stage in Stage]), name="cases_delivery_stage"
            ),
        ]

    def __str__(self) -> str:
        return f"message {self.message_id}: {self.stage}"
