"""The commands `lienthong doctor`, `lienthong gateway backup` and `lienthong gateway restore`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

Home = Annotated[Path, typer.Option(help="The gateway's home folder.", exists=True, file_okay=False)]

PassphraseFile = Annotated[
    Path | None, typer.Option(help="A file with the passphrase of sealed keys.", exists=True, dir_okay=False)
]


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


def backup(
    home: Annotated[Path, typer.Argument(help="The gateway's home folder.", exists=True, file_okay=False)],
    file: Annotated[Path, typer.Argument(help="The file to write.")],
    keys: Annotated[str, typer.Option(help="What becomes of private keys: plain, sealed or none.")],
    passphrase_file: PassphraseFile = None,
) -> None:
    """Write a home into one file; the gateway may run."""
    from lienthong.exchange.keeping.backup import Keys, back_up

    if keys not in set(Keys):
        raise typer.BadParameter("--keys: expected plain, sealed or none")
    count = back_up(home, file, Keys(keys), _read_passphrase(passphrase_file))
    typer.echo(f"{count} files of {home} are in {file}; private keys: {keys}")


def restore(
    file: Annotated[Path, typer.Argument(help="The backup.", exists=True, dir_okay=False)],
    home: Annotated[Path, typer.Argument(help="The home to make; it must not be there.")],
    keys_from: Annotated[
        Path | None, typer.Option(help="A folder with the key files of a backup without keys.", exists=True)
    ] = None,
    passphrase_file: PassphraseFile = None,
    head: Annotated[
        Path | None, typer.Option(help="A signed head of the old log that a peer has kept.", exists=True)
    ] = None,
) -> None:
    """Make a home of a backup, with a new log that follows the old one: a log never goes on from a copy."""
    from lienthong.exchange.keeping.restoring import restore_home

    os.umask(0o077)
    note = head.read_bytes() if head is not None else b""
    plan = restore_home(file, home, _read_passphrase(passphrase_file), keys_from, note)
    typer.echo(f"{home}: opened the log {plan.origin}, key {plan.key}; {plan.closes} ends at {plan.size} entries")
    typer.echo(f"give {home / 'successor.json'} to the directory, and start the gateway once it lists the new log")


def _read_passphrase(file: Path | None) -> bytes:
    return file.read_bytes().strip() if file is not None else b""
