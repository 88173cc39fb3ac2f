"""The command by which one log of a gateway follows another: `lienthong gateway succeed` (rule 6.4)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

Home = Annotated[Path, typer.Option(help="The gateway's home folder.", exists=True, file_okay=False)]
Reason = Annotated[str, typer.Option(help="Why, for the directory and the log, as 'restored from a backup'.")]
Head = Annotated[
    Path | None, typer.Option(help="A signed head of the old log that a peer has kept.", exists=True, dir_okay=False)
]


def succeed(home: Home, reason: Reason, head: Head = None) -> None:
    """Open a log that follows this home's: after a restore from a backup, or for a new key; refused while it runs."""
    from lienthong.exchange.gateway.home import open_home
    from lienthong.exchange.gateway.succession import REQUEST_FILE
    from lienthong.exchange.gateway.succession import succeed as succeed_log
    from lienthong.kernel.clock import SystemClock

    os.umask(0o077)
    gateway = open_home(home, os.environ)
    plan = succeed_log(gateway, reason, SystemClock(), head.read_bytes() if head is not None else b"")
    typer.echo(f"opened the log {plan.origin}, key {plan.key}; {plan.closes} ends at {plan.size} entries")
    typer.echo(f"give {home / REQUEST_FILE} to the directory, and start the gateway once it lists the new log")
