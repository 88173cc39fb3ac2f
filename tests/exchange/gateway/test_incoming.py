"""Bodies that come in on a link, and what one peer's may take."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.gateway.flow import LINK, LINK_WINDOW, WINDOW, BodySender, CreditMeter
from lienthong.exchange.gateway.frames import CHUNK_SIZE, decode_credit, decode_data, split_frames
from lienthong.exchange.gateway.incoming import IncomingBodies, IncomingShare
from lienthong.exchange.gateway.spool import MEMORY_LIMIT, Body, Spool, SpoolBudget

if TYPE_CHECKING:
    from pathlib import Path

TOTAL, LIMIT = 400, 50


@pytest.fixture
def budget(tmp_path: Path) -> SpoolBudget:
    return SpoolBudget(TOTAL, LIMIT, tmp_path)


def make_bodies(budget: SpoolBudget, share: IncomingShare | None = None) -> IncomingBodies:
    bodies = IncomingBodies(budget, lambda _frame: None, 30.0)
    if share is not None:
        bodies.share = share
    return bodies


def test_a_peer_that_only_announces_bodies_leaves_room_for_the_others(budget: SpoolBudget) -> None:
    share = IncomingShare(budget)
    links = [make_bodies(budget, share) for _ in range(4)]
    refused = 0
    for stream in range(1, 9):
        try:
            links[stream % 4].begin(stream, LIMIT, b"", lambda _body: None)
        except ExchangeError as error:
            assert error.kind is ExchangeErrorKind.OVERLOADED
            refused += 1

    assert (refused, budget.used) == (6, 100)
    make_bodies(budget).begin(1, LIMIT, b"x", lambda _body: None)


def test_a_body_that_is_whole_or_dropped_frees_the_share(budget: SpoolBudget) -> None:
    bodies, came = make_bodies(budget), list[Body]()
    for stream in range(1, 20):
        bodies.begin(stream, LIMIT, b"a", came.append)
        if stream % 2:
            assert bodies.take(stream, b"b" * (LIMIT - 1), 1.0)
            came.pop().close()
        else:
            assert bodies.forget(stream)
    assert budget.used == 0


@pytest.mark.parametrize("length", [LIMIT + 1, LIMIT + 100])
def test_a_body_over_the_limit_is_thrown_away_as_it_comes(budget: SpoolBudget, length: int) -> None:
    bodies, drained = make_bodies(budget), list[bool]()
    with pytest.raises(ExchangeError) as refused:
        bodies.begin(1, length, b"x" * LIMIT, lambda _body: None)
    assert refused.value.kind is ExchangeErrorKind.BODY_TOO_LARGE

    bodies.drop(1, lambda: drained.append(True))
    assert bodies.take(1, b"x" * (length - LIMIT), 1.0)

    assert (drained, bodies.count, budget.used) == ([True], 0, 0)


def test_a_body_over_the_limit_that_came_whole_leaves_nothing_to_wait_for(budget: SpoolBudget) -> None:
    bodies = make_bodies(budget)
    with pytest.raises(ExchangeError):
        bodies.begin(1, LIMIT + 1, b"x" * (LIMIT + 1), lambda _body: None)
    assert not bodies.is_coming(1)
    assert (bodies.count, budget.used) == (0, 0)


def test_more_bytes_than_announced_are_not_taken(budget: SpoolBudget) -> None:
    bodies = make_bodies(budget)
    bodies.begin(1, 10, b"x", lambda _body: None)
    assert not bodies.take(1, b"x" * 10, 1.0)
    assert not bodies.take(2, b"x", 1.0)


@given(st.lists(st.integers(0, 3 * WINDOW), min_size=1, max_size=5))
def test_bodies_go_out_whole_and_in_order_within_their_credit(lengths: list[int]) -> None:
    sent: list[int] = []
    sender = BodySender(sent.append)
    bodies = {stream: Body(bytes([stream]) * length) for stream, length in enumerate(lengths, 1)}
    came = {stream: sender.first_chunk(body) for stream, body in bodies.items()}
    meters = {stream: CreditMeter(stream, WINDOW) for stream in bodies}
    link = CreditMeter(0, 4 * 1024 * 1024)
    due: list[tuple[int, bytes | memoryview]] = [(stream, chunk) for stream, chunk in came.items() if chunk]
    for stream, body in bodies.items():
        if len(came[stream]) < body.length:
            sender.add(stream, body, len(came[stream]))
    while due:
        for stream, chunk in due:
            for credit in (meters[stream].take(len(chunk)), link.take(len(chunk))):
                if credit is not None:
                    sender.add_credit(*decode_credit(credit[5:]))
        sender.room = 4 * CHUNK_SIZE
        whole, _ = split_frames(b"".join(sender.take_chunks()))
        due = list(map(decode_data, [payload for _, payload in whole]))
        for stream, chunk in due:
            came[stream] += chunk
    assert came == {stream: body.content for stream, body in bodies.items()}
    assert sorted(sent) == [stream for stream, body in bodies.items() if body.length > CHUNK_SIZE]


def test_credit_over_the_window_is_refused() -> None:
    sender = BodySender(lambda _stream: None)
    with pytest.raises(ExchangeError, match="link credit"):
        sender.add_credit(0, 1)
    body = Body(bytes(2 * CHUNK_SIZE))
    sender.add(1, body, len(sender.first_chunk(body)))
    with pytest.raises(ExchangeError, match="stream 1"):
        sender.add_credit(1, CHUNK_SIZE + 1)
    sender.add_credit(2, 2**32 - 1)


def test_more_bytes_than_granted_are_refused() -> None:
    meter = CreditMeter(1, 100)
    assert meter.take(49) is None
    credit = meter.take(1)
    assert credit is not None
    assert decode_credit(credit[5:]) == (1, 50)
    meter.take(40)
    with pytest.raises(ExchangeError, match="more than granted"):
        meter.take(101)


@pytest.mark.parametrize("length", [0, 1, MEMORY_LIMIT, MEMORY_LIMIT + 1])
def test_a_spooled_body_is_the_same_in_memory_and_in_a_file(tmp_path: Path, length: int) -> None:
    budget = SpoolBudget(2 * MEMORY_LIMIT, 2 * MEMORY_LIMIT, tmp_path)
    content, spool = bytes(range(256)) * (length // 256) + b"y" * (length % 256), Spool(budget)
    for at in range(0, length, 100_000):
        spool.write(content[at : at + 100_000])
    body, held = spool.finish(), Body(content)

    assert body.is_in_memory is (length <= MEMORY_LIMIT)
    assert (b"".join(body.chunks()), body.sha256, body.sha512) == (content, held.sha256, held.sha512)
    assert budget.used == length
    body.close()
    body.close()
    assert budget.used == 0
    assert list(tmp_path.iterdir()) == []


def test_small_bodies_are_credited_too(budget: SpoolBudget) -> None:
    sent: list[bytes] = []
    bodies = IncomingBodies(budget, sent.append, 30.0)
    for _ in range(LINK_WINDOW // 2 // CHUNK_SIZE):
        assert sent == []
        assert bodies.take_whole(bytes(CHUNK_SIZE)).length == CHUNK_SIZE
    assert [decode_credit(frame[5:]) for frame in sent] == [(LINK, LINK_WINDOW // 2)]
