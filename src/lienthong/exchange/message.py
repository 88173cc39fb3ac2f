"""Messages as X-Road's REST protocol has them: what a gateway commits to, forwards, and checks.

The consumer's gateway makes the header part of a request once (`prepare_request`); these bytes are
committed and sent, and the provider's gateway learns everything from them alone (`read_request`). The
response goes the same way back. Both sides of a message lie next to each other here, because they must
agree to the byte. No bodies, no clock and no directory here.
"""

from __future__ import annotations

import re
from binascii import b2a_base64
from hashlib import sha512
from typing import TYPE_CHECKING, Final

import msgspec

from lienthong.evidence.errors import EvidenceError
from lienthong.evidence.message_part import (
    RequestPart,
    make_request_part,
    make_response_part,
    parse_request_part,
    read_status,
)
from lienthong.evidence.statement import RequestNames
from lienthong.exchange import headers as names
from lienthong.exchange.control import Control, Target, invalid_request, read_control, require_request_line, shown
from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind, Side
from lienthong.exchange.headers import Header, split_headers
from lienthong.exchange.identifiers import ClientId, GatewayId, ServiceId
from lienthong.kernel.ids import new_uuid4

if TYPE_CHECKING:
    from collections.abc import Sequence


_UNDERSCORE: Final = ord("_")

MIN_STATUS: Final = 200
"""An interim status (1xx) is not an answer, and 101 would turn the connection into something else."""


class OutgoingRequest(msgspec.Struct, frozen=True, gc=False):
    """A request at the consumer's gateway. `header_part` is what is committed and sent."""

    header_part: bytes
    method: bytes
    target: Target
    service: ServiceId
    """The service that is asked."""
    client: ClientId
    id: str
    request_id: str
    purpose: str | None
    """X-Road-Purpose in full; only `purpose_code`, the part before `#`, may enter a statement."""
    purpose_code: str | None
    gateway: GatewayId | None
    """The provider's gateway that the caller asked for (X-Road-Security-Server)."""
    names: RequestNames
    """What the request's statement says of it."""


class IncomingRequest(msgspec.Struct, frozen=True, gc=False):
    """A request at the provider's gateway, read from the committed bytes only."""

    part: RequestPart
    method: bytes
    target: Target
    service: ServiceId
    """The service that is asked."""
    client: ClientId
    id: str
    request_id: str
    purpose: str | None
    purpose_code: str | None
    gateway: GatewayId | None
    names: RequestNames


def _name(target: Target, control: Control) -> RequestNames:
    return RequestNames(
        control.client.text, target.service.text, control.request_id, control.id.encode(), control.purpose_code
    )


def prepare_request(
    method: bytes,
    target: bytes,
    headers: Sequence[Header],
    new_request_id: str,
    instance: str,
    check: Header | None = None,
) -> OutgoingRequest:
    """Make the header part of a local caller's request.

    `target` is kept as it came. `headers` are the caller's, in order. `new_request_id` is a fresh UUID for
    X-Road-Request-Id; X-Road-Id is made in X-Road's form `INSTANCE-UUID` if the caller sent none, and
    Accept is `application/json` then. `check` is this gateway's own word on the purpose (X-Road-Purpose-Check); a
    caller's is dropped. Raises `ExchangeError` of the consumer's side.
    """
    place = require_request_line(method, target)
    kept, single = split_headers(headers, names.DROPPED_FROM_REQUESTS)
    if check is not None:
        single[names.PURPOSE_CHECK] = check
    single[names.REQUEST_ID] = (b"X-Road-Request-Id", new_request_id.encode())
    if names.MESSAGE_ID not in single:
        single[names.MESSAGE_ID] = (b"X-Road-Id", f"{instance}-{new_uuid4()}".encode())
    if b"accept" not in [name.lower() for name, _ in kept]:
        kept.append((b"Accept", b"application/json"))
    try:
        part = make_request_part(method, target, [*kept, *single.values()])
    except EvidenceError as error:
        raise invalid_request(error.message) from error
    control = read_control(part.by_name)
    return OutgoingRequest(
        part.raw,
        method,
        place,
        place.service,
        control.client,
        control.id,
        control.request_id,
        control.purpose,
        control.purpose_code,
        control.gateway,
        _name(place, control),
    )


def read_request(raw: bytes) -> IncomingRequest:
    """Read a request's committed header part at the provider's gateway.

    Strict: the peer is another member, and what it should have dropped or collapsed could mean one thing to
    us and another to the service. Raises `ExchangeError` of the provider's side.
    """
    try:
        part = parse_request_part(raw)
        place = require_request_line(part.method, part.target)
        _require_travelling_headers(part, names.REFUSED_IN_REQUESTS)
        control = read_control(part.by_name)
    except EvidenceError as error:
        raise ExchangeError(ExchangeErrorKind.INVALID_REST, error.message, Side.PROVIDER) from error
    except ExchangeError as error:
        raise ExchangeError(error.kind, error.message, Side.PROVIDER) from error
    return IncomingRequest(
        part,
        part.method,
        place,
        place.service,
        control.client,
        control.id,
        control.request_id,
        control.purpose,
        control.purpose_code,
        control.gateway,
        _name(place, control),
    )


def reread_request(header_part: bytes) -> OutgoingRequest:
    """Read the header part of an own request again that `prepare_request` made before; raises as `read_request`."""
    request = read_request(header_part)
    return OutgoingRequest(
        header_part,
        request.method,
        request.target,
        request.service,
        request.client,
        request.id,
        request.request_id,
        request.purpose,
        request.purpose_code,
        request.gateway,
        request.names,
    )


