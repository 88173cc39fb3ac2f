"""What offices are called, by the codes of their agencies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lienthong.areas.store import find_agency
from lienthong.cases.form_parts import Words
from lienthong.portal.cases.procedure_words import say

if TYPE_CHECKING:
    from datetime import date


def name_unit(unit: str, day: date) -> str:
    """Name an office as people know it; its code where the site's tables do not hold it."""
    found = find_agency(unit, day) if unit else None
    return unit if found is None else say(Words(found.name, found.english))
