"""Importing a file of people: the good rows go in together, each whole, and everything else is reported.

Imported people are unverified: their numbers were typed somewhere and compared with nobody. So no death can
rest on them until an officer verifies the identity.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from lienthong.kernel.rows import Finding
from lienthong.people.allocation import claim_number
from lienthong.people.days import find_moment, find_today
from lienthong.people.errors import PeopleError
from lienthong.people.events import Loaded, Stay
from lienthong.people.import_rows import ImportFinding, ImportRow, ImportRule, list_refused, read_import_file
from lienthong.people.models import AllocatedNumber
from lienthong.people.personal_number import parse_number
from lienthong.people.recording import Told, draw_person_id, record_person_event
from lienthong.people.residences import NewPlace, form_household
from lienthong.people.words import Relation

if TYPE_CHECKING:
    from lienthong.people.registry import Registry


@dataclass(frozen=True, slots=True)
class ImportReport:
    """How many rows went in, which did not, and why."""

    count: int
    imported: int
    refused_rows: tuple[int, ...]
    findings: tuple[ImportFinding, ...]


def import_people(registry: Registry, content: bytes, source: str) -> ImportReport:
    """Import a file in one transaction: rows with a refused value stay out, all others go in whole.

    Raises BAD_FILE for a file that cannot be read, and then nothing is imported.
    """
    read = read_import_file(content, find_today(registry.clock))
    told = Told(source, find_moment(registry.clock))
    findings = list(read.findings)
    imported = 0
    with transaction.atomic():
        taken = _find_taken(read.rows)
        for row in read.rows:
            found = _find_fault(registry, row, taken)
            if found is None:
                _import_row(registry, row, told)
                imported += 1
            else:
                findings.append(found)
    ordered = tuple(sorted(findings, key=lambda finding: (finding.row, finding.column)))
    return ImportReport(read.count, imported, tuple(list_refused(ordered)), ordered)


def _find_taken(rows: tuple[ImportRow, ...]) -> frozenset[int]:
    numbers = [int(row.number) for row in rows]
    return frozenset(AllocatedNumber.objects.filter(number__in=numbers).values_list("number", flat=True))


def _find_fault(registry: Registry, row: ImportRow, taken: frozenset[int]) -> ImportFinding | None:
    """Find what only the registry can tell of a row: the number's range, who has it, and the unit's code.

    The code is one of today's: a file says where people live now, since whenever that was.
    """
    if int(row.number) in taken:
        reason = "somebody in the registry has or had this number"
        return Finding(row.row, "number", row.number, ImportRule.NUMBER_TAKEN, reason)
    try:
        registry.require_number(parse_number(row.number))
    except PeopleError as error:
        return Finding(row.row, "number", row.number, ImportRule.NUMBER_RANGE, error.message)
    try:
        registry.require_area(row.area_code, find_today(registry.clock))
    except PeopleError as error:
        return Finding(row.row, "area_code", row.area_code, ImportRule.AREA, error.message)
    return None


def _import_row(registry: Registry, row: ImportRow, told: Told) -> None:
    household = form_household(registry, NewPlace(row.area_code, row.address), find_today(registry.clock), told)
    person = draw_person_id()
    claim_number(row.number, person)
    body = Loaded(
        number=row.number,
        full_name=row.full_name,
        sex=row.sex,
        birth_date=row.birth_date,
        birth_place=row.birth_place,
        died_on=row.died_on,
        verified=False,
        stays=(Stay(household, Relation.HEAD, row.since, row.died_on),),
    )
    record_person_event(person, body, told.recorded_at.date(), told)
