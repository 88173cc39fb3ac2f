"""Evidence packages for the member's own site: `/packages/ID` and `/counts`, for tokens in `admin.exporters`.

A package has what a message said, so these are not routes of the admin API, and no operator's token opens them. Only
exchanges with the services in `admin.exported` are given: a stolen token opens nothing that is about a person, unless
somebody lists such a service. Who of the people at its screens may see which of them is the site's to decide.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.exchange.gateway.operation.metrics import MEDIA_TYPE, Metrics
from lienthong.exchange.gateway.operation.operators import is_operator

if TYPE_CHECKING:
    from starlette.requests import Request

    from lienthong.exchange.gateway.assembly import Assembly

PACKAGE_TYPE: Final = "application/zip"
WAIT_S: Final = "2"
"""An exchange is under a published checkpoint about two seconds after its answer."""

_STATUSES: Final = {
    EvidenceErrorKind.NOT_FOUND: 404,
    EvidenceErrorKind.AMBIGUOUS: 409,
    EvidenceErrorKind.UNPUBLISHED: 503,
}


def make_package_routes(parts: Assembly) -> list[Route]:
    """Give the routes for the member's own site."""
    exporting = _Exporting(parts)
    return [Route("/packages/{id}", exporting.give_package), Route("/counts", exporting.show_counts)]


class _Exporting:
    def __init__(self, parts: Assembly) -> None:
        self._parts = parts
        self._metrics = Metrics(parts)

    async def give_package(self, request: Request) -> Response:
        """Give the package of the exchange with this X-Road-Request-Id; 503 while it is not published yet."""
        if not self._may(request):
            return _forbidden()
        try:
            package = await asyncio.to_thread(self._export, request.path_params["id"])
        except EvidenceError as error:
            status = _STATUSES.get(error.kind, 500)
            headers = {"Retry-After": WAIT_S} if error.kind is EvidenceErrorKind.UNPUBLISHED else {}
            return PlainTextResponse(f"{error.kind}: {error.message}\n", status, headers)
        return Response(package, headers={"Cache-Control": "no-store"}, media_type=PACKAGE_TYPE)

    async def show_counts(self, request: Request) -> Response:
        """Give Prometheus's metrics: they count no persons and no cases."""
        if not self._may(request):
            return _forbidden()
        return Response(self._metrics.format(), media_type=MEDIA_TYPE)

    def _export(self, exchange: str) -> bytes:
        # A start has no use for what these import.
        from lienthong.evidence.export import export_exchange  # noqa: PLC0415 # as said above
        from lienthong.evidence.home import EvidenceHome  # noqa: PLC0415 # as said above

        home = self._parts.home
        return export_exchange(EvidenceHome(home.folder), exchange, of_services=home.settings.admin.exported)

    def _may(self, request: Request) -> bool:
        return is_operator(request, self._parts.home.settings.admin.exporters)


def _forbidden() -> Response:
    text = "the bearer token of the member's own site is needed (gateway.toml, admin.exporters)\n"
    return PlainTextResponse(text, 401, {"WWW-Authenticate": "Bearer"})
