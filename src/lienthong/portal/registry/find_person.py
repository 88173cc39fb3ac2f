"""Clerks look a person up, with a purpose, and see the record. Every look-up is recorded before anything is shown.

Numbers and names travel in forms, never in an address; a person's page is named by the look-up that opens it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lienthong.identity.limits import refuse_excess
from lienthong.people.cards import apply_for_card
from lienthong.people.days import find_today
from lienthong.people.errors import PeopleError, PeopleErrorKind
from lienthong.people.facts import FactName
from lienthong.people.lookups import (
    OPEN_MINUTES,
    Asker,
    get_open_look_up,
    list_look_ups_of,
    list_own_look_ups,
    look_up_by_name,
    look_up_by_number,
    look_up_member,
)
from lienthong.people.persons import find_home
from lienthong.people.record import describe_home, read_record
from lienthong.people.site_registry import make_site_registry
from lienthong.portal.registry.communes import offer_communes
from lienthong.portal.registry.forms import CardApplicationForm, LookUpForm
from lienthong.portal.registry.office import for_clerks, get_clerk, show_page
from lienthong.portal.registry.words import word_error

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from lienthong.people.lookups import Found, OpenLookUp
    from lienthong.people.registry import Registry
    from lienthong.portal.registry.office import Clerk

SHOWN_LOOK_UPS: Final = 10
PAGE: Final = "find"
CORRECTABLE: Final = (
    FactName.FULL_NAME,
    FactName.SEX,
    FactName.BIRTH_DATE,
    FactName.BIRTH_PLACE,
    FactName.NATIONALITY,
)
"""What a clerk puts right here. A number follows from sex and birth date; parents need papers of the civil registry."""


@for_clerks
@require_http_methods(["GET", "HEAD", "POST"])
def show_find(request: HttpRequest) -> HttpResponse:
    """Ask whom a clerk looks for and why, and find them."""
    registry, clerk = make_site_registry(), get_clerk(request)
    form = LookUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        refusal = refuse_excess(request, "counter_find")
        if refusal is not None:
            return refusal
        found = _look_up(registry, clerk, form)
        if len(found) > 1:
            return _show_several(request, registry, found)
        if found:
            return HttpResponseRedirect(reverse("person", kwargs={"look_up": found[0].look_up}))
    told = {"form": form, "page": PAGE, "recent": list_own_look_ups(registry, clerk.account, SHOWN_LOOK_UPS)}
    return show_page(request, "registry/find.html", told)


@for_clerks
@require_GET
def show_person(request: HttpRequest, look_up: int) -> HttpResponse:
    """Show the record of whom a look-up found, while it is open to this clerk."""
    registry = make_site_registry()
    opened = find_opened(request, registry, look_up)
    if opened is None:
        return ask_again(request)
    told = {
        "page": PAGE,
        "opened": opened,
        "record": read_record(registry, opened.person),
        "look_ups": list_look_ups_of(registry, opened.person, SHOWN_LOOK_UPS),
        "minutes": OPEN_MINUTES,
        "correctable": CORRECTABLE,
    }
    return show_page(request, "registry/person.html", told)


@for_clerks
@require_POST
def open_member(request: HttpRequest, look_up: int) -> HttpResponse:
    """Look up somebody of the same household, for the same purpose."""
    registry = make_site_registry()
    opened = find_opened(request, registry, look_up)
    if opened is None:
        return ask_again(request)
    refusal = refuse_excess(request, "counter_find")
    if refusal is not None:
        return refusal
    found = look_up_member(registry, opened, request.POST.get("number", ""))
    if found is None:
        raise Http404
    return HttpResponseRedirect(reverse("person", kwargs={"look_up": found.look_up}))


@for_clerks
@require_http_methods(["GET", "HEAD", "POST"])
def show_application(request: HttpRequest, look_up: int) -> HttpResponse:
    """Take in an application for a card by the person whom a look-up found."""
    registry, clerk = make_site_registry(), get_clerk(request)
    opened = find_opened(request, registry, look_up)
    if opened is None:
        return ask_again(request)
    home = find_home(opened.person)
    chosen = {"area_code": home.area_code if home else "", **request.POST.dict()}
    if request.method != "POST" or "show-communes" in request.POST:
        return _show_application(request, opened, CardApplicationForm(initial=chosen), chosen)
    form = CardApplicationForm(request.POST)
    application = _apply(registry, clerk, opened, form) if form.is_valid() else None
    if application is None:
        return _show_application(request, opened, form, chosen)
    messages.success(request, _("The application is taken in."))
    return HttpResponseRedirect(reverse("card", kwargs={"application": application}))


def _apply(registry: Registry, clerk: Clerk, opened: OpenLookUp, form: CardApplicationForm) -> int | None:
    """Take the application in and give its number; None where it is refused, which is told on the form."""
    if not clerk.may_see(form.area):
        form.add_error(form.area_field, _("Your post is of another commune"))
        return None
    try:
        return apply_for_card(registry, opened.person.number, form.card_kind, form.area, clerk.text)
    except PeopleError as error:
        form.add_error(form.area_field if error.kind is PeopleErrorKind.UNKNOWN_AREA else None, word_error(error))
        return None


def _show_application(
    request: HttpRequest, opened: OpenLookUp, form: CardApplicationForm, chosen: dict[str, str]
) -> HttpResponse:
    """Show the form with the communes to choose from: of the province that was asked for, or of the person's home."""
    today = find_today(make_site_registry().clock)
    choice = offer_communes(get_clerk(request), chosen.get("province", ""), chosen["area_code"], today)
    told = {"form": form, "opened": opened, "choice": choice, "chosen": chosen["area_code"], "page": PAGE}
    return show_page(request, "registry/card_apply.html", told)


def find_opened(request: HttpRequest, registry: Registry, look_up: int) -> OpenLookUp | None:
    """Find a look-up that is open to the clerk at the screen; None for one that is over, or is another clerk's."""
    clerk = get_clerk(request)
    try:
        return get_open_look_up(registry, look_up, clerk.account, clerk.areas)
    except PeopleError:
        return None


def ask_again(request: HttpRequest) -> HttpResponse:
    """Send the clerk back to say whom and why."""
    text = _("This look-up is over. Look the person up again, and say why.")
    messages.warning(request, text)
    return HttpResponseRedirect(reverse("office"))


def _look_up(registry: Registry, clerk: Clerk, form: LookUpForm) -> tuple[Found, ...]:
    """Look up what the form says; what finds nobody, or is refused, is told on the form."""
    told = form.cleaned_data
    asker = Asker(clerk.account, clerk.text, told["purpose"], told["reference"], clerk.areas)
    by_number = bool(told["number"])
    found: tuple[Found, ...]
    try:
        if by_number:
            one = look_up_by_number(registry, asker, told["number"])
            found = () if one is None else (one,)
        else:
            found = look_up_by_name(registry, asker, told["full_name"], told["birth_date"])
    except PeopleError as error:
        form.add_error(None, word_error(error))
        return ()
    if not found and by_number:
        form.add_error("number", _("Nobody in the registry has this number. Compare it with the card again."))
    elif not found:
        form.add_error("full_name", _("Nobody has exactly this name and date of birth"))
    return found


def _show_several(request: HttpRequest, registry: Registry, found: tuple[Found, ...]) -> HttpResponse:
    rows: list[dict[str, Any]] = [
        {"look_up": each.look_up, "person": each.person, "home": describe_home(registry, each.person)} for each in found
    ]
    return show_page(request, "registry/several.html", {"rows": rows, "page": PAGE})
