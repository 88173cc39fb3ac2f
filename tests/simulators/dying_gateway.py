"""A gateway that is killed at one step of a reliable message: `python -m tests.simulators.dying_gateway HOME STEP`."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import uvloop

from lienthong.exchange.gateway.assembly import Surroundings
from lienthong.exchange.gateway.home import open_home
from lienthong.exchange.gateway.process import run_gateway


async def serve(folder: Path, fatal: str) -> int:
    """Run until the step comes, or until told to stop."""
    loop = asyncio.get_running_loop()
    stopped: asyncio.Future[int] = loop.create_future()
    loop.add_signal_handler(signal.SIGTERM, stopped.set_result, 0)

    def at_step(step: str) -> None:
        if step == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    return await run_gateway(open_home(folder, {}), stopped, Surroundings(at_step=at_step))


if __name__ == "__main__":
    sys.exit(uvloop.run(serve(Path(sys.argv[1]), sys.argv[2])))
