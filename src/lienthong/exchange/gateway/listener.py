"""The member's own systems' door: HTTP/1.1 on `/r1/`, as X-Road's message protocol for REST has it.

Owns connections, parsing, limits and the writing of answers. What a request means, and every refusal with an
X-Road code, is consume.py's; requests that two programs could read differently never get that far.
"""

from __future__ import annotations

import asyncio
from collections import deque
from email.utils import formatdate
from typing import TYPE_CHECKING, Any, Protocol, cast

import httptools
import msgspec

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.gateway.spool import EMPTY_BODY, Body, Spool, SpoolBudget

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from lienthong.kernel.clock import Clock

MAX_HEADER_BYTES = 48 * 1024
"""Request line and headers together: with what the gateway adds, they still fit the 64 KiB of a frame's header part."""
MAX_PIPELINED = 8
"""Requests read ahead on one connection; further bytes wait in the kernel."""
HEADER_TIMEOUT_S = 15.0
"""A request's head must be whole within this time of its first byte."""
BODY_TIMEOUT_S = 30.0
"""A body must grow within this time."""
BODY_LEAST_RATE = 1024
"""Bytes of body for each second beyond BODY_TIMEOUT_S: growing one byte at a time is no growth."""
IDLE_TIMEOUT_S = 75.0
WRITE_TIMEOUT_S = 60.0
"""A caller that takes no bytes of its answer for this long is cut off."""
LINGER_S = 2.0
"""How long a refused caller may go on sending: closing under it would lose the answer that says why (RFC 9112, 9.6)."""
REST_S = 1.0
"""After a refusal for overload a connection is not read for this long, which is what its Retry-After says: a caller
that comes back at once costs nothing, and waits."""
LOOK_EVERY_S = 0.1
"""How often resting connections are looked at, while there are any."""
MAX_CALLERS = 4096
"""Connections of own systems at once; a further one is told 503 and closed."""
_ONCE = (b"host", b"content-length", b"transfer-encoding")
"""Headers that say where a message ends and whom it is for: of two, two programs could each believe another."""
_BARE = (b"204 ", b"304 ")
"""Answers that never have a body (RFC 9110, 15.3.5 and 15.4.5)."""
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class ListenerLimits(msgspec.Struct, frozen=True):
    """How long a caller may take, in seconds, and how many may be connected."""

    head_s: float = HEADER_TIMEOUT_S
    body_s: float = BODY_TIMEOUT_S
    idle_s: float = IDLE_TIMEOUT_S
    write_s: float = WRITE_TIMEOUT_S
    linger_s: float = LINGER_S
    rest_s: float = REST_S
    callers: int = MAX_CALLERS


class LocalRequest(msgspec.Struct, frozen=True, gc=False):
    """A request of the member's own system, as it came. `certificate` is the caller's (DER) where it showed one."""

    method: bytes
    target: bytes
    headers: list[tuple[bytes, bytes]]
    named: dict[bytes, bytes]
    """Their values by lower-case name; of a repeated one the last."""
    body: Body
    certificate: bytes | None
    is_loopback: bool


class LocalAnswer(msgspec.Struct, frozen=True, gc=False):
    """An answer to write: the status line after `HTTP/1.1 ` and the header lines, each with its CRLF, and the body.

    That is just a response's header part as it was committed; Content-Length and Connection are added.
    """

    head: bytes
    body: Body


class RequestTaker(Protocol):
    """Who answers the requests of a listener."""

    def __call__(self, caller: CallerConnection, request: LocalRequest) -> None:
        """Take a whole request; must end in exactly one `caller.answer`."""

    def refuse(self, caller: CallerConnection, error: ExchangeError, headers: list[tuple[bytes, bytes]]) -> None:
        """Answer a request that could not be read whole; the connection ends with it."""


