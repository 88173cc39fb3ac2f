"""Background work of cases: what follows from an action, and what recurs.

Jobs name a case by its id and read everything else anew, so that each may run late, again, or after its worker was
killed. Those of one case run one after the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from procrastinate.contrib.django import app

from lienthong.cases.drafts import expire_drafts
from lienthong.cases.partitions import make_coming_partitions
from lienthong.cases.words import ActionKind
from lienthong.cases.workflow import list_ready, list_undo_due

if TYPE_CHECKING:
    from uuid import UUID

    from lienthong.cases.case_state import CaseState

PARTITIONS_CRON: Final = "20 17 * * *"
"""Cron reads UTC: twenty past midnight in Vietnam, daily, so that a month without a worker does no harm."""

DRAFTS_CRON: Final = "25 17 * * *"

MONTHS_AHEAD: Final = 3

SENDING: Final = frozenset(
    {ActionKind.ASK_AGENCY, ActionKind.RESEND_STEP, ActionKind.REPLACE_STEP, ActionKind.UNDO_STEP}
)
"""After these something is to be sent, though nothing new is ready."""


def needs_advance(kind: ActionKind, state: CaseState) -> bool:
    """Tell whether an action leaves something for agencies to be told."""
    return bool(kind in SENDING or list_ready(state) or list_undo_due(state))


def defer_follow_up(case_id: UUID, kind: ActionKind, state: CaseState) -> None:
    """Put what follows from an action into the queue, in the action's transaction."""
    if needs_advance(kind, state):
        advance_case.configure(lock=f"case:{case_id}").defer(case_id=str(case_id))
    tell_people.configure(lock=f"notice:{case_id}").defer(case_id=str(case_id), number=state.number)


@app.task(name="cases.advance_case")
def advance_case(case_id: str) -> None:
    """Ask agencies for the steps that are ready, send what was fixed and not sent. Safe to repeat."""
    del case_id


@app.task(name="cases.tell_people")
def tell_people(case_id: str, number: int) -> None:
    """Tell the applicant what an action means for them. Safe to repeat: one action is told once."""
    del case_id, number


@app.periodic(cron=PARTITIONS_CRON)
@app.task(name="cases.make_partitions", queueing_lock="cases_make_partitions")
def make_partitions(timestamp: int) -> None:
    """Make the tables of the coming months. Safe to repeat."""
    del timestamp
    make_coming_partitions(MONTHS_AHEAD)


@app.periodic(cron=DRAFTS_CRON)
@app.task(name="cases.end_drafts", queueing_lock="cases_end_drafts")
def end_drafts(timestamp: int) -> None:
    """Delete drafts whose time is over. Safe to repeat."""
    del timestamp
    from lienthong.cases.site_cases import make_site_cases  # noqa: PLC0415 # it imports this file

    expire_drafts(make_site_cases())
