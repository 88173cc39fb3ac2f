"""The command by which a new gateway joins: `lienthong gateway init`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer


def init(  # noqa: PLR0913, PLR0917 - its parameters are the command's words
    gateway: Annotated[str, typer.Argument(help="The new gateway, INSTANCE/CLASS/CODE/GATEWAY.")],
    home: Annotated[Path, typer.Option(help="Its home folder, made now.", file_okay=False)],
    directory: Annotated[str, typer.Option(help="The directory's address, http://…")],
    root: Annotated[str, typer.Option(help="The directory's root key, base64url; write --root=KEY.")],
    subsystem: Annotated[list[str] | None, typer.Option(help="A subsystem's code; may come again.")] = None,
    name: Annotated[str, typer.Option(help="The member's name for people; its id if none is given.")] = "",
    peers: Annotated[str, typer.Option(help="Where other gateways reach it, host:port.")] = "127.0.0.1:5500",
    consumers: Annotated[str, typer.Option(help="For own systems.")] = "127.0.0.1:8080",
    admin: Annotated[str, typer.Option(help="Health and the published log.")] = "127.0.0.1:4000",
    service: Annotated[
        list[str] | None, typer.Option(help="SUBSYSTEM/SERVICE=URL to offer; more in services.toml.")
    ] = None,
    allow: Annotated[
        list[str] | None, typer.Option(help="A client that may call these services; more by `lienthong grant`.")
    ] = None,
    *,
    open_on_loopback: Annotated[
        bool, typer.Option("--open-on-loopback", help="Any process of this machine may call; only to try things out.")
    ] = False,
    serve: Annotated[bool, typer.Option("--serve", help="Run it at once; it waits to be admitted.")] = False,
) -> None:
    """Make a new gateway's keys, home and log, and ask the directory to admit it; prints the fingerprint to compare."""
    from lienthong.directory.fetching import send_request
    from lienthong.exchange.commands import serve as serve_gateway
    from lienthong.exchange.gateway.joining import Plan, make_home, offer

    os.umask(0o077)
    called, codes = name or gateway.rpartition("/")[0], tuple(subsystem or ())
    plan = Plan(gateway, called, codes, directory, root, peers, consumers, admin, open_on_loopback)
    admission = make_home(home, plan)
    offer(home, tuple(service or ()), tuple(allow or ()))
    typer.echo(f"made {home}; the request is request.json, its fingerprint:")
    typer.echo(admission.fingerprint)
    send_request(directory, (home / "request.json").read_bytes())
    typer.echo("sent to the directory; tell its operator the fingerprint by another way")
    if serve:
        serve_gateway(home)
