"""How the commands of delivery open a province: the house stands below the site and is handed this."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from lienthong.site.roles import Role

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def open_province(settings: Path | None) -> Iterator[None]:
    """Open the database of the role `province`, its tables as this release needs them; raises `SiteError`."""
    from lienthong.site.serving import prepare_site, require_migrated  # noqa: PLC0415 # other commands start without

    with prepare_site(settings, Role.PROVINCE, typer.echo):
        require_migrated(Role.PROVINCE)
        yield
