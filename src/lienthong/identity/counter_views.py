"""The pages of a counter: whose card lies there, what was seen, and what the person needs.

The number travels in the session and in forms, never in an address: addresses stand in logs and histories.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lienthong.identity.card_forms import FindPersonForm, SeenCardForm
from lienthong.identity.counter import COUNTER_MINUTES, SeenCard, check_card, end_counter, give_code, open_counter
from lienthong.identity.limits import refuse_excess
from lienthong.identity.models import Account, CounterSession
from lienthong.identity.signed_in import COUNTER_KEY, find_account
from lienthong.identity.words import Level
from lienthong.web.callers import Caller, open_to

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from lienthong.identity.registry_port import KnownPerson, RegistryPort

NUMBER_KEY: Final = "identity.counter-number"
"""In the officer's session: whose card lies on the counter."""

_RECENT: Final = 10


@open_to(Caller.OFFICER, Caller.CLERK, Caller.CITIZEN, level=Level.CARD)
@require_http_methods(["GET", "HEAD", "POST"])
def show_counter(request: HttpRequest, registry: RegistryPort | None = None) -> HttpResponse:
    """Ask whose card lies there; while a supervised session is open, show that one instead."""
    counter: CounterSession | None = request.counter  # type: ignore[attr-defined] # the middleware's
    if counter:
        return render(request, "identity/counter_open.html", {"acts": list(counter.acts.order_by("-pk")[:_RECENT])})
    officer = _get_officer(request)
    form = FindPersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        refusal = refuse_excess(request, "counter_find")
        if refusal is not None:
            return refusal
        number = form.cleaned_data["number"]
        if registry is None or registry.find_person(number) is not None:
            request.session[NUMBER_KEY] = number
            return HttpResponseRedirect(reverse("counter-card"))
        form.add_error("number", _("Nobody in the registry has this number. Compare it with the card again."))
    recent = CounterSession.objects.filter(officer=officer).select_related("citizen").order_by("-opened_at")[:_RECENT]
    return render(request, "identity/counter_find.html", {"form": form, "recent": list(recent)})


@open_to(Caller.OFFICER, Caller.CLERK, level=Level.CARD)
@require_http_methods(["GET", "HEAD", "POST"])
def show_card(request: HttpRequest, registry: RegistryPort | None = None) -> HttpResponse:
    """Compare the card, say what was seen, and do what the person needs."""
    officer = _get_officer(request)
    number = request.session.get(NUMBER_KEY, "")
    person = registry.find_person(number) if registry is not None and number else None
    if not number or (registry is not None and person is None):
        return HttpResponseRedirect(reverse("counter"))
    form = SeenCardForm(request.POST or None, is_known=person is not None)
    if request.method == "POST" and form.is_valid():
        if person is None or person.is_alive:
            return _do(request, officer, form.cleaned_data["action"], _read_card(number, person, form.cleaned_data))
        form.add_error(None, _("The registry says that this person has died. Do nothing, and ask a registry clerk."))
    told = {
        "form": form,
        "number": number,
        "person": person,
        "account": Account.objects.filter(username=number).first(),
    }
    return render(request, "identity/counter_card.html", told)


@open_to(Caller.CITIZEN, Caller.OFFICER, Caller.CLERK, level=Level.CARD)
@require_POST
def end(request: HttpRequest) -> HttpResponse:
    """End the supervised session; the officer is themselves again."""
    counter: CounterSession | None = request.counter  # type: ignore[attr-defined] # the middleware's
    if counter:
        end_counter(counter, timezone.now())
        del request.session[COUNTER_KEY]
    return HttpResponseRedirect(reverse("counter"))


@open_to(Caller.ANYONE)
def show_over(request: HttpRequest) -> HttpResponse:
    """Say that the supervised session is over by itself, and that nothing was done after."""
    return render(request, "identity/counter_over.html", {"minutes": COUNTER_MINUTES})


def _do(request: HttpRequest, officer: Account, action: str, card: SeenCard) -> HttpResponse:
    now, today = timezone.now(), timezone.localdate()
    if action == "session":
        counter = open_counter(officer, card, now, today)
        del request.session[NUMBER_KEY]
        request.session[COUNTER_KEY] = str(counter.pk)
        return HttpResponseRedirect(reverse("counter"))
    told: dict[str, Any] = {"card": card}
    if action == "code":
        citizen, told["code"] = give_code(officer, card, now, today)
        told["good_until"] = citizen.codes.latest("pk").expires_at
    else:
        check_card(officer, card, now, today)
    del request.session[NUMBER_KEY]
    # Answered at once and never kept: a code is shown on this page only.
    return render(request, "identity/counter_done.html", told)


def _read_card(number: str, person: KnownPerson | None, told: dict[str, Any]) -> SeenCard:
    if person is None:
        return SeenCard(number, told["full_name"], told["birth_date"], told["issued_on"], was_compared=False)
    return SeenCard(number, person.full_name, person.birth_date, told["issued_on"], was_compared=True)


def _get_officer(request: HttpRequest) -> Account:
    officer = find_account(request)
    if officer is None or not officer.is_staff_account:
        # A citizen, for whom the page is open while an officer acts for them, and only then.
        raise PermissionDenied
    return officer
