"""The commands under `lienthong delivery`: figures and targets here, others in modules of their own.

This house stands below the site, which therefore hands in how a province's database is opened.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TypeAlias

import typer

from lienthong.delivery.collect_commands import add_refresh_command, make_collect_app
from lienthong.delivery.figure_commands import add_figure_commands
from lienthong.delivery.file_commands import add_file_commands
from lienthong.delivery.reading_commands import add_reading_commands

OpenProvince: TypeAlias = Callable[[Path | None], AbstractContextManager[None]]
"""Opens the database of a province by its settings file, for as long as it is used."""


def make_delivery_app(open_province: OpenProvince) -> typer.Typer:
    """Give the commands under `lienthong delivery`."""
    app = typer.Typer(no_args_is_help=True, help="Indicators, targets, and what documents say of them.")
    add_figure_commands(app, open_province)
    add_file_commands(app, open_province)
    app.add_typer(make_collect_app(open_province), name="collect")
    add_refresh_command(app, open_province)
    add_reading_commands(app, open_province)
    return app
