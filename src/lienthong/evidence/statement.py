"""Statements: what a log's entries say about messages, as RFC 8785 JSON (rules of section 2).

A statement holds hashes, identifiers of systems and times, nothing about people. Each kind is one Struct
whose fields stand in RFC 8785's order (by name), so that msgspec's encoder writes the canonical bytes; the
tests compare it with the rfc8785 library. `UNSET` marks a field that is left out.

All that a request or response statement says about its message is read from the message's own bytes (rule
4.1): the gateways read its names and call `state_request` and `state_response`, an offline verifier calls
`rebuild_request` and `rebuild_response`, which do both.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated, Final, Literal, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType

from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.tree import HASH_BYTES, MAX_TREE_SIZE
from lienthong.kernel.canonical import encode_base64url
from lienthong.kernel.errors import KernelError
from lienthong.kernel.ids import format_identifier, parse_identifier

if TYPE_CHECKING:
    from lienthong.evidence.checkpoint import Checkpoint
    from lienthong.evidence.message_part import RequestPart, ResponsePart

SALT_BYTES: Final = 16
"""Random bytes per message: enough that nobody can guess a hidden id or a short body by trying."""

MAX_STATEMENT_BYTES: Final = 65_535
"""An entry bundle gives each entry a 16-bit length (C2SP tlog-tiles)."""

_KNOWN_NAMES: Final = 4096
"""How many spellings of client and service names are remembered in their normal form."""

Hash: TypeAlias = Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]\\Z")]
"""32 bytes in unpadded base64url, the unused bits zero."""
Count: TypeAlias = Annotated[int, Meta(ge=0, le=MAX_TREE_SIZE)]
"""A number that RFC 8785 writes exactly: a time in UTC milliseconds, an index or a size."""


class _Shape(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """What all kinds share: frozen, by keyword, and nothing besides the named fields."""


class Request(_Shape, frozen=True, kw_only=True):
    """A message that a consumer's gateway sends to the log `to`; `id` hides the X-Road-Id."""

    client: str
    commitment: Hash
    exchange: str
    id: Hash
    kind: Literal["request"] = "request"
    purpose: str | UnsetType = UNSET
    reliable: bool
    service: str
    time: Count
    to: str
    until: Count
    v: Literal[1] = 1


class Response(_Shape, frozen=True, kw_only=True):
    """The answer to the request whose leaf hash is `answers`."""

    answers: Hash
    client: str
    commitment: Hash
    exchange: str
    kind: Literal["response"] = "response"
    service: str
    status: Annotated[int, Meta(ge=100, le=999)]
    time: Count
    to: str
    v: Literal[1] = 1


class Received(_Shape, frozen=True, kw_only=True):
    """A peer's entry that this log has verified, with the peer's checkpoint that it thereby pins.

    `exchange`, `id` and `until` are those of a request and absent for any other entry.
    """

    exchange: str | UnsetType = UNSET
    from_: str = msgspec.field(name="from")
    id: Hash | UnsetType = UNSET
    index: Count
    kind: Literal["received"] = "received"
    leaf: Hash
    root: Hash
    size: Count
    until: Count | UnsetType = UNSET
    v: Literal[1] = 1


class Refused(_Shape, frozen=True, kw_only=True):
    """A request with a valid proof that was not carried out, and the code of the reason."""

    answers: Hash
    code: str
    kind: Literal["refused"] = "refused"
    to: str
    v: Literal[1] = 1


class Unknown(_Shape, frozen=True, kw_only=True):
    """A request whose service was called, and whose answer could not be recorded."""

    answers: Hash
    kind: Literal["unknown"] = "unknown"
    v: Literal[1] = 1


class Succeeds(_Shape, frozen=True, kw_only=True):
    """The first entry of a log that follows another: the other's origin and last head, and why."""

    kind: Literal["succeeds"] = "succeeds"
    origin: str
    reason: str
    root: Hash
    size: Count
    v: Literal[1] = 1


Statement: TypeAlias = Request | Response | Received | Refused | Unknown | Succeeds


class RequestNames(msgspec.Struct, frozen=True, gc=False):
    """What the header part of a request names, as its statement says it; `purpose` without its case.

    A response repeats the first three.
    """

    client: str
    service: str
    exchange: str
    xroad_id: bytes = b""
    purpose: str | None = None


class RequestEnvelope(msgspec.Struct, frozen=True, gc=False):
    """What a request statement says beyond its message's bytes; `salt` opens the commitment."""

    to: str
    time: int
    until: int
    reliable: bool
    salt: bytes


