"""What a filing portal and this office hold differently: what was mended by itself, and what a person must settle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django import forms
from django.contrib import messages
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from lienthong.cases.errors import CasesError, CasesErrorKind
from lienthong.cases.reconciling import (
    DifferenceKind,
    list_differences,
    mend_difference,
    require_portal,
    settle_difference,
)
from lienthong.cases.site_cases import make_site_cases
from lienthong.kernel.errors import LienthongError
from lienthong.portal.cases.officers import for_officers, get_officer
from lienthong.portal.cases.pages import show_page
from lienthong.portal.cases.words import DIFFERENCES

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django_stubs_ext import StrPromise

    from lienthong.cases.house import Cases
    from lienthong.cases.reconciling import Difference
    from lienthong.portal.cases.officers import Officer

MOST_TEXT = 500
SHOWN_SETTLED = 20


FAULTS: Final[dict[object, StrPromise]] = {
    CasesErrorKind.PORTAL_SILENT: _("The portal does not answer at the moment. Try again in a while."),
    CasesErrorKind.PORTAL_REFUSED: _("The portal does not take it. Tell who keeps this system."),
    CasesErrorKind.BAD_PORTAL_DOCUMENT: _("What the portal sent is not as agreed. Tell who keeps this system."),
    CasesErrorKind.NO_PORTAL: _("This office is joined to no portal."),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a difference could not be put right: in words for the officer, and in those of the program."""

    words: StrPromise
    detail: str


class SettleForm(forms.Form):
    """How a difference was settled."""

    text = forms.CharField(
        label=_("How was it settled?"),
        help_text=_("Who was asked, and what they said. It stays in the record with your name."),
        max_length=MOST_TEXT,
        widget=forms.Textarea,
        error_messages={"required": _("Write how it was settled")},
    )


@for_officers
@require_GET
def show_differences(request: HttpRequest) -> HttpResponse:
    """List what is open, and what was settled last."""
    told = {
        "open": list_differences(),
        "settled": list_differences(is_settled=True, most=SHOWN_SETTLED),
        "kinds": DIFFERENCES,
        "place": "differences",
    }
    return show_page(request, "differences", told)


@for_officers
@require_http_methods(["GET", "HEAD", "POST"])
def show_settle(request: HttpRequest, difference: int) -> HttpResponse:
    """Ask how a difference was settled, and write it down; or ask the portal once more."""
    cases = make_site_cases()
    officer = get_officer(request, cases)
    found = next((each for each in list_differences() if each.id == difference), None)
    if found is None:
        return HttpResponseRedirect(reverse("case-differences"))
    is_again = request.method == "POST" and "again" in request.POST
    fault = _try_mending(request, cases, officer, found) if is_again else None
    if is_again and fault is None:
        return HttpResponseRedirect(reverse("case-differences"))
    form = SettleForm(None if is_again else request.POST or None)
    if not is_again and request.method == "POST" and form.is_valid():
        try:
            settle_difference(cases, difference, officer.as_actor(officer.units[0]), form.cleaned_data["text"])
        except CasesError as error:
            if error.kind is not CasesErrorKind.UNKNOWN_DIFFERENCE:
                raise
        else:
            messages.success(request, _("Written down as settled."))
        return HttpResponseRedirect(reverse("case-differences"))
    told = {
        "found": found,
        "form": form,
        "kinds": DIFFERENCES,
        "place": "differences",
        "can_mend": cases.portal is not None and found.kind is not DifferenceKind.MISSING_THERE,
        "fault": fault,
    }
    return show_page(request, "difference", told)


def _try_mending(request: HttpRequest, cases: Cases, officer: Officer, found: Difference) -> Fault | None:
    """Fetch what is missing, or tell the status again, now; gives what stands in the way, None where it is done."""
    try:
        mend_difference(cases, require_portal(cases), found.id, officer.as_actor(officer.units[0]))
    except LienthongError as error:
        if error.kind is CasesErrorKind.NOT_ALLOWED:
            raise
        return Fault(FAULTS.get(error.kind, _("It cannot be filed here as it is.")), error.message)
    messages.success(request, _("It is put right: both sides hold the same."))
    return None
