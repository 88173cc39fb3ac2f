"""What the stories of this house need from outside, handed in as one value, and the guard of its number range.

A registry holds synthetic people or real ones, never both. Synthetic numbers all begin with one code, which
is the highest, so one look at each end of the index tells what stands in the table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from django.db.models import Max, Min

from lienthong.people.errors import PeopleError, PeopleErrorKind
from lienthong.people.models import AllocatedNumber
from lienthong.people.number_places import SANDBOX_CODE
from lienthong.people.personal_number import NUMBER_DIGITS, PersonalNumber

if TYPE_CHECKING:
    from datetime import date

    from lienthong.kernel.clock import Clock

SYNTHETIC_INSTANCE: Final = "DEMO"
"""The only instance whose people are made up."""

_FIRST_SYNTHETIC: Final = int(SANDBOX_CODE.ljust(NUMBER_DIGITS, "0"))


class FindArea(Protocol):
    """Finds administrative units as they were on a day."""

    def __call__(self, code: str, day: date) -> str | None:
        """Give the name of the unit that had the code on the day, or None."""


@dataclass(frozen=True, slots=True)
class Registry:
    """The instance it belongs to, the clock, and where administrative units are looked up."""

    instance: str
    clock: Clock
    find_area: FindArea

    @property
    def is_synthetic(self) -> bool:
        """Whether its people are made up."""
        return self.instance == SYNTHETIC_INSTANCE

    def require_number(self, number: PersonalNumber) -> None:
        """Refuse a number of the other range."""
        if number.is_synthetic is not self.is_synthetic:
            held = "synthetic" if self.is_synthetic else "real"
            message = (
                f"personal number {number.text}: instance {self.instance} holds {held} people only, whose numbers "
                f"{'' if self.is_synthetic else 'do not '}begin with {SANDBOX_CODE}"
            )
            raise PeopleError(PeopleErrorKind.MIXED_RANGES, message)

    def require_area(self, code: str, day: date) -> str:
        """Give the name of the unit that has the code on the day; else raise UNKNOWN_AREA."""
        name = self.find_area(code, day)
        if name is None:
            message = f"area {code!r}: no administrative unit has this code on {day}"
            raise PeopleError(PeopleErrorKind.UNKNOWN_AREA, message)
        return name


def require_one_range(registry: Registry) -> None:
    """Refuse to start on a database with people of the other range, or of both; costs two index look-ups."""
    ends = AllocatedNumber.objects.aggregate(lowest=Min("number"), highest=Max("number"))
    if ends["lowest"] is None:
        return
    has_real = ends["lowest"] < _FIRST_SYNTHETIC
    has_synthetic = ends["highest"] >= _FIRST_SYNTHETIC
    if has_real and has_synthetic:
        held = "both synthetic and real numbers"
    elif has_synthetic is not registry.is_synthetic:
        held = "synthetic numbers" if has_synthetic else "real numbers"
    else:
        return
    message = (
        f"this database holds {held}, and the instance is {registry.instance}: synthetic people belong to "
        f"{SYNTHETIC_INSTANCE} and nobody else does; give this instance a database of its own"
    )
    raise PeopleError(PeopleErrorKind.MIXED_RANGES, message)
