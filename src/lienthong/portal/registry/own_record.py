"""What the registry holds of the person at the screen, direct from the registry itself, with who looked at it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.shortcuts import render
from django.views.decorators.http import require_GET

from lienthong.identity.signed_in import get_own_number
from lienthong.identity.words import Level
from lienthong.people.lookups import list_look_ups_of
from lienthong.people.persons import find_person
from lienthong.people.record import read_record
from lienthong.people.site_registry import make_site_registry
from lienthong.portal.registry.words import PAGE_WORDS
from lienthong.web.callers import Caller, open_to

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
    person = find_person(get_own_number(request))
    if person is None:
        return render(request, "registry/own_record_none.html", status=NOT_FOUND)
    told = {
        "record": read_record(registry, person),
        "look_ups": list_look_ups_of(registry, person, SHOWN_LOOK_UPS),
        **PAGE_WORDS,
    }
    return render(request, "registry/own_record.html", told)
