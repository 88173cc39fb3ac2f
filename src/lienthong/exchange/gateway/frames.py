"""The frames between two gateways: bytes to values and back, nothing else (docs/wire.md).

A frame is `length u32 | type u8 | payload`; the length counts type and payload; integers are big-endian. The format
is version 1 from its first day: a new field is a new version, offered in HELLO.
"""

from __future__ import annotations

import struct
from enum import IntEnum
from typing import Annotated, Any

import msgspec

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind

WIRE_VERSION = 1
HASH_SIZE = 32
SALT_SIZE = 16
CHUNK_SIZE = 16 * 1024
"""Bodies travel interleaved in chunks of this many bytes, so that no large one holds up a small one."""
MAX_HEADER_PART = 64 * 1024
MAX_PATH = 64
"""A tree of 2^64 entries has paths of at most 64 hashes."""
MAX_NOTE = 16 * 1024
"""A signed checkpoint with some eighty cosignatures."""
MAX_FRAME = MAX_HEADER_PART + CHUNK_SIZE + MAX_PATH * HASH_SIZE + 1024
MAX_HELLO = 4 * 1024

_PREFIX = struct.Struct(">IB")
_PREFIX_SIZE = _PREFIX.size
_OPEN = struct.Struct(">IQQQB16sQBI")
_OPEN_SIZE = _OPEN.size
_OPEN_START = struct.Struct(">IBIQQQB16sQBI")
"""An OPEN frame from its length on, packed in one go; likewise below."""
_ANSWER = struct.Struct(">IQQ16sQBI")
_ANSWER_SIZE = _ANSWER.size
_ANSWER_START = struct.Struct(">IBIQQ16sQBI")
_REFUSE = struct.Struct(">IBQBHI")
_HEAD = struct.Struct(">QQQHBB")
_STREAM = struct.Struct(">I")
_STREAM_SIZE = _STREAM.size
_DATA_START = struct.Struct(">IBI")
_CREDIT = struct.Struct(">II")
_PING = struct.Struct(">Q")
_HASHES = tuple(struct.Struct(f"{HASH_SIZE}s" * count) for count in range(MAX_PATH + 2))
"""By their number: hashes one behind the other."""

_NOT_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""How msgspec says that bytes are not the JSON that was asked for, not UTF-8, or nested too deeply."""

RELIABLE = 0x01
_UNKNOWN_FLAGS = 0xFF & ~RELIABLE


class FrameType(IntEnum):
    """What a frame is. An unknown type ends the link (rule 9)."""

    HELLO = 1
    HEAD = 2
    OPEN = 3
    DATA = 4
    ANSWER = 5
    REFUSE = 6
    ERROR = 7
    CREDIT = 8
    CANCEL = 9
    PING = 10
    PONG = 11
    ASK_HEAD = 12
    KNOWN_HEAD = 13
    GOODBYE = 14
    COSIGNED = 15


# Of the frames of each exchange: looking up an enumeration's member costs as much as unpacking a frame.
_OF_OPEN = FrameType.OPEN
_OF_ANSWER = FrameType.ANSWER
_OF_DATA = FrameType.DATA


class RefusalKind(IntEnum):
    """Which logged statement a REFUSE frame carries."""

    REFUSED = 1
    UNKNOWN = 2


class Hello(msgspec.Struct, frozen=True):
    """The first frame of each side: its log, and the size of the other's log that it has verified (0: none)."""

    v: int
    origin: str
    seen: Annotated[int, msgspec.Meta(ge=0)]


class HeadFrame(msgspec.Struct, frozen=True, gc=False):
    """A batch's signed checkpoint, its suffix of the proofs, and consistency from the size the link saw before."""

    first: int
    size: int
    previous: int
    note: bytes
    suffix: tuple[bytes, ...]
    consistency: tuple[bytes, ...]


class OpenFrame(msgspec.Struct, frozen=True, gc=False):
    """A request: where it stands in the sender's log, and the message. Times are milliseconds UTC."""

    stream: int
    index: int
    time: int
    until: int
    reliable: bool
    salt: bytes
    body_length: int
    path: tuple[bytes, ...]
    header_part: bytes
    chunk: bytes


class AnswerFrame(msgspec.Struct, frozen=True, gc=False):
    """A response, as OpenFrame."""

    stream: int
    index: int
    time: int
    salt: bytes
    body_length: int
    path: tuple[bytes, ...]
    header_part: bytes
    chunk: bytes


class RefuseFrame(msgspec.Struct, frozen=True, gc=False):
    """A refusal, or `unknown`, that stands in the provider's log. `code` is part of the statement, `detail` is not."""

    stream: int
    kind: RefusalKind
    index: int
    path: tuple[bytes, ...]
    code: str
    detail: str


class ErrorFrame(msgspec.Struct, frozen=True):
    """An error that no log holds: nothing about the request was provable, or too many were refused."""

    stream: int
    code: str
    detail: str


def frame(kind: FrameType, payload: bytes) -> bytes:
    """Put length and type before a payload."""
    return _PREFIX.pack(len(payload) + 1, kind) + payload


