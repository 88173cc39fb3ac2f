"""What people write into a report: kept in versions, between builds, with the figures that their numbers were."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from lienthong.delivery.models.columns import WORD_CHARACTERS
from lienthong.delivery.models.session import WorkingSession
from lienthong.identity.models import Account


class ReportText(models.Model):
    """A version of a block of words. Append-only: a change is another version, the latest counts."""

    session = models.ForeignKey(WorkingSession, models.PROTECT, related_name="texts")
    place = models.CharField(max_length=WORD_CHARACTERS)
    language = models.CharField(max_length=2)
    version = models.PositiveIntegerField()
    text = models.TextField(blank=True)
    # Which numbers of the text were which figures of the report when it was written.
    ties = models.JSONField(default=list)
    # Nobody: the words came from a file, by the command line.
    written_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    written_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(language__in=["vi", "en"]), name="delivery_reporttext_language"),
            models.UniqueConstraint(
                fields=["session", "place", "language", "version"], name="delivery_reporttext_version_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session_id} {self.place} {self.language} {self.version}"
