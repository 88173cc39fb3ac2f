"""All units and successions in memory, checked once: which unit had a code on a day, and what lies around it.

What cannot be known is an answer here (`Unknown`, with its reason), never an exception: two snapshots are all
the data there is, so many honest answers are "unknown".
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

from lienthong.areas.errors import AreasError, AreasErrorKind
from lienthong.areas.units import Level, Succession, Unit, UnitKey, level_of_code

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

Item = TypeVar("Item")
Name = TypeVar("Name")


@dataclass(frozen=True, slots=True)
class Unknown:
    """That there is no answer: whether the code or the day is unknown, and a sentence that says why."""

    kind: AreasErrorKind
    reason: str


@dataclass(frozen=True, slots=True)
class UnitBook:
    """Units and successions with their look-ups; made by `make_book`."""

    units: tuple[Unit, ...]
    successions: tuple[Succession, ...]
    by_code: dict[str, tuple[Unit, ...]]
    by_key: dict[UnitKey, Unit]
    onward: dict[UnitKey, tuple[Succession, ...]]
    """Of each unit, the successions in which it is the old one."""
    origins: dict[UnitKey, tuple[Succession, ...]]
    """Of each unit, the successions in which it is the new one."""
    children: dict[UnitKey, tuple[Unit, ...]]
    """Of each unit, the units below it at any time of its validity."""

    @property
    def first_day(self) -> date:
        """The first day about which anything is known anywhere."""
        return min(unit.begin for unit in self.units)

    @property
    def whole_country_from(self) -> date:
        """The first day on which the data covers every province."""
        provinces = (units[0].begin for units in self.by_code.values() if units[0].level is Level.PROVINCE)
        return max(provinces)

    def resolve(self, code: str, day: date) -> Unit | Unknown:
        """Give the unit that had `code` on `day`, or why that is unknown; raises `BAD_CODE` for what is no code."""
        level_of_code(code)
        known = self.by_code.get(code, ())
        found = next((unit for unit in known if unit.is_valid_on(day)), None)
        if found is not None:
            return found
        if day < self.first_day or (known and day < known[0].begin and not self._is_covered(code, day)):
            return self._explain_day(code, day)
        spans = " and ".join(f"{unit.name} from {unit.begin} to {unit.last_day or 'now'}" for unit in known)
        history = f"it was {spans}" if known else "no unit in the data ever had it"
        return Unknown(AreasErrorKind.UNKNOWN_CODE, f"no unit has the code {code} on {day}: {history}")

    def list_units(self, day: date, level: Level | None = None, province: str = "") -> tuple[Unit, ...]:
        """List the units valid on `day`, by code; of one level and one province where given."""
        return tuple(
            unit
            for unit in self.units
            if unit.is_valid_on(day)
            and level in (None, unit.level)
            and (not province or self.find_province(unit).code == province)
        )

    def find_parent(self, unit: Unit) -> Unit | None:
        """Give the unit above `unit`, or None for a province."""
        above = (other for other in self.by_code.get(unit.parent, ()) if other.is_valid_on(unit.begin))
        return next(above, None)

    def find_province(self, unit: Unit) -> Unit:
        """Give the province that `unit` lies in; a province is its own."""
        parent = self.find_parent(unit)
        return unit if parent is None else self.find_province(parent)

    def _is_covered(self, code: str, day: date) -> bool:
        """Whether the data knows the day where a unit with this code lies: all of its province begins together."""
        earliest = self.find_province(self.by_code[code][0]).code
        return self.by_code[earliest][0].begin <= day

    def _explain_day(self, code: str, day: date) -> Unknown:
        known = self.by_code.get(code, ())
        begin = known[0].begin if known else self.first_day
        return Unknown(AreasErrorKind.UNKNOWN_DAY, f"unknown: the data on {code} begins on {begin}, asked for {day}")


def make_book(units: Iterable[Unit], successions: Iterable[Succession]) -> UnitBook:
    """Check units and successions against each other and index them; raises `CONTRADICTION`.

    Two units of one code may not overlap; a parent must be valid on a unit's first day; a succession's units
    must exist and meet; known shares of one unit may not exceed the whole, and make it up where all are known.
    """
    ordered = tuple(sorted(units, key=lambda unit: unit.key))
    links = tuple(sorted(successions, key=lambda link: (link.old, link.new)))
    by_key = {unit.key: unit for unit in ordered}
    by_code = _group(ordered, lambda unit: unit.code)
    _require_apart(by_code)
    _require_joined(links, by_key)
    onward, origins = _group(links, lambda link: link.old), _group(links, lambda link: link.new)
    for key, parts in onward.items():
        require_whole(key, [part.share for part in parts])
    for key, parts in origins.items():
        require_whole(key, [part.share_back for part in parts])
    children = _find_children(ordered, by_code)
    return UnitBook(ordered, links, by_code, by_key, onward, origins, children)


def require_whole(key: UnitKey, shares: list[Fraction | None]) -> None:
    """Refuse shares of one unit that are not parts of one whole."""
    known = [share for share in shares if share is not None]
    total = sum(known, Fraction(0))
    whole = total == 1 if len(known) == len(shares) else total <= 1
    if not whole or any(share < 0 for share in known):
        message = f"{key.code} from {key.begin}: expected shares that make up 1, got {', '.join(map(str, shares))}"
        raise AreasError(AreasErrorKind.CONTRADICTION, message)


def _group(items: Iterable[Item], key: Callable[[Item], Name]) -> dict[Name, tuple[Item, ...]]:
    groups: dict[Name, list[Item]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return {name: tuple(group) for name, group in groups.items()}


def _require_apart(by_code: dict[str, tuple[Unit, ...]]) -> None:
    for code, units in by_code.items():
        for earlier, later in pairwise(units):
            if earlier.end is None or earlier.end > later.begin:
                message = (
                    f"{code}: {earlier.name} until {earlier.last_day or 'now'} overlaps {later.name} from {later.begin}"
                )
                raise AreasError(AreasErrorKind.CONTRADICTION, message)


def _require_joined(links: tuple[Succession, ...], by_key: dict[UnitKey, Unit]) -> None:
    for link in links:
        old, new = by_key.get(link.old), by_key.get(link.new)
        if old is None or new is None or old.end != new.begin:
            pair = f"{link.old.code} to {link.new.code}"
            message = f"succession {pair}: expected a unit that ends on {link.day} and one that begins"
            raise AreasError(AreasErrorKind.CONTRADICTION, message)


def _find_children(ordered: tuple[Unit, ...], by_code: dict[str, tuple[Unit, ...]]) -> dict[UnitKey, tuple[Unit, ...]]:
    children: dict[UnitKey, list[Unit]] = defaultdict(list)
    for unit in ordered:
        if not unit.parent:
            continue
        parent = next((other for other in by_code.get(unit.parent, ()) if other.is_valid_on(unit.begin)), None)
        if parent is None:
            message = f"{unit.code} {unit.name}: no unit has its parent's code {unit.parent} on {unit.begin}"
            raise AreasError(AreasErrorKind.CONTRADICTION, message)
        children[parent.key].append(unit)
    return {key: tuple(below) for key, below in children.items()}
