"""Finding a service by what people call it, with or without accents; its page says what it needs before one begins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.http import Http404
from django.utils import timezone
from django.views.decorators.http import require_GET

from lienthong.cases.errors import CasesError
from lienthong.cases.site_cases import load_site_catalogue
from lienthong.portal.cases.pages import show_page
from lienthong.web.callers import Caller, open_to

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from lienthong.cases.procedure import Procedure

MOST_CHARACTERS: Final = 100
"""Of a search; nobody types more to find a service."""


@open_to(Caller.ANYONE)
@require_GET
def show_find(request: HttpRequest) -> HttpResponse:
    """Show the services that a text finds; without a text, all of today."""
    catalogue, today = load_site_catalogue(), timezone.localdate()
    text = " ".join(request.GET.get("q", "").split())[:MOST_CHARACTERS]
    found = catalogue.search_procedures(text, today) if text else ()
    everything = () if found else catalogue.list_procedures(today)
    told = {"text": text, "found": found, "everything": everything, "place": "find"}
    return show_page(request, "find_service", told)


@open_to(Caller.ANYONE)
@require_GET
def show_service(request: HttpRequest, code: str) -> HttpResponse:
    """Show what a service is, what it needs, how long it takes, what it costs and what it rests on."""
    return show_page(request, "service", {"procedure": get_procedure_of_today(code), "place": "find"})


def get_procedure_of_today(code: str) -> Procedure:
    """Get the version of a procedure that holds today; 404 where there is none."""
    try:
        return load_site_catalogue().get_procedure(code, timezone.localdate())
    except CasesError as error:
        raise Http404 from error
