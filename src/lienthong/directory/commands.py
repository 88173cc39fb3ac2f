"""The commands of a directory's operator: `lienthong directory …`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Protocol

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.routing import BaseRoute

    from lienthong.directory.members import Witness
    from lienthong.directory.office import Office

Folder = Annotated[Path, typer.Argument(help="The directory's folder.", file_okay=False)]
Offline = Annotated[
    Path | None, typer.Option(help="Where the offline keys are; by default offline/ in the folder.", file_okay=False)
]
Address = Annotated[str, typer.Option(help="Where to listen, host:port.")]

DEFAULT_ADDRESS = "127.0.0.1:4500"


class OwnWitness(Protocol):
    """What the directory's server cosigns heads with; a higher house makes it."""

    def make(self, folder: Path, instance: str, address: str) -> Witness:
        """Make its key and memory, and give what the directory lists of it, served at `address`."""

    def routes(self, office: Office) -> list[BaseRoute]:
        """Give what it serves beside the directory; nothing for a directory without a witness of its own."""


def init(  # noqa: PLR0913 - its parameters are the command's words
    context: typer.Context,
    folder: Folder,
    instance: Annotated[str, typer.Option(help="The instance that every name begins with.")],
    root_keys: Annotated[int, typer.Option(help="How many root keys to make.")] = 1,
    threshold: Annotated[int, typer.Option(help="How many of them must sign, and how many targets keys.")] = 1,
    offline: Offline = None,
    *,
    serve: Annotated[bool, typer.Option("--serve", help="Serve it at once.")] = False,
    address: Address = DEFAULT_ADDRESS,
) -> None:
    """Make keys, a witness and an empty directory; prints the root key that gateways and verifiers are given."""
    from lienthong.directory.office import Office
    from lienthong.kernel.clock import SystemClock

    office = Office(folder, SystemClock(), offline)
    office.require_new()
    own_witness: OwnWitness = context.obj()
    witness = own_witness.make(folder, instance, address)
    root = office.create(instance, root_keys, threshold, (witness,))
    typer.echo(f"root key: {root}")
    if serve:
        serve_directory(context, folder, address)


def serve_directory(context: typer.Context, folder: Folder, address: Address = DEFAULT_ADDRESS) -> None:
    """Serve the directory and its witness until SIGTERM or SIGINT; needs no offline key."""
    import os

    import uvicorn

    from lienthong.directory.office import Office
    from lienthong.directory.server import make_directory_app
    from lienthong.kernel.clock import SystemClock

    os.umask(0o077)
    office = Office(folder, SystemClock())
    office.repository.directory_content()
    own_witness: OwnWitness = context.obj()
    app = make_directory_app(office, own_witness.routes(office))
    host, _, port = address.rpartition(":")
    typer.echo(f"serving {folder} at http://{address}")
    uvicorn.run(app, host=host.strip("[]"), port=int(port), access_log=False, log_level="warning")


def admit(
    folder: Folder,
    fingerprints: Annotated[
        list[str] | None, typer.Argument(help="Requests to admit; without any, each is asked.")
    ] = None,
    offline: Offline = None,
) -> None:
    """Show waiting requests with their fingerprints, and admit those that a person says yes to."""
    from lienthong.directory.errors import DirectoryError, DirectoryErrorKind
    from lienthong.directory.office import Office
    from lienthong.kernel.clock import SystemClock

    office = Office(folder, SystemClock(), offline)
    waiting = {admission.fingerprint: admission for admission in office.waiting()}
    unknown = [each for each in fingerprints or () if each not in waiting]
    if unknown:
        message = f"directory: no request {', '.join(unknown)} waits; {len(waiting)} wait"
        raise DirectoryError(DirectoryErrorKind.CONTRADICTORY, message)
    for fingerprint in fingerprints or waiting:
        found = waiting[fingerprint]
        codes = " ".join(subsystem.code for subsystem in found.subsystems)
        typer.echo(f"{found.gateway}  {found.name}  [{codes}]  at {' '.join(found.addresses)}")
        typer.echo(f"  fingerprint {fingerprint}")
        if fingerprints or typer.confirm("  admit?"):
            typer.echo(f"  admitted; the directory is version {office.admit(found).version}")


