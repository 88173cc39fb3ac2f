"""Where callers' connections come in: accepted only as fast as the gateway can use them; the rest wait in the kernel.

A caller that opens a connection for each request comes again at once when it is refused, and each refusal costs a fifth
of a served request. So each keeps the entrance shut for a moment: whatever arrives, refusals take a small part of the
processor, and callers that find no room wait as TCP lets them, which costs nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import resource
import socket
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

AT_ONCE: Final = 16
"""Connections that are accepted before others are listened to."""
BACKLOG: Final = 1024
"""Connections that the kernel keeps waiting; it asks callers beyond them to try again after a second."""
REFUSED_S: Final = 0.002
"""For how long each refusal keeps the entrance shut."""
NO_FILES_S: Final = 0.1
"""For how long it stays shut where the process may open no further file."""
HANDSHAKE_S: Final = 10.0
MOST_FILES: Final = 65_536
"""Files and connections that a gateway asks the system for: more than all its limits together need."""
FILES_OF_A_CALLER: Final = 2
"""Half of the files are for callers' connections; the rest for services, peers, the log and what is refused."""


def allow_callers(most: int) -> int:
    """Let this process open as many files as the system lets it; gives how many callers these are enough for.

    Shells and containers often allow 1,024 where they would allow more: callers alone could take those, and a log that
    can open no file ends the process.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return min(most, wanted // FILES_OF_A_CALLER)


class Entrance:
    """Listens at one address. `connect` makes the protocol of each connection."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        address: tuple[str, int],
        connect: Callable[[], asyncio.BaseProtocol],
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Listen from now on; raises OSError where the address is taken."""
        host, port = address
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.create_server((host, port), family=family, backlog=BACKLOG)
        self._socket.settimeout(0)
        self._loop = loop
        self._connect = connect
        self._tls = tls
        self._handshakes: set[asyncio.Task[None]] = set()
        self._opens_at = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._is_closed = False
        self._open()

    @property
    def address(self) -> str:
        """The address that it is bound to, `host:port`."""
        host, port = self._socket.getsockname()[:2]
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    def refused(self) -> None:
        """A caller that had just come in was refused: stay shut so much longer."""
        self._shut(REFUSED_S)

    def close(self) -> None:
        """Stop listening; whoever waits in the kernel is turned away."""
        self._is_closed = True
        if self._timer is not None:
            self._timer.cancel()
        self._loop.remove_reader(self._socket)
        self._socket.close()
        for task in self._handshakes:
            task.cancel()

    def _open(self) -> None:
        self._timer = None
        self._loop.add_reader(self._socket, self._accept)

    def _shut(self, seconds: float) -> None:
        if self._is_closed:
            return
        self._opens_at = max(self._opens_at, self._loop.time()) + seconds
        if self._timer is None:
            self._loop.remove_reader(self._socket)
            self._wait()

    def _wait(self) -> None:
        """Open when the time has come, which may have moved meanwhile."""
        left = self._opens_at - self._loop.time()
        if left <= 0:
            self._open()
        else:
            self._timer = self._loop.call_later(left, self._wait)

    def _accept(self) -> None:
        for _ in range(AT_ONCE):
            try:
                connection, _ = self._socket.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError:
                # No file, or no memory: what is open goes on, and ends some time.
                self._shut(NO_FILES_S)
                return
            task = self._loop.create_task(self._begin(connection))
            self._handshakes.add(task)
            task.add_done_callback(self._handshakes.discard)

    async def _begin(self, connection: socket.socket) -> None:
        """Hand a connection over. One that goes away, or fails in its handshake, is nobody's concern."""
        limit = HANDSHAKE_S if self._tls is not None else None
        with contextlib.suppress(OSError, asyncio.CancelledError):
            await self._loop.connect_accepted_socket(
                self._connect, connection, ssl=self._tls, ssl_handshake_timeout=limit
            )
