"""Pages on which accepted figures and targets are completed and entered: the list of those that wait, and each one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from lienthong.delivery.candidates import get_candidate, show_in_context
from lienthong.delivery.code_names import CodeNames
from lienthong.delivery.drafts import (
    count_entered,
    count_waiting,
    enter_figure,
    enter_target,
    find_entry,
    find_source,
    get_draft,
    list_waiting,
)
from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind
from lienthong.delivery.reading.found import CandidateKind
from lienthong.identity.signed_in import find_account, find_caller
from lienthong.portal.delivery.candidate_words import CANDIDATE_KINDS, QUALIFIERS, write_found
from lienthong.portal.delivery.draft_forms import FigureForm, TargetForm, make_figure_form, make_target_form
from lienthong.portal.delivery.pages import find_language, for_readers, show_page
from lienthong.web.callers import Caller

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from lienthong.delivery.models import Candidate
    from lienthong.identity.models import Account

PLACE: Final = "directives"
"""The way of delivery's pages under which drafts stand, beside the documents that they were read in."""

PAGE_ROWS: Final = 50

WORDS: Final = {
    "place": PLACE,
    "candidate_kinds": CANDIDATE_KINDS,
    "qualifiers": QUALIFIERS,
    "write_found": write_found,
}

REFUSALS: Final = {
    DeliveryErrorKind.NOT_PUBLISHABLE: gettext_lazy(
        "A figure of public order or of minorities cannot be kept like this"
    ),
    DeliveryErrorKind.WRONG_UNIT: gettext_lazy("The unit does not fit the indicator"),
    DeliveryErrorKind.BAD_CELL: gettext_lazy("The area, the period or the figure does not fit the indicator"),
    DeliveryErrorKind.BAD_TARGET: gettext_lazy("The plan does not take the target like this"),
    DeliveryErrorKind.CANDIDATE_DECIDED: gettext_lazy("Somebody has entered this already."),
}
"""What people read of a refusal; whatever else there is, it cannot be entered. The rule's own sentence stands below."""


@for_readers
@require_GET
def show_drafts(request: HttpRequest) -> HttpResponse:
    """List the drafts that wait to be entered, the newest first, and count them."""
    page = Paginator(list_waiting(), PAGE_ROWS).get_page(request.GET.get("page"))
    told = {"listed": page, "waiting": count_waiting(), "entered": count_entered(), "draft_of": get_draft}
    return show_page(request, "drafts", {**WORDS, **told})


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def show_draft(request: HttpRequest, candidate: int) -> HttpResponse:
    """Show a draft, to a statistician with the form that enters it; once entered, who did it and what it became."""
    found, account = _get(candidate), find_account(request)
    if account is None:
        raise PermissionDenied
    draft, entry = get_draft(found), find_entry(found.pk)
    told = {**WORDS, "found": found, "draft": draft, "entry": entry, "context": show_in_context(found)}
    if entry is not None:
        problem = _("Somebody has entered this already.") if request.method == "POST" else ""
        return show_page(request, "draft", {**told, "problem": problem})
    caller = find_caller(request)
    if caller is None or Caller.STATISTICIAN not in caller.callers:
        if request.method == "POST":
            raise PermissionDenied
        return show_page(request, "draft", {**told, "is_for_others": True})
    make = make_figure_form if found.kind == CandidateKind.OBSERVATION else make_target_form
    form = make(request.POST if request.method == "POST" else None, draft, find_source(found.document))
    if request.method == "POST" and form.is_valid():
        try:
            _enter(found, form, account)
        except DeliveryError as error:
            form.add_error(None, REFUSALS.get(error.kind, _("It cannot be entered like this")))
            told |= _tell_detail(error)
        else:
            messages.success(request, _("Entered."))
            return HttpResponseRedirect(reverse("delivery-draft", kwargs={"candidate": found.pk}))
    return show_page(request, "draft", {**told, "form": form})


def _get(candidate: int) -> Candidate:
    """Give an accepted draft that has its words; raises 404 for whatever else there is."""
    try:
        found = get_candidate(candidate)
        get_draft(found)
    except DeliveryError as error:
        raise Http404 from error
    return found


def _tell_detail(error: DeliveryError) -> dict[str, str]:
    """Give the rule's own sentence, and in which language it is."""
    if error.reason is None:
        return {"detail": error.message, "detail_lang": "en"}
    told = error.reason.write(find_language(), CodeNames())
    return {"detail": f"{told[0].upper()}{told[1:]}.", "detail_lang": find_language()}


def _enter(found: Candidate, form: FigureForm | TargetForm, account: Account) -> None:
    if isinstance(form, FigureForm):
        enter_figure(found.pk, form.make(), form.document(), account, timezone.now())
    else:
        enter_target(found.pk, form.make(), form.document(), account, timezone.now())
