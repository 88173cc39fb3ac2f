"""Where this house looks communes up: the house of areas, asked by code and day.

The tables that a site loaded count; a site that loaded none yet is answered from the extract in the package.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from lienthong.areas.errors import AreasError
from lienthong.areas.extract import read_extract
from lienthong.areas.store import get_book
from lienthong.areas.unit_book import Unknown
from lienthong.areas.units import Level

if TYPE_CHECKING:
    from datetime import date

    from lienthong.areas.unit_book import UnitBook


def find_area(code: str, day: date) -> str | None:
    """Give the name of the commune that had a code on a day, or None: people live in no unit above it."""
    book = get_book()
    try:
        found = (book if book.units else _read_packaged_book()).resolve(code, day)
    except AreasError:
        return None
    return found.name if not isinstance(found, Unknown) and found.level is Level.COMMUNE else None


@cache
def _read_packaged_book() -> UnitBook:
    return read_extract().make_book()
