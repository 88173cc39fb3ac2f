"""The commands on who looked: making the tracker again, and comparing it with logs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from lienthong.exchange.gateway.home import GatewayHome
    from lienthong.exchange.gateway.tracker import LogReading

Home = Annotated[Path, typer.Option(help="The provider's gateway's home folder.", exists=True, file_okay=False)]
Other = Annotated[
    Path | None, typer.Option(help="The log folder of a member that asked.", exists=True, file_okay=False)
]


def reconcile(home: Home, other: Other = None) -> None:
    """Find look-ups that are in the log and not in the tracker, and answers that only the other member has."""
    from lienthong.exchange.gateway.home import open_home
    from lienthong.exchange.gateway.reconciling import reconcile as compare
    from lienthong.exchange.gateway.tracker import load_tracker_key

    gateway = open_home(home, os.environ)
    found = compare(gateway.tracker, load_tracker_key(gateway.keys), read_log_of(gateway), other)
    typer.echo(f"compared {found.lookups} look-ups with the tracker, {found.answers} answers with the other log")
    for finding in found.findings:
        typer.echo(f"BAD: {finding}", err=True)
    if found.findings:
        raise typer.Exit(1)


def rebuild(gateway: GatewayHome) -> int:
    """Make the tracker of a home again from its log; gives the number of its rows."""
    from lienthong.exchange.gateway.tracker import rebuild_tracker

    return rebuild_tracker(gateway.tracker, gateway.keys, read_log_of(gateway))


def read_log_of(gateway: GatewayHome) -> LogReading:
    """Give what a tracker of this home is made from."""
    from lienthong.evidence.bodies import BodyStore
    from lienthong.evidence.store import load_store_key
    from lienthong.exchange.gateway.policy import Policy
    from lienthong.exchange.gateway.tracker import LogReading
    from lienthong.kernel.clock import SystemClock

    policy = Policy(gateway.services, gateway.grants)
    policy.load()
    store_key = load_store_key(gateway.keys / "store.key")
    return LogReading(gateway.log, store_key, BodyStore(gateway.store, SystemClock()), policy.services)
