"""`lienthong report`: builds a session's report, and takes people's words for it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated

import typer

from lienthong.delivery.command_options import AsOf, Language, Settings
from lienthong.delivery.progress_bar import say_afterwards, show_progress

OutlineFile = Annotated[
    Path | None, typer.Option("--outline", help="An outline of your own (TOML).", dir_okay=False, exists=True)
]


def make_report_app(open_province: Callable[[Path | None], AbstractContextManager[None]]) -> typer.Typer:
    """Give the commands under `lienthong report`."""
    app = typer.Typer(no_args_is_help=True, help="Reports of working sessions, built from the data.")

    @app.command()
    def build(  # noqa: PLR0913, PLR0917 # the options of a command
        session: Annotated[str, typer.Argument(help="The session's code, such as specimen or illustrative.")],
        folder: Annotated[Path, typer.Option("--out", help="Where the files go; made if it is not there.")] = Path(),
        forms: Annotated[
            str, typer.Option("--format", help="Of docx, pdf, txt (for the press), with commas.")
        ] = "docx,pdf,txt",
        languages: Annotated[str, typer.Option("--language", help="Of vi, en, with commas.")] = "vi,en",
        as_of: AsOf = "",
        outline: OutlineFile = None,
        settings: Settings = None,
    ) -> None:
        """Build a session's report; 1 if a number in people's words no longer fits the data, with the files written."""
        with open_province(settings):
            from lienthong.delivery.report.filing import Wanted, build_files
            from lienthong.delivery.showing import read_day

            wanted = Wanted(session, tuple(forms.split(",")), tuple(languages.split(",")), read_day(as_of), outline)
            with say_afterwards() as say, show_progress() as tell:
                stale = build_files(wanted, folder, say, tell)
        if stale:
            raise typer.Exit(code=1)

    @app.command()
    def write(
        session: Annotated[str, typer.Argument(help="The session's code.")],
        place: Annotated[str, typer.Argument(help="Where in the report, by its outline.")],
        file: Annotated[Path, typer.Argument(help="The words, UTF-8.", dir_okay=False, exists=True)],
        language: Language = "vi",
        as_of: AsOf = "",
        settings: Settings = None,
    ) -> None:
        """Keep words for a report as their next version; their numbers are tied to the figures of the day."""
        with open_province(settings):
            from lienthong.delivery.report.building import Order, write_into
            from lienthong.delivery.report.filing import read_text
            from lienthong.delivery.showing import read_day

            row = write_into(Order(session, language, read_day(as_of)), place, read_text(file), None)
            typer.echo(
                f"kept version {row.version} of {place}; {len(row.ties)} of its numbers are figures of the report"
            )

    return app
