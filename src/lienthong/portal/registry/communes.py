"""The communes that a clerk chooses from: those of their posts, or of one province at a time to keep pages light."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lienthong.people.areas_link import Place, find_area, find_province, list_communes, list_provinces

if TYPE_CHECKING:
    from datetime import date

    from lienthong.portal.registry.office import Clerk


@dataclass(frozen=True, slots=True)
class CommuneChoice:
    """What is offered: the provinces with the one that is open, none for a clerk of few communes, and the communes."""

    provinces: tuple[Place, ...]
    province: str
    communes: tuple[Place, ...]


def offer_communes(clerk: Clerk, province: str, code: str, day: date) -> CommuneChoice:
    """Offer the communes of `province`, or of the one in which the commune of `code` lies."""
    if clerk.areas is not None:
        own = (Place(area, find_area(area, day) or area) for area in sorted(clerk.areas))
        return CommuneChoice((), "", tuple(own))
    provinces = list_provinces(day)
    asked = (province, find_province(code, day), *(each.code for each in provinces[:1]))
    opened = next((each for each in asked if each in {known.code for known in provinces}), "")
    return CommuneChoice(provinces, opened, list_communes(opened, day))
