"""One figure: its versions, its source, where it came from, and the records or messages behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.http import Http404
from django.urls import reverse
from django.views.decorators.http import require_GET

from lienthong.cases.reading import find_case_by_code
from lienthong.cases.site_cases import load_site_days, make_site_cases
from lienthong.delivery.collectors.cases import ON_TIME, CaseHouse, find_cases_behind
from lienthong.delivery.figure_text import list_marks, write_observed
from lienthong.delivery.indicators import get_definition
from lienthong.delivery.labels import ORIGINS, SOURCE_KINDS, STATUSES, get_label
from lienthong.delivery.observations import find_figure, list_versions
from lienthong.delivery.sources import get_source
from lienthong.delivery.words import Origin
from lienthong.identity.signed_in import find_caller
from lienthong.portal.cases.officers import get_officer
from lienthong.portal.delivery.case_words import WHY
from lienthong.portal.delivery.exchanges import find_exchange
from lienthong.portal.delivery.pages import find_language, for_readers, require_area, show_page
from lienthong.web.callers import Caller

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from lienthong.cases.house import Cases
    from lienthong.cases.quality import CountedCase
    from lienthong.delivery.figures import Observed


MOST_CASES: Final = 200
"""More in one table help nobody; those to look at come first."""


def get_figure(row: int) -> Observed:
    """Give one figure; raises 404 for one that is not there, or is of an area that this site does not show."""
    found = find_figure(row)
    if found is None:
        raise Http404
    require_area(found.cell.area)
    return found


@for_readers
@require_GET
def show_observation(request: HttpRequest, row: int) -> HttpResponse:
    """Show a figure with all its versions."""
    return show_page(request, "observation", _describe(get_figure(row)))


@for_readers
@require_GET
def show_records(request: HttpRequest, row: int) -> HttpResponse:
    """Show what stands behind a figure: cases, the message, the row of a file, the sentence of a text.

    Cases are counted again now, those to look at first. An officer of their agency is led to them; a leader sees their
    codes, which lead to no person; others see how many there are and why.
    """
    observed = get_figure(row)
    told = _describe(observed)
    if observed.origin is Origin.CASES:
        told |= _describe_cases(request, observed)
    if observed.origin is Origin.EXCHANGE:
        told["exchange"] = find_exchange(observed.origin_ref)
    return show_page(request, "records", told)


def _describe_cases(request: HttpRequest, observed: Observed) -> dict[str, Any]:
    cases = make_site_cases()
    behind = find_cases_behind(CaseHouse(cases, load_site_days()), observed)
    caller = find_caller(request)
    is_leader = caller is not None and Caller.LEADER in caller.callers
    theirs = _list_units(request, cases)
    shown = [case for case in behind.cases if is_leader or case.unit in theirs]
    to_look_at = {case.code for case in behind.to_look_at}
    return {
        "behind": behind,
        "shown": [
            (case, case.code in to_look_at, _find_address(cases, case) if case.unit in theirs else "")
            for case in shown[:MOST_CASES]
        ],
        "left_out": max(len(shown) - MOST_CASES, 0),
        "counts": _count_by_why(behind.to_look_at) if observed.cell.indicator in ON_TIME else [],
        "is_on_time": observed.cell.indicator in ON_TIME,
        "why": WHY,
    }


def _describe(observed: Observed) -> dict[str, Any]:
    language = find_language()
    definition = get_definition(observed.cell.indicator)
    return {
        "place": "indicators",
        "observed": observed,
        "definition": definition,
        "versions": list_versions(observed)[::-1],
        "source": get_source(observed.source),
        "write": lambda figure: write_observed(figure, language),
        "marks": lambda figure: list_marks(figure, definition, language),
        "status_name": lambda status: get_label(STATUSES[status], language),
        "origin_name": get_label(ORIGINS[observed.origin], language),
        "source_kind": lambda kind: get_label(SOURCE_KINDS[kind], language),
    }


def _list_units(request: HttpRequest, cases: Cases) -> frozenset[str]:
    """Give the agencies whose cases the person at the screen may see."""
    caller = find_caller(request)
    if caller is None or Caller.OFFICER not in caller.callers:
        return frozenset()
    return frozenset(get_officer(request, cases).units)


def _find_address(cases: Cases, counted: CountedCase) -> str:
    found = find_case_by_code(cases, counted.code)
    return "" if found is None else reverse("case-desk", kwargs={"case_id": found.id})


def _count_by_why(behind: tuple[CountedCase, ...]) -> list[tuple[str, int]]:
    reasons = [case.why for case in behind]
    return [(why, reasons.count(why)) for why in dict.fromkeys(reasons)]
