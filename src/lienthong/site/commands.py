"""The commands of a site: `lienthong web`, `worker`, `migrate`, `load-areas`, `accounts …`, `openid …`."""

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
    from lienthong.site.serving import (
        prepare_site,
        require_migrated,
        require_own_people,
        require_procedures,
        serve_pages,
    )

    with prepare_site(settings, role, _say) as (site, _):
        require_migrated(site.settings.role)
        require_own_people(site.settings.role)
        require_procedures(site.settings.role)
        _say(f"{site.settings.role}: {site.public_url.geturl()} (listening at {site.settings.address})")
        serve_pages(site)


def worker(
    role: AsRole = None,
    settings: Settings = None,
    concurrency: Annotated[int, typer.Option(help="How many jobs run at once.", min=1, max=64)] = 4,
) -> None:
    """Run a role's background jobs until told to stop, and take over those of workers that died."""
    import asyncio

    from lienthong.site.serving import prepare_site, require_migrated, require_own_people, require_procedures

    with prepare_site(settings, role, _say) as (site, _):
        from lienthong.site.work import work

        require_migrated(site.settings.role)
        require_own_people(site.settings.role)
        require_procedures(site.settings.role)
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


def make_administrator(
    username: Annotated[str, typer.Argument(help="The staff name to sign in with, such as lan.nguyen.")],
    name: Annotated[str, typer.Option(help="The person's full name.")],
    agency: Annotated[str, typer.Option(help="The code of the agency they work at, such as H49.01.")],
    role: AsRole = None,
    settings: Settings = None,
) -> None:
    """Make an administrator of accounts, and print the one-time code that sets the password."""
    from lienthong.site.serving import prepare_site, require_migrated

    with prepare_site(settings, role, _say) as (site, _):
        from lienthong.identity.first_administrator import make_first_administrator

        require_migrated(site.settings.role)
        account, code = make_first_administrator(username, name, agency)
        _say(f"made the account {account.username}; it sets its password once, within seven days, with this code:")
        _say(code)
        _say(f"at {site.public_url.geturl()}/sign-in/code/, and then adds a passkey or an authenticator app")


def rotate_keys(settings: Settings = None) -> None:
    """Make new keys for the OpenID provider's tokens, and remove those that are over. Run it monthly, say."""
    import os

    from lienthong.identity.provider.keys import AHEAD_MS, OVERLAP_MS
    from lienthong.identity.provider.keys import rotate_keys as rotate
    from lienthong.kernel.clock import SystemClock
    from lienthong.site.site_file import SITE_VARIABLE, load_site

    environ = {**os.environ, SITE_VARIABLE: str(settings.absolute())} if settings else os.environ
    site = load_site(environ)
    made, removed = rotate(site.data / site.settings.openid_keys, SystemClock().now_ms())
    _say(f"made {', '.join(made)}: published now, they sign in {AHEAD_MS // 60_000} minutes (the first ones at once)")
    _say(f"removed {', '.join(removed) or 'none'}; a replaced key stays published for {OVERLAP_MS // 3_600_000} hours")


def add_client(  # noqa: PLR0913, PLR0917 # the options of a command
    client_id: Annotated[str, typer.Argument(help="The client's id, such as quang-ninh-portal.")],
    name: Annotated[str, typer.Option(help="The name that people see when they are asked for consent.")],
    redirect: Annotated[list[str], typer.Option(help="Where answers go, whole; may be given several times.")],
    sign_out: Annotated[list[str] | None, typer.Option(help="Where people go after signing out.")] = None,
    scope: Annotated[list[str] | None, typer.Option(help="What it may ask for: profile, personal_number.")] = None,
    level: Annotated[int, typer.Option(help="The least sign-in level of its people.", min=1, max=2)] = 1,
    algorithm: Annotated[str, typer.Option(help="How its ID tokens are signed: RS256 or ES256.")] = "RS256",
    sector: Annotated[
        str, typer.Option(help="Whose clients see the same subject; by default the redirect's host.")
    ] = "",
    settings: Settings = None,
) -> None:
    """Register a client of the OpenID provider, or change it; prints its new secret, which is kept nowhere."""
    from lienthong.site.roles import Role
    from lienthong.site.serving import prepare_site, require_migrated

    with prepare_site(settings, Role.REGISTRY, _say):
        from lienthong.identity.provider.clients import NewClient, register_client

        require_migrated(Role.REGISTRY)
        scopes = scope or ["profile"]
        told = NewClient(client_id, name, redirect, sign_out or (), scopes, level, algorithm, sector)
        secret = register_client(told)
        _say(f"the secret of {client_id}, shown this once:")
        _say(secret)


def add_site_commands(app: typer.Typer) -> None:
    """Put the commands under `lienthong` itself."""
    app.command("web")(web)
    app.command("worker")(worker)
    app.command("migrate")(migrate)
    app.command("load-areas")(load_areas)
    accounts = typer.Typer(help="Accounts, as far as they are made at the machine itself.", no_args_is_help=True)
    accounts.command("admin")(make_administrator)
    app.add_typer(accounts, name="accounts")
    openid = typer.Typer(help="The OpenID provider: its keys and its clients.", no_args_is_help=True)
    openid.command("rotate-keys")(rotate_keys)
    openid.command("add-client")(add_client)
    app.add_typer(openid, name="openid")


def _say(text: str) -> None:
    typer.echo(text)
