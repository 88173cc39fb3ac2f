"""Background work of cases: what follows from an action, and what recurs.

Jobs name a case by its id and read everything else anew, so that each may run late, again, or after its worker was
killed. Those of one case run one after the other.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import AlreadyEnqueued

from lienthong.cases.documents.form_facts import FORMS_AFTER
from lienthong.cases.drafts import expire_drafts
from lienthong.cases.national_portal.portal import collect_filings
from lienthong.cases.national_portal.site_portal import find_site_portal, has_site_portal
from lienthong.cases.national_portal.telling import list_overdue as list_untold
from lienthong.cases.national_portal.telling import tell_case
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

MAILS_CRON: Final = "* * * * *"

MESSAGES_CRON: Final = "50 18 * * *"

FILES_CRON: Final = "40 18 * * *"
"""In the night of Vietnam."""

PORTAL_CRON: Final = "* * * * *"
"""Every minute: what people file at the portal is here within two."""

RECONCILE_CRON: Final = "*/10 * * * *"
"""Every ten minutes: a filing whose answer was lost is found before its applicant asks."""

MONTHS_AHEAD: Final = 3

WITH_PAPERS: Final = frozenset({*FORMS_AFTER, ActionKind.ISSUE, ActionKind.WITHDRAW})
"""After these a paper is to be made, or one is to be taken back."""

PAPER_TRIES: Final = RetryStrategy(max_attempts=8, exponential_wait=4)
"""Over some days: a key that is missing or a disk that is full is put right by then."""

STEP_TRIES: Final = RetryStrategy(max_attempts=6, wait=20)
"""Over two minutes, for what no look at overdue messages would find: a job that failed before its message had a row."""

NOTICE_TRIES: Final = RetryStrategy(max_attempts=8, exponential_wait=4)
"""As for papers; a notice that is not told is asked for by nothing else."""

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
    if kind in WITH_PAPERS:
        make_papers.configure(lock=f"papers:{case_id}").defer(case_id=str(case_id))
    tell_people.configure(lock=f"notice:{case_id}").defer(case_id=str(case_id), number=state.number)
    if has_site_portal():
        tell_portal.configure(lock=f"portal:{case_id}").defer(case_id=str(case_id))


@app.task(name="cases.advance_case", retry=STEP_TRIES)
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

    waiting = ProcrastinateJob.objects.filter(status__in=("todo", "doing"), task_name=advance_case.name)
    busy = set(waiting.values_list("lock", flat=True))
    for case_id in list_overdue(make_site_cases()):
        # One that waits its turn, or fails and is tried again, looks as well: more would only pile up behind it.
        if f"case:{case_id}" not in busy:
            look_again(str(case_id))


@app.task(name="cases.tell_people", retry=NOTICE_TRIES)
def tell_people(case_id: str, number: int) -> None:
    """Tell the applicant what an action means for them. Safe to repeat: one action is told once."""
    from lienthong.cases.notices import tell_action  # noqa: PLC0415 # as above
    from lienthong.cases.site_cases import make_site_cases  # noqa: PLC0415 # as above

    tell_action(make_site_cases(), UUID(case_id), number)


@app.task(name="cases.make_papers", retry=PAPER_TRIES)
def make_papers(case_id: str) -> None:
    """Make the papers that a case's actions lead to and that are not there yet. Safe to repeat."""
    from lienthong.cases.documents.issuing import make_due_papers  # noqa: PLC0415 # as above
    from lienthong.cases.site_cases import make_site_cases  # noqa: PLC0415 # as above

    make_due_papers(make_site_cases(), UUID(case_id))