def encode_hello(hello: Hello) -> bytes:
    """Encode a HELLO frame (JSON, so that a stranger's version can always be read)."""
    return frame(FrameType.HELLO, msgspec.json.encode(hello))


def encode_head(head: HeadFrame) -> bytes:
    """Encode a HEAD frame."""
    fixed = _HEAD.pack(head.first, head.size, head.previous, len(head.note), len(head.suffix), len(head.consistency))
    return frame(FrameType.HEAD, b"".join((fixed, head.note, *head.suffix, *head.consistency)))


def encode_open(request: OpenFrame) -> bytes:
    """Encode an OPEN frame."""
    path, header_part, chunk = request.path, request.header_part, request.chunk
    start = _OPEN_START.pack(
        1 + _OPEN_SIZE + HASH_SIZE * len(path) + len(header_part) + len(chunk),
        _OF_OPEN,
        request.stream,
        request.index,
        request.time,
        request.until,
        RELIABLE if request.reliable else 0,
        request.salt,
        request.body_length,
        len(path),
        len(header_part),
    )
    return b"".join([start, *path, header_part, chunk])


def encode_answer(answer: AnswerFrame) -> bytes:
    """Encode an ANSWER frame."""
    path, header_part, chunk = answer.path, answer.header_part, answer.chunk
    start = _ANSWER_START.pack(
        1 + _ANSWER_SIZE + HASH_SIZE * len(path) + len(header_part) + len(chunk),
        _OF_ANSWER,
        answer.stream,
        answer.index,
        answer.time,
        answer.salt,
        answer.body_length,
        len(path),
        len(header_part),
    )
    return b"".join([start, *path, header_part, chunk])


def encode_refuse(refusal: RefuseFrame) -> bytes:
    """Encode a REFUSE frame."""
    code, detail = refusal.code.encode(), refusal.detail.encode()
    fixed = _REFUSE.pack(refusal.stream, refusal.kind, refusal.index, len(refusal.path), len(code), len(detail))
    return frame(FrameType.REFUSE, b"".join((fixed, *refusal.path, code, detail)))


def encode_error(error: ErrorFrame) -> bytes:
    """Encode an ERROR frame."""
    return frame(FrameType.ERROR, msgspec.json.encode(error))


def encode_data(stream: int, chunk: bytes | memoryview) -> tuple[bytes, bytes | memoryview]:
    """Encode a DATA frame, the next bytes of a stream's body, in two pieces: the chunk is not copied."""
    return _DATA_START.pack(1 + _STREAM_SIZE + len(chunk), _OF_DATA, stream), chunk


def encode_credit(stream: int, amount: int) -> bytes:
    """Encode a CREDIT frame: `amount` more body bytes may come on this stream (0: on the link)."""
    return frame(FrameType.CREDIT, _CREDIT.pack(stream, amount))


def encode_cancel(stream: int) -> bytes:
    """Encode a CANCEL frame: nobody waits for this stream any more."""
    return frame(FrameType.CANCEL, _STREAM.pack(stream))


def encode_ping(kind: FrameType, token: int) -> bytes:
    """Encode a PING or a PONG."""
    return frame(kind, _PING.pack(token))


def decode_hello(payload: bytes) -> Hello:
    """Decode HELLO; refuses another version."""
    if len(payload) > MAX_HELLO:
        raise _bad(FrameType.HELLO, f"{len(payload)} bytes, at most {MAX_HELLO}")
    try:
        hello = msgspec.json.decode(payload, type=Hello)
    except _NOT_JSON as error:
        raise _bad(FrameType.HELLO, str(error)) from error
    if hello.v != WIRE_VERSION:
        raise _bad(FrameType.HELLO, f"wire version {hello.v}, expected {WIRE_VERSION}")
    return hello


def decode_head(payload: bytes) -> HeadFrame:
    """Decode HEAD; the payload must be exactly as long as its counts say."""
    first, size, previous, note_length, suffix_count, consistency_count = _unpack(_HEAD, FrameType.HEAD, payload)
    if note_length > MAX_NOTE or suffix_count > MAX_PATH or consistency_count > MAX_PATH + 1:
        raise _bad(FrameType.HEAD, "a count over its limit")
    end_of_note = _HEAD.size + note_length
    end_of_suffix = end_of_note + suffix_count * HASH_SIZE
    if len(payload) != end_of_suffix + consistency_count * HASH_SIZE:
        raise _bad(FrameType.HEAD, "its length and its counts differ")
    return HeadFrame(
        first,
        size,
        previous,
        payload[_HEAD.size : end_of_note],
        _hashes(payload, end_of_note, suffix_count),
        _hashes(payload, end_of_suffix, consistency_count),
    )


def decode_open(payload: bytes) -> OpenFrame:
    """Decode OPEN."""
    try:
        stream, index, time, until, flags, salt, body_length, path_count, header_length = _OPEN.unpack_from(payload)
    except struct.error as error:
        raise _bad(_OF_OPEN, str(error)) from error
    if flags & _UNKNOWN_FLAGS:
        raise _bad(_OF_OPEN, f"unknown flags {flags:#x}")
    path, header_part, chunk = _message_parts(_OF_OPEN, payload, _OPEN_SIZE, path_count, header_length, body_length)
    return OpenFrame(stream, index, time, until, flags == RELIABLE, salt, body_length, path, header_part, chunk)


