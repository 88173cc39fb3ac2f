"""Load at a fixed rate, whatever becomes of it (open loop), and at a fixed number in flight (closed loop).

Each arrival takes an idle connection of a pool, or opens one of its own and closes it with the answer; where there is
none left, it is counted as unsent: a caller that waits for its gateway. What is counted is told by the status of each
answer, and how long the served ones took from the time at which they were due, so that waiting for one's turn counts as
well.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import uvloop

if TYPE_CHECKING:
    from bench.chain import Chain

TURN_S = 0.002
"""Arrivals that are due are sent so often."""
CONNECT_AT_ONCE = 200
SETTLE_S, SETTLE_LOOKS = 10.0, 100
"""How long callers that have a connection each are waited for: one that was not heard tries again after seconds."""
SERVED = b"HTTP/1.1 200"
REFUSED = b"HTTP/1.1 503"


@dataclass
class Load:
    """What a run gave. `took_ms` are the served ones' times."""

    seconds: float = 0.0
    offered: int = 0
    unsent: int = 0
    told: Counter[str] = field(default_factory=Counter)
    took_ms: list[float] = field(default_factory=list)

    def count(self, status: bytes, took_ms: float) -> None:
        """Count an answer by the beginning of its head."""
        if status == SERVED:
            self.told["served"] += 1
            self.took_ms.append(took_ms)
        else:
            self.told["refused" if status == REFUSED else status.decode("latin-1")] += 1

    @property
    def goodput(self) -> float:
        """Served requests per second."""
        return self.told["served"] / self.seconds

    def percentile_ms(self, part: float) -> float:
        """Give a percentile of the served ones' times."""
        ordered = sorted(self.took_ms)
        return ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else 0.0


