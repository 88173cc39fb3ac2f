"""The register of an office's cases over some days (form 07), printed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from lienthong.cases.documents.errors import DocumentError, DocumentErrorKind
from lienthong.cases.documents.register import MOST_LINES, RegisterSpan, make_register
from lienthong.cases.site_cases import make_site_cases
from lienthong.identity.card_forms import DAY_FIELD, DAY_FORMATS
from lienthong.portal.cases.officers import for_officers, get_officer
from lienthong.portal.cases.pages import show_page

if TYPE_CHECKING:
    from django.http import HttpRequest

_ERRORS = {
    "required": _("Enter the date"),
    "invalid": _("Enter the date as day/month/year, for example 17/5/1990"),
}


def _make_day(label: Any) -> forms.Field:  # noqa: ANN401 # a lazy text, typed by the stubs alone
    field = forms.TextInput(attrs={**DAY_FIELD, "autocomplete": "off"})
    return forms.DateField(
        label=label, help_text=_("Day/month/year."), input_formats=DAY_FORMATS, widget=field, error_messages=_ERRORS
    )


class RegisterForm(forms.Form):
    """From which day to which."""

    first = _make_day(_("Received from"))
    last = _make_day(_("Received until"))

    def clean(self) -> dict[str, Any]:
        """Put the days in their order."""
        read = self.cleaned_data
        if read.get("first") and read.get("last") and read["last"] < read["first"]:
            self.add_error("last", _("The last day comes before the first"))
        return read


@for_officers
@require_GET
def show_register(request: HttpRequest) -> HttpResponse:
    """Ask for the days, and give the register."""
    cases = make_site_cases()
    officer, today = get_officer(request, cases), cases.today()
    week = {"first": f"{today - timedelta(days=6):%d/%m/%Y}", "last": f"{today:%d/%m/%Y}"}
    form = RegisterForm(request.GET if "first" in request.GET else None, initial=week)
    if form.is_bound and form.is_valid():
        span = RegisterSpan(officer.units[0], form.cleaned_data["first"], form.cleaned_data["last"])
        try:
            pdf = make_register(cases, span)
        except DocumentError as error:
            if error.kind is not DocumentErrorKind.TOO_LARGE:
                raise
            form.add_error(None, _("More than %(most)d cases: choose fewer days") % {"most": MOST_LINES})
        else:
            name = f"form-07-{span.unit}-{span.first}-{span.last}.pdf"
            headers = {"Content-Disposition": f'inline; filename="{name}"'}
            return HttpResponse(pdf, content_type="application/pdf", headers=headers)
    return show_page(request, "register", {"form": form, "place": "register"})
