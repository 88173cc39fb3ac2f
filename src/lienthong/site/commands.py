"""The commands of a site: `lienthong web`, `worker`, `migrate`, `load-areas`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lienthong.site.roles import Role

AsRole = Annotated[
    Role | None, typer.Option("--role", help="Which side to run; without it, what the settings file says.")
]
Settings = Annotated[
    Path | None,
    typer.Option(
        help="The site's settings file (TOML); without it, the one that LIENTHONG_SITE names.", dir_okay=False
    ),
]


def web(role: AsRole = None, settings: Settings = None) -> None:
    """Serve a role's pages and services until told to stop. Brings up the embedded database if none is set."""
    from lienthong.site.serving import prepare_site, require_migrated, require_own_people, serve_pages

    with prepare_site(settings, role, _say) as (site, _):
        require_migrated(site.settings.role)
        require_own_people(site.settings.role)
        _say(f"{site.settings.role}: {site.public_url.geturl()} (listening at {site.settings.address})")
        serve_pages(site)


def worker(
    role: AsRole = None,
    settings: Settings = None,
    concurrency: Annotated[int, typer.Option(help="How many jobs run at once.", min=1, max=64)] = 4,
) -> None:
    """Run a role's background jobs until told to stop, and take over those of workers that died."""
    import asyncio

    from lienthong.site.serving import prepare_site, require_migrated, require_own_people

    with prepare_site(settings, role, _say) as (site, _):
        from lienthong.site.work import work

        require_migrated(site.settings.role)
        require_own_people(site.settings.role)
        asyncio.run(work(concurrency, _say))


def migrate(role: AsRole = None, settings: Settings = None) -> None:
    """Make or change a role's tables as this release needs them. Safe to repeat."""
    from lienthong.site.serving import migrate as change_tables
    from lienthong.site.serving import prepare_site

    with prepare_site(settings, role, _say):
        change_tables(_say)


def load_areas(
    role: AsRole = None,
    settings: Settings = None,
    units: Annotated[
        Path | None, typer.Option(help="A table of units instead of the country's.", dir_okay=False)
    ] = None,
    successions: Annotated[
        Path | None, typer.Option(help="The successions that go with --units.", dir_okay=False)
    ] = None,
) -> None:
    """Load administrative units, what became of them, and agencies into a role's tables. Safe to repeat."""
    from lienthong.site.serving import prepare_site, require_migrated, require_own_people

    with prepare_site(settings, role, _say) as (site, _):
        from lienthong.site.areas import load_areas as load

        require_migrated(site.settings.role)
        require_own_people(site.settings.role)
        is_whole = load(units, successions, _say, is_sandbox=site.is_sandbox)
    if not is_whole:
        raise typer.Exit(code=1)


def add_site_commands(app: typer.Typer) -> None:
    """Put the commands under `lienthong` itself."""
    app.command("web")(web)
    app.command("worker")(worker)
    app.command("migrate")(migrate)
    app.command("load-areas")(load_areas)


def _say(text: str) -> None:
    typer.echo(text)
