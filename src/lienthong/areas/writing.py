"""Puts values into the tables: what is new is added, what differs is changed, everything else is left alone.

Nothing here commits, and nothing is ever deleted. Rows are told apart by code and first day (successions by their
two units).
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, TypeVar

from django.db.backends.postgresql.psycopg_any import DateRange

from lienthong.areas.english import derive_english
from lienthong.areas.models import Agency, Succession, Unit
from lienthong.areas.units import Level
from lienthong.kernel.text import collation_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date
    from fractions import Fraction

    from lienthong.areas.agency_codes import Agency as AgencyValue
    from lienthong.areas.units import Succession as SuccessionValue
    from lienthong.areas.units import Unit as UnitValue

ROWS_AT_ONCE: Final = 2000
"""Rows of one INSERT or UPDATE; progress is told after each."""

T = TypeVar("T")
Counts = dict[str, int]


def put_units(units: Sequence[UnitValue], say: Callable[[str], None]) -> Counts:
    """Put units into their table, those of higher levels first; a new unit's parent must be there or among them."""
    rows = _UnitRows()
    known = set(rows.by_key)
    # Changes first: a unit must have ended before its successor under the same code can begin.
    changed = {row.pk: row for unit in units if (row := rows.by_key.get(unit.key)) and _fill_unit(row, unit)}
    fields = ["level", "kind", "name", "english", "order", "validity"]
    Unit.objects.bulk_update(changed.values(), fields, ROWS_AT_ONCE)
    new = [unit for unit in units if unit.key not in known]
    added = 0
    for level in Level:
        for some in _cut([unit for unit in new if unit.level is level]):
            rows.add(some)
            added += len(some)
            say(f"  {added} of {len(new)} units")
    moved = [rows.by_key[unit.key] for unit in units if unit.key in known and rows.move(unit)]
    Unit.objects.bulk_update(moved, ["parent"], ROWS_AT_ONCE)
    touched = len(changed.keys() | {row.pk for row in moved})
    return _count(added, touched, len(units), len(known))


def put_successions(successions: Sequence[SuccessionValue]) -> Counts:
    """Put successions into their table; their units must be there."""
    units = {(code, validity.lower): pk for pk, code, validity in Unit.objects.values_list("pk", "code", "validity")}
    rows = {(row.old_id, row.new_id): row for row in Succession.objects.all()}
    new, changed = [], []
    for link in successions:
        pair = units[link.old], units[link.new]
        row = rows.get(pair)
        if row is None:
            row = Succession(old_id=pair[0], new_id=pair[1])
            new.append(row)
            _fill_succession(row, link)
        elif _fill_succession(row, link):
            changed.append(row)
    Succession.objects.bulk_create(new, ROWS_AT_ONCE)
    Succession.objects.bulk_update(changed, list(_SUCCESSION_FIELDS), ROWS_AT_ONCE)
    return _count(len(new), len(changed), len(successions), len(rows))


def put_agencies(agencies: Sequence[AgencyValue]) -> Counts:
    """Put agencies into their table."""
    rows = {(row.code, row.validity.lower): row for row in Agency.objects.all()}
    new, changed = [], []
    for agency in agencies:
        row = rows.get((agency.code, agency.begin))
        values = {
            "name": agency.name,
            "english": agency.english,
            "parent_code": agency.parent,
            "area_code": agency.area,
            "source": agency.source,
            "validity": DateRange(agency.begin, agency.end),
        }
        if row is None:
            new.append(Agency(code=agency.code, **values))
        elif _set(row, values):
            changed.append(row)
    Agency.objects.bulk_update(changed, ["name", "english", "parent_code", "area_code", "source", "validity"])
    Agency.objects.bulk_create(new)
    return _count(len(new), len(changed), len(agencies), len(rows))


class _UnitRows:
    """The table's rows by key and by code, kept up to date while rows are added."""

    def __init__(self) -> None:
        self.by_key: dict[tuple[str, date], Unit] = {}
        self._by_code: dict[str, list[Unit]] = defaultdict(list)
        for row in Unit.objects.all():
            self._take(row)

    def add(self, units: Sequence[UnitValue]) -> None:
        """Insert units of one level; those above are there already."""
        made = []
        for unit in units:
            row = Unit(code=unit.code, parent=self._find_parent(unit))
            _fill_unit(row, unit)
            made.append(row)
        for row in Unit.objects.bulk_create(made):
            self._take(row)

    def move(self, unit: UnitValue) -> bool:
        """Set the row's parent; tells whether that changed it."""
        row, parent = self.by_key[unit.key], self._find_parent(unit)
        differs = row.parent_id != (None if parent is None else parent.pk)
        row.parent = parent
        return differs

    def _find_parent(self, unit: UnitValue) -> Unit | None:
        if not unit.parent:
            return None
        return next(row for row in self._by_code[unit.parent] if unit.begin in row.validity)

    def _take(self, row: Unit) -> None:
        self.by_key[row.code, row.validity.lower] = row
        self._by_code[row.code].append(row)


def _fill_unit(row: Unit, unit: UnitValue) -> bool:
    values = {
        "level": unit.level.value,
        "kind": unit.kind.value,
        "name": unit.name,
        "order": collation_key(unit.short_name),
        "validity": DateRange(unit.begin, unit.end),
    }
    if row.english_is_derived:
        values["english"] = derive_english(unit.name, unit.kind)
    return _set(row, values)


_SUCCESSION_FIELDS: Final = ("day", "share", "share_back", "measure", "document", "source")


def _fill_succession(row: Succession, link: SuccessionValue) -> bool:
    values = (link.day, _spell(link.share), _spell(link.share_back), link.measure, link.document, link.source)
    return _set(row, dict(zip(_SUCCESSION_FIELDS, values, strict=True)))


def _set(row: object, values: dict[str, object]) -> bool:
    """Set a row's fields; tells whether any had another value."""
    differing = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in differing.items():
        setattr(row, name, value)
    return bool(differing)


def _spell(share: Fraction | None) -> str:
    return "" if share is None else str(share)


def _count(added: int, changed: int, wanted: int, known: int) -> Counts:
    unchanged = wanted - added - changed
    return {"added": added, "changed": changed, "unchanged": unchanged, "beside": known - changed - unchanged}


def _cut(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for first in range(0, len(items), ROWS_AT_ONCE):
        yield items[first : first + ROWS_AT_ONCE]
