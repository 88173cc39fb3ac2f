"""The country's units in the tests' database, for as long as some tests need them: loading takes seconds."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import connection

from lienthong.areas.loading import load_extract

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import DjangoDbBlocker


@contextmanager
def hold_national_tables(blocker: DjangoDbBlocker) -> Iterator[None]:
    """Load the country, and empty its tables at the end, so that no later test meets it.

    Whoever uses it belongs to the xdist group `national-tables`: one worker loads it for all of them.
    """
    with blocker.unblock():
        load_extract(lambda _: None, with_sandbox=True)
    yield
    with blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE areas_load, areas_unit, areas_succession, areas_agency CASCADE")
