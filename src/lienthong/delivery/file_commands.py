"""`lienthong delivery import`, `export`: figures from and into files."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 # typer reads annotations
from typing import TYPE_CHECKING, Annotated

import typer

from lienthong.delivery.command_options import Language, Settings  # noqa: TC001 # as above
from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind
from lienthong.delivery.progress_bar import show_progress

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from lienthong.delivery.importing import ImportReport


def add_file_commands(app: typer.Typer, open_province: Callable[[Path | None], AbstractContextManager[None]]) -> None:
    """Put the commands into the group."""

    def import_file(  # noqa: PLR0913, PLR0917 # the options of a command
        file: Annotated[Path, typer.Argument(help="CSV, XLSX, SDMX-CSV or SDMX-ML.", dir_okay=False, exists=True)],
        source: Annotated[str, typer.Option(help="The source's code, for rows that name none.")] = "",
        published_on: Annotated[str, typer.Option(help="When the figures became known; without it, today.")] = "",
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Check and count, and change nothing.")] = False,  # noqa: FBT002 # typer's way
        accept_jumps: Annotated[bool, typer.Option("--accept-jumps", help="Take in what jumps.")] = False,  # noqa: FBT002 # typer's way
        language: Language = "vi",
        settings: Settings = None,
    ) -> None:
        """Import figures: good rows go in, each bad one is told by row, column, value and rule; 1 if there is any."""
        with open_province(settings):
            from lienthong.delivery.import_rows import ImportFile  # noqa: PLC0415 # needs a database
            from lienthong.delivery.importing import import_figures  # noqa: PLC0415 # as above
            from lienthong.delivery.showing import read_day  # noqa: PLC0415 # as above

            told = ImportFile(file.name, source, read_day(published_on))
            with show_progress() as tell:
                report = import_figures(file.read_bytes(), told, is_dry=dry_run, accepts_jumps=accept_jumps, tell=tell)
            tell_report(report, language)
        if not report.is_whole:
            raise typer.Exit(code=1)

    def export_file(  # the options of a command
        file: Annotated[Path, typer.Argument(help="The file to write.", dir_okay=False)],
        form: Annotated[str, typer.Option("--format", help="csv, sdmx-csv, sdmx-ml or sdmx-structure.")] = "csv",
        indicator: Annotated[list[str] | None, typer.Option(help="Only these; may be given several times.")] = None,
        area: Annotated[list[str] | None, typer.Option(help="Only these; may be given several times.")] = None,
        as_of: Annotated[str, typer.Option(help="As known on this day; without it, today.")] = "",
        settings: Settings = None,
    ) -> None:
        """Export what sources say, with its marks, in a format that can be imported again."""
        with open_province(settings):
            from lienthong.delivery.exporting import Selection, export_figures, parse_format  # noqa: PLC0415 # as above
            from lienthong.delivery.showing import read_day  # noqa: PLC0415 # as above

            selection = Selection(read_day(as_of), tuple(indicator or ()), tuple(area or ()))
            with show_progress() as tell:
                content = export_figures(selection, parse_format(form), tell)
        try:
            file.write_bytes(content)
        except OSError as error:
            message = f"{file}: expected a place that can be written to, got {error.strerror}"
            raise DeliveryError(DeliveryErrorKind.BAD_FILE, message) from error
        typer.echo(f"wrote {len(content)} bytes to {file}")

    app.command("import")(import_file)
    app.command("export")(export_file)


def tell_report(report: ImportReport, language: str = "vi") -> None:
    """Print what went in and what did not, the reasons in `vi` or `en`; the tables are asked what codes are called."""
    from lienthong.delivery.code_names import CodeNames  # noqa: PLC0415 # needs a database

    names = CodeNames()
    for finding in report.findings:
        place = f"row {finding.row}, {finding.column}: {finding.value!r}"
        typer.echo(f"{place} ({finding.rule}): {finding.reason.write(language, names)}")
    counts = ", ".join(f"{name} {number}" for name, number in sorted(report.counts.items())) or "nothing"
    typer.echo(
        f"{'would be: ' if report.is_dry else ''}{counts}; refused {len({each.row for each in report.findings})}"
    )
