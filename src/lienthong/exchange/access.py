"""Who may call what: the grants of a member, from grants.toml, and the decision on one request (rule 4.6).

Everything is denied that no grant allows. The order of checks is X-Road's: the service exists, is of the REST
kind, is granted, is not disabled. Pure: groups and time are given.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from lienthong.exchange.control import METHODS
from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.identifiers import parse_client_id
from lienthong.exchange.paths import compile_glob, read_path
from lienthong.exchange.services import Service, require_service_name
from lienthong.exchange.tables import bad_settings, convert_table, parse_toml

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from lienthong.evidence.message_part import RequestPart
    from lienthong.exchange.message import IncomingRequest
    from lienthong.exchange.services import Services

GROUP_PREFIX: Final = "group:"

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

METHOD_OVERRIDES: Final = frozenset({b"x-http-method-override", b"x-http-method", b"x-method-override"})
"""Frameworks let these replace the method, which would make a granted POST an ungranted DELETE."""


class Grant(msgspec.Struct, frozen=True):
    """One permission. `to` is a client's name or `group:NAME`, `service` is `SUBSYSTEM/SERVICE`."""

    to: str
    service: str
    methods: frozenset[bytes]
    paths: tuple[str, ...]
    patterns: tuple[re.Pattern[str], ...]
    purposes: frozenset[str]
    """Codes of which the request's purpose must be one; empty: any, or none if the service needs none."""
    until_ms: int | None
    """Milliseconds UTC; from then on the grant is over."""

    def is_for(self, client: str, members_of: Callable[[str], Collection[str]]) -> bool:
        """Tell whether `client` is the grant's subject, or in the group that is."""
        if self.to.startswith(GROUP_PREFIX):
            return client in members_of(self.to[len(GROUP_PREFIX) :])
        return self.to == client

    def is_over(self, now_ms: int) -> bool:
        """Tell whether the grant has ended."""
        return self.until_ms is not None and now_ms >= self.until_ms


class Grants(msgspec.Struct, frozen=True):
    """All grants of a member, by the service that they open."""

    by_service: dict[str, tuple[Grant, ...]]

    def require(
        self,
        request: IncomingRequest,
        service: Service,
        members_of: Callable[[str], Collection[str]],
        now_ms: int,
    ) -> Grant:
        """Give the grant that allows `request`; else raise with the kind of the nearest miss.

        `members_of` gives the clients' names of a group of the directory.
        """
        _require_no_override(request.part)
        readings = read_path(request.target.path)
        if service.requires_purpose and request.purpose_code is None:
            raise _missing_purpose(request)
        miss = ExchangeErrorKind.NOT_GRANTED
        for grant in self.by_service.get(service.name, ()):
            if not grant.is_for(request.client.text, members_of):
                continue
            reason = _find_miss(grant, request, readings, now_ms)
            if reason is None:
                return grant
            miss = max(miss, reason, key=_NEARNESS.index)
        if miss is ExchangeErrorKind.MISSING_PURPOSE:
            raise _missing_purpose(request)
        raise ExchangeError(miss, f"Request is not allowed: {request.service.text} ({_WHY[miss]})")


class Allowed(NamedTuple):
    """A request's service and the grant that opens it."""

    service: Service
    grant: Grant


def require_access(
    request: IncomingRequest,
    services: Services,
    grants: Grants,
    members_of: Callable[[str], Collection[str]],
    now_ms: int,
) -> Allowed:
    """Decide on a request for one of this member's services, in X-Road's order; raise if it is refused."""
    service = services.get_service(request.service)
    if service.type == "WSDL":
        message = "Service is a SOAP service and cannot be called using REST interface"
        raise ExchangeError(ExchangeErrorKind.SERVICE_TYPE, message)
    grant = grants.require(request, service, members_of, now_ms)
    if service.disabled:
        message = f"Service {request.service.text} is disabled: {service.notice}"
        raise ExchangeError(ExchangeErrorKind.SERVICE_DISABLED, message)
    if service.address is None:
        message = f"Service address not specified for '{request.service.text}'"
        raise ExchangeError(ExchangeErrorKind.SERVICE_MISSING_URL, message)
    return Allowed(service, grant)


_WHY: Final = {
    ExchangeErrorKind.NOT_GRANTED: "no grant for this client",
    ExchangeErrorKind.GRANT_EXPIRED: "the grant is over",
    ExchangeErrorKind.METHOD_NOT_GRANTED: "not for this method",
    ExchangeErrorKind.PATH_NOT_GRANTED: "not for this path",
    ExchangeErrorKind.PURPOSE_NOT_GRANTED: "not for this purpose",
}
_NEARNESS: Final = (*_WHY, ExchangeErrorKind.MISSING_PURPOSE)
"""In the order of the checks: of several grants that miss, the caller hears of the one that got furthest."""