@app.periodic(cron=MAILS_CRON)
@app.task(name="cases.send_mails", queueing_lock="cases_send_mails", lock="cases_send_mails")
def send_mails(timestamp: int) -> None:
    """Send the mails about notices that are due. Safe to repeat: each is sent at most once."""
    del timestamp
    from lienthong.cases.documents.site_documents import find_address, find_mailer  # noqa: PLC0415 # as above
    from lienthong.cases.notices import send_due_mails  # noqa: PLC0415 # as above
    from lienthong.cases.site_cases import make_site_cases  # noqa: PLC0415 # as above

    mailer = find_mailer(settings.SITE)
    if mailer is not None:
        send_due_mails(make_site_cases(), mailer, find_address(settings.SITE))


@app.periodic(cron=FILES_CRON)
@app.task(name="cases.collect_files", queueing_lock="cases_collect_files")
def collect_files(timestamp: int) -> None:
    """Remove files that no document names any more. Safe to repeat."""
    del timestamp
    from lienthong.cases.documents import kept  # noqa: PLC0415 # as above
    from lienthong.cases.site_cases import make_site_cases  # noqa: PLC0415 # as above

    kept.collect_files(make_site_cases())


@app.periodic(cron=MESSAGES_CRON)
@app.task(name="cases.forget_messages", queueing_lock="cases_forget_messages")
def forget_messages(timestamp: int) -> None:
    """Delete what was noted of messages to agencies that ended long ago. Safe to repeat."""
    del timestamp
    from lienthong.cases.agencies import forget_finished  # noqa: PLC0415 # as above
    from lienthong.cases.site_cases import make_site_cases  # noqa: PLC0415 # as above

    forget_finished(make_site_cases())


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


@app.task(name="cases.tell_portal")
def tell_portal(case_id: str) -> None:
    """Tell the national portal what it does not have of a case. Safe to repeat: each thing has its mark.

    A crash behind a try that failed leaves nobody who tries again: `ask_portal` does.
    """
    from lienthong.cases.site_cases import make_site_cases  # noqa: PLC0415 # it imports this file

    cases = make_site_cases()
    portal = find_site_portal(cases)
    next_at = None if portal is None else tell_case(cases, portal, UUID(case_id))
    if next_at is not None:
        # Without the case's lock, which would hold back what is done meanwhile.
        with suppress(AlreadyEnqueued), transaction.atomic():
            tell_portal_later.configure(schedule_at=next_at, queueing_lock=f"tell:{case_id}").defer(case_id=case_id)


@app.task(name="cases.tell_portal_later")
def tell_portal_later(case_id: str) -> None:
    """Let the portal be told of a case, in its turn; one that waits for that already waits once."""
    with suppress(AlreadyEnqueued), transaction.atomic():
        tell_portal.configure(lock=f"portal:{case_id}", queueing_lock=f"tell-now:{case_id}").defer(case_id=case_id)


@app.periodic(cron=PORTAL_CRON)
@app.task(name="cases.ask_portal", queueing_lock="cases_ask_portal", lock="cases_ask_portal")
def ask_portal(timestamp: int) -> None:
    """File here what people filed at the national portal, and take up again what it was not told. Safe to repeat."""
    del timestamp
    from lienthong.cases.site_cases import make_site_cases  # noqa: PLC0415 # it imports this file

    if not has_site_portal():
        return
    cases = make_site_cases()
    portal = find_site_portal(cases)
    if portal is not None:
        for case_id in list_untold(cases):
            tell_portal_later(str(case_id))
        collect_filings(cases, portal)


@app.periodic(cron=RECONCILE_CRON)
@app.task(name="cases.reconcile_filings", queueing_lock="cases_reconcile_filings", lock="cases_reconcile_filings")
def reconcile_filings(timestamp: int) -> None:
    """Compare with the filing portal, if the site has one, and mend what was lost. Safe to repeat."""
    del timestamp
    from lienthong.cases.reconciling import reconcile  # noqa: PLC0415 # it is needed here alone
    from lienthong.cases.site_cases import make_site_cases  # noqa: PLC0415 # it imports this file

    cases = make_site_cases()
    if (national := find_site_portal(cases)) is not None:
        # What is only on its way is no difference.
        collect_filings(cases, national)
    if cases.portal is not None:
        reconcile(cases, cases.portal)
