"""Free ports on loopback, chosen before the processes that will listen there exist.

A chosen port is held by a socket that is bound and does not listen: others who choose see that it is taken, and a
server, which binds with SO_REUSEADDR as all do, may listen there all the same. A process never chooses a port twice,
and processes choose in different shares of the range.
"""

from __future__ import annotations

import os
import random
import socket
from collections import deque
from typing import Final

from lienthong.sandbox.errors import SandboxError, SandboxErrorKind

LOOPBACK: Final = "127.0.0.1"

PORT_RANGE: Final = range(20_000, 32_000)
"""Below the ports that Linux hands to outgoing connections (32768 and up), so that none of those takes it."""

SHARES: Final = 24
"""Into how many parts the range is divided among processes, by their number."""

MAX_ATTEMPTS: Final = 1_000
"""With so many ports taken the machine has another trouble than bad luck."""

MOST_HELD: Final = 200
"""Of a process that chooses more, the first ones are let go: whoever was to listen there does so by now."""

_chosen: set[int] = set()
"""What this process has chosen: nobody may listen there yet, and it is taken all the same."""

_held: deque[int] = deque()
"""Descriptors of the sockets that hold them, until the process ends."""


def find_free_ports(count: int) -> tuple[int, ...]:
    """Choose `count` different ports that nobody has, and hold them; raises `SandboxError`."""
    found: dict[int, socket.socket] = {}
    for port in _list_candidates():
        if len(found) == count:
            break
        holder = None if port in _chosen or port in found else _try_to_hold(port)
        if holder is not None:
            found[port] = holder
    if len(found) < count:
        for holder in found.values():
            holder.close()
        span = f"{LOOPBACK}, {PORT_RANGE.start} to {PORT_RANGE.stop - 1}"
        message = f"expected {count} free ports on {span}, found {len(found)}"
        raise SandboxError(SandboxErrorKind.FEDERATION, message)
    _chosen.update(found)
    _held.extend(holder.detach() for holder in found.values())
    while len(_held) > MOST_HELD:
        os.close(_held.popleft())
    return tuple(found)


def _try_to_hold(port: int) -> socket.socket | None:
    """Give a socket that holds the port; None if anybody has it, be it only to hold it."""
    holder = socket.socket()
    try:
        holder.bind((LOOPBACK, port))
    except OSError:
        holder.close()
        return None
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return holder


def _list_candidates() -> list[int]:
    """Give the ports to try, in random order: those of this process's share first."""
    random_source = random.SystemRandom()
    share = PORT_RANGE[os.getpid() % SHARES :: SHARES]
    own = random_source.sample(share, len(share))
    return (own + random_source.sample(PORT_RANGE, MAX_ATTEMPTS))[:MAX_ATTEMPTS]
