"""Background jobs of cases that failed for good: told to an operator, and run again at their word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_FAILED: Final = 1_000
"""Told, and run again, at one go."""

_TASKS: Final = "cases."


@dataclass(frozen=True, slots=True)
class FailedJob:
    """One job that nothing will run again by itself; what it was given names cases by their ids alone."""

    id: int
    task: str
    given: Mapping[str, Any]
    tries: int


def list_failed_jobs() -> list[FailedJob]:
    """List them, the oldest first."""
    rows = ProcrastinateJob.objects.filter(status="failed", task_name__startswith=_TASKS).order_by("id")
    return [FailedJob(row.pk, row.task_name, row.args, row.attempts) for row in rows[:MOST_FAILED]]


def run_again(job: FailedJob) -> None:
    """Put a failed job back into the queue. Each of them may run again at any time."""
    app.job_manager.retry_job_by_id(job.id, retry_at=timezone.now())
