"""The commands on cases themselves: `lienthong cases …`."""

from __future__ import annotations

from pathlib import Path  # typer reads a command's annotations at run time
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from lienthong.cases.commands import OpenCases

Settings = Annotated[
    Path | None,
    typer.Option(help="The site's settings file; without it, the one that LIENTHONG_SITE names.", dir_okay=False),
]

Again = Annotated[bool, typer.Option("--again", help="Put them back into the queue, once the cause is mended.")]


def make_cases_app(open_cases: OpenCases) -> typer.Typer:
    """Put the commands on cases together; `open_cases` opens the site whose cases they are."""
    app = typer.Typer(help="Keep the cases of a site in order.", no_args_is_help=True)

    def rebuild(settings: Settings = None) -> None:
        """Make every case's row again from the record of its actions. Safe to repeat, and while people work."""
        from rich.console import Console  # noqa: PLC0415 # the others start without it
        from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415 # too

        with open_cases(settings) as cases:
            from lienthong.cases.rebuilding import rebuild_cases  # noqa: PLC0415 # needs a started Django

            columns = (TextColumn("cases"), MofNCompleteColumn(), TimeRemainingColumn())
            with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
                task = progress.add_task("cases", total=None)
                report = rebuild_cases(cases, lambda done, of: progress.update(task, completed=done, total=of))
        typer.echo(f"{report.looked} cases: {report.changed} rows differed and were written, {report.made} were made")

    def reconcile(settings: Settings = None) -> None:
        """Compare the last days with the filing portal, and mend what was lost; ends with 1 if something is left."""
        with open_cases(settings) as cases:
            from lienthong.cases import reconciling  # noqa: PLC0415 # needs a started Django

            report = reconciling.reconcile(cases, reconciling.require_portal(cases))
        typer.echo(f"{report.compared} filings compared, {report.mended} mended, {report.left} left for a person")
        for failure in report.failures:
            typer.echo(failure, err=True)
        if report.left:
            raise typer.Exit(code=1)

    def collect(settings: Settings = None) -> None:
        """File here what people filed at the national portal, at once; ends with 1 if something cannot be filed."""
        with open_cases(settings) as cases:
            from lienthong.cases.national_portal import portal  # noqa: PLC0415 # needs a started Django

            done = portal.collect_filings(cases, portal.require_national(cases.portal))
        typer.echo(f"{done.filed} filed, {done.known} were here already, {len(done.failures)} cannot be filed")
        for failure in done.failures:
            typer.echo(failure, err=True)
        if done.failures:
            raise typer.Exit(code=1)

    app.command("rebuild")(rebuild)
    _add_jobs(app, open_cases)
    app.command("collect")(collect)
    app.command("reconcile")(reconcile)
    return app


def _add_jobs(app: typer.Typer, open_cases: OpenCases) -> None:
    def jobs(settings: Settings = None, *, again: Again = False) -> None:
        """List background jobs that failed for good; ends with 1 if there are some. With --again they run again."""
        with open_cases(settings):
            from lienthong.cases import failed_jobs  # noqa: PLC0415 # needs a started Django

            failed = failed_jobs.list_failed_jobs()
            for job in failed:
                given = " ".join(f"{name}={value}" for name, value in job.given.items())
                typer.echo(f"{job.id} {job.task} {given} tried {job.tries} times")
                if again:
                    failed_jobs.run_again(job)
        typer.echo(f"{len(failed)} failed" + (", all are put back into the queue" if again and failed else ""))
        if failed and not again:
            raise typer.Exit(code=1)

    app.command("jobs")(jobs)