def service_target(request: IncomingRequest, base_path: bytes) -> bytes:
    """Give the target for the member's own service: the path of its URL, then the raw path and query.

    `base_path` is percent-encoded; b"" and b"/" are the same. Calling a service without a path, `/…/service`,
    asks for its URL itself; `/…/service/` asks for what stands under it.
    """
    path = request.target.path
    if base_path.endswith(b"/"):
        path = path[1:]
    whole = base_path + path or b"/"
    query = request.target.query
    return whole if query is None else whole + b"?" + query


def service_headers(request: IncomingRequest, secret: str) -> bytes:
    """Give the header lines for the member's own service; the caller adds Host and the body's Content-Length.

    They are those of the committed header part, to the byte, and the service's secret where it has one.
    """
    lines = request.part.raw.split(b"\r\n", 2)[2]
    return b"%bX-Road-Gateway-Secret: %b\r\n" % (lines, secret.encode()) if secret else lines


def prepare_response(
    status: int, reason: bytes, headers: Sequence[Header], request: IncomingRequest, request_hash: str
) -> bytes:
    """Make the header part of the answer of a member's own service.

    What the service says of itself in X-Road-Client, -Service, -Id, -Request-Id and -Request-Hash is replaced; these
    five stand last, in this order. There is one Date at most, the service's last; the consumer's listener adds one
    where there is none. An answer that is not HTTP raises HTTP_ERROR of the provider's side.
    """
    if status < MIN_STATUS:
        raise _service_error(f"the service answered {status}: expected a status from {MIN_STATUS} on")
    kept, single = split_headers(headers, names.MADE_IN_RESPONSES)
    try:
        part = make_response_part(status, reason, [*kept, *single.values()])
    except EvidenceError as error:
        raise _service_error(error.message) from error
    return part.raw + _format_made(request.names, request_hash)


def read_response(raw: bytes, request: OutgoingRequest, expected_hash: str) -> int:
    """Require that a response's committed header part answers `request`, and give its status.

    Its last five headers must be those that `prepare_response` makes for the request, where `expected_hash` is this
    gateway's own `hash_request`; before them none may stand that a gateway drops, makes or collapses. Else
    INCONSISTENT_RESPONSE.
    """
    made = _format_made(request.names, expected_hash)
    if not raw.endswith(made):
        raise _inconsistent(
            f"its last headers are {shown(raw[-len(made) :])}: expected {shown(made)}, as in the request"
        )
    before = raw[: -len(made)]
    try:
        status = read_status(before)
    except EvidenceError as error:
        raise _inconsistent(error.message) from error
    if status < MIN_STATUS:
        raise _inconsistent(f"the status is {status}: expected one from {MIN_STATUS} on")
    lower = before.lower()
    found = _REFUSED_BEFORE_MADE.search(lower)
    if found is not None:
        raise _inconsistent(f"the header {shown(found[1])} must not travel between gateways")
    if lower.count(b"\ndate:") > 1:
        raise _inconsistent("the header date is repeated: expected one")
    return status


def _compile_refused() -> re.Pattern[bytes]:
    """Compile the search for headers that may not stand before those made, in lower case, whatever their `-` or `_`."""
    refused = names.REFUSED_IN_RESPONSES | names.MADE_IN_RESPONSES
    spelled = b"|".join(sorted(name.replace(b"-", b"[-_]") for name in refused))
    return re.compile(rb"\n(" + spelled + rb"|x(?:_road[-_]|-road_)[^:\r]*):")


_REFUSED_BEFORE_MADE: Final = _compile_refused()


def _format_made(stated: RequestNames, request_hash: str) -> bytes:
    """Give the lines of the headers that the provider's gateway makes, by which its answer belongs to the request."""
    return _MADE_IN_RESPONSES % (
        stated.client.encode(),
        stated.service.encode(),
        stated.xroad_id,
        stated.exchange.encode(),
        request_hash.encode(),
    )


_MADE_IN_RESPONSES: Final = (
    b"X-Road-Client:%b\r\nX-Road-Service:%b\r\nX-Road-Id:%b\r\nX-Road-Request-Id:%b\r\nX-Road-Request-Hash:%b\r\n"
)


def hash_request(header_part: bytes, body_sha512: bytes | None) -> str:
    """Compute X-Road-Request-Hash: base64 of SHA-512 of the two digests of header part and body.

    Without a body (None, also for an empty one) it is the digest of the header part alone.
    """
    digest = sha512(header_part).digest()
    if body_sha512 is not None:
        digest = sha512(digest + body_sha512).digest()
    return b2a_base64(digest, newline=False).decode()


def _require_travelling_headers(part: RequestPart, refused: frozenset[bytes]) -> None:
    """Refuse what the sending gateway had to drop or collapse."""
    if not refused.isdisjoint(part.by_name):
        found = min(refused & part.by_name.keys()).decode()
        raise invalid_request(f"the header {found} must not travel between gateways")
    if _UNDERSCORE in part.raw and any(map(names.is_disguised, part.by_name)):
        raise invalid_request("a header with `_` in its name means another one to some services")
    if len(part.by_name) != len(part.headers):
        _require_single(part.headers)


def _require_single(headers: tuple[Header, ...]) -> None:
    seen = set()
    for name, _ in headers:
        lower = name.lower()
        if names.counts_once(lower):
            if lower in seen:
                raise invalid_request(f"the header {lower.decode()} is repeated: expected one")
            seen.add(lower)


def _inconsistent(message: str) -> ExchangeError:
    return ExchangeError(ExchangeErrorKind.INCONSISTENT_RESPONSE, f"the answer does not fit: {message}")


def _service_error(message: str) -> ExchangeError:
    return ExchangeError(ExchangeErrorKind.HTTP_ERROR, message, Side.PROVIDER)