class CallerConnection(asyncio.Protocol):
    """One connection of a local caller: requests in order, one at a time."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpRequestParser(self)
        self._certificate: bytes | None = None
        self._is_loopback = False
        self._waiting: deque[tuple[LocalRequest, bool]] = deque()
        self._is_busy = False
        self._is_ending = False
        self._is_refused = False
        self._is_resting = False
        self._is_new = True
        self._keep_alive = True
        self._is_head = False
        self._drained: asyncio.Future[None] | None = None
        self._moved_at = self._begun_at = self._taken_at = listener.loop.time()
        self._left = 0
        self._spool: Spool | None = None
        self._head_bytes = 0
        self._is_behind = False
        self._target = b""
        self._headers: list[tuple[bytes, bytes]] = []
        self._named: dict[bytes, bytes] = {}
        self._is_in_message = False
        self._is_in_body = False

    # The transport's side.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Look at who calls."""
        self._transport = cast("asyncio.Transport", transport)
        self._listener.connections.add(self)
        if len(self._listener.connections) > self._listener.limits.callers:
            self._listener.refused_newcomer()
            self._refuse(ExchangeError(ExchangeErrorKind.OVERLOADED, "too many connections; keep fewer, and use each"))
            return
        peer = transport.get_extra_info("peername")
        self._is_loopback = bool(peer) and (peer[0].startswith("127.") or peer[0] == "::1")
        tls: Any = transport.get_extra_info("ssl_object")
        if tls is not None:
            self._certificate = tls.getpeercert(binary_form=True)

    def data_received(self, data: bytes) -> None:
        """Parse what came."""
        if self._is_ending:
            return
        self._moved_at = self._listener.loop.time()
        # Bytes since the last of a body: the head, and what chunks and trailers bring beside the body.
        self._head_bytes += len(data)
        try:
            self._parser.feed_data(data)
            if self._head_bytes > MAX_HEADER_BYTES:
                raise _too_long()
        except httptools.HttpParserUpgrade:
            self._refuse(ExchangeError(ExchangeErrorKind.MALFORMED_HTTP, "Upgrade is not supported here"))
        except httptools.HttpParserError as error:
            cause = error.__context__
            self._refuse(
                cause
                if isinstance(cause, ExchangeError)
                else ExchangeError(ExchangeErrorKind.MALFORMED_HTTP, f"expected HTTP/1.1: {error}")
            )
        except ExchangeError as error:
            self._refuse(error)

    def pause_writing(self) -> None:
        """The caller takes no more for now; the next request waits as well."""
        self._drained = self._listener.loop.create_future()
        self._taken_at = self._listener.loop.time()

    def resume_writing(self) -> None:
        """The caller takes more."""
        drained, self._drained = self._drained, None
        if drained is not None and not drained.done():
            drained.set_result(None)
        self._start_next()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the reason changes nothing
        """The caller is gone; a story under way goes on, its answer has nowhere to go."""
        self._is_ending = True
        self._transport = None
        if self._spool is not None:
            self._spool.drop()
            self._spool = None
        for request, _ in self._waiting:
            request.body.close()
        self._waiting.clear()
        self.resume_writing()
        self._listener.connections.discard(self)

    # The parser's side.

    def on_message_begin(self) -> None:
        """A request begins."""
        self._target = b""
        self._headers = []
        self._named = {}
        self._is_in_message = True
        # What came with the end of the request before was counted as that one's.
        self._is_behind = not self._head_bytes
        self._begun_at = self._moved_at

    def on_url(self, url: bytes) -> None:
        """Collect the target."""
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Collect a header; what they say together is looked at when the head is whole.

        Trailers are dropped: what stands behind a body was not there when its head was judged (RFC 9110, 6.5.1).
        """
        if self._is_in_body:
            return
        self._headers.append((name, value))
        self._named[name.lower()] = value

    def on_headers_complete(self) -> None:
        """The head is whole: refuse what is ambiguous before any of the body counts."""
        self._is_in_body = True
        if self._head_bytes > MAX_HEADER_BYTES or self._is_behind:
            _require_short(self._target, self._headers)
        self._head_bytes = 0
        named = self._named
        _require_unambiguous(self._parser.get_http_version(), self._target, self._headers, named)
        if b"content-length" in named:
            _require_allowed(named[b"content-length"], self._listener.budget.body_limit)
        if b"expect" in named:
            self._let_go_on(named[b"expect"])

    def _let_go_on(self, expect: bytes) -> None:
        """Tell a caller that waits with its body to send it."""
        if expect.lower() == b"100-continue" and self._transport is not None and not self._is_busy:
            self._transport.write(CONTINUE)

    def on_body(self, body: bytes) -> None:
        """Collect the body within its limits."""
        self._head_bytes = 0
        if self._spool is None:
            self._spool = Spool(self._listener.budget)
        self._spool.write(body)

    def on_message_complete(self) -> None:
        """A whole request: start it, or let it wait its turn."""
        body = self._spool.finish() if self._spool is not None else EMPTY_BODY
        self._spool = None
        parser = self._parser
        request = LocalRequest(
            parser.get_method(), self._target, self._headers, self._named, body, self._certificate, self._is_loopback
        )
        self._head_bytes = 0
        # The rest of `_reset` is the next request's, when it begins.
        self._is_in_message = self._is_in_body = False
        if self._is_busy or self._drained is not None:
            self._waiting.append((request, parser.should_keep_alive()))
            if len(self._waiting) >= MAX_PIPELINED and self._transport is not None:
                self._transport.pause_reading()
        else:
            self._keep_alive = parser.should_keep_alive()
            self._start(request)

    def _start(self, request: LocalRequest) -> None:
        self._is_busy = True
        self._is_head = request.method == b"HEAD"
        self._listener.take_request(self, request)

    # Answers.

    def answer(self, answer: LocalAnswer) -> None:
        """Write an answer, then go on with the next request of this connection."""
        transport = self._transport
        if transport is None:
            answer.body.close()
            return
        self._is_new = False
        # What stands behind the head of an answer that has no body would be read as the answer to the next request.
        is_bare = self._is_head or answer.head.startswith(_BARE)
        head = self._complete_head(answer, is_bare=is_bare)
        if is_bare or answer.body.is_in_memory:
            transport.write(head if is_bare else head + answer.body.content)
            answer.body.close()
            self._go_on()
        else:
            transport.write(head)
            self._listener.spawn(self._write_body(answer.body))

    def _complete_head(self, answer: LocalAnswer, *, is_bare: bool) -> bytes:
        """Complete a head; a Date is added where the service sent none, so that there is exactly one.

        An answer that never has a body says no length (RFC 9110, 8.6): that of HEAD's GET is not known here.
        """
        head, date = answer.head, self._listener.date
        if head.find(b"\r\nDate:") >= 0 or head.lower().find(b"\r\ndate:") >= 0:
            date = b""
        ending = b"\r\n" if self._keep_alive else b"Connection: close\r\n\r\n"
        if is_bare:
            return b"HTTP/1.1 %b%b%b" % (head, date, ending)
        return b"HTTP/1.1 %b%bContent-Length: %d\r\n%b" % (head, date, answer.body.length, ending)

    async def _write_body(self, body: Body) -> None:
        for chunk in body.chunks():
            if self._drained is not None:
                # Resumed when the caller has taken enough, or is gone; `tick` cuts off one that takes nothing.
                await self._drained
            if self._transport is None:
                break
            self._transport.write(chunk)
        body.close()
        self._go_on()

    def _go_on(self) -> None:
        self._is_busy = False
        self._begun_at = self._moved_at = self._listener.loop.time()
        if self._keep_alive and not self._is_ending:
            self._start_next()
        elif self._transport is not None and not self._is_refused:
            self._is_ending = True
            self._transport.close()

    def _start_next(self) -> None:
        """Go on with a request that waited, unless the answers before it wait to be taken."""
        if not self._waiting or self._is_busy or self._drained is not None:
            return
        request, self._keep_alive = self._waiting.popleft()
        if len(self._waiting) < MAX_PIPELINED and self._transport is not None and not self._is_resting:
            self._transport.resume_reading()
        self._is_busy = True
        self._listener.loop.call_soon(self._start, request)

    def rest(self) -> None:
        """Do not read for `rest_s`: this caller has just been told to come again later."""
        if self._is_new:
            self._listener.refused_newcomer()
        if self._transport is not None and not self._is_resting:
            self._is_resting = True
            self._transport.pause_reading()
            self._listener.let_rest(self)

    def wake(self) -> None:
        """Read again."""
        self._is_resting = False
        if self._transport is not None and not self._is_ending and len(self._waiting) < MAX_PIPELINED:
            self._transport.resume_reading()

    def _refuse(self, error: ExchangeError) -> None:
        """Answer what can't be read, and end: what follows has no known beginning."""
        self._is_ending = True
        self._keep_alive = False
        if self._spool is not None:
            self._spool.drop()
            self._spool = None
        if self._is_busy or self._waiting:
            # The answer under way ends the connection; the bad request behind it gets none.
            return
        self._is_refused = True
        self._listener.take_request.refuse(self, error, self._headers)
        if self._transport is not None and self._transport.can_write_eof():
            self._transport.write_eof()

    def tick(self, now: float) -> None:
        """Once a second: cut off a caller that is too slow or idle too long."""
        limits = self._listener.limits
        if self._is_refused and now - self._begun_at > limits.linger_s:
            self.abort()
        elif self._drained is not None or self._is_ending:
            self._require_taking(now)
        elif not self._is_busy:
            self._require_sending(now)

    def _require_taking(self, now: float) -> None:
        left = self._transport.get_write_buffer_size() if self._transport is not None else 0
        if left != self._left or (self._is_busy and self._drained is None):
            self._left, self._taken_at = left, now
        elif now - self._taken_at > self._listener.limits.write_s:
            self.abort()

    def _require_sending(self, now: float) -> None:
        limits, age = self._listener.limits, now - self._begun_at
        if not self._is_in_message:
            if age > limits.idle_s:
                self.abort()
        elif not self._is_in_body:
            if age > limits.head_s:
                self._refuse(ExchangeError(ExchangeErrorKind.CALLER_TIMEOUT, "the request's head took too long"))
        else:
            length = self._spool.length if self._spool is not None else 0
            if now - self._moved_at > limits.body_s or age > limits.body_s + length / BODY_LEAST_RATE:
                self._refuse(ExchangeError(ExchangeErrorKind.CALLER_TIMEOUT, "the request's body stalled"))

    def leave(self) -> None:
        """End after the answer under way: the gateway stops."""
        self._keep_alive = False
        if not self._is_busy and not self._is_refused:
            self._is_ending = True
            if self._transport is not None:
                self._transport.close()

    def abort(self) -> None:
        """Cut the connection off."""
        if self._transport is not None:
            self._transport.abort()


