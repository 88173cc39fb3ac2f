"""A real witness on a real socket, in a thread with a loop of its own."""

from __future__ import annotations

import socket
import threading
import time
from typing import TYPE_CHECKING, Self

import uvicorn

from lienthong.evidence.witness import Witness, WitnessedHeads
from lienthong.evidence.witness_app import make_witness_app
from lienthong.kernel.clock import SystemClock
from lienthong.kernel.keys import make_signing_key

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

    from lienthong.directory.members import LogKey

PATIENCE_S = 10.0


class WitnessServer:
    """Serves on one port, which it keeps over `stop` and `start`."""

    def __init__(self, folder: Path, find_log: Callable[[str], LogKey | None], name: str = "DEMO/witness") -> None:
        self.name = name
        self.key = make_signing_key()
        self.conflicts: list[tuple[str, bytes, bytes]] = []
        self.heads = WitnessedHeads(folder / "witness.sqlite")
        self.witness = Witness(
            name, self.key, self.heads, SystemClock(), find_log, lambda *told: self.conflicts.append(told)
        )
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self.heads.close()

    def start(self) -> None:
        """Listen, and wait until it does."""
        listening = socket.create_server(("127.0.0.1", self._port))
        config = uvicorn.Config(make_witness_app(self.witness), lifespan="off", access_log=False, log_level="error")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([listening],), daemon=True)
        self._thread.start()
        until = time.monotonic() + PATIENCE_S
        while not self._server.started:
            assert time.monotonic() < until
            time.sleep(0.005)

    def stop(self) -> None:
        """Listen no more; twice does no harm."""
        self._server.should_exit = True
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()
