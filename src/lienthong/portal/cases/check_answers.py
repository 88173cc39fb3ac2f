"""The check before submitting, and submitting itself: once, however often the button is pressed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lienthong.cases.documents.errors import DocumentErrorKind
from lienthong.cases.documents.kept import list_own_documents
from lienthong.cases.expressions import is_true
from lienthong.cases.filing import submit
from lienthong.cases.form_faults import FormError
from lienthong.cases.form_parts import FieldFault, FieldKind
from lienthong.cases.forms import select_answers, verify_answers
from lienthong.portal.cases.answers import Reading, tell_answers
from lienthong.portal.cases.citizens import find_channel, for_citizens, may_file
from lienthong.portal.cases.filling import get_filling, lead_away
from lienthong.portal.cases.marks import make_marks
from lienthong.portal.cases.pages import show_page
from lienthong.portal.cases.procedure_words import name_fault
from lienthong.portal.cases.uploads import FAULTS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from lienthong.portal.cases.filling import Filling


@for_citizens
@require_http_methods(["GET", "HEAD", "POST"])
def show_check(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Show all answers, and submit them."""
    filling = get_filling(request, draft_id)
    done = lead_away(request, filling)
    if done is not None:
        return done
    if request.method != "POST":
        return _show(request, filling, _find_faults(filling))
    if not may_file(request):
        return HttpResponseRedirect(reverse("service", args=[filling.procedure.code]))
    if lost := _find_lost_papers(filling):
        return _show(request, filling, lost)
    key, channel = str(draft_id), find_channel(request)
    try:
        receipt = submit(filling.cases, draft_id, filling.applicant, key, channel, list_documents(filling))
    except FormError as error:
        return _show(request, filling, error.faults)
    return HttpResponseRedirect(reverse("receipt", args=[receipt.case_id]))


def list_documents(filling: Filling) -> tuple[str, ...]:
    """Give the documents that the answers name, in the form's order."""
    answers = select_answers(filling.procedure.form, filling.draft.answers)
    files = [field.name for field in filling.procedure.form.fields() if field.kind is FieldKind.FILE]
    return tuple(answers[name] for name in files if name in answers)


def _find_faults(filling: Filling) -> Mapping[str, FieldFault]:
    try:
        verify_answers(filling.procedure.form, filling.draft.answers, filling.cases.today())
    except FormError as error:
        return error.faults
    return _find_lost_papers(filling)


def _find_lost_papers(filling: Filling) -> Mapping[str, FieldFault]:
    """Say which papers the answers name that are not in the person's store: removed since, or never theirs."""
    answers = select_answers(filling.procedure.form, filling.draft.answers)
    files = [field.name for field in filling.procedure.form.fields() if field.kind is FieldKind.FILE]
    named = {name: answers[name] for name in files if answers.get(name)}
    own = {str(each.id) for each in list_own_documents(filling.cases, filling.applicant.number)} if named else set()
    kind = DocumentErrorKind.UNKNOWN_DOCUMENT
    return {name: FieldFault(kind.value, FAULTS[kind]) for name, paper in named.items() if paper not in own}


def _show(request: HttpRequest, filling: Filling, faults: Mapping[str, FieldFault]) -> HttpResponse:
    answers = select_answers(filling.procedure.form, filling.draft.answers)
    find_mark = make_marks(filling.procedure.form, answers, filling.cases.today())
    named = {str(each.id): each.name for each in list_own_documents(filling.cases, filling.applicant.number)}
    reading = Reading(filling.cases.today(), lambda document: (named.get(document, _("a file")), ""), find_mark)
    fees = tuple(fee for fee in filling.procedure.fees if is_true(fee.when, {"form": answers}))
    told = {
        "draft": filling.draft,
        "procedure": filling.procedure,
        "sections": tell_answers(filling.procedure.form, answers, reading),
        "problems": [_tell_problem(filling, name, fault) for name, fault in faults.items()],
        "fees": fees,
        "back_to": filling.find_way(filling.pages[-1].name, 0),
        "place": "mine",
    }
    return show_page(request, "check_answers", told)


def _tell_problem(filling: Filling, name: str, fault: FieldFault) -> dict[str, Any]:
    """Say what is missing, with the way to the page on which it is asked."""
    field = filling.procedure.form.find_field(name)
    page = next((each for each in filling.pages if any(one.name == name for one in each.fields)), None)
    href = {} if page is None else {"href": f"{reverse('fill-in', args=[filling.draft.id, page.name])}?back=check"}
    return {"text": name if field is None else name_fault(field.label, fault.words), **href}