def _find_miss(
    grant: Grant, request: IncomingRequest, readings: tuple[str, ...], now_ms: int
) -> ExchangeErrorKind | None:
    if grant.is_over(now_ms):
        return ExchangeErrorKind.GRANT_EXPIRED
    if request.method not in grant.methods:
        return ExchangeErrorKind.METHOD_NOT_GRANTED
    if not any(all(map(pattern.fullmatch, readings)) for pattern in grant.patterns):
        return ExchangeErrorKind.PATH_NOT_GRANTED
    if grant.purposes:
        if request.purpose_code is None:
            return ExchangeErrorKind.MISSING_PURPOSE
        if request.purpose_code not in grant.purposes:
            return ExchangeErrorKind.PURPOSE_NOT_GRANTED
    return None


def _require_no_override(part: RequestPart) -> None:
    for name in part.by_name:
        # `_` too: CGI and WSGI read both as one.
        if name[:2] in {b"x-", b"x_"} and name.replace(b"_", b"-") in METHOD_OVERRIDES:
            message = f"the header {name.decode('latin-1')} replaces the method: send the method itself"
            raise ExchangeError(ExchangeErrorKind.METHOD_OVERRIDE, message)


def _missing_purpose(request: IncomingRequest) -> ExchangeError:
    message = f"{request.service.text} needs X-Road-Purpose: PROCEDURE#CASE, or a legal basis"
    return ExchangeError(ExchangeErrorKind.MISSING_PURPOSE, message)


class _GrantTable(msgspec.Struct):
    to: str
    service: str
    methods: list[str]
    paths: list[str]
    purposes: list[str] | None = None
    until: datetime | None = None


def read_grants(text: str, source: str) -> Grants:
    """Read grants.toml; `source` names it in messages. Raises MALFORMED_SETTINGS."""
    tables = parse_toml(text, source, "grant")
    if tables is None:
        return Grants({})
    if not isinstance(tables, list):
        raise bad_settings(source, "`grant` must be a list of tables: [[grant]]")
    by_service: dict[str, tuple[Grant, ...]] = {}
    for number, table in enumerate(tables, start=1):
        grant = _read_grant(table, f"{source}: [[grant]] number {number}")
        by_service[grant.service] = (*by_service.get(grant.service, ()), grant)
    return Grants(by_service)


def _read_grant(raw: object, place: str) -> Grant:
    until = raw.get("until") if isinstance(raw, dict) else None
    if until is not None and not (isinstance(until, datetime) and until.tzinfo):
        raise bad_settings(place, f"until is {until}: expected a time with its zone, 2027-01-01T00:00:00+07:00")
    table = convert_table(raw, _GrantTable, place)
    return Grant(
        to=_require_subject(table.to, place),
        service=require_service_name(table.service, place),
        methods=_require_methods(table.methods, place),
        paths=tuple(table.paths),
        patterns=_compile_paths(table.paths, place),
        purposes=_require_purposes(table.purposes, place),
        until_ms=None if table.until is None else (table.until - _EPOCH) // timedelta(milliseconds=1),
    )


def _require_subject(to: str, place: str) -> str:
    if to.startswith(GROUP_PREFIX):
        if to == GROUP_PREFIX:
            raise bad_settings(place, "`to` names no group: expected group:NAME")
        return to
    try:
        return parse_client_id(to).text
    except ExchangeError as error:
        raise bad_settings(place, f"`to`: {error.message}") from error


def _require_methods(methods: list[str], place: str) -> frozenset[bytes]:
    if methods == ["*"]:
        return METHODS
    wanted = frozenset(method.encode() for method in methods)
    if not wanted or not wanted <= METHODS:
        known = ", ".join(sorted(method.decode() for method in METHODS))
        raise bad_settings(place, f'methods is {methods}: expected ["*"], or some of {known}')
    return wanted


def _compile_paths(paths: list[str], place: str) -> tuple[re.Pattern[str], ...]:
    if not paths:
        raise bad_settings(place, 'paths is empty: expected globs such as "/units/*", or ["**"] for all')
    try:
        return tuple(map(compile_glob, paths))
    except ValueError as error:
        raise bad_settings(place, f"{error}") from error


def _require_purposes(purposes: list[str] | None, place: str) -> frozenset[str]:
    if purposes is None:
        return frozenset()
    if not purposes:
        # An empty list reads like "none allowed", and the Struct's empty set means "any".
        raise bad_settings(place, "purposes is empty: name some, or remove it")
    for purpose in purposes:
        if not purpose.strip() or "#" in purpose or purpose != purpose.strip():
            raise bad_settings(place, f"purpose {purpose!r}: expected the part before `#`, without blanks around")
    return frozenset(purposes)
