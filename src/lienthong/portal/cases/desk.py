"""A case on one screen: what was handed in with what the registry says, its steps, its deadline, and what to do now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lienthong.cases.documents.kept import list_case_documents
from lienthong.cases.documents.paper_words import AGENCIES
from lienthong.cases.errors import CasesError
from lienthong.cases.form_parts import Words
from lienthong.cases.reading import get_case
from lienthong.cases.site_cases import load_site_days, make_site_cases
from lienthong.cases.step_waiting import list_waiting
from lienthong.cases.steps import can_replace, can_resend, can_take_over
from lienthong.cases.time_limits import find_deadlines
from lienthong.cases.waiting import find_step_reason
from lienthong.cases.words import ActionKind, CaseRole, Decision
from lienthong.cases.workflow import find_undo_phases, must_leave
from lienthong.identity.models import Account
from lienthong.portal.cases.complaint_words import tell_unanswered
from lienthong.portal.cases.deadline_words import find_urgency, tell_day, tell_distance, tell_reckoning
from lienthong.portal.cases.deed_form import STEP_DEEDS
from lienthong.portal.cases.office_names import name_unit
from lienthong.portal.cases.officers import for_officers, get_officer
from lienthong.portal.cases.own_case import tell_handed_in
from lienthong.portal.cases.pages import show_page
from lienthong.portal.cases.paper_links import list_desk_papers
from lienthong.portal.cases.procedure_words import say
from lienthong.portal.cases.timeline import tell_timeline
from lienthong.portal.cases.waiting_words import STUCK, tell_step
from lienthong.portal.cases.words import OFFICE_WAITS

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from lienthong.cases.case_state import CaseState
    from lienthong.cases.house import Cases
    from lienthong.cases.reading import CaseView
    from lienthong.cases.step_waiting import StepWaiting
    from lienthong.cases.steps import StepView
    from lienthong.portal.cases.officers import Officer
    from lienthong.portal.cases.waiting_words import StepWords

BY_THEMSELVES: Final = frozenset(
    {
        ActionKind.ASK_AGENCY,
        ActionKind.AGENCY_ACCEPTED,
        ActionKind.AGENCY_DONE,
        ActionKind.AGENCY_REFUSED,
        ActionKind.AGENCY_UNKNOWN,
        ActionKind.SUPPLEMENT,
    }
)
"""What happens by itself, or what the applicant does: no button of the desk."""

FORWARD: Final = (
    ActionKind.RECEIVE,
    ActionKind.TAKE,
    ActionKind.APPROVE,
    ActionKind.ISSUE,
    ActionKind.RETURN_RESULT,
    ActionKind.PAY,
    ActionKind.ANSWER_COMPLAINT,
)
"""What brings a case on; these stand first, and a note last."""

GRAVE: Final = frozenset({ActionKind.REFUSE_TO_RECEIVE, ActionKind.REFUSE, ActionKind.STOP})
"""What ends a case against the applicant's wish."""


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step at an agency as an officer sees it, with what they can do to it."""

    view: StepView
    title: str
    agency: str
    why: str
    told: StepWords
    deeds: tuple[ActionKind, ...]


@for_officers
@require_GET
def show_desk(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Show one case of the officer's agencies."""
    cases, officer, case = get_case_at_desk(request, case_id)
    return show_page(request, "desk", describe_desk(cases, officer, case))


def get_case_at_desk(request: HttpRequest, case_id: UUID) -> tuple[Cases, Officer, CaseView]:
    """Get a case for an officer of its agency; 404 for every other."""
    cases = make_site_cases()
    officer = get_officer(request, cases)
    try:
        case = get_case(cases, case_id)
    except CasesError as error:
        raise Http404 from error
    if not officer.list_whos(case.state.unit):
        raise Http404
    return cases, officer, case


def describe_desk(cases: Cases, officer: Officer, case: CaseView) -> dict[str, Any]:
    """Give what the page of a case shows."""
    deeds = [kind for kind in officer.list_deeds(case.state) if kind not in STEP_DEEDS | BY_THEMSELVES]
    deeds.sort(key=_rank_deed)
    documents = list_case_documents(cases, case)

    steps = describe_steps(officer, case)

    def find_way(document: UUID) -> str:
        return reverse("case-document", args=[case.id, document])

    return {
        **tell_handed_in(cases, case, documents, find_way, is_office=True),
        "papers": list_desk_papers(case, documents, may_withdraw=(case.state.unit, CaseRole.APPROVER) in officer.roles),
        "state": case.state,
        "officer": officer,
        "unit_name": name_unit(case.state.unit, cases.today()),
        "deeds_now": deeds,
        "grave": GRAVE,
        "forward": FORWARD,
        "steps": steps,
        "waits": [*tell_office_waits(case, steps), *tell_left_to_others(officer, case)],
        "unanswered": tell_unanswered(case.state, load_site_days(), cases.today()),
        "due": describe_due(cases, case),
        "explained": explain_due(cases, case),
        "handler_name": name_account(case.state.handler),
        "events": tell_timeline(case.actions, case.procedure, is_office=True),
        "place": "queue",
    }


