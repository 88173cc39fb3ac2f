"""A peer that stalls, floods, or sends what no gateway may send (rule 9): its link ends, and no other is harmed."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from lienthong.exchange.gateway import frames
from lienthong.exchange.gateway.assembly import Surroundings
from lienthong.exchange.gateway.calls import MAX_STREAMS
from lienthong.exchange.gateway.frames import AnswerFrame, ErrorFrame, FrameType
from lienthong.exchange.gateway.incoming import PEER_SHARE
from lienthong.exchange.gateway.link import CONTROL_PER_SECOND, CREDIT_PER_SECOND, LinkLimits
from lienthong.exchange.gateway.peers import MAX_PEER_LINKS
from lienthong.kernel.clock import SystemClock
from tests.clocks import SetClock
from tests.exchange.gateway.province import CLIENT, SERVICE, TOKEN
from tests.exchange.gateway.running import HEAD_PATIENCE_S, RunningGateway, call
from tests.simulators.files import QuickFiles
from tests.simulators.peer import PATIENCE_S, LinkGone, make_question

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lienthong.exchange.gateway.frames import OpenFrame
    from tests.exchange.gateway.province import Province
    from tests.simulators.backend import Backend
    from tests.simulators.peer import Behaviour, Peer, PeerLink, PeerServer

TARGET = f"{SERVICE}/granted/06886"
HEADERS = {"X-Road-Client": CLIENT, "X-Road-Token": TOKEN}
LIMITS = LinkLimits(hello_s=0.4, frame_s=0.4, body_s=0.4, silence_s=8.0)
MEBIBYTE = 1024 * 1024


def hasty(limits: LinkLimits = LIMITS, clock: SetClock | None = None) -> Surroundings:
    return Surroundings(
        clock=clock or SystemClock(),
        files=QuickFiles(),
        head_patience_s=HEAD_PATIENCE_S,
        link_limits=limits,
        tick_s=0.05,
    )


@pytest.fixture
def hasty_provider(province: Province) -> Iterator[RunningGateway]:
    with RunningGateway(province.agency.folder, hasty()) as gateway:
        yield gateway


def require_served(link: PeerLink) -> None:
    answer, _ = link.hear(link.ask(make_question(CLIENT, TARGET)))
    assert isinstance(answer, AnswerFrame)


def announce(length: int) -> Callable[[OpenFrame], OpenFrame]:
    return lambda frame: replace(frame, body_length=length, chunk=b"")


def flood(link: PeerLink, *sent: bytes) -> None:
    try:
        link.send(*sent)
    except LinkGone:
        return


def require_turned_away(peer: Peer, gateway: RunningGateway) -> None:
    with peer.connect(gateway.peers) as link:
        flood(link, frames.encode_hello(frames.Hello(frames.WIRE_VERSION, peer.origin, 0)))
        assert link.is_gone()
        assert link.to == ""


def send_head_twice(link: PeerLink) -> None:
    (committed,) = link.peer.append(make_question(CLIENT, TARGET).statement(link.to))
    link.send_head(committed)
    head = committed.head
    flood(
        link, frames.encode_head(frames.HeadFrame(head.first, head.size, head.size, head.checkpoint, head.suffix, ()))
    )


def open_too_many(link: PeerLink, length: int) -> None:
    question = make_question(CLIENT, TARGET)
    (committed,) = link.peer.append(question.statement(link.to))
    for _ in range(MAX_STREAMS + 1):
        link.send_question(question, committed, sent=announce(length))


def cancel_for_ever(link: PeerLink) -> None:
    link.ask(make_question(CLIENT, TARGET))
    flood(link, frames.encode_cancel(1) * 20 * MAX_STREAMS)


MISTAKES: dict[str, Callable[[PeerLink], object]] = {
    "half a frame": lambda link: link.send(frames.encode_cancel(1)[:-1]),
    "half a length": lambda link: link.send(b"\0\0"),
    "an empty frame": lambda link: link.send(bytes(5)),
    "a frame too long": lambda link: link.send(b"\xff" * 5),
    "an unknown type": lambda link: link.send(b"\0\0\0\x01\x63"),
    "a second HELLO": lambda link: link.say_hello(),
    "DATA of an unknown stream": lambda link: link.send(b"".join(frames.encode_data(7, b"x"))),
    "CANCEL of an unknown stream": lambda link: link.send(frames.encode_cancel(7)),
    "a frame toward a dialler": lambda link: link.send(frames.encode_error(ErrorFrame(1, "timeout", ""))),
    "credit over the link's window": lambda link: link.send(frames.encode_credit(0, 1)),
    "HEAD without a message, twice": send_head_twice,
    "a known head that nobody asked for": lambda link: link.send(frames.frame(FrameType.KNOWN_HEAD, b"")),
    "GOODBYE with a payload": lambda link: link.send(frames.frame(FrameType.GOODBYE, b"x")),
    "a stream twice": lambda link: [
        link.ask(make_question(CLIENT, TARGET), sent=lambda frame: replace(frame, stream=1)) for _ in range(2)
    ],
    "more requests than may be under way": lambda link: open_too_many(link, 9),
    "more refused bodies than requests may be under way": lambda link: open_too_many(link, 2**40),
    "a flood of PING": lambda link: flood(link, frames.encode_ping(FrameType.PING, 1) * 20 * CONTROL_PER_SECOND),
    "a flood of CREDIT": lambda link: flood(link, frames.encode_credit(1, 0) * 5 * CREDIT_PER_SECOND),
    "a flood of ASK_HEAD": lambda link: flood(link, frames.frame(FrameType.ASK_HEAD, b"x") * 20 * CONTROL_PER_SECOND),
    "a flood of CANCEL": cancel_for_ever,
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_peers_mistake_ends_its_link_and_no_other(mistake: str, hasty_provider: RunningGateway, liar: Peer) -> None:
    with liar.dial(hasty_provider.peers) as link, liar.dial(hasty_provider.peers) as other:
        require_served(other)
        MISTAKES[mistake](link)
        assert link.is_gone()
        require_served(other)


def test_a_peer_that_says_no_hello_is_cut_off(hasty_provider: RunningGateway, liar: Peer) -> None:
    with liar.connect(hasty_provider.peers) as link:
        assert link.is_gone()


def test_a_request_whose_body_stops_halfway_ends_and_its_link_goes_on(
    hasty_provider: RunningGateway, liar: Peer, service: Backend
) -> None:
    with liar.dial(hasty_provider.peers) as link:
        error, _ = link.hear(link.ask(make_question(CLIENT, TARGET), sent=announce(100)))
        assert isinstance(error, ErrorFrame)
        assert error.code == "timeout"
        assert service.calls == []
        require_served(link)


def test_as_many_cancels_as_requests_are_no_flood(hasty_provider: RunningGateway, liar: Peer) -> None:
    question = make_question(CLIENT, TARGET)
    with liar.dial(hasty_provider.peers) as link:
        (committed,) = liar.append(question.statement(link.to))
        for _ in range(3):
            opened = [link.send_question(question, committed, sent=announce(9)) for _ in range(MAX_STREAMS)]
            link.send(*map(frames.encode_cancel, opened))
        require_served_among(link, 3 * MAX_STREAMS)


def require_served_among(link: PeerLink, errors: int) -> None:
    """Read the ends of cancelled streams, then ask."""
    for _ in range(errors):
        assert link.receive()[0] == FrameType.ERROR
    require_served(link)


def test_a_peer_that_announces_bodies_on_all_its_links_takes_its_share_only(
    provider: RunningGateway, liar: Peer
) -> None:
    links = [liar.dial(provider.peers) for _ in range(2)]
    question = make_question(CLIENT, TARGET)
    codes = []
    for at in range(PEER_SHARE):
        (committed,) = liar.append(question.statement(links[0].to))
        link = links[at % 2]
        link.send_question(question, committed, sent=announce(100 * MEBIBYTE))
        link.send(frames.encode_ping(FrameType.PING, at))
        kind, payload = link.receive()
        codes.append(frames.decode_error(payload).code if kind == FrameType.ERROR else "let in")
    assert codes == ["let in", "let in", "overloaded", "overloaded"]
    for link in links:
        link.close()


def test_one_peer_has_few_links(provider: RunningGateway, liar: Peer) -> None:
    links = [liar.dial(provider.peers) for _ in range(MAX_PEER_LINKS)]
    require_turned_away(liar, provider)
    require_served(links[0])
    for link in links:
        link.close()


def test_a_link_whose_stream_numbers_are_used_up_is_made_anew(province: Province, false_agency: PeerServer) -> None:
    with RunningGateway(province.commune.folder, hasty(replace(LIMITS, streams=2))) as consumer:
        replies = [call(consumer.consumers, "GET", f"/r1/{TARGET}", HEADERS) for _ in range(5)]
    assert [reply.status for reply in replies] == [200] * 5
    assert len(false_agency.links) >= 3


@pytest.mark.usefixtures("false_agency")
def test_an_expired_directory_ends_all_traffic(province: Province) -> None:
    clock = SetClock(SystemClock().now_ms())
    with RunningGateway(province.commune.folder, hasty(clock=clock)) as consumer:
        assert call(consumer.consumers, "GET", f"/r1/{TARGET}", HEADERS).status == 200
        clock.advance(3_600_001)
        until = time.monotonic() + PATIENCE_S
        while consumer.health()["links"] and time.monotonic() < until:
            time.sleep(0.02)
        reply = call(consumer.consumers, "GET", f"/r1/{TARGET}", HEADERS)
        assert (reply.status, reply.code.rpartition(".")[2]) == (500, "global_conf_outdated")


def test_an_expired_directory_lets_no_peer_in(province: Province, liar: Peer) -> None:
    clock = SetClock(SystemClock().now_ms())
    with RunningGateway(province.agency.folder, hasty(clock=clock)) as provider:
        with liar.dial(provider.peers) as link:
            require_served(link)
            clock.advance(3_600_001)
            assert link.is_gone()
        require_turned_away(liar, provider)


@pytest.mark.parametrize("seed", range(4))
def test_damaged_frames_end_at_most_their_own_link(hasty_provider: RunningGateway, liar: Peer, seed: int) -> None:
    chance = random.Random(seed)
    with liar.dial(hasty_provider.peers) as other:
        for _ in range(6):
            with liar.connect(hasty_provider.peers) as link:
                sent = bytearray(frames.encode_hello(frames.Hello(1, liar.origin, 0)))
                sent += b"".join((frames.encode_ping(FrameType.PING, 1), *frames.encode_data(1, b"x" * 50)))
                for _ in range(chance.randint(0, 4)):
                    sent[chance.randrange(len(sent))] = chance.randrange(256)
                flood(link, bytes(sent[: chance.randint(1, len(sent))]), frames.encode_cancel(9))
                assert link.is_gone()
        require_served(other)


def test_a_bad_proof_of_an_answer_is_told_as_found_by_this_gateway(
    consumer: RunningGateway, false_agency: PeerServer
) -> None:
    lies: list[Behaviour] = [
        lambda link, asked: link.answer(asked, sent=lambda frame: replace(frame, index=frame.index + 1)),
        lambda link, asked: link.answer(asked, head=lambda head: replace(head, note=b"")),
    ]
    for lie in lies:
        false_agency.behave = lie
        reply = call(consumer.consumers, "GET", f"/r1/{TARGET}", HEADERS)
        assert reply.code == "server.clientproxy.signature_verification"
