"""Who may call what: the grants of a member, from grants.toml, and the decision on one request (rule 4.6).

Everything is denied that no grant allows. The order of checks is X-Road's: the service exists, is of the REST
kind, is granted, is not disabled. Pure: groups and time are given, and the meter that counts where a grant has a rate.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import product
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

import msgspec

from lienthong.exchange.control import METHODS
from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind, Side, say_pause
from lienthong.exchange.fields import FieldFilter, compile_fields
from lienthong.exchange.identifiers import parse_client_id
from lienthong.exchange.message import IncomingRequest
from lienthong.exchange.paths import compile_glob, read_path
from lienthong.exchange.rates import Rate, RateMeter, read_rate
from lienthong.exchange.services import Service, require_service_name
from lienthong.exchange.tables import bad_settings, convert_table, parse_toml

if TYPE_CHECKING:
    from lienthong.directory.members import Directory
    from lienthong.evidence.message_part import RequestPart
    from lienthong.exchange.services import Services

GROUP_PREFIX: Final = "group:"

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

METHOD_OVERRIDES: Final = frozenset({b"x-http-method-override", b"x-http-method", b"x-method-override"})
"""Frameworks let these replace the method, which would make a granted POST an ungranted DELETE."""
_OVERRIDES_READ: Final = frozenset(
    b"".join(pieces)
    for name in METHOD_OVERRIDES
    for pieces in product(*((b"-", b"_") if piece == b"-" else (piece,) for piece in re.split(rb"(-)", name)))
)
"""These names with `_` for any `-` too: CGI and WSGI read both as one."""


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
    fields: FieldFilter | None = None
    """What of a JSON answer is let through; None: every answer, whole."""
    rate: Rate | None = None
    """How often each client may call."""
    id: str = ""
    """Eight hex digits of the hash of all the above: what operators name a grant by, and its counts are kept under."""

    def is_for(self, client: str, members_of: Callable[[str], Collection[str]]) -> bool:
        """Tell whether `client` is the grant's subject, or in the group that is; no client's name has a colon."""
        if self.to == client:
            return True
        return self.to.startswith(GROUP_PREFIX) and client in members_of(self.to[len(GROUP_PREFIX) :])

    def is_over(self, now_ms: int) -> bool:
        """Tell whether the grant has ended."""
        return self.until_ms is not None and now_ms >= self.until_ms

    def has_path(self, readings: tuple[str, ...]) -> bool:
        """Tell whether one of the paths holds all readings of a request's path."""
        for pattern in self.patterns:  # noqa: SIM110 - a loop, since each request would make the generator anew
            if all(map(pattern.fullmatch, readings)):
                return True
        return False


class Trace(Protocol):
    """Hears of each check of a decision, for who asks why."""

    def __call__(self, what: str, *, holds: bool) -> None:
        """Take what was looked at, and whether the check holds."""


class Moment(msgspec.Struct, frozen=True, gc=False):
    """What a decision depends on beside the request and the settings.

    `members_of` gives the clients' names of a group of the directory. Without a `meter` rates are not counted. `trace`
    hears of each check as it is made.
    """

    members_of: Callable[[str], Collection[str]]
    now_ms: int
    meter: RateMeter | None = None
    trace: Trace | None = None


class _Asked(msgspec.Struct, frozen=True, gc=False):
    """A request as the checks of a grant see it: its path in all its readings."""

    request: IncomingRequest
    readings: tuple[str, ...]
    moment: Moment


class _Check(NamedTuple):
    """One check of a grant: what a miss is called, and what was looked at, for who asks why."""

    miss: ExchangeErrorKind
    describe: Callable[[Grant, _Asked], str]


class Grants(msgspec.Struct, frozen=True):
    """All grants of a member, by the service that they open."""

    by_service: dict[str, tuple[Grant, ...]]

    def require(self, request: IncomingRequest, service: Service, moment: Moment) -> Grant:
        """Give the grant that allows `request`; else raise with the kind of the nearest miss."""
        _require_no_override(request.part)
        asked = _Asked(request, read_path(request.target.path), moment)
        if moment.trace is not None:
            moment.trace(
                f"the path reads {' and '.join(asked.readings)}, and no header replaces the method", holds=True
            )
        if service.requires_purpose:
            _require_purpose(request, moment)
        candidates = self.by_service.get(service.name, ())
        if moment.trace is not None:
            moment.trace(f"grants.toml has {len(candidates)} on {service.name}", holds=bool(candidates))
        return _choose(candidates, asked)


class Allowed(msgspec.Struct, frozen=True, gc=False):
    """A request's service and the grant that opens it."""

    service: Service
    grant: Grant


def require_known_client(directory: Directory, request: IncomingRequest) -> None:
    """Require that the directory lists the client; else UNKNOWN_MEMBER of the provider's side."""
    if directory.find_subsystem(request.client.text) is None:
        message = f"the directory knows no subsystem {request.client.text}"
        raise ExchangeError(ExchangeErrorKind.UNKNOWN_MEMBER, message, Side.PROVIDER)


