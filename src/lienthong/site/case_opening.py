"""A site's cases, opened for a command: the site with its database, and this house's stories over it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from lienthong.site.roles import Role

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lienthong.cases.house import Cases


@contextmanager
def open_cases(settings: Path | None) -> Iterator[Cases]:
    """Open the cases of the province that a settings file describes, or LIENTHONG_SITE names; closed after use."""
    from lienthong.site.serving import prepare_site, require_migrated  # noqa: PLC0415 # Django starts with it

    with prepare_site(settings, Role.PROVINCE, _say_nothing):
        from lienthong.cases.site_cases import make_site_cases  # noqa: PLC0415 # needs a started Django

        require_migrated(Role.PROVINCE)
        yield make_site_cases()


def _say_nothing(_: str) -> None:
    """Keep the output for the command's own."""
