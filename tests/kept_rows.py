"""Rows that many tests begin with: loaded once by each worker, and then put into the tables as they were."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction

from tests.database import empty_tables, list_filled_tables, without_rules

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.backends.utils import CursorWrapper

_kept: dict[str, dict[str, bytes]] = {}


def load_kept(name: str, load: Callable[[], object]) -> None:
    """Fill the tables as `load` does, which is known under `name`; where one has rows already, it loads itself."""
    if name not in _kept:
        _kept[name] = _load_alone(load)
    if _kept[name].keys() & set(list_filled_tables()):
        load()
        return
    with without_rules() as cursor:
        for table, rows in _kept[name].items():
            _put(cursor, table, rows)


def _load_alone(load: Callable[[], object]) -> dict[str, bytes]:
    """Give the rows of a load into empty tables, by table; the tables are left as they were."""
    with transaction.atomic():
        empty_tables()
        load()
        kept = {table: _take(table) for table in list_filled_tables()}
        transaction.set_rollback(True)
    return kept


def _take(table: str) -> bytes:
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {_name_columns(cursor, table)} TO STDOUT (FORMAT binary)") as rows,
    ):
        return b"".join(bytes(each) for each in rows)


def _put(cursor: CursorWrapper, table: str, rows: bytes) -> None:
    with cursor.copy(f"COPY {_name_columns(cursor, table)} FROM STDIN (FORMAT binary)") as copy:
        copy.write(rows)


def _name_columns(cursor: CursorWrapper, table: str) -> str:
    """Name a table with those of its columns that are not computed from others."""
    cursor.execute(
        "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute "
        "WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
        [f'"{table}"'],
    )
    (columns,) = cursor.fetchone() or ("",)
    return f'"{table}" ({columns})'
