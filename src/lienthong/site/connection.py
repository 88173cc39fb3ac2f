"""The default database connection, as Django writes it: a server of the operator's, or our own beside the data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg.conninfo import conninfo_to_dict

from lienthong.site.database_place import DATABASE_USER, find_place
from lienthong.site.errors import SiteError, SiteErrorKind

if TYPE_CHECKING:
    from lienthong.site.site_file import Site

ENGINE: Final = "django.db.backends.postgresql"

POOL_WAIT_SECONDS: Final = 10.0
"""How long a request waits for a free connection before it fails."""


def make_connection(site: Site) -> dict[str, Any]:
    """Give the connection of a site; raises `SiteError` for a URL that libpq cannot read."""
    if site.settings.database_url:
        connection = parse_url(site.settings.database_url)
    else:
        place = find_place(site.data / "database")
        connection = own_connection(str(place.socket), f"lienthong_{site.settings.role}")
    connection["OPTIONS"]["pool"] = _size_pool(site)
    return connection


def own_connection(socket: str, name: str) -> dict[str, Any]:
    """Give the connection to a database of our own server."""
    return {"ENGINE": ENGINE, "HOST": socket, "NAME": name, "USER": DATABASE_USER, "OPTIONS": {}}


def parse_url(url: str) -> dict[str, Any]:
    """Read `postgresql://USER:PASSWORD@HOST:PORT/NAME?OPTION=…`, or whatever else libpq takes."""
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        # Not with the URL itself, which holds a password.
        message = f"database_url: expected postgresql://USER:PASSWORD@HOST:PORT/NAME, but {error}"
        raise SiteError(SiteErrorKind.SETTINGS, message) from error
    if "dbname" not in parts:
        raise SiteError(SiteErrorKind.SETTINGS, "database_url: expected a database's name after the last slash")
    names = {"dbname": "NAME", "host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
    found = {names[key]: str(value) for key, value in parts.items() if key in names}
    return {"ENGINE": ENGINE, **found, "OPTIONS": {key: value for key, value in parts.items() if key not in names}}


def _size_pool(site: Site) -> dict[str, Any]:
    """Keep connections between requests, as many as there are threads that answer them."""
    return {"min_size": 1, "max_size": site.settings.threads, "timeout": POOL_WAIT_SECONDS}
