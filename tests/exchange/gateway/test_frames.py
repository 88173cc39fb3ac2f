"""Frames: what was encoded is decoded again, and a stranger's bytes are refused in one way only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.gateway import frames
from lienthong.exchange.gateway.frames import (
    AnswerFrame,
    ErrorFrame,
    FrameType,
    HeadFrame,
    Hello,
    OpenFrame,
    RefusalKind,
    RefuseFrame,
)

if TYPE_CHECKING:
    from collections.abc import Callable

U32 = st.integers(0, 2**32 - 1)
U64 = st.integers(0, 2**64 - 1)
HASHES = st.lists(st.binary(min_size=32, max_size=32), max_size=5).map(tuple)
PART = st.binary(max_size=200)
SALT = st.binary(min_size=16, max_size=16)

LONG = st.integers(200, 2**40)
"""A body is at least as long as its chunk."""
WORDS = st.text(max_size=9)

OPENS = st.builds(OpenFrame, U32, U64, U64, U64, st.booleans(), SALT, LONG, HASHES, PART, PART)
ANSWERS = st.builds(AnswerFrame, U32, U64, U64, SALT, LONG, HASHES, PART, PART)
REFUSALS = st.builds(RefuseFrame, U32, st.sampled_from(RefusalKind), U64, HASHES, WORDS, WORDS)
CASES: dict[str, tuple[st.SearchStrategy[Any], Callable[[Any], bytes], Callable[[bytes], Any]]] = {
    "HELLO": (st.builds(Hello, st.just(1), st.text(max_size=50), U64), frames.encode_hello, frames.decode_hello),
    "HEAD": (st.builds(HeadFrame, U64, U64, U64, PART, HASHES, HASHES), frames.encode_head, frames.decode_head),
    "OPEN": (OPENS, frames.encode_open, frames.decode_open),
    "ANSWER": (ANSWERS, frames.encode_answer, frames.decode_answer),
    "REFUSE": (REFUSALS, frames.encode_refuse, frames.decode_refuse),
    "ERROR": (st.builds(ErrorFrame, U32, st.text(), st.text()), frames.encode_error, frames.decode_error),
    "DATA": (
        st.tuples(U32, st.binary(min_size=1, max_size=99)),
        lambda value: b"".join(frames.encode_data(*value)),
        frames.decode_data,
    ),
    "CREDIT": (st.tuples(U32, U32), lambda value: frames.encode_credit(*value), frames.decode_credit),
    "CANCEL": (U32, frames.encode_cancel, frames.decode_cancel),
    "PING": (U64, lambda value: frames.encode_ping(FrameType.PING, value), frames.decode_ping),
}
ANY_FRAME = st.one_of([values.map(encode) for values, encode, _ in CASES.values()])


@pytest.mark.parametrize("name", CASES)
@given(data=st.data())
def test_a_frame_comes_out_as_it_went_in(name: str, data: st.DataObject) -> None:
    values, encode, decode = CASES[name]
    value = data.draw(values)

    ((kind, payload),), rest = frames.split_frames(encode(value))

    assert (kind, rest) == (FrameType[name], b"")
    assert decode(payload) == value


@pytest.mark.parametrize("name", CASES)
@given(payload=st.binary(max_size=300))
def test_any_bytes_are_a_frame_or_a_bad_frame(name: str, payload: bytes) -> None:
    require_decoded_or_refused(name, payload)


@pytest.mark.parametrize("name", CASES)
@given(data=st.data())
def test_a_damaged_frame_is_another_frame_or_a_bad_one(name: str, data: st.DataObject) -> None:
    values, encode, _ = CASES[name]
    payload = bytearray(encode(data.draw(values))[5:])
    if payload:
        payload[data.draw(st.integers(0, len(payload) - 1))] ^= data.draw(st.integers(1, 255))
    require_decoded_or_refused(name, bytes(payload[: data.draw(st.integers(0, len(payload)))]))


def require_decoded_or_refused(name: str, payload: bytes) -> None:
    try:
        CASES[name][2](payload)
    except ExchangeError as error:
        assert error.kind is ExchangeErrorKind.BAD_FRAME
        assert error.message.startswith(name)


@given(sent=st.lists(ANY_FRAME, max_size=6), cuts=st.lists(st.integers(1, 200), max_size=12))
def test_frames_are_the_same_however_their_bytes_arrive(sent: list[bytes], cuts: list[int]) -> None:
    stream, rest = b"".join(sent), b""
    whole: list[tuple[int, bytes]] = []
    for size in [*cuts, len(stream) + 1]:
        some, rest = frames.split_frames(rest + stream[:size])
        stream = stream[size:]
        whole += some

    assert rest == b""
    assert [frames.frame(FrameType(kind), payload) for kind, payload in whole] == sent


@given(st.binary(max_size=400))
def test_any_bytes_split_into_frames_and_a_rest_or_are_refused(data: bytes) -> None:
    try:
        whole, rest = frames.split_frames(data)
    except ExchangeError as error:
        assert error.kind is ExchangeErrorKind.BAD_FRAME
    else:
        assert sum(len(payload) + 5 for _, payload in whole) + len(rest) == len(data)


@pytest.mark.parametrize("length", [0, frames.MAX_FRAME + 1, 2**32 - 1])
def test_a_length_that_cannot_be_right_is_refused_before_its_bytes_come(length: int) -> None:
    with pytest.raises(ExchangeError) as refused:
        frames.split_frames(length.to_bytes(4) + b"\x03")
    assert refused.value.kind is ExchangeErrorKind.BAD_FRAME
