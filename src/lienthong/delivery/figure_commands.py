"""`lienthong delivery load`, `show`, `check`: the data files, what the tables hold, and whether it fits together."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 # typer reads annotations
from typing import TYPE_CHECKING, Annotated

import typer

from lienthong.delivery.command_options import AsOf, Language, Settings  # noqa: TC001 # as above
from lienthong.delivery.progress_bar import say_afterwards, show_progress

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from datetime import date


def add_figure_commands(app: typer.Typer, open_province: Callable[[Path | None], AbstractContextManager[None]]) -> None:
    """Put the commands into the group."""

    def load(
        files: Annotated[
            list[Path] | None,
            typer.Argument(help="Data files of your own: figures and plans in TOML, directives in YAML."),
        ] = None,
        *,
        illustrative: Annotated[
            bool, typer.Option("--illustrative", help="The invented province, on a sandbox's site only.")
        ] = False,
        settings: Settings = None,
    ) -> None:
        """Load sources, indicators, reported figures, plans with their targets, and directives. Safe to repeat."""
        with open_province(settings):
            from lienthong.delivery.loading import load_files, load_set  # noqa: PLC0415 # needs a database

            with say_afterwards() as say, show_progress() as tell:
                if files:
                    load_files(files, say, tell)
                else:
                    load_set(say, illustrative=illustrative, tell=tell)

    def show(
        code: Annotated[str, typer.Argument(help="An indicator's or a plan's code; none: all of them.")] = "",
        area: Annotated[str, typer.Option(help="The code of an area, or VN.")] = "22",
        as_of: AsOf = "",
        language: Language = "vi",
        settings: Settings = None,
    ) -> None:
        """Show an indicator's figures with their marks, or a plan's targets with their states."""
        with open_province(settings):
            from lienthong.delivery.showing import describe  # noqa: PLC0415 # needs a database

            for line in describe(code, area, _read_day(as_of), language):
                typer.echo(line)

    def check(as_of: AsOf = "", settings: Settings = None) -> None:
        """Check that definitions, formulas and targets fit together, and list where sources disagree."""
        with open_province(settings):
            from lienthong.delivery.showing import list_faults  # noqa: PLC0415 # needs a database

            with show_progress() as tell:
                faults = list(list_faults(_read_day(as_of), tell))
            for line in faults:
                typer.echo(line)
            typer.echo(f"{len(faults)} to look at" if faults else "everything fits together")
            if faults:
                raise typer.Exit(code=1)

    app.command("load")(load)
    app.command("show")(show)
    app.command("check")(check)


def _read_day(text: str) -> date:
    from lienthong.delivery.showing import read_day  # noqa: PLC0415 # needs a database

    return read_day(text)
