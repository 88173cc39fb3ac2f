"""The door of a member's own systems, by real sockets, without a gateway behind it: what is let in, and how."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

from lienthong.exchange.gateway.listener import MAX_HEADER_BYTES, Listener, ListenerLimits, LocalAnswer
from lienthong.exchange.gateway.spool import Body, SpoolBudget
from lienthong.kernel.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from lienthong.exchange.errors import ExchangeError
    from lienthong.exchange.gateway.listener import CallerConnection, LocalRequest

BODY_LIMIT = 4 * 1024 * 1024
HOST = b"Host: gateway\r\n"
QUICK = ListenerLimits(head_s=0.6, body_s=0.6, idle_s=0.6, write_s=0.6, linger_s=0.3)


class EchoDoor:
    """Answers each request with what it was: a stand-in for the stories behind a listener."""

    def __init__(self) -> None:
        self.taken: list[LocalRequest] = []
        self.answer = b""

    def __call__(self, caller: CallerConnection, request: LocalRequest) -> None:
        self.taken.append(request)
        content = b"".join(request.body.chunks())
        seen = {"method": request.method.decode(), "target": request.target.decode("latin-1"), "length": len(content)}
        head = b"204 No Content\r\n" if request.target == b"/none" else b"200 OK\r\nX-Kept:yes\r\n"
        request.body.close()
        if request.target == b"/busy":
            caller.answer(LocalAnswer(b"503 Error\r\n", Body(b"")))
            caller.rest()
            caller.rest()
        elif request.target == b"/large":
            caller.answer(LocalAnswer(head, Body(self.answer)))
        else:
            caller.answer(LocalAnswer(head, Body(json.dumps(seen).encode())))

    def refuse(self, caller: CallerConnection, error: ExchangeError, headers: list[tuple[bytes, bytes]]) -> None:
        assert isinstance(headers, list)
        caller.answer(LocalAnswer(b"%d Refused\r\nX-Kind:%b\r\n" % (error.status, error.kind.encode()), Body(b"")))


class OpenListener:
    """A listener on a free port of this machine, ticking ten times a second."""

    def __init__(self, folder: Path, limits: ListenerLimits) -> None:
        self.door = EchoDoor()
        self.budget = SpoolBudget(16 * BODY_LIMIT, BODY_LIMIT, folder)
        self._limits = limits
        self.port = 0

    async def run(self, use: Callable[[OpenListener], Awaitable[None]]) -> None:
        loop = asyncio.get_running_loop()
        listener = Listener(loop, self.door, self.budget, SystemClock(), self._limits)
        server = await loop.create_server(listener.connect, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        ticking = loop.create_task(_tick(listener))
        try:
            await use(self)
        finally:
            ticking.cancel()
            for connection in list(listener.connections):
                connection.abort()
            server.close()
            await asyncio.sleep(0.05)

    async def send(self, *pieces: bytes, pause: float = 0.0) -> bytes:
        """Send pieces on a connection of its own and give everything that comes until the other side closes."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(pause)
            return await asyncio.wait_for(reader.read(), 10)
        except ConnectionError:
            return b""
        finally:
            writer.close()


async def _tick(listener: Listener) -> None:
    while True:
        await asyncio.sleep(0.1)
        listener.tick(asyncio.get_running_loop().time())


@pytest.fixture
def ask(tmp_path: Path) -> Callable[..., tuple[bytes, EchoDoor]]:
    """Give a function that sends pieces to a new listener and gives the answers and the door."""

    def send(*pieces: bytes, limits: ListenerLimits = QUICK, pause: float = 0.0) -> tuple[bytes, EchoDoor]:
        opened = OpenListener(tmp_path, limits)
        got: list[bytes] = []

        async def use(listener: OpenListener) -> None:
            got.append(await listener.send(*pieces, pause=pause))

        asyncio.run(opened.run(use))
        assert opened.budget.used == 0
        return got[0], opened.door

    return send


def closing(*lines: bytes, body: bytes = b"") -> bytes:
    return b"\r\n".join([*lines, HOST.rstrip(), b"Connection: close", b"", b""]) + body


