"""A person's own cases: the list, one case with what happens next, and what was handed in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lienthong.cases.documents.kept import list_case_documents
from lienthong.cases.drafts import discard_draft, list_drafts
from lienthong.cases.errors import CasesError
from lienthong.cases.notices import list_notices
from lienthong.cases.reading import get_case, list_own, require_own
from lienthong.cases.site_cases import load_site_days, make_site_cases
from lienthong.cases.step_waiting import list_waiting
from lienthong.cases.waiting import find_step_reason
from lienthong.cases.words import ActionKind, CaseRole, Channel, NationalStatus, StepState
from lienthong.cases.workflow import Who, next_actions
from lienthong.portal.cases.answers import Reading, tell_answers
from lienthong.portal.cases.citizens import ask_for_level, find_channel, for_citizens, get_applicant
from lienthong.portal.cases.complaint_words import tell_unanswered
from lienthong.portal.cases.deadline_words import tell_day, tell_distance
from lienthong.portal.cases.marks import make_marks
from lienthong.portal.cases.next_words import tell_next
from lienthong.portal.cases.pages import show_page
from lienthong.portal.cases.paper_links import list_own_papers
from lienthong.portal.cases.procedure_words import say
from lienthong.portal.cases.timeline import tell_timeline
from lienthong.portal.cases.waiting_words import tell_waiting
from lienthong.portal.cases.words import WAITS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.http import HttpRequest, HttpResponse

    from lienthong.cases.documents.kept import StoredDocument
    from lienthong.cases.drafts import Applicant
    from lienthong.cases.house import Cases
    from lienthong.cases.reading import CaseView


PAUSED: Final = frozenset({NationalStatus.SUPPLEMENT, NationalStatus.PAYMENT})
"""While the applicant is waited for."""


OwnCaseView: TypeAlias = "Callable[..., HttpResponse]"
"""Takes the request, the house of cases, the case, and what else the route names."""


@dataclass(frozen=True, slots=True)
class StepWords:
    """A step at an agency, as its applicant reads it."""

    title: str
    state: StepState
    text: str


def for_own_case(view: OwnCaseView) -> OwnCaseView:
    """Open a page of one case to its applicant, at the sign-in level that its service needs; the view gets the case."""

    @for_citizens
    @wraps(view)
    def opened(request: HttpRequest, case_id: UUID, **more: Any) -> HttpResponse:  # noqa: ANN401 # of the route
        cases, case = get_own_case(request, case_id)
        again = ask_for_level(request, case.procedure.level)
        return view(request, cases, case, **more) if again is None else again

    return opened


def get_own_case(request: HttpRequest, case_id: UUID) -> tuple[Cases, CaseView]:
    """Get a case of whoever is at the screen; 404 for another's, which nobody can tell from one that is not there."""
    cases = make_site_cases()
    try:
        case = get_case(cases, case_id)
        require_own(case, get_applicant(request).number)
    except CasesError as error:
        raise Http404 from error
    return cases, case


def list_own_kinds(request: HttpRequest, case: CaseView) -> frozenset[ActionKind]:
    """Give what whoever is at the screen can do to their case; at a counter nobody says how content they are."""
    may = frozenset(next_actions(case.state, Who(CaseRole.APPLICANT)))
    return may - {ActionKind.RATE} if find_channel(request) is Channel.COUNTER else may


@for_citizens
@require_http_methods(["GET", "HEAD", "POST"])
def show_my_cases(request: HttpRequest) -> HttpResponse:
    """List what somebody began and what they handed in; what was begun can be thrown away."""
    cases, applicant = make_site_cases(), get_applicant(request)
    if request.method == "POST":
        _discard(request, cases, applicant)
        return HttpResponseRedirect(reverse("my-cases"))
    find = cases.catalogue.get_version
    drafts = [
        {"id": draft.id, "title": find(draft.procedure, draft.version).title, "draft": draft}
        for draft in list_drafts(cases, applicant.number)
    ]
    lines = [
        {"title": find(line.procedure, line.version).title, "line": line} for line in list_own(cases, applicant.number)
    ]
    return show_page(request, "my_cases", {"drafts": drafts, "cases": lines, "place": "mine"})


