"""The consumer's system: it asks about each former unit through its own gateway, as any X-Road client would.

A few threads with one kept connection each; plain HTTP on loopback, with the caller's token. An answer
counts only if it is the provider's (status 200 and no `X-Road-Error`) and is about the unit asked for.
"""

from __future__ import annotations

import http.client
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Final

import msgspec

from lienthong.sandbox.areas_answers import SuccessorsAnswer
from lienthong.sandbox.errors import SandboxError, SandboxErrorKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date

    from lienthong.sandbox.units import Unit

ASKING_THREADS: Final = 8
"""Enough for the gateways to batch; a consumer's system with a few workers looks like this."""

TIMEOUT_SECONDS: Final = 30.0
"""Longer than the gateway's own time limit for the whole way, so that its refusal arrives."""

LOOK_SECONDS: Final = 0.25
"""How often the wait for answers looks whether the processes still run."""


@dataclass(frozen=True, slots=True)
class Door:
    """The consumer's way in: its gateway's address (`host:port`), who it is, its token, and the service."""

    address: str
    client: str
    token: str
    service: str

    def headers(self) -> dict[str, str]:
        """Give the headers of a question."""
        return {"X-Road-Client": self.client, "X-Road-Token": self.token, "Accept": "application/json"}

    def target(self, code: str, day: date) -> str:
        """Give the path and query of the question which unit the one of `day` is now."""
        return f"/r1/{self.service}/{code}/successors?on={day}"


@dataclass(frozen=True, slots=True)
class Reply:
    """One good answer, its exchange's X-Road-Request-Id, and the seconds from question to answer."""

    unit: Unit
    answer: SuccessorsAnswer
    request_id: str
    seconds: float


def ask_all(door: Door, units: Sequence[Unit], day: date, check: Callable[[], None]) -> Iterator[Reply]:
    """Ask about each unit and yield the replies as they come; `check` is called now and then and may raise.

    The first bad answer or broken connection raises `SandboxError`, and nothing more is asked.
    """
    arrived: SimpleQueue[Reply | Exception] = SimpleQueue()
    stopped = threading.Event()
    pool = ThreadPoolExecutor(ASKING_THREADS)
    try:
        for first in range(ASKING_THREADS):
            asker = _Asker(door, day, arrived, stopped)
            pool.submit(asker.ask_each, units[first::ASKING_THREADS])
        for _ in units:
            yield _take(arrived, check)
    finally:
        stopped.set()
        # Not waited for: a question to a gateway that hangs ends when the caller ends the gateway.
        pool.shutdown(wait=False, cancel_futures=True)


def _take(arrived: SimpleQueue[Reply | Exception], check: Callable[[], None]) -> Reply:
    while True:
        try:
            reply = arrived.get(timeout=LOOK_SECONDS)
        except Empty:
            check()
            continue
        if isinstance(reply, Exception):
            # A dead gateway is the better explanation of a broken connection.
            check()
            raise reply
        return reply


@dataclass(frozen=True, slots=True)
class _Asker:
    """One thread's work."""

    door: Door
    day: date
    arrived: SimpleQueue[Reply | Exception]
    stopped: threading.Event

    def ask_each(self, units: Sequence[Unit]) -> None:
        host, _, port = self.door.address.rpartition(":")
        connection = http.client.HTTPConnection(host, int(port), timeout=TIMEOUT_SECONDS)
        try:
            for unit in units:
                if self.stopped.is_set():
                    return
                self.arrived.put(self._ask(connection, unit))
        except (OSError, http.client.HTTPException) as error:
            message = f"the gateway at {self.door.address} did not answer: {error!r}"
            refusal = SandboxError(SandboxErrorKind.EXCHANGE, message)
            refusal.__cause__ = error
            self.arrived.put(refusal)
        except SandboxError as error:
            self.arrived.put(error)
        finally:
            connection.close()

    def _ask(self, connection: http.client.HTTPConnection, unit: Unit) -> Reply:
        target = self.door.target(unit.code, self.day)
        started = time.perf_counter()
        connection.request("GET", target, headers=self.door.headers())
        response = connection.getresponse()
        content = response.read()
        seconds = time.perf_counter() - started
        if response.status != http.client.OK or response.headers.get("X-Road-Error") is not None:
            text = content.decode("utf-8", "replace")
            message = f"expected 200 to GET {target}, got {response.status}: {text}"
            raise SandboxError(SandboxErrorKind.EXCHANGE, message)
        answer = require_answer(content, unit)
        return Reply(unit, answer, response.headers.get("X-Road-Request-Id", ""), seconds)


def require_answer(content: bytes, unit: Unit) -> SuccessorsAnswer:
    """Read an answer and return it if it is about `unit`, else raise `SandboxError`."""
    try:
        answer = msgspec.json.decode(content, type=SuccessorsAnswer)
    except msgspec.MsgspecError as error:
        message = f"expected an answer about {unit.code} {unit.name}, got something else: {error}"
        raise SandboxError(SandboxErrorKind.EXCHANGE, message) from error
    if answer.unit != unit:
        message = f"expected an answer about {unit.code} {unit.name}, got one about {answer.unit.name}"
        raise SandboxError(SandboxErrorKind.EXCHANGE, message)
    return answer


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a run of exchanges was: how many, per second, and the median and 99th percentile in ms."""

    count: int
    per_second: float
    p50_ms: float
    p99_ms: float


def measure_pace(replies: Sequence[Reply], seconds: float) -> Pace:
    """Sum up the replies of a run that took `seconds` in all."""
    times = sorted(reply.seconds * 1000 for reply in replies)
    return Pace(len(times), len(times) / seconds, _percentile(times, 50), _percentile(times, 99))


def _percentile(times: Sequence[float], percent: int) -> float:
    """Give the nearest-rank percentile of a sorted, non-empty sequence."""
    rank = -(-len(times) * percent // 100)
    return times[max(rank, 1) - 1]