class ResponseEnvelope(msgspec.Struct, frozen=True, gc=False):
    """What a response statement says beyond its message's bytes; `answers` is the request's raw leaf hash."""

    to: str
    time: int
    answers: bytes
    salt: bytes


class _Kind(msgspec.Struct, frozen=True):
    """The one field that says how to read the others."""

    kind: str


_OF_REQUEST: Final = (b"x-road-client", b"x-road-request-id", b"x-road-id")
_OF_RESPONSE: Final = (b"x-road-client", b"x-road-request-id", b"x-road-service")
_PURPOSE: Final = b"x-road-purpose"

_encoder = msgspec.json.Encoder()
_kind_decoder = msgspec.json.Decoder(_Kind)
_decoders: Final[dict[str, msgspec.json.Decoder[Statement]]] = {
    "request": msgspec.json.Decoder(Request),
    "response": msgspec.json.Decoder(Response),
    "received": msgspec.json.Decoder(Received),
    "refused": msgspec.json.Decoder(Refused),
    "unknown": msgspec.json.Decoder(Unknown),
    "succeeds": msgspec.json.Decoder(Succeeds),
}


def encode_statement(statement: Statement) -> bytes:
    """Write a statement in its canonical bytes: what is logged, and what `leaf_hash` takes."""
    try:
        raw = _encoder.encode(statement)
    except UnicodeEncodeError as error:
        raise _statement_error(f"expected text with a UTF-8 form, got {error.object!r}") from error
    if len(raw) > MAX_STATEMENT_BYTES:
        raise _statement_error(f"expected at most {MAX_STATEMENT_BYTES} bytes, got {len(raw)}; shorten its names")
    return raw


def decode_statement(raw: bytes) -> Statement:
    """Read a statement; refuse an unknown kind or field, and any bytes but the canonical ones."""
    if len(raw) > MAX_STATEMENT_BYTES:
        raise _statement_error(f"expected at most {MAX_STATEMENT_BYTES} bytes, got {len(raw)}")
    try:
        kind = _kind_decoder.decode(raw).kind
        decoder = _decoders.get(kind)
        if decoder is None:
            raise _statement_error(f"expected a kind of {', '.join(_decoders)}, got {kind!r}")
        statement = decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _statement_error(f"expected one of this version's kinds, got {raw[:80]!r} ({error})") from error
    canonical = encode_statement(statement)
    if canonical != raw:
        raise _statement_error(f"expected its canonical bytes {canonical!r}, got {raw!r}")
    return statement


def commit_message(salt: bytes, header_part: bytes, body_sha256: bytes) -> str:
    """Commit to a message: base64url(SHA-256(salt ‖ SHA-256(header part) ‖ SHA-256(body))).

    The salt has 16 bytes and the body's hash 32, so the three parts cannot be shifted against each other.
    """
    if len(salt) != SALT_BYTES or len(body_sha256) != HASH_BYTES:
        got = f"{len(salt)} and {len(body_sha256)}"
        raise _message_error(f"expected a salt of {SALT_BYTES} bytes and a hash of {HASH_BYTES}, got {got}")
    return encode_base64url(sha256(salt + sha256(header_part).digest() + body_sha256).digest())


def hide_id(salt: bytes, xroad_id: bytes) -> str:
    """Hide an X-Road-Id, which callers may fill with anything: base64url(SHA-256(salt ‖ id))."""
    if len(salt) != SALT_BYTES:
        raise _message_error(f"expected a salt of {SALT_BYTES} bytes, got {len(salt)}")
    return encode_base64url(sha256(salt + xroad_id).digest())


def state_request(names: RequestNames, header_part: bytes, body_sha256: bytes, envelope: RequestEnvelope) -> Request:
    """Build the statement of a request whose names were read from its header part (rule 4.1)."""
    if not (0 <= envelope.time <= MAX_TREE_SIZE and 0 <= envelope.until <= MAX_TREE_SIZE):
        raise _message_error(f"times {envelope.time} and {envelope.until}: expected 0 to {MAX_TREE_SIZE} ms")
    return Request(
        client=names.client,
        commitment=commit_message(envelope.salt, header_part, body_sha256),
        exchange=names.exchange,
        id=hide_id(envelope.salt, names.xroad_id),
        purpose=UNSET if names.purpose is None else names.purpose,
        reliable=envelope.reliable,
        service=names.service,
        time=envelope.time,
        to=envelope.to,
        until=envelope.until,
    )