def require_access(request: IncomingRequest, services: Services, grants: Grants, moment: Moment) -> Allowed:
    """Decide on a request for one of this member's services, in X-Road's order; raise if it is refused."""
    trace = moment.trace
    service = services.get_service(request.service)
    if trace is not None:
        trace(f"{service.name} is in services.toml, of type {service.type}", holds=service.type != "WSDL")
    if service.type == "WSDL":
        message = "Service is a SOAP service and cannot be called using REST interface"
        raise ExchangeError(ExchangeErrorKind.SERVICE_TYPE, message)
    grant = grants.require(request, service, moment)
    if trace is not None:
        trace(f"the service is {'disabled' if service.disabled else 'not disabled'}", holds=not service.disabled)
    if service.disabled:
        message = f"Service {request.service.text} is disabled: {service.notice}"
        raise ExchangeError(ExchangeErrorKind.SERVICE_DISABLED, message)
    if trace is not None:
        trace(
            "the service has a url" if service.address else "the service has no url", holds=service.address is not None
        )
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


def _count_passed(grant: Grant, asked: _Asked) -> int:  # noqa: PLR0911 - one for each check
    """Give how many checks a request passes, in the order of _CHECKS, before the first that it does not."""
    request, moment = asked.request, asked.moment
    if not grant.is_for(request.client.text, moment.members_of):
        return 0
    if grant.is_over(moment.now_ms):
        return 1
    if request.method not in grant.methods:
        return 2
    if not grant.has_path(asked.readings):
        return 3
    if grant.purposes:
        if request.purpose_code is None:
            return 4
        if request.purpose_code not in grant.purposes:
            return 5
    return len(_CHECKS)


_CHECKS: Final = (
    _Check(
        ExchangeErrorKind.NOT_GRANTED,
        lambda grant, asked: f"it is to {grant.to}, and the client is {asked.request.client.text}",
    ),
    _Check(
        ExchangeErrorKind.GRANT_EXPIRED,
        lambda grant, asked: f"it holds until {show_time(grant.until_ms)}, and it is {show_time(asked.moment.now_ms)}",
    ),
    _Check(
        ExchangeErrorKind.METHOD_NOT_GRANTED,
        lambda grant, asked: (
            f"its methods are {show_methods(grant)}, and the method is {asked.request.method.decode()}"
        ),
    ),
    _Check(
        ExchangeErrorKind.PATH_NOT_GRANTED,
        lambda grant, asked: f"its paths are {', '.join(grant.paths)}, and the path is {' and '.join(asked.readings)}",
    ),
    _Check(
        ExchangeErrorKind.MISSING_PURPOSE,
        lambda grant, asked: (
            f"it {'asks for a' if grant.purposes else 'asks for no'} purpose, and {_show_purpose(asked)}"
        ),
    ),
    _Check(
        ExchangeErrorKind.PURPOSE_NOT_GRANTED,
        lambda grant, asked: (
            f"its purposes are {', '.join(sorted(grant.purposes)) or 'any'}, and {_show_purpose(asked)}"
        ),
    ),
)


def _choose(candidates: tuple[Grant, ...], asked: _Asked) -> Grant:
    """Give the first grant that allows a request and whose rate is not used up; else raise the nearest miss."""
    furthest, pause_ms = 0, 0
    for grant in candidates:
        passed = _count_passed(grant, asked)
        if asked.moment.trace is not None:
            _tell_checks(grant, asked, passed, asked.moment.trace)
        if passed < len(_CHECKS):
            furthest = max(furthest, passed)
            continue
        pause = _take_turn(grant, asked)
        if not pause:
            return grant
        pause_ms = min(pause, pause_ms or pause)
    if pause_ms:
        raise _over_rate(asked.request, pause_ms)
    miss = _CHECKS[furthest].miss
    if miss is ExchangeErrorKind.MISSING_PURPOSE:
        raise _missing_purpose(asked.request)
    raise ExchangeError(miss, f"Request is not allowed: {asked.request.service.text} ({_WHY[miss]})")


def _take_turn(grant: Grant, asked: _Asked) -> int:
    """Count a request where its grant has a rate: 0 if it is within it, else the ms until one is."""
    meter = asked.moment.meter
    if grant.rate is None or meter is None:
        return 0
    return meter.take(grant.id, asked.request.client.text, grant.rate, asked.moment.now_ms)


def _tell_checks(grant: Grant, asked: _Asked, passed: int, trace: Trace) -> None:
    """Tell of the checks that were made: those that a request passed, and the one that it did not."""
    for number, check in enumerate(_CHECKS[: passed + 1]):
        trace(f"grant {grant.id}: {check.describe(grant, asked)}", holds=number < passed)


