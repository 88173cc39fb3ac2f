"""What an applicant can do with a case of their own: withdraw it, pay, say how it went, complain. Each counts once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from lienthong.cases.actions import Complained, Paid, Rated, Withdrawn
from lienthong.cases.errors import CasesError, CasesErrorKind
from lienthong.cases.handling import perform
from lienthong.cases.words import ActionKind, CaseRole
from lienthong.portal.cases.citizens import get_citizen_actor
from lienthong.portal.cases.own_case import for_own_case, list_own_kinds
from lienthong.portal.cases.pages import show_page
from lienthong.portal.cases.procedure_words import tell_money
from lienthong.portal.cases.words import DONE

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from lienthong.cases.actions import Payload
    from lienthong.cases.house import Cases
    from lienthong.cases.reading import CaseView

MOST_TEXT: Final = 2000

STARS: Final = (
    ("5", _("5 - very satisfied")),
    ("4", _("4 - satisfied")),
    ("3", _("3 - neither satisfied nor dissatisfied")),
    ("2", _("2 - dissatisfied")),
    ("1", _("1 - very dissatisfied")),
)


class KeyedForm(forms.Form):
    """A form that carries its own key and what its page saw: sent twice it counts once, and never on a case unseen."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    seen = forms.IntegerField(widget=forms.HiddenInput)


def _make_text(label: Any, needed: Any = None) -> forms.Field:  # noqa: ANN401 # lazy texts, typed by the stubs alone
    return forms.CharField(
        label=label,
        max_length=MOST_TEXT,
        required=needed is not None,
        widget=forms.Textarea,
        error_messages={"required": needed or ""},
    )


class WithdrawForm(KeyedForm):
    """Why, if they wish to say."""

    text = _make_text(_("Why? (optional)"))


class PayForm(KeyedForm):
    """Nothing is asked: the amount stands on the page."""


class RateForm(KeyedForm):
    """How it went."""

    stars = forms.ChoiceField(
        label=_("How satisfied are you with how your case was handled?"),
        choices=STARS,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how satisfied you are")},
    )
    text = _make_text(_("What should be better? (optional)"))


class ComplainForm(KeyedForm):
    """What is wrong."""

    text = _make_text(_("What happened, and what should be done?"), _("Write what happened"))


class OwnDeed:
    """One kind of thing an applicant does: its form, its page's words, and what the action tells."""

    def __init__(
        self, kind: ActionKind, form: type[KeyedForm], make: Callable[[CaseView, dict[str, Any]], Payload]
    ) -> None:
        self.kind = kind
        self.form = form
        self.make = make


def _pay(case: CaseView, _read: dict[str, Any]) -> Payload:
    return Paid(case.state.fee, f"{SANDBOX_PAYMENT}-{case.code}")


SANDBOX_PAYMENT: Final = "SANDBOX"
"""Begins the number of a payment that was never made."""

OWN_DEEDS: Final = {
    "withdraw": OwnDeed(ActionKind.WITHDRAW, WithdrawForm, lambda _case, read: Withdrawn(read["text"])),
    "pay": OwnDeed(ActionKind.PAY, PayForm, _pay),
    "rate": OwnDeed(ActionKind.RATE, RateForm, lambda _case, read: Rated(int(read["stars"]), read["text"])),
    "complain": OwnDeed(ActionKind.COMPLAIN, ComplainForm, lambda _case, read: Complained(read["text"])),
}


@for_own_case
@require_http_methods(["GET", "HEAD", "POST"])
def show_own_deed(request: HttpRequest, cases: Cases, case: CaseView, deed: str) -> HttpResponse:
    """Show what one is about to do, and do it."""
    own = OWN_DEEDS[deed]
    if own.kind not in list_own_kinds(request, case):
        return HttpResponseRedirect(reverse("my-case", args=[case.id]))
    form = own.form(request.POST or None, initial={"seen": case.state.number})
    if request.method == "POST" and form.is_valid() and _may_do(own):
        return _do(request, cases, case, own, form.cleaned_data)
    told = {
        "case": case,
        "procedure": case.procedure,
        "deed": deed,
        "form": form,
        "amount": tell_money(case.state.fee),
        "may_pay": settings.IS_SANDBOX,
        "place": "mine",
    }
    return show_page(request, "own_deed", told)


def _may_do(own: OwnDeed) -> bool:
    """Whether the page can do it: no payment service is joined, so that only a sandbox pretends to be paid."""
    return own.kind is not ActionKind.PAY or bool(settings.IS_SANDBOX)


def _do(request: HttpRequest, cases: Cases, case: CaseView, own: OwnDeed, read: dict[str, Any]) -> HttpResponse:
    payload, actor = own.make(case, read), get_citizen_actor(request)
    try:
        perform(cases, case.id, actor, CaseRole.APPLICANT, own.kind, payload, str(read["key"]), read["seen"])
    except CasesError as error:
        if error.kind not in SAID_ON_PAGE:
            raise
        messages.warning(request, _("The case went on in the meantime. Look at it as it is now."))
    else:
        messages.success(request, DONE[own.kind])
    return HttpResponseRedirect(reverse("my-case", args=[case.id]))


SAID_ON_PAGE: Final = frozenset({CasesErrorKind.STALE, CasesErrorKind.NOT_NOW, CasesErrorKind.KEY_REUSED})
"""Refusals that an honest page can meet: somebody else was quicker, or one went back and sent other words."""
