"""From the tables to values and back: the only place that knows both.

The whole book is read once per process and kept until a load changes the tables: 14,000 units take a fraction of
a second and a few megabytes, and every rule stays pure. Nothing here commits.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from lienthong.areas.addresses import AddressParser
from lienthong.areas.agency_codes import Agency as AgencyValue
from lienthong.areas.errors import AreasError, AreasErrorKind
from lienthong.areas.models import Agency, Load, Succession, Unit
from lienthong.areas.unit_book import UnitBook, make_book
from lienthong.areas.units import Kind
from lienthong.areas.units import Succession as SuccessionValue
from lienthong.areas.units import Unit as UnitValue

if TYPE_CHECKING:
    from datetime import date

    from lienthong.areas.units import UnitKey


@dataclass(frozen=True)
class Names:
    """A unit's English name, and whether it is derived."""

    english: str
    is_derived: bool


@dataclass(frozen=True)
class Gazetteer:
    """All that the tables hold on units: the book, English names, the source, and a parser of addresses."""

    book: UnitBook
    english: dict[UnitKey, Names]
    source: str
    parser: AddressParser


def get_gazetteer() -> Gazetteer:
    """Give what the tables hold now; one small query tells whether it was read already."""
    latest = Load.objects.order_by("-pk").values_list("pk", "source").first() or (0, "")
    # The first requests of a process come together: one reads, the others wait for what it read.
    with _READING:
        return _read_gazetteer(*latest)


def get_loaded_gazetteer() -> Gazetteer:
    """Give what the tables hold now; raises `NOT_LOADED` where that is nothing."""
    gazetteer = get_gazetteer()
    if not gazetteer.book.units:
        message = "this site has no administrative units yet; its operator runs: lienthong load-areas"
        raise AreasError(AreasErrorKind.NOT_LOADED, message)
    return gazetteer


def get_book() -> UnitBook:
    """Give the units and successions that the tables hold now."""
    return get_gazetteer().book


def find_unit(code: str, day: date) -> Unit | None:
    """Find the row of the unit that had the code on the day."""
    return Unit.objects.filter(code=code, validity__contains=day).first()


def find_agency(code: str, day: date) -> AgencyValue | None:
    """Find the agency that had the code on the day, as a value."""
    row = Agency.objects.filter(code=code, validity__contains=day).first()
    if row is None:
        return None
    return AgencyValue(
        code=row.code,
        name=row.name,
        english=row.english,
        parent=row.parent_code,
        area=row.area_code,
        begin=row.validity.lower,
        end=row.validity.upper,
        source=row.source,
    )


def read_units() -> tuple[list[UnitValue], dict[int, UnitKey]]:
    """Read all units as values, and the key of each row."""
    rows = Unit.objects.values_list("pk", "code", "kind", "name", "parent__code", "validity")
    units, keys = [], {}
    for pk, code, kind, name, parent, validity in rows:
        unit = UnitValue(
            code=code, kind=Kind(kind), name=name, parent=parent or "", begin=validity.lower, end=validity.upper
        )
        units.append(unit)
        keys[pk] = unit.key
    return units, keys


def read_successions(keys: dict[int, UnitKey]) -> list[SuccessionValue]:
    """Read all successions as values."""
    rows = Succession.objects.values_list("old_id", "new_id", "share", "share_back", "measure", "document", "source")
    return [
        SuccessionValue(
            old=keys[old],
            new=keys[new],
            document=document,
            source=source,
            share=Fraction(share) if share else None,
            share_back=Fraction(back) if back else None,
            measure=measure,
        )
        for old, new, share, back, measure, document, source in rows
    ]


_READING: Final = threading.Lock()


# One entry: the tables' state of before is of no use to anybody.
@lru_cache(maxsize=1)
def _read_gazetteer(_load: int, source: str) -> Gazetteer:
    units, keys = read_units()
    book = make_book(units, read_successions(keys))
    rows = Unit.objects.values_list("pk", "english", "english_is_derived")
    english = {keys[pk]: Names(name, is_derived) for pk, name, is_derived in rows}
    return Gazetteer(book, english, source, AddressParser(book))
