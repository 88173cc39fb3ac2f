"""Loads units, successions and agencies into the tables: one transaction, idempotent, with progress and counts.

A row that is there already with the same values is left alone; one with other values is changed; one that the
loaded tables do not have stays and is counted as `beside`, because a part of the country can be loaded too.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db import connection, transaction

from lienthong.areas.agency_codes import parse_agency_code, read_agencies
from lienthong.areas.extract import read_extract, write_successions, write_units
from lienthong.areas.load_checks import Checked, check_tables
from lienthong.areas.models import Load
from lienthong.areas.store import read_successions, read_units
from lienthong.areas.unit_book import make_book
from lienthong.areas.writing import put_agencies, put_successions, put_units

if TYPE_CHECKING:
    from collections.abc import Callable

    from lienthong.areas.agency_codes import Agency
    from lienthong.areas.load_rows import LoadFinding

LOAD_LOCK: Final = 0x6C746172
"""The number of the advisory lock that loads take: two at once would both insert the same rows."""


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load did, by table: rows added, changed, unchanged, and beside; and what was refused or put right."""

    counts: dict[str, int]
    findings: tuple[LoadFinding, ...]

    @property
    def has_changed(self) -> bool:
        """Whether any row was added or changed."""
        return any(number for name, number in self.counts.items() if name.endswith((" added", " changed")))


def load_extract(say: Callable[[str], None], *, with_sandbox: bool) -> LoadReport:
    """Load the committed national extract and the table of agencies, the sandbox's only where wanted."""
    national = read_extract()
    checked = Checked(national.units, national.successions, ())
    agencies = [each for each in read_agencies() if with_sandbox or not parse_agency_code(each.code).is_sandbox]
    return _load(checked, agencies, national.head.source.label, say)


def load_tables(units: bytes, successions: bytes, source: str, say: Callable[[str], None]) -> LoadReport:
    """Load tables in the extract's form: good rows go in, all others are reported by row, column, value and rule.

    Raises `BAD_FILE` for what is no such table, and `CONTRADICTION` where the tables would no longer fit together
    with what is there; then nothing has changed.
    """
    known, _ = read_units()
    return _load(check_tables(units, successions, source, known), [], source, say)


def _load(checked: Checked, agencies: list[Agency], source: str, say: Callable[[str], None]) -> LoadReport:
    # A crash before the end of the transaction leaves the tables as they were; the load is simply repeated.
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOAD_LOCK])
        by_table = {
            "units": put_units(checked.units, say),
            "successions": put_successions(checked.successions),
            "agencies": put_agencies(agencies),
        }
        counts = {f"{table} {name}": number for table, names in by_table.items() for name, number in names.items()}
        report = LoadReport(counts, checked.findings)
        if report.has_changed:
            units, keys = read_units()
            make_book(units, read_successions(keys))
            digest = hashlib.sha256(write_units(checked.units) + write_successions(checked.successions)).hexdigest()
            Load.objects.create(source=source, digest=digest, counts=counts)
    for name, number in counts.items():
        say(f"{name}: {number}")
    return report
