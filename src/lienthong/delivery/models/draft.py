"""What became of the drafts that people accepted: who entered each, when, and the row that it is now."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from lienthong.delivery.models.candidate import Candidate
from lienthong.delivery.models.observation import Observation
from lienthong.delivery.models.target import Target
from lienthong.identity.models import Account


class DraftEntry(models.Model):
    """That a draft was entered, once. Who accepted it stands with the candidate, who entered it here."""

    candidate = models.OneToOneField(Candidate, models.PROTECT, related_name="entry")
    entered_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    # What they said of the document: whether it is public and can be cited.
    is_cited = models.BooleanField()
    observation = models.ForeignKey(Observation, models.PROTECT, null=True, related_name="+")
    target = models.ForeignKey(Target, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(observation__isnull=True, target__isnull=False)
                | Q(observation__isnull=False, target__isnull=True),
                name="delivery_draftentry_one_row",
            )
        ]

    def __str__(self) -> str:
        return f"{self.candidate_id} entered"