def show_methods(grant: Grant) -> str:
    """Write a grant's methods as settings and messages have them."""
    return "*" if grant.methods == METHODS else ", ".join(sorted(method.decode() for method in grant.methods))


def show_time(time_ms: int | None) -> str:
    """Write a time as messages have it, in UTC; None is the end of a grant that has none."""
    if time_ms is None:
        return "it is withdrawn"
    return (_EPOCH + timedelta(milliseconds=time_ms)).isoformat(timespec="seconds")


def _show_purpose(asked: _Asked) -> str:
    code = asked.request.purpose_code
    return "the request has none" if code is None else f"the request's is {code}"


def _require_no_override(part: RequestPart) -> None:
    if _OVERRIDES_READ.isdisjoint(part.by_name):
        return
    for name in part.by_name:
        if name in _OVERRIDES_READ:
            message = f"the header {name.decode('latin-1')} replaces the method: send the method itself"
            raise ExchangeError(ExchangeErrorKind.METHOD_OVERRIDE, message)


def _require_purpose(request: IncomingRequest, moment: Moment) -> None:
    has_one = request.purpose_code is not None
    if moment.trace is not None:
        moment.trace(
            f"the service requires a purpose, and the request has {'one' if has_one else 'none'}", holds=has_one
        )
    if not has_one:
        raise _missing_purpose(request)


def _missing_purpose(request: IncomingRequest) -> ExchangeError:
    message = f"{request.service.text} needs X-Road-Purpose: PROCEDURE#CASE, or a legal basis"
    return ExchangeError(ExchangeErrorKind.MISSING_PURPOSE, message)


def _over_rate(request: IncomingRequest, pause_ms: int) -> ExchangeError:
    message = f"{request.client.text} has used up its rate for {request.service.text}; {say_pause(pause_ms)}"
    return ExchangeError(ExchangeErrorKind.RATE_EXCEEDED, message)


class _GrantTable(msgspec.Struct):
    to: str
    service: str
    methods: list[str]
    paths: list[str]
    purposes: list[str] | None = None
    until: datetime | None = None
    fields: list[str] | None = None
    rate: str | None = None


def read_grants(text: str, source: str) -> Grants:
    """Read grants.toml; `source` names it in messages. Raises MALFORMED_SETTINGS."""
    by_service: dict[str, tuple[Grant, ...]] = {}
    for grant in read_grant_list(text, source):
        by_service[grant.service] = (*by_service.get(grant.service, ()), grant)
    return Grants(by_service)


def read_grant_list(text: str, source: str) -> tuple[Grant, ...]:
    """Read grants.toml and give its grants in their order; as `read_grants`."""
    tables = parse_toml(text, source, "grant")
    if tables is None:
        return ()
    if not isinstance(tables, list):
        raise bad_settings(source, "`grant` must be a list of tables: [[grant]]")
    return tuple(
        make_grant(table, f"{source}: [[grant]] number {number}") for number, table in enumerate(tables, start=1)
    )


def make_grant(raw: object, place: str) -> Grant:
    """Make a grant of a table of grants.toml; `place` is where it stands. Raises MALFORMED_SETTINGS."""
    until = raw.get("until") if isinstance(raw, dict) else None
    if until is not None and not (isinstance(until, datetime) and until.tzinfo):
        raise bad_settings(place, f"until is {until}: expected a time with its zone, 2027-01-01T00:00:00+07:00")
    table = convert_table(raw, _GrantTable, place)
    grant = Grant(
        to=_require_subject(table.to, place),
        service=require_service_name(table.service, place),
        methods=_require_methods(table.methods, place),
        paths=tuple(table.paths),
        patterns=_compile_paths(table.paths, place),
        purposes=_require_purposes(table.purposes, place),
        until_ms=None if table.until is None else (table.until - _EPOCH) // timedelta(milliseconds=1),
        fields=_compile_fields(table.fields, place),
        rate=_read_rate(table.rate, place),
    )
    return msgspec.structs.replace(grant, id=_hash_grant(grant))


def _hash_grant(grant: Grant) -> str:
    """Hash what a grant says; two that say the same in another order of methods or purposes are one."""
    said = (
        grant.to,
        grant.service,
        sorted(grant.methods),
        grant.paths,
        sorted(grant.purposes),
        grant.until_ms,
        grant.fields and grant.fields.fields,
        grant.rate and grant.rate.text,
    )
    return sha256(msgspec.json.encode(said)).hexdigest()[:8]


def _compile_fields(fields: list[str] | None, place: str) -> FieldFilter | None:
    try:
        return None if fields is None else compile_fields(fields)
    except ValueError as error:
        raise bad_settings(place, f"{error}") from error


def _read_rate(rate: str | None, place: str) -> Rate | None:
    try:
        return None if rate is None else read_rate(rate)
    except ValueError as error:
        raise bad_settings(place, f"{error}") from error


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
