"""For which purposes the sandbox's members may be asked: procedures with a step there, and one's own record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lienthong.cases.catalogue import load_catalogue

OWN_RECORD: Final = "91/2025/QH15"
"""The legal basis by which people read what is held about them (portal/province/own_record.py)."""


PLANS: Final = ("15/KH-UBND", "990/KH-UBND")
"""The invented plans (data/ward-directives.yaml, delivery's own) for whose tasks agencies ask each other."""


@dataclass(frozen=True, slots=True)
class Purposes:
    """Codes that a grant may name: of all procedures, and by the name that procedures have for an agency."""

    procedures: tuple[str, ...]
    by_agency: dict[str, tuple[str, ...]]

    @property
    def look_ups(self) -> tuple[str, ...]:
        """For what people may be looked up: to fill a form in, or to show them their own record."""
        return (*self.procedures, OWN_RECORD)


def list_purposes() -> Purposes:
    """Read the purposes off the catalogue of procedures: all versions, as old cases go on."""
    procedures = load_catalogue().procedures
    codes = tuple(dict.fromkeys(procedure.code for procedure in procedures))
    agencies = dict.fromkeys(step.agency for procedure in procedures for step in procedure.steps)
    by_agency = {
        agency: tuple(
            dict.fromkeys(each.code for each in procedures if any(step.agency == agency for step in each.steps))
        )
        for agency in agencies
    }
    return Purposes(codes, by_agency)


def write_purposes(purposes: tuple[str, ...]) -> str:
    """Give the line of a grant that names them."""
    quoted = ", ".join(f'"{purpose}"' for purpose in purposes)
    return f"purposes = [{quoted}]"
