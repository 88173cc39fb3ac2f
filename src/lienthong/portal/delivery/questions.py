"""Questions that other agencies put to this one: the list, and the answer that a person gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from lienthong.delivery.errors import DeliveryError
from lienthong.delivery.incoming import ANSWER_CHARACTERS, answer_question, list_incoming
from lienthong.delivery.models.task import IncomingAsk
from lienthong.delivery.tasks import find_day
from lienthong.identity.signed_in import find_account
from lienthong.portal.delivery.candidate_words import word_delivery_error
from lienthong.portal.delivery.pages import for_readers, show_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


class AnswerForm(forms.Form):
    """What we answer."""

    answer = forms.CharField(
        label=gettext_lazy("Answer"),
        max_length=ANSWER_CHARACTERS,
        widget=forms.Textarea,
        error_messages={"required": gettext_lazy("Enter the answer")},
    )


@for_readers
@require_GET
def show_questions(request: HttpRequest) -> HttpResponse:
    """List the questions that wait for an answer, and those that were answered."""
    told = {
        "place": "tasks",
        "waiting": list_incoming(is_open=True),
        "answered": list_incoming(is_open=False),
        "today": find_day(timezone.now()),
    }
    return show_page(request, "questions", told)


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def show_question(request: HttpRequest, row: int) -> HttpResponse:
    """Show a question with its answer, or take the answer: it stays, and who asked fetches it."""
    asked = IncomingAsk.objects.select_related("answered_by").filter(pk=row).first()
    if asked is None:
        raise Http404
    account = find_account(request)
    if account is None:
        raise PermissionDenied
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            answer_question(row, form.cleaned_data["answer"], account, timezone.now())
        except DeliveryError as error:
            form.add_error(None, word_delivery_error(error))
        else:
            messages.success(request, _("Answered. Whoever asked fetches the answer over the exchange."))
            return HttpResponseRedirect(reverse("delivery-questions"))
    return show_page(request, "question", {"place": "tasks", "asked": asked, "form": form})
