"""`lienthong delivery collect …`: figures counted from cases, cards, the gateway, and of other agencies."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 # typer reads annotations
from typing import TYPE_CHECKING, Annotated

import typer

from lienthong.delivery.command_options import Settings  # noqa: TC001 # as above
from lienthong.delivery.progress_bar import show_progress

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from lienthong.delivery.recording import Recorded


def make_collect_app(open_province: Callable[[Path | None], AbstractContextManager[None]]) -> typer.Typer:
    """Give the commands under `lienthong delivery collect`."""
    app = typer.Typer(no_args_is_help=True, help="Count figures, or ask for them; safe to repeat.")
    _add_counted(app, open_province)
    _add_asked(app, open_province)
    return app


def _add_counted(app: typer.Typer, open_province: Callable[[Path | None], AbstractContextManager[None]]) -> None:
    """Add what is counted here: from cases, and all that is counted each night."""

    def cases(
        period: Annotated[str, typer.Argument(help="A month such as 2026-03, a quarter or a year.")],
        settings: Settings = None,
    ) -> None:
        """Count cases on time and filed online, by area."""
        with open_province(settings):
            from lienthong.cases.site_cases import load_site_days, make_site_cases  # noqa: PLC0415 # needs a database
            from lienthong.delivery.collectors.cases import CaseHouse, collect_cases  # noqa: PLC0415 # as above
            from lienthong.delivery.periods import parse_period  # noqa: PLC0415 # as above
            from lienthong.delivery.showing import read_day  # noqa: PLC0415 # as above

            house = CaseHouse(make_site_cases(), load_site_days())
            with show_progress() as tell:
                recorded = collect_cases(house, parse_period(period), read_day(""), tell)
        _tell(recorded)

    def count(settings: Settings = None) -> None:
        """Count at once what the worker counts each night, cases and what the settings name for it; 1 if not all."""
        with open_province(settings):
            from lienthong.delivery.counting import count_all  # noqa: PLC0415 # needs a database
            from lienthong.delivery.showing import read_day  # noqa: PLC0415 # as above

            with show_progress() as tell:
                counted = count_all(read_day(""), tell)
        for each in counted:
            _tell(each.recorded, f"{each.what}: ")
            if each.problem:
                typer.echo(f"{each.what}: {each.problem}")
        if any(each.problem for each in counted):
            raise typer.Exit(code=1)

    app.command("cases")(cases)
    app.command("all")(count)


def _add_asked(app: typer.Typer, open_province: Callable[[Path | None], AbstractContextManager[None]]) -> None:
    """Add what other members are asked for over the exchange."""

    def cards(
        service: Annotated[str, typer.Argument(help="The registry's service that answers `/cards/counts`, in full.")],
        year: Annotated[int, typer.Argument(help="Applications since this year began.")],
        settings: Settings = None,
    ) -> None:
        """Ask the registry, over the exchange, for its counts of cards by commune."""
        with open_province(settings):
            from lienthong.delivery.collectors.cards import collect_cards  # noqa: PLC0415 # needs a database
            from lienthong.delivery.collectors.own_gateway import open_gateway  # noqa: PLC0415 # as above

            with open_gateway() as (gateway, _):
                _tell(collect_cards(gateway, service, year))

    def agency(
        service: Annotated[str, typer.Argument(help="The agency's service, INSTANCE/CLASS/CODE/SUBSYSTEM/SERVICE.")],
        source: Annotated[str, typer.Option(help="The code of the source that its figures are of.")],
        settings: Settings = None,
    ) -> None:
        """Ask an agency for its figures over the exchange, and import the good ones; 1 if any was refused."""
        with open_province(settings):
            from lienthong.delivery.collectors.agencies import collect_from_agency  # noqa: PLC0415 # needs a database
            from lienthong.delivery.collectors.own_gateway import open_gateway  # noqa: PLC0415 # as above
            from lienthong.delivery.file_commands import tell_report  # noqa: PLC0415 # as above
            from lienthong.delivery.showing import read_day  # noqa: PLC0415 # as above

            with open_gateway() as (gateway, _), show_progress() as tell:
                report = collect_from_agency(gateway, service, source, read_day(""), tell)
            tell_report(report)
        if not report.is_whole:
            raise typer.Exit(code=1)

    app.command("cards")(cards)
    app.command("agency")(agency)


def add_refresh_command(app: typer.Typer, open_province: Callable[[Path | None], AbstractContextManager[None]]) -> None:
    """Put the command into the group."""

    def refresh(settings: Settings = None) -> None:
        """Take over into the columnar copy, in which boards count, what changed since the last time."""
        with open_province(settings):
            from lienthong.delivery.columnar import find_folder, refresh_copy  # noqa: PLC0415 # needs a database

            with show_progress() as tell:
                done = refresh_copy(find_folder(), tell=tell)
        typer.echo(f"took over {done.cases} cases in {done.months} months, and {done.figures} figures")

    app.command("refresh")(refresh)


def _tell(recorded: Recorded, before: str = "") -> None:
    typer.echo(f"{before}added {recorded.added}, revised {recorded.revised}, unchanged {recorded.unchanged}")
