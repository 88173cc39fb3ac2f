"""The sandbox's command: `lienthong demo`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def demo(
    data: Annotated[
        Path | None,
        typer.Option(help="Keep everything in this folder, and go on with what is there.", file_okay=False),
    ] = None,
    *,
    once: Annotated[bool, typer.Option("--once", help="End by itself instead of staying up.")] = False,
) -> None:
    """Start two members that exchange real data through two gateways, and check the evidence of it."""
    import io
    import sys

    from rich.console import Console

    from lienthong.sandbox.demo import run_demo

    if isinstance(sys.stdout, io.TextIOWrapper):
        # On a terminal or log that is not UTF-8 some Vietnamese letters become question marks.
        sys.stdout.reconfigure(errors="replace")
    raise typer.Exit(run_demo(Console(), data, once=once))
