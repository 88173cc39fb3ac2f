"""What codes in reasons are called, as the tables have it now: for who says to people why something stays out."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from lienthong.areas.errors import AreasError
from lienthong.delivery.indicators import list_definitions
from lienthong.delivery.places import Place, Places

if TYPE_CHECKING:
    from datetime import date

    from lienthong.delivery.indicators import Definition


class CodeNames:
    """Names of indicators and areas; definitions and units are read once, when first asked for."""

    def __init__(self) -> None:
        self._places = Places()

    @cached_property
    def _definitions(self) -> dict[str, Definition]:
        return list_definitions()

    def find_indicator(self, code: str, language: str) -> str:
        """Give what an indicator is called; nothing where there is none with the code."""
        definition = self._definitions.get(code)
        return "" if definition is None else definition.name_in(language)

    def find_area(self, code: str, on: date, language: str) -> str:
        """Give what the unit is called that had the code on a day; nothing where that is not known."""
        try:
            name = self._places.name(Place(code, on), language)
        except AreasError:
            # No code of a unit at all, or the site has no units yet: the reason says so itself.
            return ""
        return "" if name == code else name
