"""X-Road's metaservices, answered by the gateway itself.

`/listClients` is the member's own systems' question to their own gateway. listMethods, allowedMethods and getOpenAPI
are proven exchanges like any other: provide.py runs every step of them, and asks here where it would call a service.
Every subsystem of the directory may ask them; what they tell is who offers what, and to whom.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from lienthong.evidence.errors import EvidenceError
from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind, Side
from lienthong.exchange.gateway.alarms import report_upkeep
from lienthong.exchange.gateway.listener import LocalAnswer
from lienthong.exchange.gateway.spool import Body
from lienthong.exchange.gateway.upstream import ServiceAnswer
from lienthong.exchange.headers import join_accept
from lienthong.exchange.metaservices import (
    ALLOWED_METHODS,
    FIND_USAGE,
    GET_OPENAPI,
    GET_USAGE_PACKAGE,
    JSON_TYPE,
    Form,
    Listed,
    find_open_grants,
    list_clients,
    list_methods,
    read_parameter,
    restrict,
    services_of,
)
from lienthong.kernel.errors import KernelError
from lienthong.kernel.ids import format_identifier

if TYPE_CHECKING:
    from lienthong.exchange.gateway.listener import LocalRequest
    from lienthong.exchange.gateway.state import GatewayState
    from lienthong.exchange.message import IncomingRequest
    from lienthong.exchange.services import Endpoint, Service


def answer_locally(gateway: GatewayState, local: LocalRequest) -> LocalAnswer:
    """Answer a request whose target is not the REST interface's: `/listClients`, or INVALID_REQUEST."""
    if local.method not in {b"GET", b"HEAD"}:
        raise ExchangeError(ExchangeErrorKind.INVALID_HTTP_METHOD, "expected GET", Side.CALLER)
    form = list_clients(gateway.directory(), local.target, join_accept(local.headers))
    return LocalAnswer(b"200 OK\r\nContent-Type: %b\r\n" % form.content_type, Body(form.body))


async def answer_metaservice(gateway: GatewayState, request: IncomingRequest) -> ServiceAnswer:
    """Answer listMethods, allowedMethods, getOpenAPI, findUsage or getUsagePackage."""
    if request.service.code == FIND_USAGE:
        return _answer(200, b"OK", await gateway.usages.answer(request, gateway.clock.now_ms()))
    if request.service.code == GET_USAGE_PACKAGE:
        return await _prove_usage(gateway, request)
    if request.service.code == GET_OPENAPI:
        return await _describe(gateway, request)
    listed = [item for each in _services_of(gateway, request) if (item := await _list(gateway, request, each))]
    accept = join_accept(request.part.headers)
    return _answer(200, b"OK", list_methods(request.service.provider, listed, accept))


async def _prove_usage(gateway: GatewayState, request: IncomingRequest) -> ServiceAnswer:
    """Answer getUsagePackage: 404 without saying whether such a look-up is another person's, delayed, or not there."""
    try:
        package = await gateway.usages.give_package(request, gateway.clock.now_ms())
    except EvidenceError as error:
        report_upkeep("a package for the person it is about", error)
        return _fail(
            500, b"Internal Server Error", "no_package", "the package cannot be made: tell this member's operator"
        )
    if package is None:
        message = "no look-up of yours has this number; one of the last seconds may come: ask again in a moment"
        return _fail(404, b"Not Found", "unknown_message", message)
    return _answer(200, b"OK", package)


def _services_of(gateway: GatewayState, request: IncomingRequest) -> list[Service]:
    subsystem = request.service.local.partition("/")[0]
    return services_of(subsystem, gateway.policy.services.by_name.values())


async def _list(gateway: GatewayState, request: IncomingRequest, service: Service) -> Listed | None:
    """List a service; None if its caller asks what it may call, and may call nothing of it."""
    if request.service.code != ALLOWED_METHODS:
        return Listed(service, await _endpoints(gateway, request, service))
    grants = find_open_grants(
        gateway.policy.grants,
        service,
        request.client.text,
        gateway.directory().members_of_group,
        gateway.clock.now_ms(),
    )
    if not grants:
        return None
    return Listed(service, restrict(await _endpoints(gateway, request, service), grants))


async def _endpoints(gateway: GatewayState, request: IncomingRequest, service: Service) -> tuple[Endpoint, ...]:
    return await gateway.descriptions.endpoints(service, _address(request, service.name), gateway.report)


async def _describe(gateway: GatewayState, request: IncomingRequest) -> ServiceAnswer:
    """Answer getOpenAPI: 400 where no service with a document is named, 500 where its document cannot be had."""
    code = read_parameter(request.target.query, "serviceCode")
    if code is None:
        return _fail(400, b"Bad Request", "invalid_request", "expected one parameter serviceCode")
    service = _find_service(gateway, request, code)
    if service is None or service.document is None:
        return _fail(400, b"Bad Request", "unknown_service", "there is no service of that code with a document")
    try:
        description = await gateway.descriptions.read(service.document, _address(request, service.name))
    except ExchangeError as error:
        gateway.report(request.request_id, error)
        # What went wrong names addresses inside the member: its operator reads it.
        return _fail(500, b"Internal Server Error", error.code(), "the service's description cannot be read")
    return _answer(200, b"OK", Form(description.content_type, description.text))


def _find_service(gateway: GatewayState, request: IncomingRequest, code: str) -> Service | None:
    subsystem = request.service.local.partition("/")[0]
    try:
        name = f"{subsystem}/{format_identifier((code,))}"
    except KernelError:
        return None
    service = gateway.policy.services.by_name.get(name)
    return service if service is not None and service.type != "WSDL" else None


def _address(request: IncomingRequest, name: str) -> str:
    """Give where other members call a service: the path at their own gateway."""
    return f"/r1/{request.service.member.text}/{name}"


def _fail(status: int, reason: bytes, code: str, message: str) -> ServiceAnswer:
    body = msgspec.json.encode({"type": code, "message": message, "detail": ""})
    return _answer(status, reason, Form(JSON_TYPE, body))


def _answer(status: int, reason: bytes, form: Form) -> ServiceAnswer:
    return ServiceAnswer(status, reason, [(b"Content-Type", form.content_type)], Body(form.body))
