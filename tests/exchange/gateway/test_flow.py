from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.exchange.errors import ExchangeError
from lienthong.exchange.gateway.flow import LINK, LINK_WINDOW, OUT_ROOM, WINDOW, BodySender, CreditMeter
from lienthong.exchange.gateway.frames import CHUNK_SIZE, decode_credit, decode_data, split_frames
from lienthong.exchange.gateway.spool import Body

EVERYTHING = 2**40


class Sent:
    """A sender, and what came of each stream's body."""

    def __init__(self) -> None:
        self.ended: list[int] = []
        self.sender = BodySender(self.ended.append)
        self.bodies: dict[int, bytes] = defaultdict(bytes)
        self.turns: list[int] = []

    def begin(self, stream: int, content: bytes) -> None:
        body = Body(content)
        chunk = self.sender.first_chunk(body)
        self.bodies[stream] = chunk
        if len(chunk) < len(content):
            self.sender.add(stream, body, len(chunk))

    def take(self, room: int = EVERYTHING) -> int:
        """Take chunks, and give how many bytes came."""
        count = 0
        self.sender.room = room
        whole, rest = split_frames(b"".join(self.sender.take_chunks()))
        assert not rest
        for _, payload in whole:
            stream, chunk = decode_data(payload)
            self.bodies[stream] += chunk
            self.turns.append(stream)
            count += len(chunk)
        return count


def content(stream: int, length: int) -> bytes:
    return (b"%d." % stream * (length // 2 + 1))[:length]


@given(st.lists(st.integers(0, 700_000), max_size=6), st.integers(1, 300_000))
def test_every_body_arrives_whole_and_both_ends_count_alike(lengths: list[int], room: int) -> None:
    sent = Sent()
    meters = {LINK: CreditMeter(LINK, LINK_WINDOW)}
    counted: dict[int, int] = defaultdict(int)
    bodies = {stream: content(stream, length) for stream, length in enumerate(lengths, start=1)}
    for stream, body in bodies.items():
        sent.begin(stream, body)
    while True:
        for stream, body in sent.bodies.items():
            grow = len(body) - counted[stream]
            counted[stream] = len(body)
            for number in (LINK, stream):
                credit = meters.setdefault(number, CreditMeter(number, WINDOW)).take(grow)
                if credit is not None:
                    sent.sender.add_credit(*decode_credit(split_frames(credit)[0][0][1]))
        if sent.take(room) == 0:
            break
    assert dict(sent.bodies) == bodies
    assert sorted(sent.ended) == [stream for stream, body in bodies.items() if len(body) > CHUNK_SIZE]


def test_a_body_goes_no_further_than_its_credit() -> None:
    sent = Sent()
    sent.begin(1, bytes(WINDOW + 100))
    sent.take()
    assert len(sent.bodies[1]) == WINDOW
    sent.sender.add_credit(1, 60)
    sent.take()
    sent.sender.add_credit(1, 100)
    sent.take()
    assert len(sent.bodies[1]) == WINDOW + 100
    assert sent.ended == [1]


def test_all_bodies_together_go_no_further_than_the_link_s_credit() -> None:
    sent = Sent()
    for stream in range(1, 40):
        sent.begin(stream, bytes(WINDOW))
    sent.take()
    assert sum(map(len, sent.bodies.values())) == LINK_WINDOW
    sent.begin(40, b"a small one waits too")
    assert sent.bodies[40] == b""
    sent.sender.add_credit(LINK, LINK_WINDOW)
    sent.take()
    assert sent.bodies[40] == b"a small one waits too"


def test_no_more_goes_out_in_a_turn_of_the_loop_than_there_is_room_for() -> None:
    sent = Sent()
    for stream in range(1, 100):
        sent.begin(stream, bytes(2 * CHUNK_SIZE))
    assert sum(map(len, sent.bodies.values())) == OUT_ROOM
    assert sent.sender.take_chunks() == []
    sent.begin(100, b"a small one goes all the same")
    assert sent.bodies[100] == b"a small one goes all the same"
    assert sent.take(OUT_ROOM) == OUT_ROOM


def test_bodies_take_turns_of_one_chunk() -> None:
    sent = Sent()
    for stream in (1, 2, 3):
        sent.begin(stream, bytes(4 * CHUNK_SIZE))
    sent.take()
    assert sent.turns == [1, 2, 3] * 3


def test_a_stopped_body_sends_nothing_more_and_says_if_something_was_left() -> None:
    sent = Sent()
    for stream in (1, 2):
        sent.begin(stream, bytes(2 * WINDOW))
    assert sent.sender.stop(1)
    assert not sent.sender.stop(1)
    sent.take()
    assert (len(sent.bodies[1]), len(sent.bodies[2])) == (CHUNK_SIZE, WINDOW)
    assert sent.sender.stop(2)  # blocked by now
    sent.sender.add_credit(2, 10)
    assert sent.take() == 0


def test_credit_for_a_body_that_has_ended_is_nothing() -> None:
    sent = Sent()
    sent.sender.add_credit(7, WINDOW)
    assert sent.take() == 0


@pytest.mark.parametrize(("stream", "amount"), [(LINK, CHUNK_SIZE + 1), (1, CHUNK_SIZE + 1), (1, 2**32 - 1)])
def test_more_credit_than_a_window_is_refused(stream: int, amount: int) -> None:
    sent = Sent()
    sent.begin(1, bytes(WINDOW))
    with pytest.raises(ExchangeError, match="credit"):
        sent.sender.add_credit(stream, amount)


@pytest.mark.parametrize(("stream", "window"), [(LINK, LINK_WINDOW), (1, WINDOW)])
def test_more_bytes_than_granted_are_refused(stream: int, window: int) -> None:
    meter = CreditMeter(stream, window)
    for _ in range(10):
        meter.take(window)
    with pytest.raises(ExchangeError, match="1 body bytes more than granted"):
        CreditMeter(stream, window).take(window + 1)


def test_a_body_of_which_nothing_goes_out_is_found() -> None:
    sent = Sent()
    for stream in (1, 2):
        sent.begin(stream, bytes(2 * WINDOW))
    sent.take()
    assert sent.sender.find_stalled(0, 30) == []
    sent.sender.add_credit(2, 10)
    sent.take()
    assert sent.sender.find_stalled(31, 30) == [1]
    assert sent.sender.find_stalled(62, 30) == [1, 2]
    sent.sender.stop(1)
    assert sent.sender.find_stalled(63, 30) == [2]
