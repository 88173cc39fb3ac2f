"""Saying that a handler is away, and who sees their cases meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from lienthong.cases.errors import CasesError
from lienthong.cases.queue import set_absence
from lienthong.cases.site_cases import make_site_cases
from lienthong.identity.card_forms import DAY_FIELD, DAY_FORMATS
from lienthong.portal.cases.officers import for_officers, get_officer, list_colleagues
from lienthong.portal.cases.pages import show_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_DAY_ERRORS: Final = {
    "required": _("Enter the date"),
    "invalid": _("Enter the date as day/month/year, for example 17/5/1990"),
}


class AbsenceForm(forms.Form):
    """From when to when, and who stands in."""

    def __init__(self, *args: Any, colleagues: list[tuple[str, str]], **kwargs: Any) -> None:  # noqa: ANN401 # Django's
        super().__init__(*args, **kwargs)
        for name, label in (("first_day", _("First day away")), ("last_day", _("Last day away"))):
            self.fields[name] = forms.DateField(
                label=label,
                help_text=_("Day/month/year."),
                input_formats=DAY_FORMATS,
                widget=forms.TextInput(attrs={**DAY_FIELD, "autocomplete": "off"}),
                error_messages=_DAY_ERRORS,
            )
        self.fields["substitute"] = forms.ChoiceField(
            label=_("Who stands in for you"),
            choices=colleagues,
            widget=forms.RadioSelect,
            error_messages={"required": _("Choose who stands in for you")},
        )

    def clean(self) -> dict[str, Any]:
        """Put the days in their order."""
        read = self.cleaned_data
        if read.get("first_day") and read.get("last_day") and read["last_day"] < read["first_day"]:
            self.add_error("last_day", _("The last day comes before the first"))
        return read


@for_officers
@require_http_methods(["GET", "HEAD", "POST"])
def show_absence(request: HttpRequest) -> HttpResponse:
    """Ask from when to when, and who stands in."""
    cases = make_site_cases()
    officer = get_officer(request, cases)
    unit = officer.units[0]
    others = [each for each in list_colleagues(unit, cases.today()) if each[0] != officer.account]
    form = AbsenceForm(request.POST or None, colleagues=others)
    if request.method == "POST" and form.is_valid():
        read = form.cleaned_data
        days = (read["first_day"], read["last_day"])
        try:
            set_absence(cases, officer.as_actor(unit), officer.account, read["substitute"], days)
        except CasesError:
            form.add_error(None, _("Only officers who handle cases here can register an absence"))
        else:
            messages.success(request, _("Kept. Your colleague sees your cases on these days."))
            return HttpResponseRedirect(reverse("case-queue"))
    return show_page(request, "absence", {"form": form, "has_colleagues": bool(others), "place": "queue"})
