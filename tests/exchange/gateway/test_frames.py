from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.gateway import frames
from lienthong.exchange.gateway.frames import FrameType

if TYPE_CHECKING:
    from collections.abc import Callable

U32 = st.integers(0, 2**32 - 1)
U64 = st.integers(0, 2**64 - 1)
HASH = st.binary(min_size=32, max_size=32)
SALT = st.binary(min_size=16, max_size=16)
PATH = st.lists(HASH, max_size=5).map(tuple)
PART = st.binary(max_size=300)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


EMPTY = (st.just(0), st.just(()), st.just(b""), st.just(b""))


@st.composite
def message_parts(draw: st.DrawFn) -> dict[str, object]:
    chunk = draw(st.binary(max_size=300))
    length = draw(st.integers(len(chunk), 2**64 - 1))
    return {"body_length": length, "path": draw(PATH), "header_part": draw(PART), "chunk": chunk}


HELLOS = st.builds(frames.Hello, st.just(frames.WIRE_VERSION), TEXT, U64)
HEADS = st.builds(frames.HeadFrame, U64, U64, U64, PART, PATH, PATH)
OPENS = st.builds(
    lambda empty, parts: msgspec.structs.replace(empty, **parts),
    st.builds(frames.OpenFrame, U32, U64, U64, U64, st.booleans(), SALT, *EMPTY),
    message_parts(),
)
ANSWERS = st.builds(
    lambda empty, parts: msgspec.structs.replace(empty, **parts),
    st.builds(frames.AnswerFrame, U32, U64, U64, SALT, *EMPTY),
    message_parts(),
)
REFUSALS = st.builds(frames.RefuseFrame, U32, st.sampled_from(frames.RefusalKind), U64, PATH, TEXT, TEXT)
ERRORS = st.builds(frames.ErrorFrame, U32, TEXT, TEXT)

# Frame type, how to make one, how to encode and decode it.
FORMS: list[tuple[FrameType, st.SearchStrategy[Any], Callable[[Any], bytes], Callable[[bytes], Any]]] = [
    (FrameType.HELLO, HELLOS, frames.encode_hello, frames.decode_hello),
    (FrameType.HEAD, HEADS, frames.encode_head, frames.decode_head),
    (FrameType.OPEN, OPENS, frames.encode_open, frames.decode_open),
    (FrameType.ANSWER, ANSWERS, frames.encode_answer, frames.decode_answer),
    (FrameType.REFUSE, REFUSALS, frames.encode_refuse, frames.decode_refuse),
    (FrameType.ERROR, ERRORS, frames.encode_error, frames.decode_error),
    (
        FrameType.DATA,
        st.tuples(U32, st.binary(min_size=1, max_size=300)),
        lambda value: frames.encode_data(*value),
        frames.decode_data,
    ),
    (FrameType.CREDIT, st.tuples(U32, U32), lambda value: frames.encode_credit(*value), frames.decode_credit),
    (FrameType.CANCEL, U32, frames.encode_cancel, frames.decode_cancel),
    (FrameType.PING, U64, lambda value: frames.encode_ping(FrameType.PING, value), frames.decode_ping),
]
NAMES = [form[0].name for form in FORMS]


@pytest.mark.parametrize(("kind", "values", "encode", "decode"), FORMS, ids=NAMES)
@given(data=st.data())
def test_a_frame_comes_back_as_it_was(
    kind: FrameType,
    values: st.SearchStrategy[Any],
    encode: Callable[[Any], bytes],
    decode: Callable[[bytes], Any],
    data: st.DataObject,
) -> None:
    value = data.draw(values)
    whole, rest = frames.split_frames(encode(value))
    assert rest == b""
    assert [found for found, _ in whole] == [kind]
    assert decode(whole[0][1]) == value


@pytest.mark.parametrize(("kind", "values", "encode", "decode"), FORMS, ids=NAMES)
@given(data=st.data())
def test_a_damaged_payload_is_read_or_refused_as_a_bad_frame(
    kind: FrameType,  # noqa: ARG001 - the table's column
    values: st.SearchStrategy[Any],
    encode: Callable[[Any], bytes],
    decode: Callable[[bytes], Any],
    data: st.DataObject,
) -> None:
    payload = bytearray(encode(data.draw(values))[5:])
    for _ in range(data.draw(st.integers(0, 4))):
        if payload:
            payload[data.draw(st.integers(0, len(payload) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(payload[: data.draw(st.integers(0, len(payload)))])
    for damaged in (bytes(payload), cut, data.draw(st.binary(max_size=200))):
        require_read_or_refused(decode, damaged)


def require_read_or_refused(decode: Callable[[bytes], Any], payload: bytes) -> None:
    try:
        decode(payload)
    except ExchangeError as error:
        assert error.kind is ExchangeErrorKind.BAD_FRAME


@given(st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=60)), max_size=8), st.data())
def test_frames_are_found_whatever_pieces_they_come_in(sent: list[tuple[int, bytes]], data: st.DataObject) -> None:
    stream = b"".join(struct.pack(">IB", len(payload) + 1, kind) + payload for kind, payload in sent)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    found, rest = [], b""
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        whole, rest = frames.split_frames(rest + stream[start:end])
        found += whole
    assert (found, rest) == (sent, b"")


