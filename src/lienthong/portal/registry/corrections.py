"""A clerk puts a fact right, by a decision and with a reason; what was recorded before stays in the record.

Two steps: the form, then old and new side by side with a warning. What was typed travels in the form, and is read
again by the same rules before it is recorded.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lienthong.people.changes import correct_person
from lienthong.people.errors import PeopleError
from lienthong.people.facts import FactName
from lienthong.people.record import read_record
from lienthong.people.site_registry import make_site_registry
from lienthong.portal.registry.correction_form import CorrectionForm
from lienthong.portal.registry.find_person import CORRECTABLE, PAGE, ask_again, find_opened
from lienthong.portal.registry.office import for_clerks, get_clerk, show_page
from lienthong.portal.registry.words import FACT_NAMES, name_value, word_error

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@for_clerks
@require_http_methods(["GET", "HEAD", "POST"])
def show_correction(request: HttpRequest, look_up: int, fact: str) -> HttpResponse:
    """Ask what is right, show old and new, and record it."""
    registry, clerk = make_site_registry(), get_clerk(request)
    name = next((each for each in CORRECTABLE if each.value == fact), None)
    if name is None:
        raise Http404
    opened = find_opened(request, registry, look_up)
    if opened is None:
        return ask_again(request)
    held = next(shown.value for shown in read_record(registry, opened.person).facts if shown.fact.name is name)
    form = CorrectionForm(request.POST or None, fact=name, is_synthetic=registry.is_synthetic)
    told: dict[str, Any] = {"form": form, "opened": opened, "fact": name, "held": held, "page": PAGE}
    if request.method == "POST" and form.is_valid() and "change" not in request.POST:
        if form.cleaned_data["value"] == held:
            form.add_error("value", _("The registry holds this already"))
        elif "confirmed" not in request.POST:
            told["shown"] = name_value(name, form.cleaned_data["value"])
            told["renews"] = _renews(name, held, form.cleaned_data["value"])
            return show_page(request, "registry/correct_confirm.html", told)
        else:
            source = f"officer:{clerk.text}; {form.cleaned_data['decision']}"
            try:
                correct_person(registry, opened.person.number, form.make_correction(), source)
            except PeopleError as error:
                form.add_error(None, word_error(error))
            else:
                messages.success(request, _("Put right: %(fact)s.") % {"fact": FACT_NAMES[name]})
                return HttpResponseRedirect(reverse("person", kwargs={"look_up": look_up}))
    return show_page(request, "registry/correct.html", told)


def _renews(name: FactName, held: object, value: object) -> bool:
    """Whether the number would contradict the record, so that the person gets another one."""
    if name is FactName.BIRTH_DATE and isinstance(held, date) and isinstance(value, date):
        return held.year != value.year
    return name is FactName.SEX
