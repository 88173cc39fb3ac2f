"""What the registry holds of the person at the screen, direct from the registry itself, with who looked at it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.shortcuts import render
from django.views.decorators.http import require_GET

from lienthong.identity.models import Account
from lienthong.identity.words import Level
from lienthong.people.lookups import list_look_ups_of
from lienthong.people.persons import find_person
from lienthong.people.record import read_record
from lienthong.people.site_registry import make_site_registry
from lienthong.portal.registry.words import PAGE_WORDS
from lienthong.web.callers import Caller, find_signed_in, open_to

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

SHOWN_LOOK_UPS: Final = 50
"""The latest; a registry's clerks look at one person a few times in a year."""

NOT_FOUND: Final = 404


@open_to(Caller.CITIZEN, level=Level.CARD)
@require_GET
def show_own_record(request: HttpRequest) -> HttpResponse:
    """Show the record of whoever signed in, or of whom an officer acts for, and of nobody else."""
    registry = make_site_registry()
    person = find_person(_get_own_number(request))
    if person is None:
        return render(request, "registry/own_record_none.html", status=NOT_FOUND)
    told = {
        "record": read_record(registry, person),
        "look_ups": list_look_ups_of(registry, person, SHOWN_LOOK_UPS),
        **PAGE_WORDS,
    }
    return render(request, "registry/own_record.html", told)


def _get_own_number(request: HttpRequest) -> str:
    """Get the number of the citizen at the screen: at a counter the session itself is the officer's."""
    found = find_signed_in(request)
    return Account.objects.get(pk=found.account).personal_number if found else ""
