"""Filling in, one thing on each page: every page is saved when one goes on, so that one can stop and come back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lienthong.cases.drafts import DRAFT_DAYS, list_drafts, open_draft, save_answers
from lienthong.cases.form_parts import FieldKind
from lienthong.cases.forms import list_asked, read_page
from lienthong.cases.site_cases import make_site_cases
from lienthong.identity.limits import refuse_excess
from lienthong.portal.cases.addresses import describe_places
from lienthong.portal.cases.citizens import ask_for_level, for_citizens, get_applicant, may_file
from lienthong.portal.cases.filling import get_filling, lead_away
from lienthong.portal.cases.find_service import get_procedure_of_today
from lienthong.portal.cases.known import compare, fill_in, split_page, tell_known
from lienthong.portal.cases.pages import show_page
from lienthong.portal.cases.typed import write_page
from lienthong.portal.cases.uploads import list_choices, take_files

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from lienthong.cases.form_parts import FormPage, PageAnswers
    from lienthong.portal.cases.filling import Filling

TO_CHECK: Final = "check"
"""`?back=check`: whoever came from the check goes back to it."""


@for_citizens
@require_http_methods(["GET", "HEAD", "POST"])
def show_begin(request: HttpRequest, code: str) -> HttpResponse:
    """Say what beginning means, offer what was begun before, and open a draft."""
    procedure = get_procedure_of_today(code)
    if not may_file(request):
        return HttpResponseRedirect(reverse("service", args=[code]))
    again = ask_for_level(request, procedure.level)
    if again is not None:
        return again
    cases, applicant = make_site_cases(), get_applicant(request)
    drafts = [draft for draft in list_drafts(cases, applicant.number) if draft.procedure == code]
    if request.method != "POST":
        return show_page(request, "begin", {"procedure": procedure, "drafts": drafts, "days": DRAFT_DAYS})
    # One that was opened and never answered serves again: pressing twice opens one.
    untouched = next((draft for draft in drafts if draft.saved_at == draft.opened_at), None)
    if untouched is None and (refusal := refuse_excess(request, "case_begin", applicant.account)) is not None:
        return refusal
    draft = untouched or open_draft(cases, applicant, code, cases.today())
    return HttpResponseRedirect(reverse("draft", args=[draft.id]))


@for_citizens
@require_GET
def show_draft(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Lead to where the draft goes on: the first page with something unanswered, or the check."""
    filling = get_filling(request, draft_id)
    done = lead_away(request, filling)
    if done is not None:
        return done
    answers = filling.draft.answers
    for page in filling.pages:
        if any(field.required and answers.get(field.name) is None for field in list_asked(page, answers)):
            return HttpResponseRedirect(reverse("fill-in", args=[draft_id, page.name]))
    return HttpResponseRedirect(reverse("check-answers", args=[draft_id]))


@for_citizens
@require_http_methods(["GET", "HEAD", "POST"])
def show_fill_in(request: HttpRequest, draft_id: UUID, page: str) -> HttpResponse:
    """Show one page of the form, and save what was typed."""
    filling = get_filling(request, draft_id)
    done = lead_away(request, filling)
    if done is not None:
        return done
    filling, is_away = fill_in(filling) if request.method != "POST" else (filling, False)
    form_page = filling.get_page(page)
    if request.method != "POST":
        told = {"typed": write_page(form_page, filling.draft.answers), "prefill_away": is_away}
        return _show(request, filling, form_page, told)
    return _take(request, filling, form_page)


def _take(request: HttpRequest, filling: Filling, page: FormPage) -> HttpResponse:
    """Read a posted page: save what can be read, and go on, or show it again with what is missing."""
    posted = request.POST.dict()
    if "show-communes" in posted:
        return _show(request, filling, page, {"typed": posted})
    files, faults = take_files(request, filling.cases, filling.applicant.number, page)
    posted = {name: text for name, text in posted.items() if name not in faults} | files
    _known, rest = split_page(filling, page)
    read = read_page(filling.procedure.form, rest, posted, filling.draft.answers, filling.cases.today())
    saved = save_answers(filling.cases, filling.draft.id, filling.applicant, read.answers)
    compare(request, filling.with_draft(saved))
    if "stop" in posted:
        messages.success(request, _("Saved. You find it under “My cases”."))
        return HttpResponseRedirect(reverse("my-cases"))
    errors, is_more_asked = _sort_errors(read, posted)
    errors |= faults
    if errors or is_more_asked:
        told = {"typed": {**write_page(page, saved.answers), **posted}, "errors": errors, "more_asked": is_more_asked}
        return _show(request, filling, page, told, read.answers)
    if request.GET.get("back") == TO_CHECK:
        return HttpResponseRedirect(reverse("check-answers", args=[filling.draft.id]))
    return HttpResponseRedirect(get_filling(request, filling.draft.id).find_way(page.name, 1))


def _sort_errors(read: PageAnswers, posted: Mapping[str, str]) -> tuple[dict[str, Any], bool]:
    """Tell errors in what was asked from questions that an answer has only now brought up."""
    shown = posted.get("shown", "").split()
    errors = {name: fault for name, fault in read.errors.items() if name in shown}
    return errors, len(errors) < len(read.errors)


def _show(
    request: HttpRequest,
    filling: Filling,
    page: FormPage,
    told: dict[str, Any],
    answers: Mapping[str, Any] | None = None,
) -> HttpResponse:
    known, rest = split_page(filling, page)
    asked = list_asked(rest, {**filling.draft.answers, **(answers or {})})
    pages = [each.name for each in filling.pages]
    if any(field.kind is FieldKind.ADDRESS for field in asked):
        told |= describe_places(filling.cases, told["typed"])
    told["kept_documents"] = list_choices(filling.cases, filling.applicant.number, page)
    shown = {
        "draft": filling.draft,
        "procedure": filling.procedure,
        "page": page,
        "asked": asked,
        "known": tell_known(filling, known),
        "errors": {},
        "number": pages.index(page.name) + 1,
        "total": len(pages),
        "back_to": filling.find_way(page.name, -1),
        "place": "mine",
    }
    return show_page(request, "fill_in", {**shown, **told})
