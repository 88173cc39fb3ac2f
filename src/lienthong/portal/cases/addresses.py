"""What an address's question offers: all provinces, and the communes of the one that is chosen or is one's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lienthong.portal.cases.communes import (
    Place,
    find_own_province,
    find_province_code,
    list_communes,
    list_provinces,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lienthong.cases.form_parts import Field
    from lienthong.cases.house import Cases


@dataclass(frozen=True, slots=True)
class Places:
    """The province that an address is in, and the communes to choose from."""

    province: str
    communes: tuple[Place, ...]


def describe_places(cases: Cases, typed: Mapping[str, str]) -> dict[str, Any]:
    """Give what a page with addresses needs: the provinces, and for each question the communes to choose from."""
    today = cases.today()

    def find_places(field: Field) -> Places:
        province = (
            typed.get(f"{field.name}-province")
            or find_province_code(typed.get(f"{field.name}-area", ""), today)
            or find_own_province(cases.unit, today)
        )
        return Places(province, list_communes(province, today))

    return {"provinces": list_provinces(today), "places_of": find_places}
