"""Where callers come in: real connections, which the kernel keeps waiting while the entrance is shut."""

from __future__ import annotations

import asyncio
import os
import resource
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from lienthong.exchange.gateway.entrance import Entrance

if TYPE_CHECKING:
    from collections.abc import Iterator

ADDRESS = ("127.0.0.1", 0)


class Hall(asyncio.Protocol):
    """All who came in; with `is_full` each is refused at once."""

    def __init__(self, *, is_full: bool = False) -> None:
        self.transports: list[asyncio.BaseTransport] = []
        self.entrance: Entrance | None = None
        self._is_full = is_full

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transports.append(transport)
        if self._is_full and self.entrance is not None:
            self.entrance.refused()


def _open(hall: Hall) -> Entrance:
    hall.entrance = Entrance(asyncio.get_running_loop(), ADDRESS, lambda: hall)
    return hall.entrance


@contextmanager
def _call(entrance: Entrance, count: int) -> Iterator[None]:
    host, _, port = entrance.address.rpartition(":")
    callers = [socket.create_connection((host, int(port))) for _ in range(count)]
    yield
    for caller in callers:
        caller.close()


def test_who_calls_comes_in_at_once() -> None:
    async def run() -> int:
        hall = Hall()
        entrance = _open(hall)
        with _call(entrance, 40):
            await asyncio.sleep(0.1)
            came = len(hall.transports)
        entrance.close()
        return came

    assert asyncio.run(run()) == 40


def test_each_refusal_keeps_the_entrance_shut_a_little_longer_and_nobody_is_turned_away() -> None:
    async def run() -> tuple[float, int]:
        hall = Hall(is_full=True)
        entrance = _open(hall)
        begun = time.monotonic()
        with _call(entrance, 160):
            for _ in range(2000):
                if len(hall.transports) == 160:
                    break
                await asyncio.sleep(0.005)
            took = time.monotonic() - begun
        entrance.close()
        return took, len(hall.transports)

    took, came = asyncio.run(run())
    assert came == 160
    # 160 refusals of 2 ms each, but for those of the last round.
    assert took > 0.25


def test_without_a_file_left_callers_wait_and_come_in_when_there_is_one() -> None:
    async def run() -> tuple[int, int]:
        hall = Hall()
        entrance = _open(hall)
        limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        with _call(entrance, 3):
            os.close(next_file := os.dup(0))
            resource.setrlimit(resource.RLIMIT_NOFILE, (next_file, limits[1]))
            try:
                await asyncio.sleep(0.05)
                before = len(hall.transports)
            finally:
                resource.setrlimit(resource.RLIMIT_NOFILE, limits)
            await asyncio.sleep(0.3)
            after = len(hall.transports)
        entrance.close()
        return before, after

    assert asyncio.run(run()) == (0, 3)


def test_a_closed_entrance_takes_nobody_and_opens_no_more() -> None:
    async def run() -> None:
        hall = Hall()
        entrance = _open(hall)
        host, _, port = entrance.address.rpartition(":")
        entrance.refused()
        entrance.close()
        entrance.refused()
        await asyncio.sleep(0.02)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((host, int(port)), timeout=1)

    asyncio.run(run())


@pytest.mark.parametrize(("hard", "callers"), [(100_000, 4096), (1024, 512)])
def test_a_gateway_asks_for_the_files_that_it_may_have_and_takes_callers_for_half_of_them(
    hard: int, callers: int
) -> None:
    program = (
        "import resource; from lienthong.exchange.gateway.entrance import allow_callers;"
        f"hard = min({hard}, resource.getrlimit(resource.RLIMIT_NOFILE)[1]);"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard));"
        "print(allow_callers(4096), resource.getrlimit(resource.RLIMIT_NOFILE)[0] >= min(hard, 20000))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(callers), "True"]
