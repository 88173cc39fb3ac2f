"""The commands `lienthong doctor`, `lienthong gateway backup` and `lienthong gateway restore`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

Home = Annotated[Path, typer.Option(help="The gateway's home folder.", exists=True, file_okay=False)]


def doctor(home: Home, *, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Look for what may stop a gateway, running or not, and say what to do; 1 if something is bad."""
    import msgspec

    from lienthong.exchange.gateway.home import open_home
    from lienthong.exchange.gateway.operation.doctor import Level, examine
    from lienthong.kernel.clock import SystemClock

    findings = examine(open_home(home, os.environ), SystemClock())
    if as_json:
        typer.echo(msgspec.json.encode(findings).decode())
    else:
        for each in findings:
            typer.echo(f"{each.level:8}{each.check}: {each.text}" + (f"\n        do: {each.do}" if each.do else ""))
    raise typer.Exit(1 if any(each.level is Level.BAD for each in findings) else 0)
