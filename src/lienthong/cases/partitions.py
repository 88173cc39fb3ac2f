"""The tables of months: actions lie in the month in which their case was filed."""

from __future__ import annotations

from django.db import connection


def make_coming_partitions(months: int) -> int:
    """Make the tables of this month and of so many after it; gives how many were not there. Safe to repeat.

    A month for which actions came before its table keeps them in the rest, where they are read as well.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE made) FROM (SELECT cases_make_partition((now() + month * interval "
            "'1 month')::date) AS made FROM generate_series(0, %s) AS month) AS months",
            [months],
        )
        (made,) = cursor.fetchone() or (0,)
    return int(made)


def list_partitions() -> list[str]:
    """List the tables that actions lie in, the rest among them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'cases_action'::regclass ORDER BY 1"
        )
        return [name for (name,) in cursor.fetchall()]
