"""Taking a paper back: by whoever decides at the office that gave it out, with a reason, for good."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from lienthong.cases.documents.issuing import Withdrawal, withdraw_paper
from lienthong.cases.documents.words import WithdrawalReason
from lienthong.cases.models import Paper
from lienthong.cases.words import CaseRole
from lienthong.portal.cases.desk import get_case_at_desk
from lienthong.portal.cases.officers import for_officers
from lienthong.portal.cases.pages import show_page
from lienthong.portal.cases.paper_words import WITHDRAWN

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

MOST_TEXT: Final = 500

BY_PEOPLE: Final = (WithdrawalReason.MISTAKE, WithdrawalReason.TAKEN_BACK, WithdrawalReason.DECISION)
"""That a later paper stands in its place is written down when that one is made."""


class WithdrawPaperForm(forms.Form):
    """Why, in which words, and that the officer knows what it does."""

    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[(reason.value, WITHDRAWN[reason]) for reason in BY_PEOPLE],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a reason")},
    )
    text = forms.CharField(
        label=_("In your own words (optional)"),
        help_text=_("It stays in the record of the office; the public page tells the reason alone."),
        max_length=MOST_TEXT,
        required=False,
        widget=forms.Textarea,
    )
    knows = forms.BooleanField(
        label=_("I know that a paper which is taken back never holds again"),
        error_messages={"required": _("Confirm that the paper will never hold again")},
    )


@for_officers
@require_http_methods(["GET", "HEAD", "POST"])
def show_withdrawal(request: HttpRequest, case_id: UUID, document_id: UUID) -> HttpResponse:
    """Ask why a paper is taken back, and take it back."""
    cases, officer, case = get_case_at_desk(request, case_id)
    if (case.state.unit, CaseRole.APPROVER) not in officer.roles:
        raise PermissionDenied
    paper = Paper.objects.filter(document_id=document_id, case_id=case.id, withdrawal=None).first()
    if paper is None:
        raise Http404
    form = WithdrawPaperForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        read = form.cleaned_data
        withdraw_paper(
            cases, paper.check_code, Withdrawal(WithdrawalReason(read["reason"]), officer.account, read["text"])
        )
        messages.success(request, _("The paper is taken back; its public page says so from now on."))
        return HttpResponseRedirect(reverse("case-desk", args=[case.id]))
    told = {"case": case, "procedure": case.procedure, "paper": paper, "form": form, "place": "queue"}
    return show_page(request, "paper_withdrawal", told)