AMBIGUOUS = {
    "length and chunks": (b"POST / HTTP/1.1", b"Content-Length: 3", b"Transfer-Encoding: chunked"),
    "two lengths": (b"POST / HTTP/1.1", b"Content-Length: 3", b"Content-Length: 4"),
    "the same length twice": (b"POST / HTTP/1.1", b"Content-Length: 3", b"Content-Length: 3"),
    "a list of lengths": (b"POST / HTTP/1.1", b"Content-Length: 3, 3"),
    "a signed length": (b"POST / HTTP/1.1", b"Content-Length: +3"),
    "another encoding": (b"POST / HTTP/1.1", b"Transfer-Encoding: identity"),
    "two encodings": (b"POST / HTTP/1.1", b"Transfer-Encoding: gzip, chunked"),
    "chunked twice": (b"POST / HTTP/1.1", b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked"),
    "a folded header": (b"GET / HTTP/1.1", b"X-A: b", b" c"),
    "a blank before the colon": (b"GET / HTTP/1.1", b"X-A : b"),
    "a header without a name": (b"GET / HTTP/1.1", b": b"),
    "a NUL": (b"GET / HTTP/1.1", b"X-A: b\0c"),
    "an absolute target": (b"GET http://gateway/ HTTP/1.1",),
    "HTTP/1.0": (b"GET / HTTP/1.0",),
    "HTTP/2": (b"GET / HTTP/2.0",),
    "a second Host": (b"GET / HTTP/1.1", b"Host: other"),
    "no version": (b"GET /",),
    "CONNECT": (b"CONNECT gateway:80 HTTP/1.1",),
}


@pytest.mark.parametrize("shape", AMBIGUOUS)
def test_a_request_that_two_programs_could_read_differently_is_refused(
    ask: Callable[..., tuple[bytes, EchoDoor]], shape: str
) -> None:
    answer, door = ask(closing(*AMBIGUOUS[shape], body=b"abc"))
    assert answer.startswith((b"HTTP/1.1 400 Refused", b"HTTP/1.1 500 Refused"))
    assert b"Connection: close" in answer
    assert [request for request in door.taken if b"http" in request.target] == []
    assert len(door.taken) == 0


def test_a_request_without_host_or_with_bare_line_feeds_is_refused(ask: Callable[..., tuple[bytes, EchoDoor]]) -> None:
    for raw in (b"GET / HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\nHost: gateway\n\n"):
        answer, door = ask(raw)
        assert (answer[:12], door.taken) == (b"HTTP/1.1 400", [])


@pytest.mark.parametrize("pause", [0.0, 0.05])
def test_a_head_over_its_limit_is_refused_whole_or_dribbled(
    ask: Callable[..., tuple[bytes, EchoDoor]], pause: float
) -> None:
    head = b"GET / HTTP/1.1\r\n" + HOST + b"X-Long: "
    fill = b"a" * MAX_HEADER_BYTES
    pieces = (
        (head, *(fill[at : at + 8192] for at in range(0, len(fill), 8192))) if pause else (head + fill + b"\r\n\r\n",)
    )
    answer, door = ask(*pieces, pause=pause, limits=ListenerLimits())
    assert b"X-Kind:headers_too_large" in answer
    assert door.taken == []


@pytest.mark.parametrize("pause", [0.0, 0.2])
def test_a_head_over_its_limit_is_refused_also_right_behind_another_request(
    ask: Callable[..., tuple[bytes, EchoDoor]], pause: float
) -> None:
    first = b"GET /first HTTP/1.1\r\n" + HOST + b"\r\n"
    # The end may come by itself, when the beginning was read together with the first request.
    long = b"GET /long HTTP/1.1\r\n" + HOST + b"X-Long: " + b"a" * MAX_HEADER_BYTES
    answer, door = ask(first + long, b"b\r\n\r\n", pause=pause, limits=ListenerLimits())
    assert [request.target for request in door.taken] == [b"/first"]
    assert b"X-Kind:headers_too_large" in answer


def test_a_body_over_its_limit_is_refused_by_its_announcement_and_by_its_bytes(
    ask: Callable[..., tuple[bytes, EchoDoor]],
) -> None:
    announced = closing(b"POST / HTTP/1.1", b"Content-Length: %d" % (BODY_LIMIT + 1))
    piece = b"10000\r\n" + b"a" * 0x10000 + b"\r\n"
    chunked = closing(b"POST / HTTP/1.1", b"Transfer-Encoding: chunked") + piece * (BODY_LIMIT // 0x10000 + 1)
    for raw in (announced, chunked):
        answer, door = ask(raw)
        assert b"X-Kind:body_too_large" in answer
        assert door.taken == []


@pytest.mark.parametrize("length", [0, 1, 70_000, BODY_LIMIT])
def test_a_body_arrives_whole_by_length_and_by_chunks(ask: Callable[..., tuple[bytes, EchoDoor]], length: int) -> None:
    body = b"b" * length
    by_length = closing(b"PUT / HTTP/1.1", b"Content-Length: %d" % length, body=body)
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in (body[:7], body[7:]) if piece)
    for raw in (by_length, closing(b"PUT / HTTP/1.1", b"Transfer-Encoding: chunked", body=chunks + b"0\r\n\r\n")):
        answer, _ = ask(raw, limits=ListenerLimits())
        assert json.loads(answer.partition(b"\r\n\r\n")[2])["length"] == length


def test_a_head_that_drips_and_one_that_stops_are_cut_off(ask: Callable[..., tuple[bytes, EchoDoor]]) -> None:
    for pieces in ((b"GET / HT",), tuple(bytes([byte]) for byte in b"GET / HTTP/1.1\r\nX-Slow: " + b"a" * 30)):
        answer, door = ask(*pieces, pause=0.1)
        assert (b"X-Kind:caller_timeout" in answer or answer == b"", door.taken) == (True, [])


def test_a_body_that_stops_is_cut_off(ask: Callable[..., tuple[bytes, EchoDoor]]) -> None:
    answer, door = ask(closing(b"POST / HTTP/1.1", b"Content-Length: 10", body=b"abc"))
    assert (b"X-Kind:caller_timeout" in answer, door.taken) == (True, [])


def test_requests_sent_ahead_are_answered_in_order(ask: Callable[..., tuple[bytes, EchoDoor]]) -> None:
    ahead = b"".join(b"GET /%d HTTP/1.1\r\n%b\r\n" % (number, HOST) for number in range(20))
    answer, _ = ask(ahead + closing(b"GET /last HTTP/1.1"))
    targets = [
        json.loads(part.partition(b"\r\n\r\n")[2])["target"] for part in answer.split(b"HTTP/1.1 200 OK\r\n")[1:]
    ]
    assert targets == [f"/{number}" for number in range(20)] + ["/last"]


def test_what_is_sent_behind_a_bad_request_is_never_read(ask: Callable[..., tuple[bytes, EchoDoor]]) -> None:
    good = b"GET /first HTTP/1.1\r\n" + HOST + b"\r\n"
    answer, door = ask(good + b"GET / HTTP/1.1\r\n\r\n" + closing(b"GET /smuggled HTTP/1.1"))
    assert [request.target for request in door.taken] == [b"/first"]
    assert answer.count(b"HTTP/1.1 ") <= 2


def test_expect_is_answered_before_the_body_comes(ask: Callable[..., tuple[bytes, EchoDoor]]) -> None:
    head = closing(b"POST / HTTP/1.1", b"Content-Length: 3", b"Expect: 100-continue")
    answer, _ = ask(head, b"abc", pause=0.1)
    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")


def test_other_headers_may_be_repeated_and_another_expectation_waits_for_nothing(
    ask: Callable[..., tuple[bytes, EchoDoor]],
) -> None:
    answer, door = ask(
        closing(b"POST / HTTP/1.1", b"Content-Length: 3", b"X-A: b", b"X-A: c", b"Expect: d", body=b"abc")
    )
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    (request,) = door.taken
    assert [value for name, value in request.headers if name == b"X-A"] == [b"b", b"c"]
    assert request.named[b"x-a"] == b"c"


def test_head_and_no_content_have_no_body_and_say_no_length(ask: Callable[..., tuple[bytes, EchoDoor]]) -> None:
    for line in (b"HEAD / HTTP/1.1", b"GET /none HTTP/1.1"):
        answer, _ = ask(closing(line))
        assert answer.endswith(b"\r\n\r\n")
        assert b"content-length" not in answer.lower()


def test_an_answer_has_exactly_one_date_and_keeps_its_headers(ask: Callable[..., tuple[bytes, EchoDoor]]) -> None:
    answer, _ = ask(closing(b"DELETE /a%2Fb/%C3%A3?q=%20 HTTP/1.1", b"Content-Length: 2", body=b"{}"))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.lower().count(b"\r\ndate:") == 1
    assert b"\r\nX-Kept:yes\r\n" in head
    assert json.loads(body) == {"method": "DELETE", "target": "/a%2Fb/%C3%A3?q=%20", "length": 2}


def test_a_caller_that_takes_nothing_is_cut_off_and_a_patient_one_gets_all(tmp_path: Path) -> None:
    opened = OpenListener(tmp_path, QUICK)
    opened.door.answer = b"c" * (32 * 1024 * 1024)

    async def use(listener: OpenListener) -> None:
        answer = await listener.send(closing(b"GET /large HTTP/1.1"))
        assert len(answer.partition(b"\r\n\r\n")[2]) == len(opened.door.answer)
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port, limit=1)
        writer.write(closing(b"GET /large HTTP/1.1"))
        await asyncio.sleep(2)
        taken = 0
        try:
            while piece := await asyncio.wait_for(reader.read(1 << 20), 5):
                taken += len(piece)
        except ConnectionError:
            pass
        assert taken < len(opened.door.answer)
        writer.close()

    asyncio.run(opened.run(use))


