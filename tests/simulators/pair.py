"""Two members' gateways as processes of their own, to be killed, stopped and started again."""

from __future__ import annotations

import json
import subprocess
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Self

from lienthong.directory.members import DirectoryFile
from lienthong.kernel.clock import SystemClock
from lienthong.kernel.keys import load_signing_key
from lienthong.sandbox.children import Children, Program
from lienthong.sandbox.federation import make_federation
from lienthong.sandbox.processes import require_listening, start_gateway
from tests.simulators.callers import Door

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from types import TracebackType

    from lienthong.sandbox.children import Child
    from lienthong.sandbox.gateway_home import GatewayHome
    from tests.simulators.callers import Outcomes
    from tests.simulators.service import Execution

SERVICES = """\
[services."AREAS/units"]
url = "http://127.0.0.1:{port}"
"""
GRANTS = """\
[[grant]]
to = "group:communes"
service = "AREAS/units"
methods = ["GET", "POST"]
paths = ["/*", "/*/*"]
"""


class Side(StrEnum):
    """Whose gateway."""

    CONSUMER = "consumer"
    PROVIDER = "provider"


BOTH = (Side.CONSUMER, Side.PROVIDER)


class Pair:
    """The gateways of one federation; leaving the block ends what still runs. To be used from the main thread.

    `settings` are lines for the end of both `gateway.toml`.
    """

    def __init__(self, folder: Path, settings: str = "") -> None:
        self.federation = make_federation(folder, SystemClock())
        self.homes = dict(zip(BOTH, self.federation.homes, strict=True))
        self.children: dict[Side, Child] = {}
        self._logs = folder / "logs"
        self._running = Children()
        provider = self.homes[Side.PROVIDER].folder
        (provider / "services.toml").write_text(SERVICES.format(port=self.federation.areas_port))
        (provider / "grants.toml").write_text(GRANTS)
        for home in self.homes.values():
            with (home.folder / "gateway.toml").open("a") as file:
                file.write(settings)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._running.stop()

    @property
    def door(self) -> Door:
        """Where the consumer's own systems ask."""
        return Door(self.homes[Side.CONSUMER].consumers, self.federation.token)

    def start(self, *sides: Side) -> None:
        """Start gateways at once and wait until they listen."""
        for side in sides:
            self.launch(side)
        for side in sides:
            self.wait(side)

    def launch(self, side: Side, step: str = "") -> None:
        """Start a gateway, or one that is killed at a step of a reliable message."""
        home = self.homes[side]
        if not step:
            self.children[side] = start_gateway(self._running, home, self._logs)
            return
        command = (sys.executable, "-m", "tests.simulators.dying_gateway", str(home.folder), step)
        self.children[side] = self._running.start(
            Program(f"the dying {side}", command, self._logs / f"dying-{side}.log")
        )

    def wait(self, side: Side) -> None:
        """Wait until a started gateway listens."""
        require_listening(self.children[side], self.homes[side])

    def kill(self, *sides: Side) -> None:
        """End gateways as a power switch would: SIGKILL, nothing said."""
        for side in sides:
            self.children[side].process.kill()
        for side in sides:
            self.children[side].process.wait()

    def terminate(self, side: Side) -> int:
        """Ask a gateway to end, and give its exit code."""
        self.children[side].process.terminate()
        return self.children[side].process.wait(30)

    def report_of(self, side: Side) -> str:
        """Give what a gateway has said since it was started last."""
        return self.children[side].program.log.read_text()

    def judge(self, outcomes: Outcomes, executions: Iterable[Execution]) -> dict[str, int]:
        """Have both logs judged by a process of its own; give its counts. Both gateways must have ended."""
        question = {
            "logs": {side: self._describe_log(home) for side, home in self.homes.items()},
            "acknowledged": sorted(outcomes.acknowledged),
            "executed": [execution.exchange for execution in executions],
        }
        command = [sys.executable, "-m", "tests.simulators.judge"]
        done = subprocess.run(command, input=json.dumps(question), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        counts: dict[str, int] = json.loads(done.stdout)
        return counts

    def _describe_log(self, home: GatewayHome) -> dict[str, str]:
        directory = DirectoryFile(self.federation.directory, self.federation.root).current()
        log = directory.find_log(home.origin)
        assert log is not None
        assert log.key == load_signing_key(home.keys / "log.key").verify_key
        return {
            "folder": str(home.folder / "log"),
            "origin": home.origin,
            "key": log.key.raw.hex(),
            "store_key": str(home.keys / "store.key"),
        }
