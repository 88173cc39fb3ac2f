"""How far the national portal was told of each case. Working rows, no record: what was done stands in the actions.

A row that is lost is made again, and all is told once more under the same marks.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from lienthong.cases.models.case import CODE_CHARACTERS

FAULT_CHARACTERS = 300


class PortalTelling(models.Model):
    """One case: the last action that the portal has, and since when, how often and why the next does not arrive.

    `portal_code` is the number that the portal gave to a case of the counter; `is_made` says that it knows the case.
    """

    case_id = models.UUIDField(primary_key=True, editable=False)
    portal_code = models.CharField(max_length=CODE_CHARACTERS, blank=True)
    is_made = models.BooleanField(default=False)
    told = models.PositiveIntegerField(default=0)
    tries = models.PositiveIntegerField(default=0)
    fault = models.CharField(max_length=FAULT_CHARACTERS, blank=True)
    failing_since = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["next_at"], name="cases_telling_next", condition=models.Q(next_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"case {self.case_id}: the portal has action {self.told}"
