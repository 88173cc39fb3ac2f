"""Every table with rows that are kept refuses to be emptied, whoever asks and by whatever statement."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

pytestmark = pytest.mark.django_db

_GUARDED = """
SELECT DISTINCT event_object_table::text FROM information_schema.triggers
WHERE event_manipulation IN ('UPDATE', 'DELETE') AND trigger_name ~ '(_kept|_append_only)$'
"""


def read_guarded() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_GUARDED)
        return sorted(name for (name,) in cursor.fetchall())


def test_a_kept_table_is_never_emptied() -> None:
    tables = read_guarded()
    assert {"people_event", "people_lookup", "identity_levelrecord", "identity_account"} <= set(tables)
    with connection.cursor() as cursor:
        # What the tests' own connections allow themselves.
        cursor.execute("SET LOCAL lienthong.may_empty = off")
        for table in tables:
            with pytest.raises(DatabaseError, match="never emptied"), transaction.atomic():
                cursor.execute(f"TRUNCATE {table} CASCADE")
