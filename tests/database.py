"""The database of tests: one PostgreSQL server per session, started by the first test that needs it.

Each xdist worker has a database of its own in it (pytest-django makes them), each test a savepoint, or, where it asks
for transactions of its own, tables that are emptied after it. `site_settings.py` chooses the folder before the workers
start; a server is held by the workers that use it and ends with the last of them.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction
from django.test import TransactionTestCase

from lienthong.site.database import hold_server
from tests.site_settings import DATA_FOLDER, DATABASE_FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from django.db.backends.utils import CursorWrapper

END_SECONDS = 60
"""Many times what a server takes to end."""

KEPT_TABLES = ("django_migrations", "django_content_type", "auth_permission")
"""What every database of tests holds from its beginning to its end."""


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the folder once the server has ended; workers leave that to the process that started them."""
    if hasattr(config, "workerinput"):
        return
    shutil.rmtree(DATA_FOLDER, ignore_errors=True)
    if not DATABASE_FOLDER.exists():
        return
    os.environ.pop("TEST_DATABASE_FOLDER", None)
    await_end(DATABASE_FOLDER)
    shutil.rmtree(DATABASE_FOLDER, ignore_errors=True)


def await_end(folder: Path) -> None:
    """Wait until no server runs in `folder`: its guard's lock is free. One that is held for ever fails the test."""
    if not (folder / "lock").exists():
        return
    deadline = time.monotonic() + END_SECONDS
    with (folder / "lock").open("rb") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                assert time.monotonic() < deadline, f"the server in {folder} is still held"
                time.sleep(0.02)
            else:
                return


@pytest.fixture(scope="session")
def database_server() -> Iterator[Path]:
    """Hold the session's server; gives its folder."""
    with hold_server(DATABASE_FOLDER, is_brief=True):
        yield DATABASE_FOLDER


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    database_server: Path,
    django_db_modify_db_settings_parallel_suffix: None,
) -> None:
    """Start the server when the first test asks for the database; pytest-django calls this before it connects.

    The other fixture is pytest-django's: it gives each xdist worker's database a name of its own.
    """
    del database_server, django_db_modify_db_settings_parallel_suffix


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """Make this worker's database, and empty it quickly between tests."""
    del django_db_setup
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _: empty_tables())
        yield


def empty_tables() -> None:
    """Empty the tables that have rows, those of the queue of jobs among them.

    Django's own way truncates every table that has a model and makes all permissions again: that takes longer than
    most of the tests after which it is done, and it leaves the queue, whose tables are not Django's.
    """
    filled = list_filled_tables()
    with without_rules() as cursor:
        for table in filled:
            cursor.execute(f'DELETE FROM "{table}"')  # noqa: S608 # our own tables


def list_filled_tables() -> list[str]:
    """Give the names of the tables that have rows, but not of those that always have."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = sorted({table for (table,) in cursor.fetchall()} - set(KEPT_TABLES))
        looks = [f"SELECT '{each}' WHERE EXISTS (SELECT FROM \"{each}\")" for each in tables]  # noqa: S608 # our own
        cursor.execute(" UNION ALL ".join(looks))
        return [table for (table,) in cursor.fetchall()]


@contextmanager
def without_rules() -> Iterator[CursorWrapper]:
    """Give a cursor for which neither references nor triggers hold: rows go in any order, as they are."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield cursor
        cursor.execute("SET LOCAL session_replication_role = origin")
