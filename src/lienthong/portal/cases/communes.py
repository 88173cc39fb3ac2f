"""The communes to choose from in an address: those of one province at a time, so that a page stays light."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lienthong.areas.models import Unit
from lienthong.areas.store import find_agency, find_unit
from lienthong.areas.units import Level

if TYPE_CHECKING:
    from datetime import date

PROVINCE_DIGITS: Final = 2
"""The codes of provinces are this long, those of communes longer."""


@dataclass(frozen=True, slots=True)
class Place:
    """A unit as a list shows it."""

    code: str
    name: str


def list_provinces(day: date) -> tuple[Place, ...]:
    """List all provinces of a day in Vietnamese order."""
    rows = Unit.objects.filter(level=Level.PROVINCE, validity__contains=day).order_by("order")
    return tuple(Place(code, name) for code, name in rows.values_list("code", "name"))


def list_communes(province: str, day: date) -> tuple[Place, ...]:
    """List the communes of a province on a day in Vietnamese order."""
    rows = Unit.objects.filter(level=Level.COMMUNE, parent__code=province, validity__contains=day).order_by("order")
    return tuple(Place(code, name) for code, name in rows.values_list("code", "name"))


def find_province_code(area_code: str, day: date) -> str:
    """Find the province that a unit lies in; empty text where the unit is not known."""
    unit = find_unit(area_code, day) if area_code else None
    while unit is not None and unit.parent is not None:
        unit = unit.parent
    return "" if unit is None else unit.code


def find_own_province(agency: str, day: date) -> str:
    """Find the province that an agency serves; empty text where the agency or its area is not known."""
    found = find_agency(agency, day)
    if found is None or len(found.area) == PROVINCE_DIGITS:
        return "" if found is None else found.area
    return find_province_code(found.area, day)


def name_place(area_code: str, day: date) -> str:
    """Write a commune with its province, as an address ends; its code where the units do not know it."""
    unit = find_unit(area_code, day) if area_code else None
    if unit is None:
        return area_code
    return unit.name if unit.parent is None else f"{unit.name}, {unit.parent.name}"
