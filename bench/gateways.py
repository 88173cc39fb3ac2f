"""Our chain: two gateways as the sandbox sets them up, with the bench's backend as the provider's one service."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.chain import BenchError, Chain
from bench.profiles import profiled_python
from lienthong.kernel.clock import SystemClock
from lienthong.sandbox.children import Program
from lienthong.sandbox.federation import CLIENT, PROVIDER, make_federation
from lienthong.sandbox.gateway_home import write_private
from lienthong.sandbox.processes import require_listening

if TYPE_CHECKING:
    from pathlib import Path

    from lienthong.sandbox.children import Child, Children
    from lienthong.sandbox.gateway_home import GatewayHome

SERVICE = "AREAS/bench"
SYNC_DELAY = "LIENTHONG_BENCH__SYNC_DELAY_MS"  # the gateway waits so much longer in each sync of its log

SERVICES = """\
[services."{service}"]
url = "http://127.0.0.1:{port}"
idempotent = true
"""
GRANTS = """\
[[grant]]
to = "{client}"
service = "{service}"
methods = ["GET", "POST"]
paths = ["/*"]
"""


@dataclass(frozen=True)
class Pair:
    """How to run one pair of gateways: its name in the table, its folder, what is added to each sync."""

    name: str
    folder: Path
    delay_ms: int
    profile: bool


def start_gateways(children: Children, pair: Pair, backend_port: int) -> Chain:
    """Make a federation in the pair's folder and start its two gateways; each is ready when this returns."""
    federation = make_federation(pair.folder, SystemClock())
    services = SERVICES.format(service=SERVICE, port=backend_port)
    grants = GRANTS.format(service=SERVICE, client=CLIENT)
    write_private(federation.provider.folder / "services.toml", services.encode())
    write_private(federation.provider.folder / "grants.toml", grants.encode())
    consumer, provider = (start_gateway(children, pair, home) for home in federation.homes)
    run = require_listening(consumer, federation.consumer)
    require_listening(provider, federation.provider)
    return Chain(
        name=pair.name,
        address=run.consumers,
        prefix=f"/r1/{PROVIDER.id}/{SERVICE}",
        headers=(("X-Road-Client", CLIENT), ("X-Road-Token", federation.token)),
        servers=(consumer, provider),
    )


def start_gateway(children: Children, pair: Pair, home: GatewayHome) -> Child:
    """Start one gateway as an operator would, but for the delay of syncs and the profiler, where wanted."""
    name = f"{pair.folder.name}-{home.folder.name}"
    profile = pair.folder.with_name(f"{name}.profile")
    python = profiled_python(profile) if pair.profile else (sys.executable,)
    command = (*delaying(pair.delay_ms), *python, "-m", "lienthong", "gateway", "serve", "--home", str(home.folder))
    return children.start(Program(f"gateway {name}", command, pair.folder.with_name(f"{name}.log")))


def delaying(delay_ms: int) -> tuple[str, ...]:
    """Give the start of a command that sets the variable for the slower disk; nothing for this disk."""
    if not delay_ms:
        return ()
    env = shutil.which("env")
    if env is None:
        raise BenchError("no program `env`: the path of commands is not that of a Unix system")
    return (env, f"{SYNC_DELAY}={delay_ms}")
