"""What a filing portal and this office hold differently: what was mended by itself, and what a person must settle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from lienthong.cases.errors import CasesError, CasesErrorKind
from lienthong.cases.reconciling import list_differences, settle_difference
from lienthong.cases.site_cases import make_site_cases
from lienthong.portal.cases.officers import for_officers, get_officer
from lienthong.portal.cases.pages import show_page
from lienthong.portal.cases.words import DIFFERENCES

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

MOST_TEXT = 500
SHOWN_SETTLED = 20


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
    """Ask how a difference was settled, and write it down."""
    cases = make_site_cases()
    officer = get_officer(request, cases)
    found = next((each for each in list_differences() if each.id == difference), None)
    form = SettleForm(request.POST or None)
    if found is None:
        return HttpResponseRedirect(reverse("case-differences"))
    if request.method == "POST" and form.is_valid():
        try:
            settle_difference(cases, difference, officer.as_actor(officer.units[0]), form.cleaned_data["text"])
        except CasesError as error:
            if error.kind is not CasesErrorKind.UNKNOWN_DIFFERENCE:
                raise
        else:
            messages.success(request, _("Written down as settled."))
        return HttpResponseRedirect(reverse("case-differences"))
    told = {"found": found, "form": form, "kinds": DIFFERENCES, "place": "differences"}
    return show_page(request, "difference", told)
