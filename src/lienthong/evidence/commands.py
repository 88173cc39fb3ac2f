"""The commands on a log and on evidence packages: `lienthong log …` and `lienthong evidence …`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from lienthong.evidence.check import Report
    from lienthong.kernel.keys import VerifyKey

    ErasePromised: TypeAlias = Callable[[Path, str], int]

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The log's folder.", exists=True, file_okay=False)]
Key = Annotated[str | None, typer.Option(help="The log's public key, as the directory lists it.")]
StoreKeyFile = Annotated[
    Path | None, typer.Option(help="File of the store's key: also test erasable records.", exists=True)
]
HeadFile = Annotated[
    Path | None, typer.Option(help="File of a checkpoint that the log must have in its history.", exists=True)
]

Identifier = Annotated[str, typer.Argument(metavar="ID", help="X-Road-Request-Id, or X-Road-Id where only one has it.")]
Home = Annotated[Path, typer.Option(help="The gateway's home folder.", exists=True, file_okay=False)]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="The new file; evidence-ID.zip by default.")]
PackageFile = Annotated[Path, typer.Argument(metavar="FILE", help="The package.", exists=True, dir_okay=False)]
Root = Annotated[str, typer.Option(help="The root key of the directory, the only thing that is trusted.")]


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


def export(identifier: Identifier, home: Home, output: Output = None) -> None:
    """Write the evidence package of one exchange. The gateway may run meanwhile."""
    from lienthong.evidence.export import export_exchange
    from lienthong.evidence.home import EvidenceHome
    from lienthong.evidence.package_file import default_name, write_package
    from lienthong.evidence.verify import verify_package

    opened = EvidenceHome(home)
    raw = export_exchange(opened, identifier)
    path = output if output is not None else Path(default_name(raw))
    write_package(path, raw)
    typer.echo(f"wrote {path}, {len(raw)} bytes; it holds what was said: give it to those only who may read it")
    if not verify_package(raw, opened.root).request_witnessed:
        typer.echo("it is not witnessed; witnesses cosign each minute: export it again then, if that matters")


def verify(file: PackageFile, root: Root) -> None:
    """Verify a package without any network, and say what it proves and what it does not."""
    from rich.console import Console

    from lienthong.evidence.package_file import read_package
    from lienthong.evidence.verdict_screen import print_verdict
    from lienthong.evidence.verify import verify_package
    from lienthong.kernel.canonical import decode_base64url
    from lienthong.kernel.keys import VerifyKey

    verdict = verify_package(read_package(file), VerifyKey(decode_base64url(root)))
    print_verdict(Console(highlight=False), verdict)


def _make_erase(erase_promised: ErasePromised) -> Callable[[Identifier, Home], None]:
    def erase(identifier: Identifier, home: Home) -> None:
        """Erase the content of one exchange in this home for good. Its proofs stay valid."""
        from lienthong.evidence.erase import erase_exchange
        from lienthong.evidence.home import EvidenceHome

        erasure = erase_exchange(EvidenceHome(home), identifier)
        promised = erase_promised(home, erasure.exchange)
        more = f", and {promised} reliable message" if promised else ""
        what = f"{erasure.records} records and {erasure.bodies} bodies{more}"
        typer.echo(f"erased {what} of the exchange {erasure.exchange}")

    return erase


def make_evidence_app(erase_promised: ErasePromised = lambda _home, _exchange: 0) -> typer.Typer:
    """Give the commands under `lienthong evidence`.

    `erase_promised` erases what a home holds of an exchange beside its log and store, and gives of how many messages.
    """
    app = typer.Typer(
        help="Show, verify and erase what was exchanged.", no_args_is_help=True, pretty_exceptions_enable=False
    )
    app.command("export")(export)
    app.command("verify")(verify)
    app.command("erase")(_make_erase(erase_promised))
    return app


def make_log_app() -> typer.Typer:
    """Put the commands together."""
    app = typer.Typer(help="Look after a log.", no_args_is_help=True, pretty_exceptions_enable=False)
    app.callback()(_log_group)
    app.command("check")(check)
    return app


def _log_group() -> None:
    """Look after a log."""
