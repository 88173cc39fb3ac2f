"""Where this house looks administrative units up: the house of areas, asked by code and day."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from lienthong.areas.errors import AreasError
from lienthong.areas.extract import read_extract
from lienthong.areas.unit_book import Unknown

if TYPE_CHECKING:
    from datetime import date

    from lienthong.areas.unit_book import UnitBook


def find_area(code: str, day: date) -> str | None:
    """Give the name of the unit that had a code on a day, or None (also for what is no code)."""
    try:
        found = _get_book().resolve(code, day)
    except AreasError:
        return None
    return None if isinstance(found, Unknown) else found.name


@cache
def _get_book() -> UnitBook:
    return read_extract().make_book()