def test_a_caller_that_goes_away_leaves_nothing_behind(tmp_path: Path) -> None:
    opened = OpenListener(tmp_path, QUICK)

    async def use(listener: OpenListener) -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        writer.write(closing(b"POST / HTTP/1.1", b"Content-Length: 3000000", body=b"a" * 2_000_000))
        await asyncio.sleep(0.2)
        assert listener.budget.used > 0
        writer.transport.abort()
        await asyncio.sleep(0.2)
        assert listener.budget.used == 0

    asyncio.run(opened.run(use))


RESTING = ListenerLimits(rest_s=1.0, callers=2)


def test_a_caller_that_was_refused_for_overload_is_not_read_for_a_while(tmp_path: Path) -> None:
    opened = OpenListener(tmp_path, RESTING)
    busy = b"GET /busy HTTP/1.1\r\n" + HOST + b"\r\n"

    async def use(listener: OpenListener) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        writer.write(busy)
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 503 ")
        writer.write(closing(b"GET /again HTTP/1.1"))
        await writer.drain()
        await listener.send(closing(b"GET /other HTTP/1.1"))
        assert b"/again" in await reader.read()
        writer.close()

    asyncio.run(opened.run(use))
    assert [request.target for request in opened.door.taken] == [b"/busy", b"/other", b"/again"]


def test_a_caller_that_leaves_while_it_rests_is_forgotten(tmp_path: Path) -> None:
    opened = OpenListener(tmp_path, ListenerLimits(rest_s=0.1))

    async def use(listener: OpenListener) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        writer.write(b"GET /busy HTTP/1.1\r\n" + HOST + b"\r\n")
        await reader.readuntil(b"\r\n\r\n")
        writer.transport.abort()
        await asyncio.sleep(0.4)
        assert b"/after" in await listener.send(closing(b"GET /after HTTP/1.1"))

    asyncio.run(opened.run(use))


def test_a_connection_too_many_is_refused_before_it_is_read(tmp_path: Path) -> None:
    opened = OpenListener(tmp_path, RESTING)

    async def use(listener: OpenListener) -> None:
        held = [await asyncio.open_connection("127.0.0.1", listener.port) for _ in range(2)]
        for reader, writer in held:
            writer.write(b"GET / HTTP/1.1\r\n" + HOST + b"\r\n")
            await reader.readuntil(b"}")
        assert b"X-Kind:overloaded" in await listener.send()
        for _, writer in held:
            writer.close()

    asyncio.run(opened.run(use))
    assert len(opened.door.taken) == 2
