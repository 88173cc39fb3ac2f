"""Pages on which people decide on what was found in documents: accept, put right, or reject each.

Tasks are given by leaders alone, as the story says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lienthong.delivery.candidates import (
    accept_directive,
    accept_draft,
    accept_task,
    get_candidate,
    list_candidates,
    list_documents,
    reject_candidate,
    show_in_context,
    withdraw_document,
)
from lienthong.delivery.directive_words import CandidateState
from lienthong.delivery.drafts import KINDS as DRAFT_KINDS
from lienthong.delivery.errors import DeliveryError
from lienthong.delivery.models import ReadDocument
from lienthong.delivery.tasks import find_day
from lienthong.identity.signed_in import find_account
from lienthong.portal.delivery.candidate_forms import (
    DirectiveForm,
    RejectForm,
    TaskForm,
    WithdrawForm,
    make_form,
)
from lienthong.portal.delivery.candidate_words import (
    CANDIDATE_KINDS,
    CANDIDATE_STATES,
    STATE_COLOURS,
    word_delivery_error,
)
from lienthong.portal.delivery.pages import for_readers, show_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from lienthong.delivery.models import Candidate
    from lienthong.identity.models import Account
    from lienthong.portal.delivery.candidate_forms import AnyForm

PLACE: Final = "directives"
"""The way of delivery's pages under which documents that were read stand."""

WORDS: Final = {
    "candidate_kinds": CANDIDATE_KINDS,
    "candidate_states": CANDIDATE_STATES,
    "state_colours": STATE_COLOURS,
    "open_state": CandidateState.OPEN,
    "context_of": show_in_context,
    "draft_kinds": DRAFT_KINDS,
}


@for_readers
@require_GET
def show_documents(request: HttpRequest) -> HttpResponse:
    """List the documents that were read, with how much is still to be decided."""
    return show_page(request, "documents", {"documents": list_documents(), "place": PLACE})


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def show_candidates(request: HttpRequest, document: int) -> HttpResponse:
    """List what was found in one document, in the order of its text; and empty one that should not have been kept."""
    row = ReadDocument.objects.filter(pk=document).first()
    account = find_account(request)
    if row is None:
        raise Http404
    if account is None:
        raise PermissionDenied
    withdrawing = WithdrawForm(request.POST or None, prefix="away")
    if request.method == "POST" and withdrawing.is_valid():
        withdraw_document(document, withdrawing.cleaned_data["reason"], account, timezone.now())
        messages.success(request, _("Emptied. That you did it, and why, stays."))
        return HttpResponseRedirect(reverse("delivery-documents"))
    candidates = list_candidates(document)
    left = sum(candidate.state == CandidateState.OPEN for candidate in candidates)
    told = {"document": row, "candidates": candidates, "left": left, "withdrawing": withdrawing, "place": PLACE}
    return show_page(request, "candidates", {**WORDS, **told})


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def show_candidate(request: HttpRequest, document: int, candidate: int) -> HttpResponse:
    """Show one thing that was found, where it stands, and take the decision on it."""
    found = _get(document, candidate)
    account = find_account(request)
    if account is None:
        raise PermissionDenied
    if found.state != CandidateState.OPEN:
        problem = _("Somebody has decided on this already.") if request.method == "POST" else ""
        return show_page(request, "candidate", {**WORDS, "found": found, "problem": problem, "place": PLACE})
    is_rejected, now = "reject" in request.POST, timezone.now()
    form = make_form(found, request.POST if request.method == "POST" and not is_rejected else None, find_day(now))
    rejecting = RejectForm(request.POST if is_rejected else None, prefix="no")
    if request.method == "POST" and (rejecting if is_rejected else form).is_valid():
        try:
            _take(found, form, rejecting if is_rejected else None, account)
        except DeliveryError as error:
            (rejecting if is_rejected else form).add_error(None, word_delivery_error(error))
        else:
            messages.success(request, _("Rejected.") if is_rejected else _("Accepted."))
            return HttpResponseRedirect(_find_next(document))
    told: dict[str, Any] = {"found": found, "form": form, "rejecting": rejecting, "place": PLACE}
    return show_page(request, "candidate", {**WORDS, **told})


def _get(document: int, candidate: int) -> Candidate:
    try:
        found = get_candidate(candidate)
    except DeliveryError as error:
        raise Http404 from error
    if found.document_id != document:
        raise Http404
    return found


def _take(found: Candidate, form: AnyForm, rejecting: RejectForm | None, account: Account) -> None:
    now = timezone.now()
    if rejecting is not None:
        reject_candidate(found.pk, rejecting.cleaned_data["reason"], account, now)
    elif isinstance(form, DirectiveForm):
        accept_directive(found.pk, form.make(found), account, now)
    elif isinstance(form, TaskForm):
        accept_task(found.pk, form.make(found), account, now)
    else:
        accept_draft(found.pk, form.make(found), account, now)


def _find_next(document: int) -> str:
    """Give the page of the next thing to decide on, or the list when nothing is left."""
    ahead = (each.pk for each in list_candidates(document) if each.state == CandidateState.OPEN)
    key = next(ahead, None)
    if key is None:
        return reverse("delivery-candidates", kwargs={"document": document})
    return reverse("delivery-candidate", kwargs={"document": document, "candidate": key})
