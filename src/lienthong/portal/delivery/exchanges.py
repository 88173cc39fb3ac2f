"""The proof of an exchange that brought a figure or an answer: fetched from the own gateway, verified, and to be saved.

Only exchanges that a figure or a task names are shown: the gateway gives any, and others are none of delivery's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from lienthong.delivery.asks import read_words
from lienthong.delivery.models import Observation, TaskAsk
from lienthong.delivery.tasks import VIETNAM
from lienthong.delivery.words import Origin
from lienthong.evidence.errors import EvidenceError
from lienthong.evidence.package import parse_package
from lienthong.evidence.verify import verify_package
from lienthong.exchange.errors import ExchangeError
from lienthong.exchange.package_client import fetch_package
from lienthong.kernel.canonical import decode_base64url
from lienthong.kernel.keys import VerifyKey
from lienthong.portal.delivery.pages import for_readers, require_area, require_shown, show_page

if TYPE_CHECKING:
    from django.http import HttpRequest

    from lienthong.evidence.verdict import Verdict

SERVICE_UNAVAILABLE: Final = 503
SHOWN_CHARACTERS: Final = 4000
"""What of an answer stands on the page; the package has all of it."""

MOST_PLACES: Final = 10
"""Figures of one answer that are named; an agency may send hundreds."""

_EXCHANGE: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Proof:
    """A package that was verified: what it proves, and the words of the answer as far as they are text."""

    package: bytes
    verdict: Verdict
    words: str

    @property
    def asked_at(self) -> datetime:
        """When the question was logged."""
        return datetime.fromtimestamp(self.verdict.request_time / 1000, VIETNAM)

    @property
    def answered_at(self) -> datetime | None:
        """When the answer was logged."""
        told = self.verdict.response_time
        return None if told is None else datetime.fromtimestamp(told / 1000, VIETNAM)


def find_exchange(reference: str) -> str:
    """Give the id of the exchange that a figure came in; empty where it came in none."""
    found = _EXCHANGE.match(reference)
    return "" if found is None else found[0]


@for_readers
@require_GET
def show_exchange(request: HttpRequest, exchange: str) -> HttpResponse:
    """Show what an exchange's package proves; a gateway that does not answer now is said to be away."""
    used = _find_places(exchange)
    proof, problem = None, ""
    try:
        proof = _fetch_proof(exchange)
    except ExchangeError:
        problem = "away"
    except EvidenceError as error:
        problem = error.message
    told = {
        "place": "indicators",
        "exchange": exchange,
        "used": used,
        "proof": proof,
        "problem": problem,
        "has_gateway": bool(settings.EXCHANGE.admin),
    }
    return show_page(request, "exchange", told, status=SERVICE_UNAVAILABLE if problem == "away" else 200)


@for_readers
@require_GET
def send_package(request: HttpRequest, exchange: str) -> HttpResponse:
    """Give the package as a file, so that anybody can verify it without this site."""
    del request
    _find_places(exchange)
    try:
        proof = _fetch_proof(exchange)
    except (ExchangeError, EvidenceError) as error:
        raise Http404 from error
    if proof is None:
        raise Http404
    headers = {
        "Content-Disposition": f'attachment; filename="evidence-{exchange}.zip"',
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(proof.package, content_type="application/zip", headers=headers)


def _find_places(exchange: str) -> list[tuple[str, str]]:
    """Give where delivery names an exchange, as words and address; raises 404 where it does not, or may not show it."""
    if not _EXCHANGE.fullmatch(exchange):
        raise Http404
    of_figures = Q(origin_ref=exchange) | Q(origin_ref__startswith=f"{exchange},")
    figures = Observation.objects.filter(of_figures, origin=Origin.EXCHANGE).select_related("indicator")
    asks = TaskAsk.objects.filter(exchange=exchange).select_related("task")
    places = []
    for figure in figures.order_by("pk")[:MOST_PLACES]:
        require_area(figure.area_code)
        where = reverse("delivery-observation", kwargs={"row": figure.pk})
        places.append((f"{figure.indicator.code} {figure.area_code} {figure.period}", where))
    for ask in asks:
        require_shown(illustrative=ask.task.is_illustrative)
        where = reverse("delivery-task", kwargs={"code": ask.task.code})
        places.append((ask.task.title, f"{where}#ask-{ask.message}"))
    if not places:
        raise Http404
    return places


def _fetch_proof(exchange: str) -> Proof | None:
    """Fetch and verify; None where there is no gateway to ask, or it has no package yet. Raises what is not proven."""
    gateway = settings.EXCHANGE
    if not gateway.admin or not gateway.root:
        return None
    package = fetch_package(gateway.admin, settings.EXCHANGE_ADMIN_TOKEN, exchange)
    if package is None:
        return None
    verdict = verify_package(package, VerifyKey(decode_base64url(gateway.root)))
    response = parse_package(package).response
    body = b"" if response is None or response.body is None else response.body
    return Proof(package, verdict, read_words(body)[:SHOWN_CHARACTERS])
