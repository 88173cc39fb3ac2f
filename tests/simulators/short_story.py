"""A short story of the sandbox as a program: a directory and two gateways, run and ended as the demo is.

`python -m tests.simulators.short_story FOLDER [--once] [--long] [--background]`; `-` for a temporary folder.
"""

from __future__ import annotations

import signal
import sys
import time
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from lienthong.kernel.clock import SystemClock
from lienthong.sandbox.federation import make_federation
from lienthong.sandbox.processes import require_directory, require_listening, start_directory, start_gateway
from lienthong.sandbox.running import Invitation, run_story

if TYPE_CHECKING:
    from lienthong.sandbox.children import Children
    from lienthong.sandbox.screen import Screen

LONG_S = 600.0


def tell(screen: Screen, children: Children, folder: Path) -> Invitation:
    """Start everything, name each process, and go on for long if that is asked for."""
    federation = make_federation(folder, SystemClock(), is_served=True)
    screen.say(f"  federation in {folder}")
    directory = start_directory(children, federation, folder / "logs")
    screen.say(f"  directory   process {directory.pid},")
    require_directory(directory, federation)
    gateways = [start_gateway(children, home, folder / "logs") for home in federation.homes]
    for home, child in zip(federation.homes, gateways, strict=True):
        require_listening(child, home)
        screen.say(f"  gateway {home.gateway}   process {child.pid},")
    screen.say("all are up")
    if "--long" in sys.argv:
        time.sleep(LONG_S)
    return Invitation(lambda: nullcontext("http://127.0.0.1/"), "curl http://127.0.0.1/")


def main() -> int:
    """Run it; gives the exit code."""
    if "--background" in sys.argv:
        # As a shell starts a program in the background.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    data = None if sys.argv[1] == "-" else Path(sys.argv[1])
    return run_story(Console(), data, tell, once="--once" in sys.argv)


if __name__ == "__main__":
    sys.exit(main())
