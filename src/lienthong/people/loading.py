"""The first load of a registry: millions of rows by COPY into empty tables, in one transaction.

Indexes and constraints are taken away and made again around it, because building them over all rows takes
a fraction of the time of keeping them row by row; making them again checks every row. A crash anywhere
leaves an empty registry with all its rules.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db import IntegrityError, connection, transaction

from lienthong.people.errors import PeopleError, PeopleErrorKind
from lienthong.people.load_rows import LOAD_TABLES
from lienthong.people.registry import Registry, require_one_range

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.db.backends.utils import CursorWrapper

_FIND_CONSTRAINTS: Final = """
SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid), contype = 'f'
FROM pg_constraint
WHERE conrelid = ANY (%s::regclass[]) AND contype IN ('f', 'x', 'u') ORDER BY contype = 'f', conname
"""
_FIND_INDEXES: Final = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid = ANY (%s::regclass[])
AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'x', 'u'))
ORDER BY 1
"""
_SET_SEQUENCE: Final = (
    "SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT coalesce(max(id), 1) FROM {table}))"
)


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What was loaded, and how long rows and rules took."""

    people: int
    households: int
    copy_s: float
    rules_s: float


@dataclass(frozen=True, slots=True)
class _Rules:
    constraints: tuple[tuple[str, str, str], ...]
    references: tuple[tuple[str, str, str], ...]
    indexes: tuple[tuple[str, str], ...]


def load_people(registry: Registry, pieces: Iterable[Mapping[str, bytes]]) -> LoadReport:
    """Load pieces of rows (see `load_rows`) into an empty registry; all of them or nothing.

    Refuses a registry that holds anybody, and rows of the other range than the instance's, and rows that
    break a constraint.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            report = _load(registry, cursor, pieces)
    except IntegrityError as error:
        message = f"the rows break a rule, so nothing was loaded: {error}"
        raise PeopleError(PeopleErrorKind.CONFLICT, message) from error
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE " + ", ".join(LOAD_TABLES))
    return report


def _load(registry: Registry, cursor: CursorWrapper, pieces: Iterable[Mapping[str, bytes]]) -> LoadReport:
    started = time.perf_counter()
    _require_empty(cursor)
    rules = _take_rules_away(cursor)
    for piece in pieces:
        _copy_piece(cursor, piece)
    copied = time.perf_counter()
    _make_rules_again(cursor, rules)
    _set_sequences(cursor)
    require_one_range(registry)
    people, households = _count(cursor, "people_person"), _count(cursor, "people_household")
    return LoadReport(people, households, copied - started, time.perf_counter() - copied)


def _require_empty(cursor: CursorWrapper) -> None:
    cursor.execute("LOCK TABLE " + ", ".join(LOAD_TABLES) + " IN ACCESS EXCLUSIVE MODE")
    held = [table for table in LOAD_TABLES if _count_some(cursor, table)]
    if held:
        message = (
            f"a first load needs an empty registry, and {', '.join(held)} hold rows: use a new database, or import"
        )
        raise PeopleError(PeopleErrorKind.CONFLICT, message)


def _copy_piece(cursor: CursorWrapper, piece: Mapping[str, bytes]) -> None:
    for table, columns in LOAD_TABLES.items():
        # Without the wrapper, an error of COPY would be none of Django's.
        with connection.wrap_database_errors, cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
            copy.write(piece[table])


def _take_rules_away(cursor: CursorWrapper) -> _Rules:
    tables = list(LOAD_TABLES)
    cursor.execute(_FIND_CONSTRAINTS, [tables])
    constraints = cursor.fetchall()
    for table, name, _definition, _is_reference in constraints:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    cursor.execute(_FIND_INDEXES, [tables])
    indexes = cursor.fetchall()
    for name, _definition in indexes:
        cursor.execute(f"DROP INDEX {name}")
    return _Rules(
        tuple((table, name, rule) for table, name, rule, is_reference in constraints if not is_reference),
        tuple((table, name, rule) for table, name, rule, is_reference in constraints if is_reference),
        tuple(indexes),
    )


def _make_rules_again(cursor: CursorWrapper, rules: _Rules) -> None:
    # Sorting a million entries in memory; for this transaction only.
    cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
    for _name, definition in rules.indexes:
        cursor.execute(definition)
    for table, name, definition in rules.constraints + rules.references:
        cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


def _set_sequences(cursor: CursorWrapper) -> None:
    for table, columns in LOAD_TABLES.items():
        if "id" in columns:
            cursor.execute(_SET_SEQUENCE.format(table=table))


def _count(cursor: CursorWrapper, table: str) -> int:
    cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 # our own table's name
    return int(cursor.fetchone()[0])


def _count_some(cursor: CursorWrapper, table: str) -> bool:
    cursor.execute(f"SELECT EXISTS (SELECT FROM {table})")  # noqa: S608 # our own table's name
    return bool(cursor.fetchone()[0])
