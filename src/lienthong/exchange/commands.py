"""The commands of a member's gateway: `lienthong gateway …`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from lienthong.exchange.delaying.commands import make_delay_app
from lienthong.exchange.joining.commands import init
from lienthong.exchange.keeping.commands import backup, restore
from lienthong.exchange.succession.commands import succeed
from lienthong.exchange.unknowns.commands import make_unknown_app

Home = Annotated[Path, typer.Option(help="The gateway's home folder.", exists=True, file_okay=False)]


def serve(home: Home) -> None:
    """Run a gateway until it is told to stop."""
    import uvloop

    from lienthong.exchange.gateway.directory_watch import wait_for_admission
    from lienthong.exchange.gateway.home import open_home
    from lienthong.exchange.gateway.process import serve_gateway

    _log_as_json()
    # Whatever the gateway writes is for its own user alone.
    os.umask(0o077)
    gateway = open_home(home, os.environ)
    wait_for_admission(gateway)
    code = uvloop.run(serve_gateway(gateway))
    raise typer.Exit(code)


def create_log(home: Home) -> None:
    """Make the empty log of a new gateway. Opening never makes one: a lost log must not look like a new one."""
    from lienthong.evidence.log import create_log as make_log
    from lienthong.exchange.gateway.home import open_home
    from lienthong.kernel.keys import load_signing_key

    gateway = open_home(home, os.environ)
    make_log(gateway.log, gateway.settings.log, load_signing_key(gateway.keys / "log.key"))
    typer.echo(f"made the log {gateway.settings.log} in {gateway.log}")


def init_witness(home: Home) -> None:
    """Make the key and the memory of a witness of other members' logs, and print what the directory lists."""
    from lienthong.exchange.gateway.home import open_home
    from lienthong.exchange.gateway.own_witness import make_own_witness
    from lienthong.kernel.canonical import encode_base64url

    gateway = open_home(home, os.environ)
    key = make_own_witness(gateway)
    name = gateway.settings.witness.name
    if not name:
        typer.echo(f'set in gateway.toml: [witness] name = "{gateway.settings.gateway}/witness"')
        name = f"{gateway.settings.gateway}/witness"
    typer.echo(f'for the directory: {{"name": "{name}", "key": "{encode_base64url(key.raw)}", "url": …}}')


def reindex(home: Home) -> None:
    """Make the index of exchanges again from the log; refused while the gateway runs."""
    from rich.progress import Progress

    from lienthong.evidence.opening import hold_log
    from lienthong.evidence.reindex import rebuild_index
    from lienthong.evidence.store import load_store_key
    from lienthong.exchange.gateway.home import open_home
    from lienthong.exchange.tracking.commands import rebuild
    from lienthong.kernel.keys import load_secret

    gateway = open_home(home, os.environ)
    with hold_log(gateway.log), Progress(transient=True) as progress:
        task = progress.add_task("entries read", total=None)
        rows = rebuild_index(
            gateway.index,
            load_secret(gateway.keys / "index.key"),
            gateway.log,
            load_store_key(gateway.keys / "store.key"),
            lambda read: progress.update(task, completed=read),
        )
        lookups = rebuild(gateway)
    typer.echo(f"indexed {rows} entries of {gateway.log}, {lookups} look-ups of people")


def make_gateway_app() -> typer.Typer:
    """Give the commands under `lienthong gateway`."""
    app = typer.Typer(no_args_is_help=True, help="Run and keep a member's gateway.")
    app.command("init")(init)
    app.command("serve")(serve)
    app.command("create-log")(create_log)
    app.command("init-witness")(init_witness)
    app.command("reindex")(reindex)
    app.add_typer(make_unknown_app(), name="unknown")
    app.add_typer(make_delay_app(), name="delay")
    app.command("succeed")(succeed)
    app.command("backup")(backup)
    app.command("restore")(restore)
    return app


def _log_as_json() -> None:
    """Write what an operator should know as JSON lines to standard error; callers' own text never gets there."""
    import logging

    import structlog

    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
