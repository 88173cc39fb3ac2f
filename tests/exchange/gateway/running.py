"""A gateway that runs in this process, in a thread with a loop of its own, and a caller of it."""

from __future__ import annotations

import asyncio
import http.client
import json
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import uvloop

from lienthong.exchange.gateway.assembly import Surroundings
from lienthong.exchange.gateway.home import open_home
from lienthong.exchange.gateway.process import run_gateway
from tests.simulators.files import QuickFiles

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

PATIENCE_S = 20.0
HEAD_PATIENCE_S = 0.1
"""A peer that a test plays answers at once or never."""
TICK_S = 0.2
"""Time-outs of services are looked at so often; a second would be waited for in each such test."""
UNDRAINED = 1
"""An exit code with which a gateway waits for nobody."""


class RunningGateway:
    """Runs from `with` to its end, which comes at once; `start` raises what the gateway could not open on."""

    def __init__(self, folder: Path, surroundings: Surroundings | None = None) -> None:
        self.folder = folder
        self.exit_code: int | None = None
        self._surroundings = surroundings or Surroundings(
            files=QuickFiles(), head_patience_s=HEAD_PATIENCE_S, tick_s=TICK_S
        )
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end(UNDRAINED)

    def start(self) -> None:
        """Start, and wait until it listens."""
        self.launch()
        self.wait_until_ready()

    def launch(self) -> None:
        """Start, and do not wait."""
        (self.folder / "run.json").unlink(missing_ok=True)
        self._thread.start()

    @property
    def is_ready(self) -> bool:
        """Say whether it listens to callers."""
        return (self.folder / "run.json").exists()

    def wait_until_ready(self) -> None:
        """Wait until it listens; raises what it could not open on."""
        until = time.monotonic() + PATIENCE_S
        while not self.is_ready:
            if not self._thread.is_alive():
                assert self._error is not None
                raise self._error
            assert time.monotonic() < until
            time.sleep(0.002)
        run = json.loads((self.folder / "run.json").read_bytes())
        self.consumers, self.peers, self.admin = run["consumers"], run["peers"], run["admin"]

    def stop(self) -> int | None:
        """Ask it to stop, as SIGTERM does, and wait; gives its exit code."""
        return self._end(0)

    def wait(self) -> int | None:
        """Wait until it has ended by itself; gives its exit code."""
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()
        return self.exit_code

    def health(self) -> dict[str, object]:
        """Ask its page for programs."""
        return dict(json.loads(call(self.admin, "GET", "/health").body))

    def end_at_once(self) -> int | None:
        """End as after a failure of the log, without waiting for anybody; gives the exit code."""
        return self._end(UNDRAINED)

    def _end(self, code: int) -> int | None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._set_stopped, code)
        return self.wait()

    def _set_stopped(self, code: int) -> None:
        if not self._stopped.done():
            self._stopped.set_result(code)

    def _run(self) -> None:
        try:
            self.exit_code = uvloop.run(self._serve())
        except BaseException as error:  # noqa: BLE001 - handed to the test
            self._error = error

    async def _serve(self) -> int:
        self._loop = asyncio.get_running_loop()
        self._stopped = self._loop.create_future()
        return await run_gateway(open_home(self.folder, {}), self._stopped, self._surroundings)


@dataclass(frozen=True)
class Reply:
    """What a caller was told; header names are lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def code(self) -> str:
        """The code of an error that a gateway made, empty for a service's own answer."""
        return self.headers.get("x-road-error", "")


def call(
    address: str, method: str, target: str, headers: dict[str, str] | None = None, body: bytes | None = None
) -> Reply:
    """Make one request on a connection of its own."""
    host, _, port = address.rpartition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=PATIENCE_S)
    try:
        connection.request(method, target, body, headers or {})
        response = connection.getresponse()
        found = {name.lower(): value for name, value in response.getheaders()}
        return Reply(response.status, found, response.read())
    finally:
        connection.close()