class _Connection(asyncio.Protocol):
    """One request at a time; answers are small and come whole, or in two pieces of which the first has the status."""

    def __init__(self, pool: Pool | Visits) -> None:
        self._pool = pool
        self._due = 0.0
        self._head = b""
        self._left = -1
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Be ready."""
        self.transport = cast("asyncio.Transport", transport)
        self._pool.join(self)

    def ask(self, due: float) -> None:
        """Send the request; `due` is when it should have been sent."""
        self._due = due
        self._head = b""
        self._left = -1
        cast("asyncio.Transport", self.transport).write(self._pool.request)

    def data_received(self, data: bytes) -> None:
        """Look at the status, and wait for the end."""
        self._head += data
        at = self._head.find(b"\r\n\r\n")
        if at < 0:
            return
        if self._left < 0:
            low = self._head[:at].lower()
            begin = low.find(b"content-length:") + 15
            self._left = at + 4 + int(low[begin:].split(b"\r\n", 1)[0])
        if len(self._head) >= self._left:
            self._pool.end(self, self._head[:12], self._due)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - counted, whatever it was
        """A request under way had no answer."""
        self._pool.lose(self)


class Pool:
    """Connections to one gateway, all asking the same."""

    def __init__(self, chain: Chain, path: str) -> None:
        self.request = _write_request(chain, path)
        self.idle: deque[_Connection] = deque()
        self.load = Load()
        self.is_closed_loop = False
        self._address = chain.address
        self._loop = asyncio.get_running_loop()
        self._until = 0.0

    async def connect(self, count: int) -> None:
        """Open so many connections."""
        host, _, port = self._address.rpartition(":")
        for begin in range(0, count, CONNECT_AT_ONCE):
            more = min(CONNECT_AT_ONCE, count - begin)
            await asyncio.gather(
                *(self._loop.create_connection(lambda: _Connection(self), host, int(port)) for _ in range(more))
            )

    def join(self, connection: _Connection) -> None:
        """Take a connection that is ready."""
        self.idle.append(connection)

    def end(self, connection: _Connection, status: bytes, due: float) -> None:
        """Count an answer."""
        now = self._loop.time()
        self.load.count(status, (now - due) * 1e3)
        if self.is_closed_loop and now < self._until:
            self.load.offered += 1
            connection.ask(now)
        else:
            self.idle.append(connection)

    def lose(self, connection: _Connection) -> None:
        """Count a connection that ended."""
        if connection in self.idle:
            self.idle.remove(connection)
        self.load.told["lost"] += 1

    async def run_closed(self, in_flight: int, seconds: float) -> Load:
        """Keep so many requests in flight."""
        self._begin(seconds, is_closed=True)
        for _ in range(min(in_flight, len(self.idle))):
            self.load.offered += 1
            self.idle.popleft().ask(self._loop.time())
        await asyncio.sleep(seconds)
        return self._end()

    async def run_open(self, rate: float, seconds: float) -> Load:
        """Send so many requests a second, as far as connections are idle."""
        self._begin(seconds, is_closed=False)
        start, sent = self._loop.time(), 0
        while (now := self._loop.time()) < self._until:
            wanted = int((now - start) * rate)
            for number in range(sent, wanted):
                self.load.offered += 1
                if self.idle:
                    # The one that has been idle for longest.
                    self.idle.popleft().ask(start + number / rate)
                else:
                    self.load.unsent += 1
            sent = wanted
            await asyncio.sleep(TURN_S)
        return self._end()

    def _begin(self, seconds: float, *, is_closed: bool) -> None:
        self.load = Load(seconds)
        self.is_closed_loop = is_closed
        self._until = self._loop.time() + seconds

    def _end(self) -> Load:
        """What is answered later counts for nobody."""
        done, self.load = self.load, Load()
        return done

    async def settle(self) -> None:
        """Wait a moment, in which what is under way ends."""
        await asyncio.sleep(2.0)

    def close(self) -> None:
        """Close all connections."""
        for connection in self.idle:
            cast("asyncio.Transport", connection.transport).close()


class Visits:
    """Callers of one gateway that open a connection for each request; at most `most` of them are there at once."""

    def __init__(self, chain: Chain, path: str, most: int) -> None:
        self.request = _write_request(chain, path)
        self.load = Load()
        self._host, _, port = chain.address.rpartition(":")
        self._port = int(port)
        self._most = most
        self._loop = asyncio.get_running_loop()
        self._due: dict[_Connection, float] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._until = 0.0
        self._is_closed_loop = False

    @property
    def under_way(self) -> int:
        """How many connect, or wait for their answer."""
        return len(self._tasks) + len(self._due)

    def join(self, connection: _Connection) -> None:
        """Nothing yet: whoever connects asks."""

    def end(self, connection: _Connection, status: bytes, due: float) -> None:
        """Count an answer, and hang up."""
        if self._due.pop(connection, None) is None:
            return
        self.load.count(status, (self._loop.time() - due) * 1e3)
        cast("asyncio.Transport", connection.transport).close()
        self._go_on()

    def lose(self, connection: _Connection) -> None:
        """Count a connection that ended before its answer."""
        if self._due.pop(connection, None) is not None:
            self.load.told["lost"] += 1
            self._go_on()

    async def run_closed(self, in_flight: int, seconds: float) -> Load:
        """Keep so many requests in flight."""
        self._begin(seconds, is_closed=True)
        for _ in range(in_flight):
            self._visit(self._loop.time())
        await asyncio.sleep(seconds)
        return self._end()

    async def run_open(self, rate: float, seconds: float) -> Load:
        """Send so many requests a second, as far as there are callers left."""
        self._begin(seconds, is_closed=False)
        start, sent = self._loop.time(), 0
        while (now := self._loop.time()) < self._until:
            wanted = int((now - start) * rate)
            for number in range(sent, wanted):
                self._visit(start + number / rate)
            sent = wanted
            await asyncio.sleep(TURN_S)
        return self._end()

    async def settle(self) -> None:
        """Wait until what is under way has ended, for a moment at most."""
        for _ in range(SETTLE_LOOKS):
            if not self.under_way:
                return
            await asyncio.sleep(SETTLE_S / SETTLE_LOOKS)

    def close(self) -> None:
        """Close all connections."""
        for task in self._tasks:
            task.cancel()
        for connection in self._due:
            cast("asyncio.Transport", connection.transport).abort()

    def _visit(self, due: float) -> None:
        self.load.offered += 1
        if self.under_way >= self._most:
            self.load.unsent += 1
            return
        task = self._loop.create_task(self._connect(due))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _connect(self, due: float) -> None:
        try:
            _, connection = await self._loop.create_connection(lambda: _Connection(self), self._host, self._port)
        except OSError:
            self.load.told["not connected"] += 1
            self._go_on()
            return
        self._due[connection] = due
        connection.ask(due)

    def _go_on(self) -> None:
        if self._is_closed_loop and self._loop.time() < self._until:
            self._visit(self._loop.time())

    def _begin(self, seconds: float, *, is_closed: bool) -> None:
        self.load = Load(seconds)
        self._is_closed_loop = is_closed
        self._until = self._loop.time() + seconds

    def _end(self) -> Load:
        """What is answered later counts for nobody."""
        done, self.load = self.load, Load()
        return done


def _write_request(chain: Chain, path: str) -> bytes:
    head = "".join(f"{name}: {value}\r\n" for name, value in (("Host", chain.address), *chain.headers))
    return f"GET {chain.prefix}{path} HTTP/1.1\r\n{head}\r\n".encode()


def new_loop() -> asyncio.AbstractEventLoop:
    """Give the loop that costs the machine least."""
    return uvloop.new_event_loop()