def _discard(request: HttpRequest, cases: Cases, applicant: Applicant) -> None:
    try:
        discard_draft(cases, UUID(request.POST.get("draft", "")), applicant)
    except (CasesError, ValueError):
        # Thrown away before, or in another window: what is wanted is so.
        return
    messages.success(request, _("Deleted. Nothing of it was sent."))


@for_own_case
@require_GET
def show_my_case(request: HttpRequest, cases: Cases, case: CaseView) -> HttpResponse:
    """Show one case: what happens next, its steps, its deadline, its papers, and what happened."""
    documents = list_case_documents(cases, case)
    told = {
        "case": case,
        "state": case.state,
        "procedure": case.procedure,
        "next": tell_next(case.state, case.procedure),
        "steps": tell_steps(case),
        "deadline": tell_deadline(cases, case),
        "unanswered": tell_unanswered(case.state, load_site_days(), cases.today()),
        "papers": list_own_papers(case, documents),
        "events": tell_timeline(case.actions, case.procedure, is_office=False),
        "notices_told": list_notices(case.id),
        "may": {kind.value for kind in list_own_kinds(request, case)},
        "place": "mine",
    }
    return show_page(request, "my_case", told)


@for_own_case
@require_GET
def show_my_answers(request: HttpRequest, cases: Cases, case: CaseView) -> HttpResponse:
    """Show what was handed in, as it stands now."""
    told = tell_handed_in(
        cases, case, list_case_documents(cases, case), lambda document: reverse("my-paper", args=[document])
    )
    return show_page(request, "my_answers", {**told, "place": "mine"})


def tell_steps(case: CaseView) -> tuple[StepWords, ...]:
    """Tell the steps at agencies, each with why it waits."""
    told = []
    late = {waiting.step: tell_waiting(waiting) for waiting in list_waiting(case)}
    for step in case.state.steps.values():
        described = case.procedure.find_step(step.id)
        reason = find_step_reason(step, case.state)
        title = step.id if described is None else say(described.title)
        parts = ("" if reason is None else str(WAITS[reason]), late.get(step.id, ""))
        # What is ready stands still while the applicant is waited for.
        is_held = step.state is StepState.READY and case.state.status in PAUSED
        told.append(StepWords(title, StepState.WAITING if is_held else step.state, " ".join(filter(None, parts))))
    return tuple(told)


def tell_deadline(cases: Cases, case: CaseView) -> tuple[str, ...]:
    """Tell the deadline in words; once it is over, that it is."""
    if case.state.is_over or case.state.done_at is not None:
        return (_("The case is done; no deadline runs any more."),)
    if case.due is None:
        return (_("The deadline is counted from the day on which the office receives the case."),)
    day = _("The result is due on %(day)s, %(distance)s.")
    told = day % {"day": tell_day(case.due), "distance": tell_distance(case.due, cases.today())}
    if case.state.status not in PAUSED:
        return (told,)
    return told, _("While we wait for you the deadline is paused; the day moves on accordingly.")


def tell_handed_in(
    cases: Cases,
    case: CaseView,
    documents: Sequence[StoredDocument],
    find_way: Callable[[UUID], str],
    *,
    is_office: bool = False,
) -> dict[str, Any]:
    """Give what a page of answers shows of a case; `find_way` says where a document can be had."""
    named = {str(document.id): (document.name, find_way(document.id)) for document in documents}
    missing = (_("a file that is not there any more"), "")
    today = cases.today()
    find_mark = make_marks(case.procedure.form, case.answers, today, is_office=is_office)
    reading = Reading(today, lambda document: named.get(document, missing), find_mark)
    sections = tell_answers(case.procedure.form, case.answers, reading)
    return {"case": case, "procedure": case.procedure, "sections": sections}