@given(st.binary(max_size=300))
def test_any_bytes_are_split_or_refused(data: bytes) -> None:
    try:
        whole, rest = frames.split_frames(data)
    except ExchangeError as error:
        assert error.kind is ExchangeErrorKind.BAD_FRAME
    else:
        assert len(rest) + sum(5 + len(payload) for _, payload in whole) == len(data)


@pytest.mark.parametrize("length", [0, frames.MAX_FRAME + 1, 2**32 - 1])
def test_a_length_that_cannot_be_right_is_refused_before_its_bytes_come(length: int) -> None:
    with pytest.raises(ExchangeError, match=f"a frame of {length} bytes"):
        frames.split_frames(struct.pack(">IB", length, FrameType.PING))


def test_the_largest_frame_passes() -> None:
    frame = frames.frame(FrameType.DATA, bytes(frames.MAX_FRAME - 1))
    assert len(frames.split_frames(frame)[0]) == 1


def test_the_largest_message_fits_into_a_frame() -> None:
    largest = msgspec.structs.replace(
        ORDINARY,
        body_length=2**40,
        path=(bytes(32),) * frames.MAX_PATH,
        header_part=bytes(frames.MAX_HEADER_PART),
        chunk=bytes(frames.CHUNK_SIZE),
    )
    (found,), _ = frames.split_frames(frames.encode_open(largest))
    assert frames.decode_open(found[1]) == largest


ORDINARY = frames.OpenFrame(
    stream=1,
    index=2,
    time=3,
    until=4,
    reliable=False,
    salt=bytes(16),
    body_length=0,
    path=(),
    header_part=b"part",
    chunk=b"",
)


def open_payload(**changes: object) -> bytes:
    return frames.encode_open(msgspec.structs.replace(ORDINARY, **changes))[5:]


@pytest.mark.parametrize(
    ("decode", "payload", "why"),
    [
        (frames.decode_hello, b'{"v":2,"origin":"a","seen":0}', "wire version 2, expected 1"),
        (frames.decode_hello, b"{", "HELLO frame"),
        (frames.decode_hello, b'{"v":1,"origin":"a","seen":-1}', "HELLO frame"),
        (frames.decode_hello, b'{"v":1,"origin":"\xff","seen":0}', "HELLO frame"),
        (frames.decode_hello, b'{"v":1,"origin":"%s","seen":0}' % (b"a" * frames.MAX_HELLO), "at most 4096"),
        (frames.decode_open, open_payload(path=(bytes(32),) * 65), "a count over its limit"),
        (frames.decode_open, open_payload(header_part=bytes(frames.MAX_HEADER_PART + 1)), "a count over its limit"),
        (frames.decode_open, open_payload(chunk=b"more than announced"), "its length and its counts differ"),
        (
            frames.decode_open,
            open_payload(chunk=bytes(frames.CHUNK_SIZE + 1), body_length=2**40),
            "its length and its counts differ",
        ),
        (frames.decode_data, struct.pack(">I", 1), "a chunk of 0 bytes"),
        (frames.decode_data, struct.pack(">I", 1) + bytes(frames.CHUNK_SIZE + 1), "a chunk of 16385 bytes"),
        (frames.decode_cancel, bytes(5), "5 bytes, expected 4"),
        (frames.decode_ping, bytes(7), "7 bytes, expected 8"),
        (frames.decode_credit, bytes(9), "9 bytes, expected 8"),
        (frames.decode_refuse, struct.pack(">IBQBHI", 1, 1, 0, 0, 1, 0) + b"\xff", "REFUSE frame"),
        (frames.decode_refuse, struct.pack(">IBQBHI", 1, 3, 0, 0, 1, 0) + b"x", "not a valid RefusalKind"),
        (frames.decode_error, b"[]", "ERROR frame"),
        (frames.decode_error, b'{"nested":' + b"[" * 80_000, "ERROR frame"),
        (frames.decode_head, struct.pack(">QQQHBB", 0, 1, 0, frames.MAX_NOTE + 1, 0, 0), "a count over its limit"),
        (frames.decode_head, struct.pack(">QQQHBB", 0, 1, 0, 5, 0, 0), "its length and its counts differ"),
    ],
)
def test_a_payload_that_cannot_be_right_is_refused_with_the_reason(
    decode: Callable[[bytes], Any], payload: bytes, why: str
) -> None:
    with pytest.raises(ExchangeError, match=why) as refused:
        decode(payload)
    assert refused.value.kind is ExchangeErrorKind.BAD_FRAME


def test_unknown_flags_of_a_request_are_refused() -> None:
    payload = bytearray(open_payload())
    payload[4 + 8 * 3] = 0x80
    with pytest.raises(ExchangeError, match="unknown flags 0x80"):
        frames.decode_open(bytes(payload))
