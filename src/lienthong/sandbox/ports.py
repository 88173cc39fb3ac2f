"""Free ports on loopback, chosen before the processes that will listen there exist.

A port is free when it is chosen and may be taken a moment later; whoever then fails to listen says so. So that this is
rare, a process never chooses a port twice, and processes choose in different shares of the range.
"""

from __future__ import annotations

import os
import random
import socket
from contextlib import ExitStack
from typing import Final

from lienthong.sandbox.errors import SandboxError, SandboxErrorKind

LOOPBACK: Final = "127.0.0.1"

PORT_RANGE: Final = range(20_000, 32_000)
"""Below the ports that Linux hands to outgoing connections (32768 and up), so that none of those takes it."""

SHARES: Final = 24
"""Into how many parts the range is divided among processes, by their number."""

MAX_ATTEMPTS: Final = 1_000
"""With so many ports taken the machine has another trouble than bad luck."""


_chosen: set[int] = set()
"""What this process has chosen: nobody may listen there yet, and it is taken all the same."""


def find_free_ports(count: int) -> tuple[int, ...]:
    """Choose `count` different ports that nobody listens on now, or raise `SandboxError`."""
    ports: list[int] = []
    with ExitStack() as held:
        for port in _list_candidates():
            if port in _chosen:
                continue
            try:
                held.enter_context(socket.create_server((LOOPBACK, port)))
            except OSError:
                continue
            ports.append(port)
            if len(ports) == count:
                _chosen.update(ports)
                return tuple(ports)
    span = f"{LOOPBACK}, {PORT_RANGE.start} to {PORT_RANGE.stop - 1}"
    message = f"expected {count} free ports on {span}, found {len(ports)}"
    raise SandboxError(SandboxErrorKind.FEDERATION, message)


def _list_candidates() -> list[int]:
    """Give the ports to try, in random order: those of this process's share first."""
    random_source = random.SystemRandom()
    share = PORT_RANGE[os.getpid() % SHARES :: SHARES]
    own = random_source.sample(share, len(share))
    return (own + random_source.sample(PORT_RANGE, MAX_ATTEMPTS))[:MAX_ATTEMPTS]
