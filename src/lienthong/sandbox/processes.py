"""The sandbox's three processes, each started as an operator would: the areas service and two gateways."""

from __future__ import annotations

import socket
import sys
from typing import TYPE_CHECKING

import msgspec

from lienthong.sandbox.children import Program
from lienthong.sandbox.ports import LOOPBACK

if TYPE_CHECKING:
    from pathlib import Path

    from lienthong.sandbox.children import Child, Children
    from lienthong.sandbox.federation import Federation
    from lienthong.sandbox.gateway_home import GatewayHome


class RunFile(msgspec.Struct, frozen=True):
    """What a gateway writes to `run.json` once it listens: its process, and the addresses it is bound to."""

    pid: int
    consumers: str
    peers: str
    admin: str


def start_areas(children: Children, federation: Federation) -> Child:
    """Start the areas service and wait until it listens; raises `SandboxError`."""
    port = federation.areas_port
    command = (sys.executable, "-m", "lienthong.sandbox.areas_service", str(port))
    child = children.start(Program("the areas service", command, federation.folder / "logs" / "areas.log"))
    child.require_ready(lambda: _is_listening(port))
    return child


def start_gateway(children: Children, home: GatewayHome, logs: Path) -> Child:
    """Start the gateway of `home`; it listens only when `require_listening` has returned."""
    command = (sys.executable, "-m", "lienthong", "gateway", "serve", "--home", str(home.folder))
    name = f"the gateway {home.gateway}"
    return children.start(Program(name, command, logs / f"gateway-{home.folder.name}.log"))


def require_listening(child: Child, home: GatewayHome) -> RunFile:
    """Wait until the gateway says that it listens, and return where; raises `SandboxError`."""
    found: list[RunFile] = []

    def look() -> bool:
        run = _find_run(child, home)
        found.extend([run] if run else [])
        return bool(found)

    child.require_ready(look)
    return found[0]


def _find_run(child: Child, home: GatewayHome) -> RunFile | None:
    try:
        run = msgspec.json.decode((home.folder / "run.json").read_bytes(), type=RunFile)
    except (FileNotFoundError, msgspec.MsgspecError):
        # Not there yet, or half written.
        return None
    # A file that an earlier process left behind says another process number.
    return run if run.pid == child.pid else None


def _is_listening(port: int) -> bool:
    try:
        socket.create_connection((LOOPBACK, port), timeout=1).close()
    except OSError:
        return False
    return True
