"""The receipt of a filing: on the screen, to print, and as a paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.views.decorators.http import require_GET

from lienthong.cases.receipts import get_receipt
from lienthong.portal.cases.office_names import name_unit
from lienthong.portal.cases.own_case import for_own_case
from lienthong.portal.cases.pages import show_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from lienthong.cases.house import Cases
    from lienthong.cases.reading import CaseView


@for_own_case
@require_GET
def show_receipt(request: HttpRequest, cases: Cases, case: CaseView) -> HttpResponse:
    """Show the signed receipt of a case of one's own."""
    told = {
        "receipt": get_receipt(case.id),
        "procedure": case.procedure,
        "applicant": case.applicant.name,
        "unit_name": name_unit(case.unit, cases.today()),
        "place": "mine",
    }
    return show_page(request, "receipt", told)
