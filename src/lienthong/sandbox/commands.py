"""The sandbox's command: `lienthong demo`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lienthong.sandbox.people_counts import DEMO_PEOPLE, LEAST_PEOPLE, PROVINCE_PEOPLE


def demo(
    data: Annotated[
        Path | None,
        typer.Option(help="Keep everything in this folder, and go on with what is there.", file_okay=False),
    ] = None,
    *,
    people: Annotated[
        int, typer.Option(help="How many made-up people a new registry gets.", min=LEAST_PEOPLE, max=PROVINCE_PEOPLE)
    ] = DEMO_PEOPLE,
    once: Annotated[bool, typer.Option("--once", help="End by itself instead of staying up.")] = False,
) -> None:
    """Start a province in a box: members with gateways and sites, made-up people, and a proof of each exchange."""
    import io
    import sys

    from rich.console import Console

    from lienthong.sandbox.demo import run_demo

    if isinstance(sys.stdout, io.TextIOWrapper):
        # On a terminal or log that is not UTF-8 some Vietnamese letters become question marks.
        sys.stdout.reconfigure(errors="replace")
    raise typer.Exit(run_demo(Console(), data, once=once, people=people))
