"""Calls to the member's own services: HTTP/1.1, kept connections, whole answers (rules 4.8 and 4.9).

What matters here is to say truly whether a call may have had an effect: `service_unreachable` means that no byte of
the request left, `service_failed` and `service_timeout` mean that it left and no whole answer came.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

import httptools
import msgspec

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.gateway.pending import Pending
from lienthong.exchange.gateway.spool import Body, Spool, SpoolBudget
from lienthong.exchange.services import Address

if TYPE_CHECKING:
    from collections.abc import Coroutine

IDLE_LIMIT_S = 2.0
"""A kept connection is not used after this pause: most servers keep theirs for 5 s or more, so it is still open."""
CONNECT_TIMEOUT_S = 10.0
SMALL_BODY = 16 * 1024
"""An answer's body up to this size in one piece is held as it came; MAX_CONNECTIONS bounds them."""
MAX_CONNECTIONS = 512
"""Connections to one service address; further calls are `overloaded`. Half of what members may have under way: a
service that hangs leaves room for the others."""
MAX_HEADER_BYTES = 48 * 1024
"""With the five X-Road headers that are added, a service's headers still fit the 64 KiB of a frame's header part."""
FIRST_FINAL_STATUS = 200
NOT_MODIFIED = 304
WITHOUT_BODY = frozenset({b"GET", b"HEAD", b"OPTIONS", b"TRACE", b"DELETE"})
"""Methods whose empty body needs no Content-Length."""


class ServiceRequest(msgspec.Struct, frozen=True, gc=False):
    """What to ask a service. `headers` are header lines, each with its CRLF, but for Host and Content-Length."""

    address: Address
    method: bytes
    target: bytes
    headers: bytes
    body: Body
    timeout_s: float
    body_limit: int


class ServiceAnswer(msgspec.Struct, frozen=True, gc=False):
    """What a service answered; the body is whole."""

    status: int
    reason: bytes
    headers: list[tuple[bytes, bytes]]
    body: Body


class _Host:
    """The connections to one host and port, whatever services are there."""

    __slots__ = ("idle", "open")

    def __init__(self) -> None:
        self.idle: deque[_ServiceConnection] = deque()
        self.open: set[_ServiceConnection] = set()

    def is_full(self, limit: int) -> bool:
        """Say whether no further call may start now."""
        return len(self.open) >= limit and not self.idle