def _rank_deed(kind: ActionKind) -> int:
    """Put what brings the case on first, what ends it badly near the end, and a note last."""
    if kind in FORWARD:
        return 0
    return 3 if kind is ActionKind.COMMENT else 2 if kind in GRAVE else 1


def describe_steps(officer: Officer, case: CaseView) -> list[StepRow]:
    """Give all steps at agencies."""
    late = {waiting.step: waiting for waiting in list_waiting(case)}
    return [describe_step(officer, case, step, late.get(step.id)) for step in case.state.steps.values()]


def describe_step(officer: Officer, case: CaseView, step: StepView, late: StepWaiting | None) -> StepRow:
    """Give a step with its reason for waiting, and the deeds that it allows the officer."""
    described = case.procedure.find_step(step.id)
    reason = find_step_reason(step, case.state)
    allowed = officer.list_deeds(case.state)
    deeds = tuple(kind for kind in STEP_DEEDS_IN_ORDER if kind in allowed and _fits(case.state, step, kind))
    told = tell_step(step, late, can_take_over=ActionKind.TAKE_OVER_STEP in deeds)
    why = STUCK if told.is_stuck else "" if reason is None else OFFICE_WAITS[reason]
    return StepRow(
        view=step,
        title=step.id if described is None else say(described.title),
        agency=say(AGENCIES.get(step.agency, Words(step.agency, step.agency))),
        why=str(why),
        told=told,
        deeds=deeds,
    )


STEP_DEEDS_IN_ORDER: Final = (
    ActionKind.RESEND_STEP,
    ActionKind.REPLACE_STEP,
    ActionKind.TAKE_OVER_STEP,
    ActionKind.UNDO_STEP,
)


def _fits(state: CaseState, step: StepView, kind: ActionKind) -> bool:
    match kind:
        case ActionKind.RESEND_STEP:
            return can_resend(step)
        case ActionKind.REPLACE_STEP:
            return can_replace(step)
        case ActionKind.TAKE_OVER_STEP:
            return can_take_over(step)
    return bool(find_undo_phases(state, step, CaseRole.HANDLER))


def tell_office_waits(case: CaseView, steps: list[StepRow]) -> list[str]:
    """Tell who is next and why, for the office's own eyes."""
    rows = {row.view.id: row for row in steps}
    told = []
    for wait in case.state.waits:
        row = rows.get(wait.step)
        told.append(str(OFFICE_WAITS[wait.reason]) if row is None else f"{row.title}: {row.why}")
    return list(dict.fromkeys(told))


def tell_left_to_others(officer: Officer, case: CaseView) -> list[str]:
    """Tell who could decide, but for having worked on the case, that somebody else does."""
    whos = [who for who in officer.list_whos(case.state.unit) if who.role is CaseRole.APPROVER]
    is_decided = case.state.is_over or case.state.decision is not Decision.NONE
    if is_decided or not any(must_leave(case.state, who, ActionKind.APPROVE) for who in whos):
        return []
    return [_("You worked on this case yourself, so somebody else of the office decides on it.")]


def explain_due(cases: Cases, case: CaseView) -> tuple[str, ...]:
    """Tell how the last day was counted; nothing before the office received the case."""
    if case.state.received_at is None:
        return ()
    reckoned = find_deadlines(case.procedure, case.state, case.actions, load_site_days(), cases.now()).whole
    return () if reckoned is None else tell_reckoning(reckoned)


def name_account(account: str) -> str:
    """Name whose account it is; nothing for none."""
    return Account.objects.filter(pk=account).values_list("full_name", flat=True).first() or "" if account else ""


def describe_due(cases: Cases, case: CaseView) -> dict[str, str] | None:
    """Give the deadline in words with its urgency; None where none runs."""
    if case.due is None or case.state.is_over:
        return None
    today = cases.today()
    return {
        "day": tell_day(case.due),
        "distance": tell_distance(case.due, today),
        "urgency": find_urgency(case.due, today),
    }
