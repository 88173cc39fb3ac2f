"""Quảng Ninh's communes over time: the committed extract, read into values and asked by code and day.

Since 2025 a code alone names nothing: each of the 54 present codes was another unit's before, 29 of them
under another name. So a unit is its code together with the days on which it is valid. This file owns the
look-ups; it refuses to choose among the candidates of a unit that was split.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from importlib import resources
from typing import Final

import msgspec

from lienthong.sandbox.errors import SandboxError, SandboxErrorKind

EXTRACT_FILE: Final = "quang-ninh-units.json"
"""The committed extract, in this package's `data` folder."""


class Unit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One commune (phường, xã, thị trấn, đặc khu), valid from `first_day` to `last_day`, both included.

    No last day means until further notice. A former unit has its district and its successors' codes, a
    present one its predecessors' codes.
    """

    code: str
    name: str
    kind: str
    first_day: date = msgspec.field(name="from")
    last_day: date | None = msgspec.field(name="to", default=None)
    district: str = ""
    successors: tuple[str, ...] = ()
    predecessors: tuple[str, ...] = ()

    def is_valid_on(self, day: date) -> bool:
        """Whether `day` lies within the unit's validity."""
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)


class Source(msgspec.Struct, frozen=True):
    """Where the extract comes from: a published package, its licence, and what was read of it."""

    package: str
    version: str
    licence: str
    notice: str
    wheel: dict[str, str]
    files: dict[str, str]


class Province(msgspec.Struct, frozen=True):
    """The province that all units belong to; its own code did not change."""

    code: str
    name: str


class Period(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A time without changes, and the resolution that began it. `units` is the number it made."""

    first_day: date = msgspec.field(name="from")
    last_day: date | None = msgspec.field(name="to", default=None)
    units: int
    document: str
    issued: date


class Extract(msgspec.Struct, frozen=True):
    """The committed file as it is."""

    source: Source
    province: Province
    periods: tuple[Period, ...]
    units: tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class UnitBook:
    """The extract with its units by code."""

    extract: Extract
    by_code: dict[str, tuple[Unit, ...]]

    @property
    def first_day(self) -> date:
        """The first day that anything is known about."""
        return min(period.first_day for period in self.extract.periods)

    def find_unit(self, code: str, day: date) -> Unit | None:
        """Find the unit that had `code` on `day`, or None."""
        return next((unit for unit in self.by_code.get(code, ()) if unit.is_valid_on(day)), None)

    def list_units(self, day: date) -> tuple[Unit, ...]:
        """List all units valid on `day`, ordered by code."""
        return tuple(unit for unit in self.extract.units if unit.is_valid_on(day))

    def follow(self, unit: Unit) -> tuple[Unit, ...]:
        """Give the present units that `unit` became, ordered by code; a present unit is its own answer.

        More than one means that it was split: the data does not say which part a place lies in.
        """
        if not unit.successors:
            return (unit,)
        nexts = [self._get_successor(unit, code) for code in unit.successors]
        present = {found.code: found for successor in nexts for found in self.follow(successor)}
        return tuple(present[code] for code in sorted(present))

    def _get_successor(self, unit: Unit, code: str) -> Unit:
        later = [other for other in self.by_code.get(code, ()) if other.first_day > unit.first_day]
        if not later:
            message = f"{EXTRACT_FILE}: {unit.code} {unit.name} leads to {code}, which no later unit has"
            raise SandboxError(SandboxErrorKind.SOURCE, message)
        return min(later, key=lambda other: other.first_day)


def read_units() -> UnitBook:
    """Read the committed extract; raises `SandboxError` when it does not have its form."""
    content = resources.files("lienthong.sandbox").joinpath("data", EXTRACT_FILE).read_bytes()
    try:
        extract = msgspec.json.decode(content, type=Extract)
    except msgspec.MsgspecError as error:
        message = f"{EXTRACT_FILE} is not the extract that extract_units writes: {error}"
        raise SandboxError(SandboxErrorKind.SOURCE, message) from error
    by_code: dict[str, tuple[Unit, ...]] = {}
    for unit in extract.units:
        by_code[unit.code] = (*by_code.get(unit.code, ()), unit)
    return UnitBook(extract, by_code)
