"""What the commands do: prepare a role, then migrate it, serve its pages, or work its jobs.

Each holds the embedded database server while it runs, so the first to start brings it up and the last to end takes it
down. With `database_url` the server is the operator's, and nothing is started.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import django
import django.db
from django.core.management import call_command
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

from lienthong.portal.assets import read_manifest
from lienthong.site.database import ensure_database, hold_server
from lienthong.site.errors import SiteError, SiteErrorKind
from lienthong.site.roles import Role
from lienthong.site.site_file import SITE_VARIABLE, Site, load_site, split_address

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


EXIT_DATABASE_ENDED: Final = 70
"""The exit code after the database server ended under us (EX_SOFTWARE): a supervisor restarts."""

STOP_SECONDS: Final = 15
"""How long requests under way may take once we were told to stop."""

BACKLOG: Final = 512


@dataclass(slots=True)
class Watch:
    """Whether the database server is still there; set from the thread that watches it."""

    has_ended: bool = False


@contextmanager
def prepare_site(settings: Path | None, role: Role | None, say: Callable[[str], None]) -> Iterator[tuple[Site, Watch]]:
    """Read the settings, bring up the database, and set Django up; raises `SiteError` or `KernelError`."""
    if settings is not None:
        os.environ[SITE_VARIABLE] = str(settings.absolute())
    if role is not None:
        os.environ["LIENTHONG_ROLE"] = role
    os.environ["DJANGO_SETTINGS_MODULE"] = "lienthong.site.settings"
    site, watch = load_site(os.environ), Watch()
    if site.settings.database_url:
        django.setup()
        yield site, watch
        return
    with hold_server(site.data / "database", say) as hold:
        ensure_database(hold.place, f"lienthong_{site.settings.role}")
        hold.watch(lambda: _leave(watch))
        django.setup()
        try:
            yield site, watch
        finally:
            _disconnect()
    if watch.has_ended:
        sys.exit(EXIT_DATABASE_ENDED)


def migrate(say: Callable[[str], None]) -> None:
    """Bring the tables of the role to this release's form; each step is told."""
    executor = MigrationExecutor(_connect())
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not plan:
        say("the tables are up to date")
        return
    for app, count in Counter(migration.app_label for migration, _ in plan).items():
        say(f"  {app}: {count}")
    call_command("migrate", interactive=False, verbosity=0)
    say(f"made {len(plan)} changes to the tables")


def require_migrated(role: Role) -> None:
    """Refuse to run on tables of another release, which would fail page by page."""
    executor = MigrationExecutor(_connect())
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        message = f"the database lacks {len(plan)} changes of this release; run: lienthong migrate --role {role}"
        raise SiteError(SiteErrorKind.NOT_MIGRATED, message)


def require_own_people(role: Role) -> None:
    """Refuse a registry with people of the other range: made-up ones outside the sandbox, or real ones in it."""
    if role is Role.REGISTRY:
        from lienthong.people.registry import require_one_range  # noqa: PLC0415 # the other role has no such tables
        from lienthong.people.site_registry import make_site_registry  # noqa: PLC0415 # as above

        require_one_range(make_site_registry())


def require_procedures(role: Role) -> None:
    """Refuse to start a province with procedures, or days off, that cannot be read; each fault has file and line."""
    if role is Role.PROVINCE:
        from lienthong.cases.site_cases import load_site_catalogue, load_site_days  # noqa: PLC0415 # needs a set up Django

        load_site_catalogue()
        load_site_days()


def serve_pages(site: Site) -> None:
    """Serve the role's pages until SIGTERM or SIGINT."""
    if not read_manifest():
        raise SiteError(SiteErrorKind.SETTINGS, "the pages' files are not built; run: make assets")
    from granian import Granian  # noqa: PLC0415 # loads a server, which the other commands do not need
    from granian.constants import Interfaces  # noqa: PLC0415 # as above

    host, port = split_address(site.settings.address)
    _require_free(site.settings.address, host, port)
    # The processes that serve are forked from this one: no connection may be shared by two of them.
    _disconnect()
    Granian(
        "lienthong.site.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=site.settings.processes,
        blocking_threads=site.settings.threads,
        backlog=BACKLOG,
        websockets=False,
        log_enabled=False,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
    ).serve()


def _require_free(address: str, host: str, port: int) -> None:
    """Refuse an address that cannot be listened at, before a process is started that would only die of it."""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
    except OSError as error:
        message = f"address {address}: cannot listen there ({error.strerror}); choose another, or end what has it"
        raise SiteError(SiteErrorKind.SETTINGS, message) from error


def _connect() -> DatabaseWrapper:
    """Give the default connection, opened; raises `SiteError` saying where the database was looked for."""
    connection = _default_connection()
    try:
        connection.ensure_connection()
    except django.db.OperationalError as error:
        place = connection.settings_dict
        message = f"the database {place['NAME']!r} at {place.get('HOST') or 'this machine'} does not answer: {error}"
        raise SiteError(SiteErrorKind.SERVER, message.strip()) from error
    return connection


def _disconnect() -> None:
    connection = _default_connection()
    connection.close()
    connection.close_pool()


def _default_connection() -> DatabaseWrapper:
    connection = django.db.connections["default"]
    if not isinstance(connection, DatabaseWrapper):
        raise SiteError(SiteErrorKind.SETTINGS, "the database must be PostgreSQL")
    return connection


def _leave(watch: Watch) -> None:
    watch.has_ended = True
    sys.stderr.write("lienthong: the database server ended; this process ends too\n")
    main = threading.main_thread().ident
    if main is not None:
        # To the thread that runs the server: delivered to another, it would not wake that one from its wait.
        signal.pthread_kill(main, signal.SIGTERM)
