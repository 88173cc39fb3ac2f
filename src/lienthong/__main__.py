"""The command line: `lienthong`, each command a thin function that calls one use case.

Each house keeps its commands as plain functions in a module `commands.py`; this file alone puts them together.
A refusal by any house ends the program with its message and exit code 1, without a traceback. What only one command
needs is imported when it runs: a gateway starts in half the time.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from lienthong.cases.case_commands import make_cases_app
from lienthong.cases.commands import make_deadline_app, make_procedure_app
from lienthong.delivery.commands import make_delivery_app
from lienthong.delivery.report.commands import make_report_app
from lienthong.directory.commands import make_directory_commands
from lienthong.evidence.commands import make_evidence_app, make_log_app
from lienthong.evidence.witnessing.commands import make_witness_commands
from lienthong.exchange.commands import make_gateway_app
from lienthong.exchange.granting.commands import make_grant_app
from lienthong.exchange.keeping.commands import doctor
from lienthong.exchange.tracking.commands import reconcile
from lienthong.kernel.errors import LienthongError
from lienthong.sandbox.commands import demo
from lienthong.site.case_opening import open_cases
from lienthong.site.commands import add_site_commands
from lienthong.site.delivery_commands import open_province

if TYPE_CHECKING:
    from pathlib import Path

    from lienthong.directory.commands import OwnWitness


def show_version() -> None:
    """Print the version of this program."""
    import importlib.metadata  # noqa: PLC0415 - only this command needs it

    typer.echo(importlib.metadata.version("lienthong"))


def make_app() -> typer.Typer:
    """Put the commands of all houses together."""
    app = typer.Typer(
        name="lienthong",
        help="Exchange data between agencies, each exchange with a proof.",
        no_args_is_help=True,
        add_completion=False,
        # Typer's own tracebacks show local variables, which may be keys.
        pretty_exceptions_enable=False,
    )
    # A callback keeps `version` a command of its own even where it is the only one.
    app.callback()(_main_group)
    app.command("version")(show_version)
    app.command("demo")(demo)
    app.command("doctor")(doctor)
    add_site_commands(app)
    app.add_typer(make_directory_commands(_open_witness), name="directory")
    app.add_typer(make_gateway_app(), name="gateway")
    app.add_typer(make_grant_app(), name="grant")
    app.add_typer(make_log_app(), name="log")
    evidence = make_evidence_app(_erase_message)
    evidence.command("reconcile")(reconcile)
    app.add_typer(evidence, name="evidence")
    app.add_typer(make_witness_commands(), name="witness")
    app.add_typer(make_procedure_app(), name="procedure")
    app.add_typer(make_deadline_app(open_cases), name="deadline")
    app.add_typer(make_cases_app(open_cases), name="cases")
    app.add_typer(make_delivery_app(open_province), name="delivery")
    app.add_typer(make_report_app(open_province), name="report")
    return app


def main() -> None:
    """Run the command line; the entry point of the installed program."""
    try:
        make_app()()
    except LienthongError as error:
        typer.echo(f"lienthong: {error.message}", err=True)
        sys.exit(1)


def _open_witness() -> OwnWitness:
    from lienthong.evidence.witnessing.beside_directory import WitnessBesideDirectory  # noqa: PLC0415 - as above

    return WitnessBesideDirectory()


def _erase_message(home: Path, exchange: str) -> int:
    from lienthong.exchange.gateway.erasing import erase_message  # noqa: PLC0415 - as above

    return erase_message(home, exchange)


def _main_group() -> None:
    """Exchange data between agencies, each exchange with a proof."""


if __name__ == "__main__":
    main()