class Listener:
    """All connections of local callers."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        take_request: RequestTaker,
        budget: SpoolBudget,
        clock: Clock,
        limits: ListenerLimits,
    ) -> None:
        self.loop = loop
        self.take_request = take_request
        self.budget = budget
        self.limits = limits
        self._clock = clock
        self.date = _format_date(clock)
        self.connections: set[CallerConnection] = set()
        self.refused_newcomer: Callable[[], None] = _do_nothing
        """Called for each caller that was refused for overload right after it came in."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._resting: deque[tuple[float, CallerConnection]] = deque()

    def connect(self) -> CallerConnection:
        """Make the protocol of a new connection."""
        return CallerConnection(self)

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine beside the stories; only large answers need one."""
        task = self.loop.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def let_rest(self, connection: CallerConnection) -> None:
        """Wake a connection after `rest_s`."""
        if not self._resting:
            self.loop.call_later(LOOK_EVERY_S, self._wake)
        self._resting.append((self.loop.time() + self.limits.rest_s, connection))

    def _wake(self) -> None:
        now = self.loop.time()
        while self._resting and self._resting[0][0] <= now:
            self._resting.popleft()[1].wake()
        if self._resting:
            self.loop.call_later(LOOK_EVERY_S, self._wake)

    def tick(self, now: float) -> None:
        """Once a second, for each connection."""
        self.date = _format_date(self._clock)
        for connection in list(self.connections):
            connection.tick(now)

    def close(self) -> None:
        """Cut off who is still connected: a loop with open connections would never close."""
        for connection in list(self.connections):
            connection.abort()

    def leave(self) -> None:
        """Let the answers under way end, and close the rest."""
        for connection in list(self.connections):
            connection.leave()


def _do_nothing() -> None:
    """Nobody minds refusals where nobody counts them."""


def _format_date(clock: Clock) -> bytes:
    return b"Date: %b\r\n" % formatdate(clock.now_ms() / 1000, usegmt=True).encode()


def _require_short(target: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    """Refuse too long a head. The first look counts the bytes that came, which may be more than the head, or less."""
    if len(target) + sum(len(name) + len(value) + 4 for name, value in headers) > MAX_HEADER_BYTES:
        raise _too_long()


def _require_unambiguous(
    version: str, target: bytes, headers: list[tuple[bytes, bytes]], named: dict[bytes, bytes]
) -> None:
    """Refuse what a second program on the way could read as something else (RFC 9112, 6.3 and 11.2)."""
    if version != "1.1":
        raise _malformed(f"HTTP/{version}, expected HTTP/1.1")
    if not target.startswith(b"/"):
        raise _malformed("the target must begin with /")
    if len(named) != len(headers):
        _require_once(headers)
    if b"host" not in named:
        raise _malformed("no Host header, expected 1")
    if b"transfer-encoding" in named and (
        b"content-length" in named or named[b"transfer-encoding"].lower() != b"chunked"
    ):
        raise _malformed("Transfer-Encoding other than `chunked`, or beside Content-Length")


def _require_once(headers: list[tuple[bytes, bytes]]) -> None:
    """Refuse two of what may stand once; others may be repeated."""
    names = [name.lower() for name, _ in headers]
    for name in _ONCE:
        if names.count(name) > 1:
            raise _malformed(f"{name.decode()} more than once")


def _require_allowed(length: bytes, limit: int) -> None:
    """Refuse a body by its announced length."""
    if not length.isdigit():
        raise _malformed("Content-Length is not a number")
    if int(length) > limit:
        raise ExchangeError(ExchangeErrorKind.BODY_TOO_LARGE, f"a body of {int(length)} bytes, at most {limit}")


def _malformed(why: str) -> ExchangeError:
    return ExchangeError(ExchangeErrorKind.MALFORMED_HTTP, why)


def _too_long() -> ExchangeError:
    return ExchangeError(
        ExchangeErrorKind.HEADERS_TOO_LARGE, f"request line and headers exceed {MAX_HEADER_BYTES} bytes"
    )
