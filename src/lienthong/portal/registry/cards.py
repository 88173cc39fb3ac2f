"""The back office for cards: what waits, one application with its next steps, and counts per commune."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lienthong.people.card_queue import count_steps, list_queue, list_queue_areas
from lienthong.people.card_steps import NEXT_STATES, WAITING_STATES, CardState
from lienthong.people.cards import count_cards, get_card, take_card_step
from lienthong.people.days import find_today
from lienthong.people.errors import PeopleError, PeopleErrorKind
from lienthong.people.lookup_purposes import LookUpPurpose
from lienthong.people.lookups import Asker, look_up_applicant
from lienthong.people.persons import get_person
from lienthong.people.site_registry import make_site_registry
from lienthong.portal.registry.forms import CardStepForm, CountsForm
from lienthong.portal.registry.office import for_clerks, get_clerk, show_page
from lienthong.portal.registry.words import CARD_STATES, CARD_STEPS, word_error

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from lienthong.people.cards import CardCounts, CardView
    from lienthong.people.registry import Registry
    from lienthong.portal.registry.office import Clerk

PAGE: Final = "cards"
_NEEDS_REASON: Final = frozenset({CardState.REFUSED, CardState.LOST})


@for_clerks
@require_GET
def show_queue(request: HttpRequest) -> HttpResponse:
    """Show what waits: figures per step, then the rows of a step or of all, the late first."""
    registry, within = make_site_registry(), get_clerk(request).areas
    areas = list_queue_areas(registry, within)
    names = dict(areas)
    area = request.GET.get("area", "")
    area = area if area in names else ""
    state = next((each for each in WAITING_STATES if each.value == request.GET.get("step")), None)
    told = {
        "page": PAGE,
        "areas": areas,
        "area_names": names,
        "area": area,
        "step": state,
        "counts": count_steps(registry, area, within),
        "queue": list_queue(registry, state, area, _read_page(request), within),
    }
    return show_page(request, "registry/queue.html", told)


@for_clerks
@require_http_methods(["GET", "HEAD", "POST"])
def show_card(request: HttpRequest, application: int) -> HttpResponse:
    """Show one application, and do the next step; one that cannot be undone is confirmed first."""
    registry, clerk = make_site_registry(), get_clerk(request)
    card = _open_card(registry, clerk, application)
    if request.method == "POST":
        return _answer_step(request, registry, clerk, card)
    return _show_card(request, registry, card)


@for_clerks
@require_GET
def show_counts(request: HttpRequest) -> HttpResponse:
    """Count what was applied for since a day, per commune; no person is in it."""
    registry, clerk = make_site_registry(), get_clerk(request)
    today = find_today(registry.clock)
    first_day = date(today.year, 1, 1)
    form = CountsForm(
        request.GET if "first_day" in request.GET else None, initial={"first_day": f"{first_day:%d/%m/%Y}"}
    )
    if form.is_valid():
        first_day = form.cleaned_data["first_day"]
    counted = [] if form.errors else count_cards(today, first_day)
    counts = [each for each in counted if clerk.may_see(each.area_code)]
    rows = sorted(
        ((registry.find_area(each.area_code, today) or each.area_code, each) for each in counts), key=_by_name
    )
    told = {
        "page": "counts",
        "form": form,
        "first_day": first_day,
        "today": today,
        "rows": rows,
        "total": {name: sum(getattr(each, name) for each in counts) for name in _COUNTED},
    }
    return show_page(request, "registry/counts.html", told)


_COUNTED: Final = ("applied", "issued", "waiting", "on_time", "late")


def is_undoable(state: CardState) -> bool:
    """Whether an application can still be refused after this step; all other steps are confirmed first."""
    return CardState.REFUSED in NEXT_STATES[state]


def _open_card(registry: Registry, clerk: Clerk, application: int) -> CardView:
    """Get an application, and record that its applicant was looked up for it."""
    try:
        card = get_card(registry, application)
    except PeopleError as error:
        if error.kind is PeopleErrorKind.UNKNOWN_CARD:
            raise Http404 from error
        raise
    if not clerk.may_see(card.area_code):
        # As if there were none: its number says nothing to a clerk of another commune.
        raise Http404
    asker = Asker(clerk.account, clerk.text, LookUpPurpose.CARD, f"{application}")
    look_up_applicant(registry, asker, get_person(card.number))
    return card


def _answer_step(request: HttpRequest, registry: Registry, clerk: Clerk, card: CardView) -> HttpResponse:
    state = next((each for each in CARD_STEPS if each.value == request.POST.get("step")), None)
    if state is None or state not in card.next_states:
        problem = word_error(PeopleError(PeopleErrorKind.BAD_CARD_STEP, ""))
        return _show_card(request, registry, card, problem)
    is_confirmed = "confirmed" in request.POST
    form = CardStepForm(request.POST if is_confirmed else None, state=state, needs_reason=state in _NEEDS_REASON)
    if not is_undoable(state) and not (is_confirmed and form.is_valid()):
        return show_page(
            request, "registry/card_confirm.html", {"form": form, "card": card, "step": state, "page": PAGE}
        )
    note = form.cleaned_data["note"] if is_confirmed and form.is_valid() else ""
    try:
        take_card_step(registry, card.application, state, clerk.text, note)
    except PeopleError as error:
        return _show_card(request, registry, get_card(registry, card.application), word_error(error))
    messages.success(request, _("Recorded: %(step)s.") % {"step": CARD_STATES[state]})
    return HttpResponseRedirect(reverse("card", kwargs={"application": card.application}))


def _show_card(request: HttpRequest, registry: Registry, card: CardView, problem: str = "") -> HttpResponse:
    told: dict[str, Any] = {
        "page": PAGE,
        "card": card,
        "steps": [state for state in card.next_states if state in CARD_STEPS],
        "problem": problem,
        "today": find_today(registry.clock),
        "is_waiting": card.state in WAITING_STATES,
    }
    return show_page(request, "registry/card.html", told)


def _read_page(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    return int(text) if text.isdecimal() and len(text) < len("1000000") else 1


def _by_name(row: tuple[str, CardCounts]) -> str:
    return row[0]
