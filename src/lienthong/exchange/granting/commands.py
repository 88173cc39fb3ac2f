"""The commands on a gateway's grants: `lienthong grant …`. A running gateway takes each change within a second."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from lienthong.directory.members import Directory
    from lienthong.exchange.access import Grant
    from lienthong.exchange.gateway.home import GatewayHome
    from lienthong.exchange.services import Services

Home = Annotated[Path, typer.Option(help="The gateway's home folder.", exists=True, file_okay=False)]
Texts = list[str] | None


def add(  # noqa: PLR0913, PLR0917 # the options of a command
    to: Annotated[str, typer.Argument(help="A client, INSTANCE/CLASS/CODE/SUBSYSTEM, or group:NAME.")],
    service: Annotated[str, typer.Argument(help="SUBSYSTEM/SERVICE of services.toml.")],
    home: Home,
    method: Annotated[Texts, typer.Option(help="A method, or * for all; repeat for more.")] = None,
    path: Annotated[Texts, typer.Option(help="A glob below the service, ** for all; repeat for more.")] = None,
    operation: Annotated[
        Texts, typer.Option(help="An operationId of the service's OpenAPI document, instead of both.")
    ] = None,
    purpose: Annotated[Texts, typer.Option(help="A purpose that is allowed; repeat for more.")] = None,
    until: Annotated[str, typer.Option(help="The end, such as 2027-01-01T00:00:00+07:00.")] = "",
    field: Annotated[Texts, typer.Option(help="A field of the answer that is let through.")] = None,
    rate: Annotated[str, typer.Option(help="How often each client may call, such as 100/min.")] = "",
) -> None:
    """Add a grant to grants.toml; whole operations become a grant each."""
    from lienthong.exchange.access import make_grant
    from lienthong.exchange.gateway.home import open_home
    from lienthong.exchange.granting.endpoints import find_operations
    from lienthong.exchange.granting.grant_file import add_grant, read_settings
    from lienthong.exchange.services import read_services

    gateway = open_home(home, os.environ)
    services = read_services(read_settings(gateway.services), gateway.services.name)
    more = {"purposes": purpose, "until": _read_time(until), "fields": field, "rate": rate or None}
    common = {"to": to, "service": service, **{key: value for key, value in more.items() if value is not None}}
    if operation:
        if method or path:
            raise typer.BadParameter("--operation says method and path: leave out --method and --path")
        chosen = find_operations(services, service, gateway.folder, operation)
        opened = [([endpoint.method], [endpoint.path]) for endpoint in chosen]
    else:
        opened = [(method or [], path or [])]
    grants = [make_grant({**common, "methods": methods, "paths": paths}, "the grant") for methods, paths in opened]
    for grant in grants:
        add_grant(gateway.grants, grant)
        typer.echo(f"{grant.id} added: {_show(grant)}")
        for doubt in _find_doubts(grant, services, gateway):
            typer.echo(f"note: {doubt}", err=True)


def list_grants(
    home: Home,
    service: Annotated[str, typer.Option(help="Only those on this SUBSYSTEM/SERVICE.")] = "",
    to: Annotated[str, typer.Option(help="Only those to this client or group:NAME.")] = "",
) -> None:
    """List grants, one a line with its id."""
    from lienthong.exchange.gateway.home import open_home
    from lienthong.exchange.granting.grant_file import load_grants
    from lienthong.kernel.clock import SystemClock

    _, grants = load_grants(open_home(home, os.environ).grants)
    now = SystemClock().now_ms()
    for grant in grants:
        if (not service or grant.service == service) and (not to or grant.to == to):
            typer.echo(f"{grant.id} {_show(grant)}{' (over)' if grant.is_over(now) else ''}")


def revoke(
    grant: Annotated[str, typer.Argument(metavar="ID", help="The grant's id, from `lienthong grant list`.")],
    home: Home,
) -> None:
    """Take a grant out of grants.toml."""
    from lienthong.exchange.gateway.home import open_home
    from lienthong.exchange.granting.grant_file import remove_grant

    removed = remove_grant(open_home(home, os.environ).grants, grant)
    typer.echo(f"{removed.id} revoked: {_show(removed)}")


def why(  # noqa: PLR0913, PLR0917 # the options of a command
    client: Annotated[str, typer.Argument(help="Who asks, INSTANCE/CLASS/CODE/SUBSYSTEM.")],
    service: Annotated[str, typer.Argument(help="SUBSYSTEM/SERVICE.")],
    method: Annotated[str, typer.Argument(help="Such as GET.")],
    path: Annotated[str, typer.Argument(help="The path after the service, as it is sent, perhaps with a query.")],
    home: Home,
    purpose: Annotated[str, typer.Option(help="X-Road-Purpose, such as 1.001193#CASE.")] = "",
    at: Annotated[str, typer.Option(help="Decide as of this time, with its zone; without it as of now.")] = "",
) -> None:
    """Explain check by check whether a request is allowed; ends with 1 if it is refused."""
    from lienthong.exchange.access import read_grants
    from lienthong.exchange.gateway.home import open_home
    from lienthong.exchange.granting.explanation import Policies, Question, explain
    from lienthong.exchange.granting.grant_file import read_settings
    from lienthong.exchange.services import read_services
    from lienthong.kernel.clock import SystemClock

    gateway = open_home(home, os.environ)
    services = read_services(read_settings(gateway.services), gateway.services.name)
    grants = read_grants(read_settings(gateway.grants), gateway.grants.name)
    headers = ((b"X-Road-Purpose", purpose.encode()),) if purpose else ()
    time = _read_time(at)
    now = (
        SystemClock().now_ms()
        if time is None
        else (time - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    )
    policies = Policies(gateway.member, services, grants, _load_directory(gateway))
    explanation = explain(Question(client, service, method, path, headers), policies, now)
    for line in explanation.lines:
        typer.echo(f"{'yes' if line.holds else 'no '}  {line.what}")
    typer.echo(explanation.conclusion)
    if explanation.refusal is not None:
        raise typer.Exit(1)


def make_grant_app() -> typer.Typer:
    """Give the commands under `lienthong grant`."""
    app = typer.Typer(no_args_is_help=True, help="Say who may call a member's services.")
    app.command("add")(add)
    app.command("list")(list_grants)
    app.command("revoke")(revoke)
    app.command("why")(why)
    return app


def _read_time(text: str) -> datetime | None:
    if not text:
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r}: {error}") from error
    if time.tzinfo is None:
        raise typer.BadParameter(f"{text!r} has no zone: expected such as 2027-01-01T00:00:00+07:00")
    return time


def _load_directory(gateway: GatewayHome) -> Directory:
    from lienthong.directory.members import DirectoryFile

    return DirectoryFile(gateway.directory_file, gateway.root_key).current()


def _show(grant: Grant) -> str:
    """Write a grant in one line."""
    from lienthong.exchange.access import show_methods, show_time

    parts = [f"{grant.to} may call {grant.service}: {show_methods(grant)} {', '.join(grant.paths)}"]
    if grant.purposes:
        parts.append(f"for {', '.join(sorted(grant.purposes))}")
    if grant.until_ms is not None:
        parts.append(f"until {show_time(grant.until_ms)}")
    if grant.fields is not None:
        parts.append(f"fields {', '.join(grant.fields.fields)}")
    if grant.rate is not None:
        parts.append(f"at most {grant.rate.text}")
    return "; ".join(parts)


def _find_doubts(grant: Grant, services: Services, gateway: GatewayHome) -> list[str]:
    """Say what is not there yet: a grant may come before its service or its client."""
    from lienthong.directory.errors import DirectoryError
    from lienthong.exchange.access import GROUP_PREFIX

    doubts = []
    if grant.service not in services.by_name:
        doubts.append(f"services.toml has no {grant.service}")
    try:
        directory = _load_directory(gateway)
    except DirectoryError as error:
        return [*doubts, f"the directory cannot be read: {error.message}"]
    if grant.to.startswith(GROUP_PREFIX):
        if not directory.members_of_group(grant.to[len(GROUP_PREFIX) :]):
            doubts.append(f"the directory has nobody in {grant.to}")
    elif directory.find_subsystem(grant.to) is None:
        doubts.append(f"the directory knows no subsystem {grant.to}")
    return doubts
