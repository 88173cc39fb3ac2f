"""Options that several commands of this house share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import typer

Settings: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        help="The site's settings file (TOML); without it, the one that LIENTHONG_SITE names.", dir_okay=False
    ),
]
AsOf: TypeAlias = Annotated[
    str, typer.Option(help="As it was known on this day, such as 2026-04-15; without it, today.")
]
Language: TypeAlias = Annotated[Literal["vi", "en"], typer.Option(help="In which language.")]