class _ServiceConnection(asyncio.Protocol):
    """One kept connection: one call at a time."""

    def __init__(self, pool: Upstream, host: _Host) -> None:
        self.host = host
        self.idle_since = 0.0
        self.deadline = 0.0
        self.is_closed = False
        self._pool = pool
        self._transport: asyncio.Transport | None = None
        self._request: ServiceRequest | None = None
        self._waiting: Pending[ServiceAnswer] | None = None
        self._writable: asyncio.Future[None] | None = None
        self._is_sending = False
        self._parser: Any = httptools.HttpResponseParser(self)
        self._is_whole = self._is_kept = False
        self._head_bytes = 0
        self._status = 0
        self._reason = b""
        self._headers: list[tuple[bytes, bytes]] = []
        self._spool: Spool | None = None
        self._piece = b""

    # One call.

    def start(self, request: ServiceRequest, waiting: Pending[ServiceAnswer], now: float) -> None:
        """Send a request on this idle connection."""
        self._status = self._head_bytes = 0
        self._request = request
        self._waiting = waiting
        self.deadline = now + request.timeout_s
        transport: asyncio.Transport = self._transport  # type: ignore[assignment] # a call starts once it is made
        head, body = _format_head(request), request.body
        if body.is_in_memory:
            transport.write(head + body.content)
            return
        transport.write(head)
        self._is_sending = True
        self._pool.spawn(self._send_body(body))

    async def _send_body(self, body: Body) -> None:
        for chunk in body.chunks():
            if self._writable is not None:
                await self._writable
            if self.is_closed or self._transport is None:
                return
            self._transport.write(chunk)
        self._is_sending = False

    def fail(self, kind: ExchangeErrorKind, why: str) -> None:
        """End the call and the connection: the request left, and no whole answer came."""
        waiting, self._waiting = self._waiting, None
        if self._spool is not None:
            self._spool.drop()
            self._spool = None
        self.close()
        if waiting is not None:
            waiting.fail(ExchangeError(kind, why))

    # The transport's side.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Parse; a service that answers before it is asked, or not in HTTP, is cut off."""
        if self._waiting is None:
            self.close()
            return
        self._head_bytes += len(data)
        try:
            self._parser.feed_data(data)
            if self._head_bytes > MAX_HEADER_BYTES and not self._status:
                raise _too_long()
        except ExchangeError as error:
            self.fail(error.kind, error.message)
            return
        except httptools.HttpParserUpgrade:
            self.fail(ExchangeErrorKind.SERVICE_FAILED, "the service switched protocols")
            return
        except httptools.HttpParserError as error:
            if not self._is_whole:
                cause = error.__context__
                why = cause.message if isinstance(cause, ExchangeError) else f"not HTTP/1.1: {error}"
                self.fail(ExchangeErrorKind.SERVICE_FAILED, f"the service's answer: {why}")
                return
            # What follows a whole answer is nobody's, and its connection serves no other call.
            self._is_kept = False
        if self._is_whole:
            self._deliver()

    def eof_received(self) -> bool:
        """An answer without a length ends where the service closes."""
        if self._waiting is not None and self._status >= FIRST_FINAL_STATUS and self._is_length_open():
            self._is_kept = False
            self._deliver()
        return False

    def pause_writing(self) -> None:
        """The service takes no more for now."""
        self._writable = self._pool.loop.create_future()

    def resume_writing(self) -> None:
        """The service takes more."""
        writable, self._writable = self._writable, None
        if writable is not None and not writable.done():
            writable.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        """A call under way has no answer."""
        self.is_closed = True
        self.resume_writing()
        self._pool.on_closed(self)
        if self._waiting is not None:
            why = f"the service closed before its whole answer: {exc or 'end of stream'}"
            self.fail(ExchangeErrorKind.SERVICE_FAILED, why)

    def close(self) -> None:
        """Close a connection that nobody waits on."""
        self.is_closed = True
        if self._transport is not None:
            self._transport.abort()

    # The parser's side.

    def on_message_begin(self) -> None:
        """An interim answer (1xx) may come before the final one; nothing may come after it that nobody asked for."""
        if self._is_whole:
            raise ExchangeError(ExchangeErrorKind.SERVICE_FAILED, "another answer follows the answer")
        self._status = 0
        self._reason = b""
        self._headers = []
        self._spool = None
        self._piece = b""

    def on_status(self, status: bytes) -> None:
        """Collect the reason phrase."""
        self._reason += status

    def on_header(self, name: bytes, value: bytes) -> None:
        """Collect a header; trailers are dropped, as those of requests are (RFC 9110, 6.5.1)."""
        if not self._status:
            self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Take the status. The parser knows nothing of HEAD, and of 304 not enough: there the answer ends here.

        The connection ends with it.
        """
        self._status = status = self._parser.get_status_code()
        # The bytes that came may have brought some of the body.
        if self._head_bytes > MAX_HEADER_BYTES:
            lines = sum(len(name) + len(value) + 4 for name, value in self._headers)
            if len(self._reason) + lines > MAX_HEADER_BYTES:
                raise _too_long()
            self._head_bytes = 0
        if status < FIRST_FINAL_STATUS or self._request is None:
            return
        if self._request.method == b"HEAD" or status == NOT_MODIFIED:
            self._is_whole, self._is_kept = True, False

    def on_body(self, body: bytes) -> None:
        """Collect the body within the limit; one that comes in a single small piece needs no spool.

        What follows an answer that has ended is nobody's.
        """
        if self._is_whole or self._request is None:
            return
        if self._spool is None:
            limit, length = self._request.body_limit, len(body)
            if not self._piece and length <= SMALL_BODY and length <= limit:
                self._piece = body
                return
            self._spool = Spool(self._pool.budget, limit)
            if self._piece:
                self._spool.write(self._piece)
        self._spool.write(body)

    def on_message_complete(self) -> None:
        """The final answer is whole."""
        if self._status >= FIRST_FINAL_STATUS and not self._is_whole:
            self._is_whole, self._is_kept = True, self._parser.should_keep_alive()

    def _is_length_open(self) -> bool:
        names = {name.lower() for name, _ in self._headers}
        return b"content-length" not in names and b"transfer-encoding" not in names

    def _deliver(self) -> None:
        """Give the answer. A connection on which our body is still going out serves no other call."""
        waiting, self._waiting = self._waiting, None
        self._is_whole = False
        self.deadline = 0.0
        body = self._spool.finish() if self._spool is not None else Body(self._piece)
        self._spool = None
        answer = ServiceAnswer(self._status, self._reason, self._headers, body)
        if self._is_kept and not self._is_sending:
            self._pool.put_back(self)
        else:
            self.close()
        if waiting is not None:
            waiting.resolve(answer)


class Upstream:
    """All connections to the member's services."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        budget: SpoolBudget,
        tls: ssl.SSLContext | None,
        limit: int = MAX_CONNECTIONS,
    ) -> None:
        self.loop = loop
        self.budget = budget
        self.limit = limit
        self._tls = tls
        self._hosts: dict[tuple[str, int], _Host] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def require_room(self, service: Address) -> None:
        """Require that a call could start now; raises ExchangeError `overloaded`, before anything is logged of it."""
        if self._find_host(service).is_full(self.limit):
            raise self._overloaded()

    def _find_host(self, service: Address) -> _Host:
        host = self._hosts.get((service.host, service.port))
        if host is None:
            host = self._hosts[service.host, service.port] = _Host()
        return host

    def _overloaded(self) -> ExchangeError:
        return ExchangeError(ExchangeErrorKind.OVERLOADED, f"{self.limit} calls to this service are under way")

    def call(self, request: ServiceRequest) -> Pending[ServiceAnswer]:
        """Ask a service. Fails with `service_unreachable`, `service_failed`, `service_timeout` or `overloaded`."""
        waiting: Pending[ServiceAnswer] = Pending()
        host, now = self._find_host(request.address), self.loop.time()
        while host.idle:
            connection = host.idle.pop()
            if not connection.is_closed and now - connection.idle_since < IDLE_LIMIT_S:
                connection.start(request, waiting, now)
                return waiting
            connection.close()
        if host.is_full(self.limit):
            waiting.fail(self._overloaded())
        else:
            connection = _ServiceConnection(self, host)
            host.open.add(connection)
            self.spawn(self._connect(connection, request, waiting))
        return waiting

    async def _connect(
        self, connection: _ServiceConnection, request: ServiceRequest, waiting: Pending[ServiceAnswer]
    ) -> None:
        address = request.address
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                await self.loop.create_connection(
                    lambda: connection,
                    address.host,
                    address.port,
                    ssl=self._get_tls() if address.tls else None,
                )
        except (OSError, TimeoutError) as error:
            self.on_closed(connection)
            why = f"no connection to the service: {str(error) or 'time is up'}"
            waiting.fail(ExchangeError(ExchangeErrorKind.SERVICE_UNREACHABLE, why))
            return
        except Exception as error:  # noqa: BLE001 - a host name that is none, say; the caller must hear of it
            self.on_closed(connection)
            waiting.fail(ExchangeError(ExchangeErrorKind.SERVICE_UNREACHABLE, f"no connection to the service: {error}"))
            return
        if connection.is_closed:
            connection.close()
            why = "the service closed before the request was sent"
            waiting.fail(ExchangeError(ExchangeErrorKind.SERVICE_UNREACHABLE, why))
            return
        connection.start(request, waiting, self.loop.time())

    def _get_tls(self) -> ssl.SSLContext:
        """Give the context for services with TLS; made when the first is called, for it reads every authority."""
        if self._tls is None:
            self._tls = ssl.create_default_context()
        return self._tls

    def put_back(self, connection: _ServiceConnection) -> None:
        """Keep a connection for the next call."""
        connection.idle_since = self.loop.time()
        connection.host.idle.append(connection)

    def on_closed(self, connection: _ServiceConnection) -> None:
        """Forget a closed connection."""
        connection.host.open.discard(connection)

    def tick(self, now: float) -> None:
        """Once a second: end calls whose time is up, close what is idle for long."""
        for host in list(self._hosts.values()):
            for connection in list(host.open):
                if connection.deadline and now > connection.deadline:
                    connection.fail(ExchangeErrorKind.SERVICE_TIMEOUT, "the service did not answer in time")
            idle = host.idle
            while idle and (idle[0].is_closed or now - idle[0].idle_since > IDLE_LIMIT_S):
                idle.popleft().close()

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine beside the stories; only connecting and large bodies need one."""
        task = self.loop.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def close(self) -> None:
        """Close all connections."""
        for host in self._hosts.values():
            for connection in list(host.open):
                connection.close()


def _too_long() -> ExchangeError:
    return ExchangeError(ExchangeErrorKind.SERVICE_FAILED, f"the service's headers exceed {MAX_HEADER_BYTES} bytes")


def _format_head(request: ServiceRequest) -> bytes:
    ending = b"\r\n"
    if request.body.length or request.method not in WITHOUT_BODY:
        ending = b"Content-Length: %d\r\n\r\n" % request.body.length
    head = (request.method, request.target, _authority(request.address), request.headers, ending)
    return b"%b %b HTTP/1.1\r\nHost: %b\r\n%b%b" % head


@lru_cache(maxsize=256)
def _authority(address: Address) -> bytes:
    host = f"[{address.host}]" if ":" in address.host else address.host
    return f"{host}:{address.port}".encode()
