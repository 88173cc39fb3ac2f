"""What is compared: a chain of two servers between a caller and the backend, and its processes."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lienthong.sandbox.children import Child


class BenchError(Exception):
    """No figure: a program is missing, a server did not start, or an answer was wrong; says which."""


@dataclass(frozen=True)
class Chain:
    """Where a caller sends its requests, and the two servers that count (backend and load do not)."""

    name: str
    address: str
    prefix: str
    headers: tuple[tuple[str, str], ...]
    servers: tuple[Child, Child]

    @property
    def processes(self) -> tuple[int, int]:
        """The process numbers of the two servers, of which nginx's workers are children."""
        first, second = self.servers
        return first.pid, second.pid

    def tail_of_logs(self, characters: int = 1500) -> str:
        """Give the end of each server's log, for the message of a failed run."""
        logs = [server.program.log for server in self.servers]
        return "\n".join(f"--- {log}\n{log.read_text(errors='replace')[-characters:]}" for log in logs)


def is_listening(port: int) -> bool:
    """Tell whether somebody accepts connections at a loopback port."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
