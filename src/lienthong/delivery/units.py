"""Units of measure with their algebra: what may be added, and what comes of multiplying and dividing.

A unit is a factor and a product of bases with powers: `bn_VND` is 10^9 VND, `percent` is 1/100 of nothing. Two figures
may be added where their bases agree; the factors are then brought to one. Money of two currencies has two bases, so
dong never turn into dollars without a rate. Labels for people stand in `labels.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Unit:
    """A factor, and the bases with their powers in order of name; powers of nothing are left out."""

    factor: Fraction
    bases: tuple[tuple[str, int], ...] = ()

    @property
    def is_number(self) -> bool:
        """Whether it is a number of nothing: a share, a ratio."""
        return not self.bases

    def __mul__(self, other: Unit) -> Unit:
        return Unit(self.factor * other.factor, _join(self.bases, other.bases))

    def __truediv__(self, other: Unit) -> Unit:
        return self * other.raise_to(-1)

    def raise_to(self, power: int) -> Unit:
        """Give the unit multiplied with itself so many times."""
        return Unit(self.factor**power, _join((base, times * power) for base, times in self.bases))

    def is_like(self, other: Unit) -> bool:
        """Whether figures in the two may be added or compared."""
        return self.bases == other.bases

    def describe(self) -> str:
        """Say what it is made of, for messages."""
        if not self.bases:
            return "a number" if self.factor == 1 else f"a number in parts of {1 / self.factor}"
        powers = "·".join(base if times == 1 else f"{base}^{times}" for base, times in self.bases)
        return powers if self.factor == 1 else f"{self.factor} {powers}"


ONE: Final = Unit(Fraction(1))
"""A number of nothing."""

_BASES: Final = (
    "VND",
    "USD",
    "person",
    "household",
    "case",
    "card",
    "message",
    "enterprise",
    "commune",
    "crime",
    "accident",
    "target",
    "km",
    "kWh",
    "bed",
    "year",
    "day",
    "point",
    "rank",
)
_FACTORS: Final = {
    "one": ("", Fraction(1)),
    "percent": ("", Fraction(1, 100)),
    "pp": ("", Fraction(1, 100)),
    "permille": ("", Fraction(1, 1000)),
    "times": ("", Fraction(1)),
    "thousand_VND": ("VND", Fraction(10**3)),
    "mn_VND": ("VND", Fraction(10**6)),
    "bn_VND": ("VND", Fraction(10**9)),
    "mn_USD": ("USD", Fraction(10**6)),
    "thousand_person": ("person", Fraction(10**3)),
    "hectare": ("km", Fraction(1, 100)),
    "tonne": ("tonne", Fraction(1)),
    "m2": ("km", Fraction(1, 10**6)),
}
_AREAS: Final = frozenset({"hectare", "m2"})

ATOMS: Final[dict[str, Unit]] = {
    **{base: Unit(Fraction(1), ((base, 1),)) for base in _BASES},
    **{
        name: Unit(factor, ((base, 2 if name in _AREAS else 1),) if base else ())
        for name, (base, factor) in _FACTORS.items()
    },
}
"""The units that have a name of their own."""

_STEP: Final = re.compile(r"([*/]?)([A-Za-z_]\w*)(?:\^(-?[1-9]))?")


def parse_unit(text: str) -> Unit:
    """Read a unit such as `percent`, `USD/person`, `bn_VND`, `person/km^2`; raises `BAD_UNIT`."""
    unit, place = ONE, 0
    while place < len(text):
        step = _STEP.match(text, place)
        if step is None or step[2] not in ATOMS or bool(step[1]) == (place == 0):
            raise _refuse(text)
        atom = ATOMS[step[2]].raise_to(int(step[3] or 1))
        unit = unit / atom if step[1] == "/" else unit * atom
        place = step.end()
    if not text:
        raise _refuse(text)
    return unit


def convert(value: Fraction, unit: Unit, to: Unit) -> Fraction:
    """Give the same figure in another unit; raises `WRONG_UNIT` where they are not alike."""
    if not unit.is_like(to):
        message = f"expected a figure in {to.describe()}, got one in {unit.describe()}"
        raise DeliveryError(DeliveryErrorKind.WRONG_UNIT, message)
    return value * unit.factor / to.factor


def _join(*parts: Iterable[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    powers: dict[str, int] = {}
    for part in parts:
        for base, times in part:
            powers[base] = powers.get(base, 0) + times
    return tuple(sorted((base, times) for base, times in powers.items() if times))


def _refuse(text: str) -> DeliveryError:
    message = (
        f"expected a unit made of {', '.join(sorted(ATOMS))} with * / and powers, such as USD/person, got {text!r}"
    )
    return DeliveryError(DeliveryErrorKind.BAD_UNIT, message)
