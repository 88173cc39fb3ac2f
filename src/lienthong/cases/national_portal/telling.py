"""Telling the portal what was done to a case: each action in its order, until it is taken, once under its own mark.

What is told: what an applicant may read. Notes, ratings, and complaints with their answers stay here; what an officer
wrote goes along only where it is meant for the applicant. Nothing is sent inside a transaction.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from lienthong.cases import actions as told
from lienthong.cases.documents.kept import list_case_documents, read_content
from lienthong.cases.documents.paper_words import AGENCIES, DEEDS, REASONS
from lienthong.cases.folding import apply_action, start_case
from lienthong.cases.models import PortalTelling
from lienthong.cases.national_portal.messages import CaseMade, NationalChannel, Paper, Person, Progress
from lienthong.cases.reading import get_case
from lienthong.cases.words import NATIONAL_CHANNEL, ActionKind, ActorKind
from lienthong.kernel.errors import LienthongError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime
    from uuid import UUID

    from lienthong.cases.actions import Action
    from lienthong.cases.case_state import CaseState
    from lienthong.cases.house import Cases
    from lienthong.cases.national_portal.portal import NationalPortal
    from lienthong.cases.reading import CaseView

KEPT: Final = frozenset(
    {ActionKind.SUBMIT, ActionKind.COMMENT, ActionKind.RATE, ActionKind.COMPLAIN, ActionKind.ANSWER_COMPLAINT}
)
"""Kinds of which nothing is told: the filing, which it has, and what is between the applicant and the office."""

FOR_APPLICANT: Final = frozenset(
    {
        ActionKind.REFUSE_TO_RECEIVE,
        ActionKind.ASK_SUPPLEMENT,
        ActionKind.ASK_PAYMENT,
        ActionKind.REFUSE,
        ActionKind.EXTEND,
        ActionKind.STOP,
        ActionKind.REOPEN,
    }
)
"""Kinds whose words are written for the applicant."""

FIRST_PAUSE: Final = timedelta(seconds=2)
LONGEST_PAUSE: Final = timedelta(hours=1)
MOST_DOUBLINGS: Final = 12
MOST_CASES: Final = 200
"""Of one look at what is overdue; the rest waits for the next."""

_WHO: Final = {
    ActorKind.CITIZEN: "Người nộp hồ sơ",
    ActorKind.PORTAL: "Người nộp hồ sơ",
    ActorKind.SYSTEM: "Hệ thống giải quyết thủ tục hành chính",
    ActorKind.AGENCY: "Cơ quan phối hợp",
    ActorKind.OFFICER: "Công chức",
}
_TEXT: Final = 2000
_FAULT: Final = 300


def tell_case(cases: Cases, portal: NationalPortal, case_id: UUID) -> datetime | None:
    """Tell the portal what it does not have of a case, in order; gives when to try again, None if it has all.

    A crash behind a call leaves it unnoted: it is made again under the same mark, which the portal takes once.
    """
    case = get_case(cases, case_id)
    if not _is_told(case, portal):
        return None
    row, _ = PortalTelling.objects.get_or_create(case_id=case_id)
    try:
        code = case.portal_code or _make_known(cases, portal, case, row)
        for progress in list_progress(cases, case, code, row.told):
            portal.link.tell_progress(replace(progress, unit=portal.name_unit(progress.unit)))
            row.told = progress.order
            row.save(update_fields=["told"])
    except LienthongError as error:
        return _note_fault(cases, row, error)
    row.tries, row.fault, row.failing_since, row.next_at = 0, "", None, None
    row.save(update_fields=["tries", "fault", "failing_since", "next_at"])
    return None


def list_overdue(cases: Cases) -> list[UUID]:
    """List cases whose next try is overdue: the job that was to make it has got lost."""
    rows = PortalTelling.objects.filter(next_at__lt=cases.now()).order_by("next_at")
    return list(rows.values_list("case_id", flat=True)[:MOST_CASES])


def list_progress(cases: Cases, case: CaseView, code: str, after: int = 0) -> Iterator[Progress]:
    """Give what is told of each action after one, in order."""
    state = start_case(case.actions[0])
    for action in case.actions[1:]:
        state = apply_action(state, action)
        if action.number > after and action.kind not in KEPT:
            yield make_progress(code, case.code, action, state, cases.find_due(case.procedure, state))


def make_progress(code: str, own_code: str, action: Action, state: CaseState, due: date | None) -> Progress:
    """Say what one action was, and what the case is since. Pure."""
    return Progress(
        code=code,
        mark=f"{own_code}/{action.number}",
        order=action.number,
        handler=action.actor.name or _WHO[action.actor.kind],
        at=action.at,
        unit=state.unit,
        text=write_text(action, state),
        status=state.status,
        began_at=state.received_at or state.submitted_at,
        due_on=due,
    )


def write_text(action: Action, state: CaseState) -> str:
    """Say in Vietnamese what was done: the step, why, and what was written for the applicant. Pure."""
    parts = [DEEDS[action.kind].vi]
    step = state.steps.get(getattr(action.payload, "step", ""))
    if step is not None:
        parts.append(AGENCIES[step.agency].vi if step.agency in AGENCIES else step.agency)
    if action.kind in FOR_APPLICANT or isinstance(action.payload, told.AgencyRefused):
        reason = getattr(action.payload, "reason", "")
        parts += [REASONS[reason].vi] if reason in REASONS else []
    if action.kind in FOR_APPLICANT:
        parts.append(getattr(action.payload, "text", "").strip())
    return ". ".join(part for part in parts if part)[:_TEXT]


def _is_told(case: CaseView, portal: NationalPortal) -> bool:
    if case.erased_at is not None:
        return False
    return bool(case.portal_code) or portal.settings.counter_cases


def _make_known(cases: Cases, portal: NationalPortal, case: CaseView, row: PortalTelling) -> str:
    """Make a case of the counter known to the portal, under the number that it gives; once.

    A crash behind the number leaves a number without a case there; one behind the making makes the same case again.
    """
    if not row.portal_code:
        row.portal_code = portal.link.draw_number(portal.name_unit(case.unit), case.procedure.code)
        row.save(update_fields=["portal_code"])
    if not row.is_made:
        portal.link.make_case(_describe(cases, portal, case, row.portal_code))
        row.is_made = True
        row.save(update_fields=["is_made"])
    return row.portal_code


def _describe(cases: Cases, portal: NationalPortal, case: CaseView, code: str) -> CaseMade:
    papers = []
    for document in list_case_documents(cases, case):
        if str(document.id) in case.documents:
            sent = portal.link.send_file(read_content(cases, document))
            papers.append(Paper(sent.file_id, sent.sha256, document.name[:100]))
    return CaseMade(
        code=code,
        procedure=case.procedure.code,
        holder=case.applicant.name,
        unit=portal.name_unit(case.unit),
        filed_at=case.state.submitted_at,
        channel=NationalChannel(NATIONAL_CHANNEL[case.channel]),
        person=Person(case.applicant.number, case.applicant.name),
        received_at=case.state.received_at,
        papers=tuple(papers),
    )


def _note_fault(cases: Cases, row: PortalTelling, error: LienthongError) -> datetime:
    """Write down that it did not arrive, and when it is tried again: sooner at first, then at longer intervals."""
    now = cases.now()
    pause = min(FIRST_PAUSE * 2 ** min(row.tries, MOST_DOUBLINGS), LONGEST_PAUSE)
    row.tries += 1
    row.fault, row.failing_since, row.next_at = error.message[:_FAULT], row.failing_since or now, now + pause
    row.save(update_fields=["tries", "fault", "failing_since", "next_at"])
    return row.next_at
