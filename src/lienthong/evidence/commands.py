"""The commands on a log: `lienthong log …`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from lienthong.evidence.check import Report
    from lienthong.kernel.keys import VerifyKey

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The log's folder.", exists=True, file_okay=False)]
Key = Annotated[str | None, typer.Option(help="The log's public key, as the directory lists it.")]
StoreKeyFile = Annotated[
    Path | None, typer.Option(help="File of the store's key: also test erasable records.", exists=True)
]
HeadFile = Annotated[
    Path | None, typer.Option(help="File of a checkpoint that the log must have in its history.", exists=True)
]


def check(folder: Folder, key: Key = None, store_key: StoreKeyFile = None, head: HeadFile = None) -> None:
    """Check every entry, hash, signature and published file of a log, and name the first bad place."""
    from rich.console import Console
    from rich.progress import Progress

    from lienthong.evidence.check import check_log
    from lienthong.evidence.store import load_store_key

    # The bar goes to the error stream, so that the answer may be piped.
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("checking", total=1.0)
        report = check_log(
            folder,
            _parse_key(key),
            load_store_key(store_key) if store_key is not None else None,
            head.read_bytes() if head is not None else None,
            lambda done: progress.update(task, completed=done),
        )
    for line in describe_report(report, signatures=key is not None, contents=store_key is not None):
        typer.echo(line)
    if report.problem is not None:
        typer.echo(f"BAD: {report.problem}", err=True)
        raise typer.Exit(1)


def describe_report(report: Report, *, signatures: bool, contents: bool) -> list[str]:
    """Say what was checked and what was not, in lines."""
    lines = [
        f"log        {report.origin}",
        f"entries    {report.size} in {report.batches} commits, root {report.root.hex()}",
        f"signed     {report.signed} checkpoints" + ("" if signatures else ", not verified: no --key given"),
        f"records    {report.live} live, {report.erased} erased"
        + ("" if contents else ", not opened: no --store-key given"),
        f"published  {report.published} entries, {report.tiles} tiles",
    ]
    if report.is_growing:
        lines.append("a gateway was writing: what it had not finished is not judged")
    if report.problem is None:
        lines.append("all is well")
    return lines


def _parse_key(text: str | None) -> VerifyKey | None:
    from lienthong.kernel.canonical import decode_base64url
    from lienthong.kernel.keys import VerifyKey

    return VerifyKey(decode_base64url(text)) if text is not None else None


def make_log_app() -> typer.Typer:
    """Put the commands together."""
    app = typer.Typer(help="Look after a log.", no_args_is_help=True, pretty_exceptions_enable=False)
    app.callback()(_log_group)
    app.command("check")(check)
    return app


def _log_group() -> None:
    """Look after a log."""
