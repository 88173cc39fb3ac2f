"""What rows break together: a unit without its parent, two of one code on one day, successions that do not meet.

Good rows stay in. A row that rests on a refused one is refused too, so that what goes in fits together whole.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lienthong.areas.errors import AreasError
from lienthong.areas.load_rows import (
    LoadFinding,
    LoadRule,
    SuccessionRow,
    UnitRow,
    read_succession_rows,
    read_unit_rows,
)
from lienthong.areas.unit_book import require_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date
    from fractions import Fraction

    from lienthong.areas.units import Succession, Unit, UnitKey
from lienthong.kernel.rows import Finding


@dataclass(frozen=True, slots=True)
class Checked:
    """What can go in, and all findings in the order of rows; `count` is the number of rows there were."""

    units: tuple[Unit, ...]
    successions: tuple[Succession, ...]
    findings: tuple[LoadFinding, ...]


def check_tables(units: bytes, successions: bytes, source: str, known: Iterable[Unit] = ()) -> Checked:
    """Check both tables against each other and against the units that are `known` already.

    Raises `BAD_FILE` where one of them is no such table at all.
    """
    unit_rows, findings = read_unit_rows(units)
    succession_rows, more = read_succession_rows(successions, source)
    findings += more
    good_units = _keep_units(unit_rows, list(known), findings)
    by_key = {unit.key: unit for unit in (*known, *(row.unit for row in good_units))}
    good_successions = _keep_successions(succession_rows, by_key, findings)
    ordered = sorted(findings, key=lambda finding: (finding.table != "units", finding.row, finding.column))
    return Checked(
        tuple(row.unit for row in good_units), tuple(row.succession for row in good_successions), tuple(ordered)
    )


def _keep_units(rows: list[UnitRow], known: list[Unit], findings: list[LoadFinding]) -> list[UnitRow]:
    kept = _drop_twins(rows, known, findings)
    # A unit's parent may itself be refused: look again until nothing more falls.
    while True:
        replaced = {row.unit.key for row in kept}
        by_code = defaultdict(list)
        for unit in (*(unit for unit in known if unit.key not in replaced), *(row.unit for row in kept)):
            by_code[unit.code].append(unit)
        orphans = {row.row for row in kept if row.unit.parent and not _has(by_code[row.unit.parent], row.unit.begin)}
        if not orphans:
            return kept
        for row in kept:
            if row.row in orphans:
                reason = f"no unit has this code on {row.unit.begin}, or its own row is refused"
                findings.append(Finding(row.row, "parent", row.unit.parent, LoadRule.PARENT, reason, table="units"))
        kept = [row for row in kept if row.row not in orphans]


def _has(units: list[Unit], day: date) -> bool:
    return any(unit.is_valid_on(day) for unit in units)


def _drop_twins(rows: list[UnitRow], known: list[Unit], findings: list[LoadFinding]) -> list[UnitRow]:
    """Keep the first row of a key, and no row that overlaps another of its code; a known unit's row replaces it."""
    keys = {row.unit.key for row in rows}
    others = defaultdict(list)
    for unit in known:
        if unit.key not in keys:
            others[unit.code].append(unit)
    kept: list[UnitRow] = []
    first_rows: dict[UnitKey, int] = {}
    for row in rows:
        twin = first_rows.setdefault(row.unit.key, row.row)
        overlapped = [other for other in others[row.unit.code] if _overlap(other, row.unit)]
        if twin != row.row:
            reason = f"row {twin} has the same code and first day"
            findings.append(Finding(row.row, "code", row.unit.code, LoadRule.TWICE, reason, table="units"))
        elif overlapped:
            other = overlapped[0]
            reason = f"{other.name} has this code from {other.begin} to {other.last_day or 'now'}"
            findings.append(Finding(row.row, "code", row.unit.code, LoadRule.OVERLAP, reason, table="units"))
        else:
            others[row.unit.code].append(row.unit)
            kept.append(row)
    return kept


def _overlap(one: Unit, other: Unit) -> bool:
    return (other.end is None or one.begin < other.end) and (one.end is None or other.begin < one.end)


def _keep_successions(
    rows: list[SuccessionRow], by_key: dict[UnitKey, Unit], findings: list[LoadFinding]
) -> list[SuccessionRow]:
    kept: list[SuccessionRow] = []
    first_rows: dict[tuple[UnitKey, UnitKey], int] = {}
    for row in rows:
        link = row.succession
        old, new = by_key.get(link.old), by_key.get(link.new)
        twin = first_rows.setdefault((link.old, link.new), row.row)
        if twin != row.row:
            reason = f"row {twin} has the same two units"
            findings.append(Finding(row.row, "old", link.old.code, LoadRule.TWICE, reason, table="successions"))
        elif old is None or new is None:
            column, key = ("old", link.old) if old is None else ("new", link.new)
            reason = f"no unit has this code from {key.begin} on, or its own row is refused"
            findings.append(Finding(row.row, column, key.code, LoadRule.UNIT, reason, table="successions"))
        elif old.end != new.begin:
            reason = f"{old.name} ends on {old.end or 'no day'}, {new.name} begins on {new.begin}"
            findings.append(Finding(row.row, "new_begin", str(new.begin), LoadRule.UNIT, reason, table="successions"))
        else:
            kept.append(row)
    return _drop_broken(kept, findings)


def _drop_broken(rows: list[SuccessionRow], findings: list[LoadFinding]) -> list[SuccessionRow]:
    """Drop all successions of a unit whose shares are no parts of one whole: which of them is wrong nobody knows.

    What one unit loses may break another's whole, so look again until nothing more falls.
    """
    while True:
        broken = [*_find_broken(rows, "share"), *_find_broken(rows, "share_back")]
        if not broken:
            return rows
        findings += broken
        places = {finding.row for finding in broken}
        rows = [row for row in rows if row.row not in places]


def _find_broken(rows: list[SuccessionRow], column: str) -> Iterator[LoadFinding]:
    wholes: dict[UnitKey, list[SuccessionRow]] = defaultdict(list)
    for row in rows:
        wholes[row.succession.old if column == "share" else row.succession.new].append(row)
    for key, parts in wholes.items():
        shares: list[Fraction | None] = [getattr(part.succession, column) for part in parts]
        try:
            require_whole(key, shares)
        except AreasError as error:
            for part, share in zip(parts, shares, strict=True):
                value = "" if share is None else str(share)
                yield Finding(part.row, column, value, LoadRule.WHOLE, error.message, table="successions")
