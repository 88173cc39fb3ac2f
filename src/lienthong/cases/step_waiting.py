"""Why steps at agencies take so long, for pages and papers: since when, how often tried, until when it goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lienthong.cases.models import Stage, StepDelivery
from lienthong.cases.step_messages import list_under_way

if TYPE_CHECKING:
    from datetime import datetime

    from lienthong.cases.reading import CaseView


@dataclass(frozen=True, slots=True)
class StepWaiting:
    """A message to an agency that has no answer yet.

    `since`: since then it does not get through, for the reason `code` (the exchange's own words); without it the agency
    has it and has not answered. `next_at` is when it is looked at or tried again, `until` when the gateway gives up.
    """

    step: str
    agency: str
    asked_at: datetime
    tries: int
    next_at: datetime
    since: datetime | None = None
    until: datetime | None = None
    code: str = ""
    exchange: str = ""


def list_waiting(case: CaseView) -> tuple[StepWaiting, ...]:
    """Give what a case waits for at agencies, in the order in which it was asked for."""
    rows = StepDelivery.objects.filter(case_id=case.id, message_id__in=list(list_under_way(case.state)))
    return tuple(_read(row) for row in rows.exclude(stage=Stage.OVER).order_by("began_at"))


def _read(row: StepDelivery) -> StepWaiting:
    return StepWaiting(
        step=row.step,
        agency=row.agency,
        asked_at=row.began_at,
        tries=row.tries,
        next_at=row.next_at,
        since=row.failing_since,
        until=row.until,
        code=row.code,
        exchange=row.exchange,
    )
