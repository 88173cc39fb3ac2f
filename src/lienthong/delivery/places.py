"""Which unit an area's code means, and what it is called: in the country's tree, or in the invented province's.

The invented province has units of its own, with a reform of its own, so that nothing invented enters the table of the
country's units.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Final, NamedTuple

from lienthong.areas.english import derive_english
from lienthong.areas.load_checks import check_tables
from lienthong.areas.store import get_loaded_gazetteer
from lienthong.areas.unit_book import Unknown, make_book
from lienthong.areas.units import Level, level_of_code
from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind
from lienthong.delivery.words import ILLUSTRATIVE_COUNTRY, NATIONAL, is_illustrative_area

if TYPE_CHECKING:
    from lienthong.areas.unit_book import UnitBook
    from lienthong.areas.units import Unit

COUNTRY_NAMES: Final = {
    NATIONAL: ("Cả nước", "Whole country"),
    ILLUSTRATIVE_COUNTRY: ("Cả nước (minh họa)", "Whole country (illustrative)"),
}

PROVINCES_SINCE: Final = date(2008, 8, 1)
"""No province changed from this day (Hà Tây joined Hà Nội) until the reform of 2025, so a province's figures of years
before the data on units begins are of the same unit."""


class Place(NamedTuple):
    """An area's code, and the day in whose tree it is meant."""

    code: str
    on: date

    @property
    def is_country(self) -> bool:
        """Whether it is no unit but the whole country."""
        return self.code in COUNTRY_NAMES


class Places:
    """The units as they stand now, each tree read when first asked for and kept: for who asks of many places."""

    def __init__(self) -> None:
        self._books: dict[bool, UnitBook] = {}

    def get_book(self, code: str) -> UnitBook:
        """Give the units among which a code is looked for; raises `NOT_LOADED` where the site has none yet."""
        is_illustrative = is_illustrative_area(code)
        if is_illustrative not in self._books:
            self._books[is_illustrative] = read_illustrative_book() if is_illustrative else get_loaded_gazetteer().book
        return self._books[is_illustrative]

    def resolve(self, place: Place) -> Unit | Unknown:
        """Give the unit that a place is, or why that is unknown; not for the whole country.

        A province is the same unit on days before the data on units begins, back to the last change of provinces.
        """
        book = self.get_book(place.code)
        found = book.resolve(place.code, place.on)
        if isinstance(found, Unknown) and level_of_code(place.code) is Level.PROVINCE:
            first = next(iter(book.by_code.get(place.code, ())), None)
            if first is not None and PROVINCES_SINCE <= place.on < first.begin:
                return first
        return found

    def find_validity(self, place: Place) -> tuple[date, date | None] | Unknown | None:
        """Give the days of the unit that a place is, why they are unknown, or None for the whole country."""
        if place.is_country:
            return None
        unit = self.resolve(place)
        if isinstance(unit, Unknown):
            return unit
        is_first = unit.level is Level.PROVINCE and unit == self.get_book(place.code).by_code[place.code][0]
        return (min(unit.begin, PROVINCES_SINCE) if is_first else unit.begin, unit.end)

    def list_units(self, code: str) -> tuple[Unit, ...]:
        """List the units that ever had a code, by their days."""
        return self.get_book(code).by_code.get(code, ())

    def name(self, place: Place, language: str) -> str:
        """Give what a place is called in `vi` or `en`; its code where nothing is known of it."""
        if place.is_country:
            return COUNTRY_NAMES[place.code][language != "vi"]
        unit = self.resolve(place)
        if isinstance(unit, Unknown):
            return place.code
        return unit.name if language == "vi" else derive_english(unit.name, unit.kind)


def get_book(code: str) -> UnitBook:
    """Give the units among which a code is looked for; raises `NOT_LOADED` where the site has none yet."""
    return Places().get_book(code)


def name_place(place: Place, language: str) -> str:
    """Give what one place is called in `vi` or `en`; its code where nothing is known of it."""
    return Places().name(place, language)


@cache
def read_illustrative_book() -> UnitBook:
    """Read the invented province's units and what became of them; raises `DATA_DAMAGED`."""
    folder = resources.files("lienthong.delivery").joinpath("data")
    units, successions = (folder.joinpath(f"illustrative-{name}.tsv").read_bytes() for name in ("units", "successions"))
    checked = check_tables(units, successions, "illustrative")
    if checked.findings:
        first = checked.findings[0]
        message = f"illustrative {first.table}, row {first.row}, {first.column}: {first.value!r}: {first.reason}"
        raise DeliveryError(DeliveryErrorKind.DATA_DAMAGED, message)
    return make_book(checked.units, checked.successions)
