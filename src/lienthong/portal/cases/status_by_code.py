"""The status of a case for whoever has its code: nothing about any person, and only so often."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from lienthong.cases.reading import find_case_by_code
from lienthong.cases.site_cases import make_site_cases
from lienthong.identity.limits import refuse_excess
from lienthong.portal.cases.next_words import tell_status
from lienthong.portal.cases.pages import show_page
from lienthong.web.callers import Caller, open_to

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from lienthong.cases.house import Cases
    from lienthong.cases.words import NationalStatus

LONGEST_CODE = 50


class CodeForm(forms.Form):
    """A case's code, as it stands on the receipt."""

    code = forms.CharField(
        label=_("Code of your case"),
        help_text=_("For example Z99.01-261130-0001."),
        max_length=LONGEST_CODE,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "govuk-input--width-20"}),
        error_messages={"required": _("Enter the code of your case")},
    )

    def clean_code(self) -> str:
        """Read it however it was spaced and cased."""
        text: str = self.cleaned_data["code"]
        return "".join(text.split()).upper()


@dataclass(frozen=True, slots=True)
class Found:
    """What somebody with the code may know."""

    code: str
    status: NationalStatus
    next: str


@open_to(Caller.ANYONE)
@require_http_methods(["GET", "HEAD", "POST"])
def show_status(request: HttpRequest) -> HttpResponse:
    """Ask for a code, and show the status of its case."""
    form = CodeForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return show_page(request, "status", {"form": form, "found": None, "place": "status"})
    code = form.cleaned_data["code"]
    refusal = refuse_excess(request, "case_status", code)
    if refusal is not None:
        return refusal
    found = _find(make_site_cases(), code)
    if found is None:
        form.add_error("code", _("There is no case with this code: compare it with your receipt"))
    return show_page(request, "status", {"form": form, "found": found, "place": "status"})


def _find(cases: Cases, code: str) -> Found | None:
    case = find_case_by_code(cases, code)
    return None if case is None else Found(case.code, case.state.status, tell_status(case.state, case.procedure))
