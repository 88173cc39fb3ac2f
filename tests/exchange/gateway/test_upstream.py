"""Calls to services that answer well, badly or never: by real sockets, against a service that speaks raw bytes."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Self

import pytest

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.gateway.pending import Pending, run_story
from lienthong.exchange.gateway.spool import Body, Spool, SpoolBudget
from lienthong.exchange.gateway.upstream import (
    IDLE_LIMIT_S,
    MAX_CONNECTIONS,
    MAX_HEADER_BYTES,
    ServiceAnswer,
    ServiceRequest,
    Upstream,
)
from lienthong.exchange.services import Address

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

MEBIBYTE = 1024 * 1024
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class RawService:
    """A service that does on each connection what a test's script says; `heads` are the requests it read."""

    def __init__(self, script: Script) -> None:
        self.heads: list[bytes] = []
        self.connections = 0
        self._script = script
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=MAX_CONNECTIONS)
        self.address = Address(tls=False, host="127.0.0.1", port=self._server.sockets[0].getsockname()[1], path=b"")
        return self

    async def __aexit__(self, *_error: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        await asyncio.sleep(0.01)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await self._script(reader, writer)
        self._tasks.discard(task)
        writer.close()


class Chain:
    """An upstream pool that ticks, and a raw service behind it."""

    def __init__(self, folder: Path, service: RawService) -> None:
        self.budget = SpoolBudget(64 * MEBIBYTE, 32 * MEBIBYTE, folder)
        self.pool = Upstream(asyncio.get_running_loop(), self.budget, None)
        self.service = service

    async def ask(
        self, method: bytes = b"GET", body: Body | None = None, *, timeout_s: float = 5.0, limit: int = 8 * MEBIBYTE
    ) -> ServiceAnswer:
        request = ServiceRequest(
            self.service.address, method, b"/units", b"X-Road-Id:1\r\n", body or Body(b""), timeout_s, limit
        )
        return await self.wait(self.pool.call(request))

    async def wait(self, pending: Pending[ServiceAnswer]) -> ServiceAnswer:
        future: asyncio.Future[ServiceAnswer] = asyncio.get_running_loop().create_future()

        async def tell() -> None:
            try:
                future.set_result(await pending)
            except ExchangeError as error:
                future.set_exception(error)

        run_story(tell())
        while not future.done():
            await asyncio.wait((future,), timeout=0.02)
            self.pool.tick(asyncio.get_running_loop().time())
        return future.result()


def run(folder: Path, script: Script, use: Callable[[Chain], Awaitable[None]]) -> None:
    async def main() -> None:
        async with RawService(script) as service:
            chain = Chain(folder, service)
            await use(chain)
            chain.pool.close()
            await asyncio.sleep(0.01)
            assert chain.budget.used == 0

    asyncio.run(main())


async def read_head(reader: asyncio.StreamReader) -> bytes:
    return await reader.readuntil(b"\r\n\r\n")


def answering(*answers: bytes) -> Script:
    """Answer the requests of a connection, one after the other, and close after the last."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            await read_head(reader)
            writer.write(answer)
            await writer.drain()

    return script


def require_failure(folder: Path, script: Script, kind: ExchangeErrorKind, why: str, timeout_s: float = 5.0) -> None:
    async def use(chain: Chain) -> None:
        with pytest.raises(ExchangeError, match=why) as failed:
            await chain.ask(timeout_s=timeout_s)
        assert failed.value.kind is kind

    run(folder, script, use)


def large_body(budget: SpoolBudget, length: int) -> Body:
    spool = Spool(budget)
    for at in range(0, length, MEBIBYTE):
        spool.write(b"x" * min(MEBIBYTE, length - at))
    return spool.finish()


def test_a_request_goes_out_with_its_headers_and_an_answer_comes_back_whole(tmp_path: Path) -> None:
    heads: list[bytes] = []

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await read_head(reader))
        writer.write(b"HTTP/1.1 418 Teapot\r\nX-Kept: yes\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n")
        await asyncio.sleep(0.02)
        writer.write(b"3\r\ncde\r\n0\r\n\r\n")

    async def use(chain: Chain) -> None:
        answer = await chain.ask()
        assert (answer.status, answer.reason, answer.body.content) == (418, b"Teapot", b"abcde")
        assert (b"X-Kept", b"yes") in answer.headers
        answer.body.close()

    run(tmp_path, script, use)
    assert heads[0].startswith(b"GET /units HTTP/1.1\r\nHost: 127.0.0.1:")
    assert heads[0].endswith(b"X-Road-Id:1\r\n\r\n")


@pytest.mark.parametrize(("method", "length"), [(b"POST", b"0"), (b"DELETE", None), (b"GET", None)])
def test_an_empty_body_s_length_is_said_where_a_service_expects_it(
    method: bytes, length: bytes | None, tmp_path: Path
) -> None:
    heads: list[bytes] = []

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await read_head(reader))
        writer.write(OK)

    async def use(chain: Chain) -> None:
        await chain.ask(method)

    run(tmp_path, script, use)
    assert (b"Content-Length: 0" in heads[0]) == (length is not None)


def test_a_connection_is_kept_and_used_again(tmp_path: Path) -> None:
    async def use(chain: Chain) -> None:
        for _ in range(3):
            assert (await chain.ask()).body.content == b"ok"
        assert chain.service.connections == 1

    run(tmp_path, answering(OK, OK, OK), use)


def test_a_connection_that_the_service_closed_is_not_used_again(tmp_path: Path) -> None:
    async def use(chain: Chain) -> None:
        await chain.ask()
        await asyncio.sleep(0.02)
        await chain.ask()
        assert chain.service.connections == 2

    run(tmp_path, answering(OK), use)


def test_a_connection_on_which_the_service_speaks_unasked_is_dropped(tmp_path: Path) -> None:
    spoken = asyncio.Event()

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        writer.write(OK)
        await asyncio.sleep(0.02)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nstale")
        spoken.set()
        await reader.read()

    async def use(chain: Chain) -> None:
        await chain.ask()
        await spoken.wait()
        await asyncio.sleep(0.05)
        assert (await chain.ask()).body.content == b"ok"
        assert chain.service.connections == 2

    run(tmp_path, script, use)


def test_an_answer_that_another_follows_ends_its_connection(tmp_path: Path) -> None:
    async def use(chain: Chain) -> None:
        for _ in range(2):
            assert (await chain.ask()).body.content == b"ok"
        assert chain.service.connections == 2

    run(tmp_path, answering(OK + OK.replace(b"ok", b"no")), use)


def test_nothing_of_the_answer_before_is_left_to_a_call_that_gets_none(tmp_path: Path) -> None:
    async def use(chain: Chain) -> None:
        assert (await chain.ask()).status == 204
        with pytest.raises(ExchangeError, match="closed before its whole answer"):
            await chain.ask()

    run(tmp_path, answering(b"HTTP/1.1 204 No Content\r\n\r\n", b""), use)


def test_trailers_are_no_headers(tmp_path: Path) -> None:
    async def use(chain: Chain) -> None:
        answer = await chain.ask()
        assert [name for name, _ in answer.headers] == [b"Transfer-Encoding"]

    run(tmp_path, answering(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Late: 1\r\n\r\n"), use)


def test_an_idle_connection_is_closed_in_time(tmp_path: Path) -> None:
    ended: list[bytes] = []

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        writer.write(OK)
        with suppress(ConnectionError):
            await reader.read()
        ended.append(b"ended")

    async def use(chain: Chain) -> None:
        await chain.ask()
        await asyncio.sleep(0.02)
        chain.pool.tick(asyncio.get_running_loop().time() + IDLE_LIMIT_S + 1)
        await asyncio.sleep(0.05)
        assert ended == [b"ended"]

    run(tmp_path, script, use)


@pytest.mark.parametrize(
    ("answer", "status", "body"),
    [
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK, 200, b"ok"),
        (b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 201 Made\r\nContent-Length: 2\r\n\r\nok", 201, b"ok"),
        (b"HTTP/1.1 200 OK\r\n\r\nuntil the end", 200, b"until the end"),
        (b"HTTP/1.0 200 OK\r\n\r\nold", 200, b"old"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b""),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9999\r\n\r\n", 304, b""),
        (b"HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n", 302, b""),
    ],
    ids=["continue", "early hints", "no length", "HTTP/1.0", "no content", "not modified", "redirect"],
)
def test_every_shape_of_a_whole_answer_is_taken(answer: bytes, status: int, body: bytes, tmp_path: Path) -> None:
    async def use(chain: Chain) -> None:
        got = await chain.ask()
        assert (got.status, got.body.content) == (status, body)
        got.body.close()

    run(tmp_path, answering(answer), use)


@pytest.mark.parametrize("more", [b"", b"a body that must not be there"])
def test_an_answer_to_head_ends_with_its_head(more: bytes, tmp_path: Path) -> None:
    async def use(chain: Chain) -> None:
        got = await chain.ask(b"HEAD")
        assert (got.status, got.body.length) == (200, 0)
        assert (b"Content-Length", b"2000000") in got.headers

    run(tmp_path, answering(b"HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n" + more), use)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"", "closed before its whole answer"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", "closed before its whole answer"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe", "closed before its whole answer"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n" + bytes(2_000_000), "closed before its whole answer"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", "closed before its whole answer"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", "not HTTP/1.1"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", "not HTTP/1.1"),
        (b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n", "switched protocols"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * MAX_HEADER_BYTES + b"\r\n\r\n", "headers exceed"),
        (b"HTTP/1.1 200 " + b"x" * MAX_HEADER_BYTES + b"\r\nContent-Length: 0\r\n\r\n", "headers exceed"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n" + bytes(9_000_000), "at most 8388608"),
    ],
    ids=lambda value: repr(value[:60]) if isinstance(value, bytes) else None,
)
def test_what_is_no_whole_answer_is_told_as_an_unknown_outcome(answer: bytes, why: str, tmp_path: Path) -> None:
    require_failure(tmp_path, answering(answer), ExchangeErrorKind.SERVICE_FAILED, why)


def test_a_small_answer_over_the_service_s_own_limit_is_refused(tmp_path: Path) -> None:
    async def use(chain: Chain) -> None:
        with pytest.raises(ExchangeError, match="at most 1"):
            await chain.ask(limit=1)

    run(tmp_path, answering(OK), use)


def test_a_service_that_never_answers_is_given_up_in_time(tmp_path: Path) -> None:
    async def script(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read()

    require_failure(tmp_path, script, ExchangeErrorKind.SERVICE_TIMEOUT, "did not answer in time", timeout_s=0.1)


def test_a_service_that_drips_its_answer_is_given_up_in_time(tmp_path: Path) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(1000):
            writer.write(b".")
            await writer.drain()
            await asyncio.sleep(0.01)

    require_failure(tmp_path, script, ExchangeErrorKind.SERVICE_TIMEOUT, "did not answer in time", timeout_s=0.2)


def test_a_service_that_is_not_there_was_not_called(tmp_path: Path) -> None:
    async def use(chain: Chain) -> None:
        await chain.service.__aexit__()
        with pytest.raises(ExchangeError) as failed:
            await chain.ask()
        assert failed.value.kind is ExchangeErrorKind.SERVICE_UNREACHABLE

    run(tmp_path, answering(OK), use)


def test_a_large_body_goes_out_as_the_service_takes_it(tmp_path: Path) -> None:
    length = 12 * MEBIBYTE + 1
    came: list[int] = []

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert b"Content-Length: %d\r\n" % length in await read_head(reader)
        await asyncio.sleep(0.05)  # the pool must wait meanwhile
        came.append(len(await reader.readexactly(length)))
        writer.write(OK)

    async def use(chain: Chain) -> None:
        body = large_body(chain.budget, length)
        assert (await chain.ask(b"POST", body)).status == 200
        body.close()

    run(tmp_path, script, use)
    assert came == [length]


def test_a_connection_on_which_a_body_still_goes_out_serves_no_other_call(tmp_path: Path) -> None:
    requests: list[bytes] = []

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        requests.append((await read_head(reader)).split(b" ")[0])
        writer.write(OK)  # before the body: it is refused, say
        await asyncio.sleep(0.1)
        with suppress(ConnectionError):
            await reader.read()

    async def use(chain: Chain) -> None:
        body = large_body(chain.budget, 16 * MEBIBYTE)
        assert (await chain.ask(b"POST", body)).status == 200
        body.close()
        assert (await chain.ask(b"GET")).status == 200

    run(tmp_path, script, use)
    assert requests == [b"POST", b"GET"]


def test_a_service_that_dies_while_a_large_body_goes_out_leaves_an_unknown_outcome(tmp_path: Path) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        writer.transport.abort()

    async def use(chain: Chain) -> None:
        body = large_body(chain.budget, 16 * MEBIBYTE)
        with pytest.raises(ExchangeError) as failed:
            await chain.ask(b"POST", body)
        assert failed.value.kind is ExchangeErrorKind.SERVICE_FAILED
        body.close()

    run(tmp_path, script, use)


def test_calls_over_the_number_of_connections_are_overload_and_were_not_made(tmp_path: Path) -> None:
    async def use(chain: Chain) -> None:
        request = ServiceRequest(chain.service.address, b"GET", b"/", b"", Body(b""), 60.0, 1000)
        calls = [chain.pool.call(request) for _ in range(MAX_CONNECTIONS + 1)]
        assert [call.is_done for call in calls] == [False] * MAX_CONNECTIONS + [True]
        answers = await asyncio.gather(*map(chain.wait, calls), return_exceptions=True)
        errors = [answer for answer in answers if isinstance(answer, ExchangeError)]
        assert errors[-1].kind is ExchangeErrorKind.OVERLOADED
        assert chain.service.connections == MAX_CONNECTIONS

    run(tmp_path, answering(), use)
