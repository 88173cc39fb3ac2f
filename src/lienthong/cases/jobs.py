"""Background work of cases: what follows from an action, and what recurs.

Jobs name a case by its id and read everything else anew, so that each may run late, again, or after its worker was
killed. Those of one case run one after the other.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final
from uuid import UUID

from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from lienthong.cases.drafts import expire_drafts
from lienthong.cases.partitions import make_coming_partitions
from lienthong.cases.words import ActionKind
from lienthong.cases.workflow import list_ready, list_undo_due

if TYPE_CHECKING:
    from lienthong.cases.case_state import CaseState

PARTITIONS_CRON: Final = "20 17 * * *"
"""Cron reads UTC: twenty past midnight in Vietnam, daily, so that a month without a worker does no harm."""

DRAFTS_CRON: Final = "25 17 * * *"

AGENCIES_CRON: Final = "* * * * *"
"""Every minute: a case that an agency answered long ago must not wait for its worker."""

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
    """Ask agencies for the steps that are ready, send what was fixed and not sent. Safe to repeat.

    A crash behind it leaves nobody who looks again: `look_after_agencies` does.
    """
    from lienthong.cases.agencies import advance  # noqa: PLC0415 # it imports this file
    from lienthong.cases.site_agencies import find_site_exchange  # noqa: PLC0415 # as above
    from lienthong.cases.site_cases import make_site_cases  # noqa: PLC0415 # as above

    exchange = find_site_exchange()
    next_at = advance(make_site_cases(), exchange, UUID(case_id)) if exchange is not None else None
    if next_at is not None:
        # Without the case's lock, which would hold back what has to be done before then.
        later = look_again.configure(schedule_at=next_at, queueing_lock=f"look:{case_id}")
        with suppress(AlreadyEnqueued):
            later.defer(case_id=case_id)


@app.task(name="cases.look_again")
def look_again(case_id: str) -> None:
    """Let a case be advanced, in its turn."""
    advance_case.configure(lock=f"case:{case_id}").defer(case_id=case_id)


@app.periodic(cron=AGENCIES_CRON)
@app.task(name="cases.look_after_agencies", queueing_lock="cases_look_after_agencies")
def look_after_agencies(timestamp: int) -> None:
    """Take up again the cases whose next look is overdue: the job that was to look has got lost. Safe to repeat."""
    del timestamp
    from lienthong.cases.agencies import list_overdue  # noqa: PLC0415 # it imports this file
    from lienthong.cases.site_cases import make_site_cases  # noqa: PLC0415 # as above

    for case_id in list_overdue(make_site_cases()):
        look_again(str(case_id))


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
