"""What a request says of itself: its request line and its control headers, read alike at both gateways."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

from lienthong.exchange import headers as names
from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.identifiers import (
    ClientId,
    GatewayId,
    ServiceId,
    parse_client_id,
    parse_gateway_id,
    parse_service_id,
    remembered,
    require_represented_party,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

METHODS: Final = frozenset({b"DELETE", b"GET", b"HEAD", b"OPTIONS", b"PATCH", b"POST", b"PUT", b"TRACE"})
"""The verbs that X-Road takes; CONNECT would make a gateway a tunnel."""

METHODS_TEXT: Final = ", ".join(sorted(method.decode("ascii") for method in METHODS))

SAFE_METHODS: Final = frozenset({b"GET", b"HEAD", b"OPTIONS", b"TRACE"})
"""RFC 9110 section 9.2.1: only these may be tried again at another gateway."""

MAX_ID: Final = 255
"""Characters of an X-Road-Id or a purpose's code; X-Road's own servers store 255."""

LEAST_NUMBER: Final = 9
"""Digits of the shortest number that a person has had in Vietnam, the old identity card's."""
_PERSONS_NUMBER = re.compile(rf"\d{{{LEAST_NUMBER}}}")

_UUID_FORM: Final = b"xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"
_DIGITS_TO_X: Final = bytes.maketrans(b"x0123456789abcdef", b"\0" + b"x" * 16)
_TARGET_PIECES: Final = 7  # "", "r1" and the five segments
_BEFORE_SERVICE: Final = len(b"/r1/")
_NUMBER_SIGN: Final = ord("#")


class Target(msgspec.Struct, frozen=True, gc=False):
    """A request target `/r1/` + service `[path][?query]`; path and query are raw, still percent-encoded."""

    service: ServiceId
    path: bytes
    query: bytes | None


def parse_target(target: bytes) -> Target:
    """Split a request target of the REST interface; else raise INVALID_REQUEST."""
    path, mark, query = target.partition(b"?")
    pieces = path.split(b"/", _TARGET_PIECES)
    if len(pieces) < _TARGET_PIECES or pieces[0] or pieces[1] != b"r1" or _NUMBER_SIGN in target:
        message = f"the target {shown(target)} is not /r1/INSTANCE/CLASS/CODE/SUBSYSTEM/SERVICE[/path][?query]"
        raise ExchangeError(ExchangeErrorKind.INVALID_REQUEST, message)
    rest = b"/" + pieces[_TARGET_PIECES] if len(pieces) > _TARGET_PIECES else b""
    service = _read_service(path[_BEFORE_SERVICE : len(path) - len(rest)])
    return Target(service, rest, query if mark else None)


@remembered
def _read_service(raw: bytes) -> ServiceId:
    service = parse_service_id(raw.decode("latin-1"))
    _require_no_number(service.code, "the service's code")
    return service


@remembered
def _read_client(raw: bytes) -> ClientId:
    return parse_client_id(raw.decode("latin-1"))


def require_request_line(method: bytes, target: bytes) -> Target:
    """Check the method and split the target; INVALID_HTTP_METHOD or INVALID_REQUEST."""
    if method not in METHODS:
        message = f"the method {shown(method)} is not one of {METHODS_TEXT}"
        raise ExchangeError(ExchangeErrorKind.INVALID_HTTP_METHOD, message)
    return parse_target(target)


class Control(msgspec.Struct, frozen=True, gc=False):
    """What control headers say."""

    client: ClientId
    id: str
    request_id: str
    purpose: str | None
    purpose_code: str | None
    gateway: GatewayId | None


def read_control(values: Mapping[bytes, bytes]) -> Control:
    """Read control headers from a map of lower-case names; one reading serves both gateways."""
    client = values.get(names.CLIENT)
    if not client:
        message = "X-Road-Client is missing: say who asks, as INSTANCE/CLASS/CODE/SUBSYSTEM"
        raise ExchangeError(ExchangeErrorKind.MISSING_HEADER_FIELD, message)
    request_id = values.get(names.REQUEST_ID, b"")
    if request_id.translate(_DIGITS_TO_X) != _UUID_FORM:
        raise invalid_request(f"X-Road-Request-Id is {shown(request_id)}: expected a UUID in lower case")
    purpose, code = _read_purpose(values.get(names.PURPOSE))
    gateway = values.get(names.SECURITY_SERVER)
    party = values.get(names.REPRESENTED_PARTY)
    if party is not None:
        require_represented_party(party.decode("latin-1"))
    return Control(
        _read_client(client),
        _require_text(b"X-Road-Id", values.get(names.MESSAGE_ID, b"")),
        request_id.decode(),
        purpose,
        code,
        parse_gateway_id(gateway.decode("latin-1")) if gateway is not None else None,
    )


def _read_purpose(value: bytes | None) -> tuple[str | None, str | None]:
    if value is None:
        return None, None
    purpose = _require_text(b"X-Road-Purpose", value)
    code = purpose.partition("#")[0]
    if not code:
        raise invalid_request(f"X-Road-Purpose is {shown(value)}: expected a procedure or a legal basis before `#`")
    if code != code.strip():
        raise invalid_request(f"X-Road-Purpose is {shown(value)}: expected no blank before `#`")
    _require_no_number(code, "X-Road-Purpose, before `#`,")
    return purpose, code


def _require_no_number(value: str, what: str) -> None:
    """Refuse what a caller could have put a person's number into: it enters statements, which hold none (rule 8)."""
    if _PERSONS_NUMBER.search(value):
        raise invalid_request(f"{what} holds {LEAST_NUMBER} digits in a row, as a person's number has: leave it out")


def _require_text(name: bytes, value: bytes) -> str:
    """Decode a value that is compared, kept and shown: UTF-8, printable, not empty, of bounded length."""
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError as error:
        raise invalid_request(f"{name.decode()} is {shown(value)}: expected UTF-8") from error
    if not 0 < len(text) <= MAX_ID or not text.isprintable():
        raise invalid_request(f"{name.decode()} is {shown(value)}: expected 1 to {MAX_ID} printable characters")
    return text


def invalid_request(message: str) -> ExchangeError:
    """Make the error for a request that no gateway can read; the side is the reader's."""
    return ExchangeError(ExchangeErrorKind.INVALID_REQUEST, message)


def shown(value: bytes) -> str:
    """Quote the beginning of what a stranger sent, safe to print."""
    return repr(value[:80].decode("latin-1"))