def state_response(
    request: RequestNames, status: int, header_part: bytes, body_sha256: bytes, envelope: ResponseEnvelope
) -> Response:
    """Build the statement of a response whose header part names the client, service and exchange of `request`."""
    if len(envelope.answers) != HASH_BYTES or not 0 <= envelope.time <= MAX_TREE_SIZE:
        got = f"{len(envelope.answers)} bytes and {envelope.time}"
        raise _message_error(
            f"expected a leaf hash of {HASH_BYTES} bytes and a time of 0 to {MAX_TREE_SIZE} ms, got {got}"
        )
    return Response(
        answers=encode_base64url(envelope.answers),
        client=request.client,
        commitment=commit_message(envelope.salt, header_part, body_sha256),
        exchange=request.exchange,
        service=request.service,
        status=status,
        time=envelope.time,
        to=envelope.to,
    )


def rebuild_request(part: RequestPart, body_sha256: bytes, envelope: RequestEnvelope) -> Request:
    """Build the statement of a request from its bytes alone.

    Client and service are in their normal spelling; the purpose ends before `#`, so that no case is named.
    Raises the kind `message` where a header is absent, repeated or not to be read.
    """
    client, exchange, xroad_id = _read_controls(part, _OF_REQUEST)
    purpose = part.by_name.get(_PURPOSE)
    names = RequestNames(
        _normal_client(client),
        _normal_service(_service_of_target(part.target)),
        _decode_text(exchange),
        xroad_id,
        None if purpose is None else _decode_text(purpose.partition(b"#")[0]),
    )
    return state_request(names, part.raw, body_sha256, envelope)


def rebuild_response(part: ResponsePart, body_sha256: bytes, envelope: ResponseEnvelope) -> Response:
    """Build the statement of a response from its bytes alone; errors as `rebuild_request`."""
    client, exchange, service = _read_controls(part, _OF_RESPONSE)
    names = RequestNames(_normal_client(client), _normal_service(service), _decode_text(exchange))
    return state_response(names, part.status, part.raw, body_sha256, envelope)


def record_received(leaf: bytes, index: int, checkpoint: Checkpoint, request: Request | None = None) -> Received:
    """Build what is logged about a peer's verified entry: its leaf, place and checkpoint.

    A request is passed along, so that a replay is found again after a restart (rule 4.5).
    """
    return Received(
        exchange=request.exchange if request else UNSET,
        from_=checkpoint.origin,
        id=request.id if request else UNSET,
        index=index,
        leaf=encode_base64url(leaf),
        root=encode_base64url(checkpoint.root),
        size=checkpoint.size,
        until=request.until if request else UNSET,
    )


def _service_of_target(target: bytes) -> bytes:
    """Cut the five segments after `/r1/` out of a target; too few of them are refused when they are read."""
    pieces = target.partition(b"?")[0].split(b"/", 7)
    if pieces[1] != b"r1":
        raise _message_error(f"the target: expected /r1/ and five segments, got {target[:80]!r}")
    return b"/".join(pieces[2:7])


@lru_cache(_KNOWN_NAMES)
def _normal_client(raw: bytes) -> str:
    return _normal_identifier(raw, 3, 4)


@lru_cache(_KNOWN_NAMES)
def _normal_service(raw: bytes) -> str:
    return _normal_identifier(raw, 5, 5)


def _normal_identifier(raw: bytes, least: int, most: int) -> str:
    try:
        return format_identifier(parse_identifier(_decode_text(raw), least, most))
    except KernelError as error:
        raise _message_error(f"{raw[:80]!r} names no client or service: {error.message}") from error


def _read_controls(part: RequestPart | ResponsePart, wanted: tuple[bytes, bytes, bytes]) -> tuple[bytes, bytes, bytes]:
    """Give the values of three headers, each of which must stand exactly once and say something."""
    found = part.by_name
    if len(found) != len(part.headers):
        for name in (*wanted, _PURPOSE):
            part.find_single(name)
    first, second, third = wanted
    try:
        values = (found[first], found[second], found[third])
    except KeyError as error:
        raise _no_value(error.args[0]) from error
    if not all(values):
        raise _no_value(wanted[values.index(b"")])
    return values


def _no_value(name: bytes) -> EvidenceError:
    return _message_error(f"the header {name.decode('ascii')}: expected a value, got none")


def _decode_text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise _message_error(f"expected UTF-8, got {raw[:80]!r}") from error


def _message_error(message: str) -> EvidenceError:
    return EvidenceError(EvidenceErrorKind.MESSAGE, f"no statement fits the message: {message}")


def _statement_error(message: str) -> EvidenceError:
    return EvidenceError(EvidenceErrorKind.STATEMENT, f"a statement is not as it must be: {message}")
