"""The admin REST API, `/api/v1/…`, and its routes for probes: `/ready` and `/metrics` (docs/operate.md).

Every route but `/ready` and the OpenAPI document asks for an operator's bearer token. Changes go through the same
functions as the commands; nothing here reads what a message said.
"""

from __future__ import annotations

import asyncio
from functools import cache, wraps
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec
from starlette.responses import Response
from starlette.routing import Route

from lienthong.evidence.errors import EvidenceError
from lienthong.exchange.access import make_grant
from lienthong.exchange.errors import ExchangeError
from lienthong.exchange.gateway.operation import views
from lienthong.exchange.gateway.operation.metrics import MEDIA_TYPE, Metrics
from lienthong.exchange.gateway.operation.monitoring import MAX_PAGE, Monitoring, Wanted
from lienthong.exchange.gateway.operation.operators import is_operator
from lienthong.exchange.gateway.operation.readiness import find_unready
from lienthong.exchange.gateway.pending import run_story
from lienthong.exchange.gateway.unresolved import DoubtSide, Verdict
from lienthong.exchange.granting.grant_file import add_grant, remove_grant

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from lienthong.exchange.gateway.assembly import Assembly
    from lienthong.exchange.gateway.operation.doctor import Finding

    Endpoint = Callable[[Request], Awaitable[Response]]

T = TypeVar("T")

MAX_BODY: Final = 64 * 1024
"""A grant or a verdict is far smaller."""
MAX_TIME: Final = 2**63 - 1


class Problem(msgspec.Struct, frozen=True):
    """Why a request was refused, and what to do."""

    type: str
    message: str


