"""Where this house looks communes up, by code or from a list: the house of areas, asked for a day.

The tables that a site loaded count; a site that loaded none yet is answered from the extract in the package.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from lienthong.areas.errors import AreasError
from lienthong.areas.extract import read_extract
from lienthong.areas.store import get_book
from lienthong.areas.unit_book import Unknown
from lienthong.areas.units import Level
from lienthong.kernel.text import collation_key

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from lienthong.areas.unit_book import UnitBook
    from lienthong.areas.units import Unit


class Place(NamedTuple):
    """A commune or a province, as a list to choose from shows it."""

    code: str
    name: str


def find_area(code: str, day: date) -> str | None:
    """Give the name of the commune that had a code on a day, or None: people live in no unit above it."""
    found = _resolve(code, day)
    return None if found is None else found.name


def find_province(code: str, day: date) -> str:
    """Give the code of the province that a commune lies in; empty text where the commune is not known."""
    found = _resolve(code, day)
    return "" if found is None else _get_book().find_province(found).code


def list_provinces(day: date) -> tuple[Place, ...]:
    """List all provinces of a day in Vietnamese order."""
    return _sort(_get_book().list_units(day, Level.PROVINCE))


def list_communes(province: str, day: date) -> tuple[Place, ...]:
    """List the communes of a province on a day in Vietnamese order; none of a province that there is not."""
    return _sort(_get_book().list_units(day, Level.COMMUNE, province)) if province else ()


def _resolve(code: str, day: date) -> Unit | None:
    try:
        found = _get_book().resolve(code, day)
    except AreasError:
        return None
    return found if not isinstance(found, Unknown) and found.level is Level.COMMUNE else None


def _sort(units: Iterable[Unit]) -> tuple[Place, ...]:
    return tuple(Place(unit.code, unit.name) for unit in sorted(units, key=lambda unit: collation_key(unit.name)))


def _get_book() -> UnitBook:
    book = get_book()
    return book if book.units else _read_packaged_book()


@cache
def _read_packaged_book() -> UnitBook:
    return read_extract().make_book()