def revoke(
    folder: Folder,
    names: Annotated[list[str], typer.Argument(help="Gateways, logs or TLS fingerprints.")],
    reason: Annotated[str, typer.Option(help="Why, for operators.")],
) -> None:
    """Say at once that a gateway, log or TLS key counts no more; gateways act at their next look."""
    from lienthong.directory.office import Office
    from lienthong.kernel.clock import SystemClock

    revocations = Office(folder, SystemClock()).revoke(tuple(names), reason)
    typer.echo(f"revoked {', '.join(names)}; the revocations are version {revocations.version}")


def rotate(
    folder: Folder,
    request: Annotated[
        Path | None, typer.Argument(help="The successor.json of `lienthong gateway succeed`.", dir_okay=False)
    ] = None,
    threshold: Annotated[int | None, typer.Option(help="A new threshold; without it the old one stays.")] = None,
    root_keys: Annotated[int | None, typer.Option(help="Replace the root keys too, by so many.")] = None,
    offline: Offline = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Close a log at its last head and list its successor; without a request: new targets and online keys."""
    from lienthong.directory.office import Office
    from lienthong.directory.succession import parse_succession, succeed_log
    from lienthong.kernel.clock import SystemClock

    office = Office(folder, SystemClock(), offline)
    if request is None:
        office.rotate_keys(threshold, root_keys)
        which = "targets and online keys" if root_keys is None else "root, targets and online keys"
        typer.echo(f"new {which} are in force; the replaced ones are beside them as .old: destroy them")
        return
    wanted = parse_succession(request.read_bytes())
    typer.echo(f"{wanted.closes} ends at {wanted.size} entries: {wanted.reason}; {wanted.origin} follows")
    typer.echo(f"  its key {wanted.key}; the head to compare with the witness's:\n{wanted.note}")
    if yes or typer.confirm("  close and list?"):
        directory = succeed_log(office.repository.directory_content(), wanted)
        office.publish(directory)
        typer.echo(f"  done; the directory is version {directory.version}")


def change(
    folder: Folder,
    file: Annotated[Path, typer.Argument(help="The edited output of `show --json`.", exists=True, dir_okay=False)],
    offline: Offline = None,
) -> None:
    """Publish an edited directory: names, subsystems, addresses, groups, witnesses; no log's key may be forgotten."""
    from lienthong.directory.office import Office
    from lienthong.kernel.clock import SystemClock

    directory = Office(folder, SystemClock(), offline).change(file.read_bytes())
    typer.echo(f"the directory is version {directory.version}")


def show(
    folder: Folder, *, json: Annotated[bool, typer.Option("--json", help="The document itself, to edit.")] = False
) -> None:
    """Print members, gateways, logs and revocations as they are served."""
    import msgspec

    from lienthong.directory.members import format_directory
    from lienthong.directory.office import Office
    from lienthong.kernel.clock import SystemClock

    office = Office(folder, SystemClock())
    if json:
        typer.echo(msgspec.json.format(format_directory(office.repository.directory_content())).decode())
        return
    directory, revocations = office.repository.directory_content(), office.repository.revocations()
    typer.echo(
        f"{directory.instance}, version {directory.version}, root key {(folder / 'root.txt').read_text().strip()}"
    )
    for witness in directory.witnesses:
        typer.echo(f"witness {witness.name} at {witness.url}")
    revoked = {each.name for each in revocations.revoked}
    for gateway in directory.gateways:
        member = directory.find_member(gateway.member)
        named = f" of {member.name}" if member is not None and member.name != member.id else ""
        state = " REVOKED" if gateway.id in revoked else ""
        typer.echo(f"{gateway.id}{named} at {' '.join(gateway.addresses)}{state}")
        for log in gateway.logs:
            state = "closed" if log.closed else "revoked" if {log.origin, gateway.id} & revoked else "open"
            typer.echo(f"  {log.origin} {state}")
    typer.echo(f"{len(office.waiting())} requests wait")


def make_directory_commands(open_witness: Callable[[], OwnWitness]) -> typer.Typer:
    """Give the commands under `lienthong directory`; `open_witness` is called by those that need it."""
    help_text = "Keep the directory of members."
    app = typer.Typer(no_args_is_help=True, help=help_text, context_settings={"obj": open_witness})
    app.command("init")(init)
    app.command("serve")(serve_directory)
    app.command("admit")(admit)
    app.command("revoke")(revoke)
    app.command("rotate")(rotate)
    app.command("show")(show)
    app.command("change")(change)
    return app