def decode_answer(payload: bytes) -> AnswerFrame:
    """Decode ANSWER."""
    try:
        stream, index, time, salt, body_length, path_count, header_length = _ANSWER.unpack_from(payload)
    except struct.error as error:
        raise _bad(_OF_ANSWER, str(error)) from error
    path, header_part, chunk = _message_parts(_OF_ANSWER, payload, _ANSWER_SIZE, path_count, header_length, body_length)
    return AnswerFrame(stream, index, time, salt, body_length, path, header_part, chunk)


def decode_refuse(payload: bytes) -> RefuseFrame:
    """Decode REFUSE."""
    stream, kind, index, path_count, code_length, detail_length = _unpack(_REFUSE, FrameType.REFUSE, payload)
    code_at = _REFUSE.size + path_count * HASH_SIZE
    if path_count > MAX_PATH or len(payload) != code_at + code_length + detail_length:
        raise _bad(FrameType.REFUSE, "its length and its counts differ")
    try:
        code = payload[code_at : code_at + code_length].decode()
        detail = payload[code_at + code_length :].decode()
        refusal_kind = RefusalKind(kind)
    except ValueError as error:
        raise _bad(FrameType.REFUSE, str(error)) from error
    return RefuseFrame(stream, refusal_kind, index, _hashes(payload, _REFUSE.size, path_count), code, detail)


def decode_error(payload: bytes) -> ErrorFrame:
    """Decode ERROR."""
    try:
        return msgspec.json.decode(payload, type=ErrorFrame)
    except _NOT_JSON as error:
        raise _bad(FrameType.ERROR, str(error)) from error


def decode_data(payload: bytes) -> tuple[int, memoryview]:
    """Decode DATA into stream and chunk, which is no copy."""
    size = len(payload) - _STREAM_SIZE
    if size < 1 or size > CHUNK_SIZE:
        raise _bad(_OF_DATA, f"a chunk of {size} bytes, expected 1 to {CHUNK_SIZE}")
    return int.from_bytes(payload[:_STREAM_SIZE]), memoryview(payload)[_STREAM_SIZE:]


def decode_credit(payload: bytes) -> tuple[int, int]:
    """Decode CREDIT into stream and amount."""
    stream, amount = _unpack(_CREDIT, FrameType.CREDIT, payload, exact=True)
    return stream, amount


def decode_cancel(payload: bytes) -> int:
    """Decode CANCEL into its stream."""
    (stream,) = _unpack(_STREAM, FrameType.CANCEL, payload, exact=True)
    return int(stream)


def decode_ping(payload: bytes) -> int:
    """Decode a PING or PONG into its token."""
    (token,) = _unpack(_PING, FrameType.PING, payload, exact=True)
    return int(token)


def split_frames(data: bytes) -> tuple[list[tuple[int, bytes]], bytes]:
    """Split received bytes into whole frames (type, payload) and the unfinished rest.

    Raises ExchangeError as soon as a length can't be right, before its bytes are waited for.
    """
    frames: list[tuple[int, bytes]] = []
    at, end = 0, len(data)
    while end - at >= _PREFIX_SIZE:
        length, kind = _PREFIX.unpack_from(data, at)
        if not 1 <= length <= MAX_FRAME:
            raise ExchangeError(ExchangeErrorKind.BAD_FRAME, f"a frame of {length} bytes, expected 1 to {MAX_FRAME}")
        stop = at + 4 + length
        if stop > end:
            break
        frames.append((kind, data[at + _PREFIX_SIZE : stop]))
        at = stop
    return frames, data[at:] if at else data


def _message_parts(
    kind: FrameType, payload: bytes, at: int, path_count: int, header_length: int, body_length: int
) -> tuple[tuple[bytes, ...], bytes, bytes]:
    if path_count > MAX_PATH or header_length > MAX_HEADER_PART:
        raise _bad(kind, "a count over its limit")
    header_at = at + HASH_SIZE * path_count
    chunk_at = header_at + header_length
    size = len(payload) - chunk_at
    if size < 0 or size > CHUNK_SIZE or size > body_length:
        raise _bad(kind, "its length and its counts differ")
    return _HASHES[path_count].unpack_from(payload, at), payload[header_at:chunk_at], payload[chunk_at:]


def _hashes(payload: bytes, at: int, count: int) -> tuple[bytes, ...]:
    return _HASHES[count].unpack_from(payload, at)


def _unpack(form: struct.Struct, kind: FrameType, payload: bytes, *, exact: bool = False) -> tuple[Any, ...]:
    if len(payload) < form.size or (exact and len(payload) != form.size):
        raise _bad(kind, f"{len(payload)} bytes, expected {form.size}")
    return form.unpack_from(payload)


def _bad(kind: FrameType, why: str) -> ExchangeError:
    return ExchangeError(ExchangeErrorKind.BAD_FRAME, f"{kind.name} frame: {why}")