class Resolution(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a person found out about a call in doubt; `who` and `note` name no person who is concerned."""

    leaf: str
    side: DoubtSide
    verdict: Verdict
    who: str
    note: str


class _Refused(Exception):  # noqa: N818 - it ends a handler with an answer
    def __init__(self, status: int, kind: str, message: str) -> None:
        super().__init__(message)
        self.answer = _json(Problem(kind, message), status)


def make_api_routes(parts: Assembly) -> list[Route]:
    """Give the routes of one gateway's API."""
    api = _Api(parts)
    guarded: tuple[tuple[str, str, Endpoint], ...] = (
        ("GET", "/metrics", api.show_metrics),
        ("GET", "/api/v1/status", api.show_status),
        ("GET", "/api/v1/members", api.list_members),
        ("GET", "/api/v1/services", api.list_services),
        ("GET", "/api/v1/grants", api.list_grants),
        ("POST", "/api/v1/grants", api.add_grant),
        ("DELETE", "/api/v1/grants/{id}", api.revoke_grant),
        ("GET", "/api/v1/exchanges/{id}", api.show_exchange),
        ("GET", "/api/v1/unknown", api.list_unknown),
        ("POST", "/api/v1/unknown", api.resolve_unknown),
        ("GET", "/api/v1/peers", api.list_peers),
        ("GET", "/api/v1/checkpoints", api.show_checkpoints),
        ("GET", "/api/v1/doctor", api.show_findings),
        ("GET", "/api/v1/monitoring", api.show_monitoring),
        ("GET", "/monitoring", api.show_monitoring),
    )
    return [
        Route("/ready", api.show_ready),
        Route("/api/v1/openapi.json", api.show_document),
        *(Route(path, _guard(parts, endpoint), methods=[method]) for method, path, endpoint in guarded),
    ]


def _guard(parts: Assembly, endpoint: Endpoint) -> Endpoint:
    """Let operators alone in, and turn a refusal of the houses into a problem."""
    operators = parts.home.settings.admin.operators

    @wraps(endpoint)
    async def guarded(request: Request) -> Response:
        if not is_operator(request, operators):
            problem = Problem("forbidden", "an operator's bearer token is needed (gateway.toml, admin.operators)")
            return _json(problem, 401, {"WWW-Authenticate": "Bearer"})
        try:
            return await endpoint(request)
        except _Refused as refused:
            return refused.answer
        except ExchangeError as error:
            return _json(Problem(str(error.kind), error.message), 400)
        except EvidenceError as error:
            return _json(Problem(str(error.kind), error.message), 500)

    return guarded


class _Api:
    """The handlers."""

    def __init__(self, parts: Assembly) -> None:
        self._parts = parts
        self._metrics = Metrics(parts)
        self._monitoring = Monitoring(
            parts.home.log, parts.home.settings.log, parts.evidence.index, parts.evidence.store_key
        )

    async def show_ready(self, _request: Request) -> Response:
        """Say whether requests should be sent here: 200, or 503 with the reasons."""
        reasons = find_unready(self._parts)
        return _json({"ready": not reasons, "reasons": reasons}, 503 if reasons else 200)

    async def show_document(self, _request: Request) -> Response:
        """Give the OpenAPI document of this API."""
        return _json(await asyncio.to_thread(_describe))

    async def show_metrics(self, _request: Request) -> Response:
        """Give Prometheus's metrics."""
        return Response(self._metrics.format(), media_type=MEDIA_TYPE)

    async def show_status(self, _request: Request) -> Response:
        """Show this gateway."""
        return _json(views.show_status(self._parts))

    async def list_members(self, _request: Request) -> Response:
        """Show the directory's members."""
        return _json(views.list_members(self._parts))

    async def list_services(self, _request: Request) -> Response:
        """Show our services."""
        return _json(views.list_services(self._parts))

    async def list_grants(self, _request: Request) -> Response:
        """Show the grants."""
        return _json(await asyncio.to_thread(views.list_grants, self._parts))

    async def add_grant(self, request: Request) -> Response:
        """Add a grant, as `lienthong grant add` does; it holds within a second."""
        new = await _read_body(request, views.NewGrant)
        grant = make_grant(msgspec.to_builtins(new), "the grant")
        await asyncio.to_thread(add_grant, self._parts.home.grants, grant)
        return _json(views.show_grant(grant), 201)

    async def revoke_grant(self, request: Request) -> Response:
        """Take a grant out, as `lienthong grant revoke` does."""
        wanted = request.path_params["id"]
        if all(each.id != wanted for each in await asyncio.to_thread(views.list_grants, self._parts)):
            raise _Refused(404, "not_found", "there is no such grant")
        await asyncio.to_thread(remove_grant, self._parts.home.grants, wanted)
        return Response(status_code=204)

    async def show_exchange(self, request: Request) -> Response:
        """Show what the log has of an exchange."""
        found = await asyncio.to_thread(views.find_exchange, self._parts, request.path_params["id"])
        if found is None:
            raise _Refused(404, "not_found", "the index has no exchange with this X-Road-Request-Id")
        return _json(found)

    async def list_unknown(self, request: Request) -> Response:
        """List calls in doubt."""
        resolved = request.query_params.get("resolved", "false")
        if resolved not in {"true", "false"}:
            raise _Refused(400, "invalid_request", "resolved: expected true or false")
        return _json(self._parts.gateway.unresolved.list(with_resolved=resolved == "true"))

    async def resolve_unknown(self, request: Request) -> Response:
        """Write down what was found out about a call in doubt."""
        told = await _read_body(request, Resolution)
        listed = self._parts.gateway.unresolved.list(with_resolved=True)
        if all((each.leaf, each.side) != (told.leaf, told.side) for each in listed):
            raise _Refused(404, "not_found", "there is no such call in doubt")
        ended: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        # A story of the data plane waits otherwise than a task does; it tells the future.
        run_story(self._resolve(told, ended))
        return _json(await ended)

    async def _resolve(self, told: Resolution, ended: asyncio.Future[Any]) -> None:
        try:
            done = await self._parts.gateway.unresolved.resolve(told.leaf, told.side, told.verdict, told.who, told.note)
        except ExchangeError as error:
            ended.set_exception(error)
        else:
            ended.set_result(done)

    async def list_peers(self, _request: Request) -> Response:
        """Show the other gateways."""
        return _json(views.list_peers(self._parts))

    async def show_checkpoints(self, _request: Request) -> Response:
        """Show our log's heads."""
        return _json(views.show_checkpoints(self._parts))

    async def show_findings(self, _request: Request) -> Response:
        """Examine this gateway, as `lienthong doctor` does."""
        return _json(await asyncio.to_thread(_examine, self._parts))

    async def show_monitoring(self, request: Request) -> Response:
        """Give a page of operational monitoring records."""
        query = request.query_params
        wanted = Wanted(
            after=_read_number(query.get("after"), "after", 0),
            since=_read_number(query.get("from"), "from", 0),
            before=_read_number(query.get("to"), "to", MAX_TIME),
            client=query.get("client", ""),
            service=query.get("service", ""),
            limit=_read_number(query.get("limit"), "limit", 100, MAX_PAGE, least=1),
        )
        return _json(await asyncio.to_thread(self._monitoring.read, wanted))


@cache
def _describe() -> dict[str, Any]:
    """Make the document once it is asked for: a start has no use for it, nor for what it imports."""
    from lienthong.exchange.gateway.operation.openapi import describe_api  # noqa: PLC0415 # as said above

    return describe_api(Problem, Resolution)


def _examine(parts: Assembly) -> list[Finding]:
    from lienthong.exchange.gateway.operation.doctor import examine  # noqa: PLC0415 # as for the document

    return examine(parts.home, parts.gateway.clock)


def _read_number(text: str | None, name: str, otherwise: int, most: int = MAX_TIME, *, least: int = 0) -> int:
    if text is None:
        return otherwise
    # int() also takes digits of other scripts and very long ones.
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(MAX_TIME)) or not least <= int(text) <= most:
        raise _Refused(400, "invalid_request", f"{name}: expected a number from {least} to {most}")
    return int(text)


async def _read_body(request: Request, shape: type[T]) -> T:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise _Refused(413, "invalid_request", f"the body is larger than {MAX_BODY} bytes")
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _Refused(400, "invalid_request", f"the body: {error}") from error


def _json(value: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(
        msgspec.json.encode(value), status, {"Cache-Control": "no-store", **(headers or {})}, "application/json"
    )
