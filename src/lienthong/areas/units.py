"""Administrative units as values: a unit is its code together with the days on which it is valid.

A code alone names nothing: since July 2025 most present codes were other units' before. A unit whose extent
changes ends, and another begins, under the same code too. Days are half-open: `begin` is the first day, `end`
the first day no more.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Final, NamedTuple

import msgspec

from lienthong.areas.errors import AreasError, AreasErrorKind


class Level(StrEnum):
    """The tier of a unit. The middle one ended on 1 July 2025."""

    PROVINCE = "province"
    DISTRICT = "district"
    COMMUNE = "commune"


class Kind(StrEnum):
    """What the administration calls a unit; the values are its own words."""

    PROVINCE = "tỉnh"
    CITY = "thành phố"
    """Of the province's rank or, until July 2025, of a district's."""
    URBAN_DISTRICT = "quận"
    TOWN = "thị xã"
    DISTRICT = "huyện"
    WARD = "phường"
    COMMUNE = "xã"
    TOWNSHIP = "thị trấn"
    SPECIAL_ZONE = "đặc khu"


KINDS_OF_LEVEL: Final[dict[Level, frozenset[Kind]]] = {
    Level.PROVINCE: frozenset({Kind.PROVINCE, Kind.CITY}),
    Level.DISTRICT: frozenset({Kind.CITY, Kind.URBAN_DISTRICT, Kind.TOWN, Kind.DISTRICT}),
    Level.COMMUNE: frozenset({Kind.WARD, Kind.COMMUNE, Kind.TOWNSHIP, Kind.SPECIAL_ZONE}),
}

_LEVEL_OF_DIGITS: Final = {2: Level.PROVINCE, 3: Level.DISTRICT, 5: Level.COMMUNE}
"""The national codes tell the tier by their length."""

_CODE: Final = re.compile(r"[0-9]{2}|[0-9]{3}|[0-9]{5}")


class UnitKey(NamedTuple):
    """What names a unit for good: its code and its first day."""

    code: str
    begin: date


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """One unit. `name` holds the kind too (Phường Hồng Gai); `parent` is the code of the unit above, or empty."""

    code: str
    kind: Kind
    name: str
    parent: str
    begin: date
    end: date | None = None

    @property
    def key(self) -> UnitKey:
        """The code and the first day."""
        return UnitKey(self.code, self.begin)

    @property
    def level(self) -> Level:
        """The tier, told by the code's length."""
        return level_of_code(self.code)

    @property
    def short_name(self) -> str:
        """The name without its kind: Hồng Gai."""
        return strip_kind(self.name, self.kind)

    @property
    def last_day(self) -> date | None:
        """The last day on which the unit is valid, as people say it; None until further notice."""
        return None if self.end is None else self.end - timedelta(days=1)

    def is_valid_on(self, day: date) -> bool:
        """Whether `day` lies within the unit's validity."""
        return self.begin <= day and (self.end is None or day < self.end)


class Succession(msgspec.Struct, frozen=True, kw_only=True):
    """That the unit `old` went, as a whole or in part, into the unit `new` on the day on which that one begins.

    `share` is the part of `old` that went there, `share_back` the part of `new` that came from it, both of what
    `measure` says; None where no source says how much. A whole is 1 and needs no measure.
    """

    old: UnitKey
    new: UnitKey
    document: str
    source: str
    share: Fraction | None = None
    share_back: Fraction | None = None
    measure: str = ""

    @property
    def day(self) -> date:
        """The day on which it took effect."""
        return self.new.begin


def level_of_code(code: str) -> Level:
    """Give the tier of a code; raises `BAD_CODE` for what is no unit's code."""
    return _LEVEL_OF_DIGITS[len(require_code(code))]


def require_code(code: str) -> str:
    """Give `code` back if it has the form of a unit's code; raises `BAD_CODE`."""
    if not _CODE.fullmatch(code):
        message = f"expected a code of two digits (province), three (former district) or five (commune), got {code!r}"
        raise AreasError(AreasErrorKind.BAD_CODE, message)
    return code


def strip_kind(name: str, kind: Kind) -> str:
    """Give `name` without its kind in front."""
    return name[len(kind) + 1 :] if name.lower().startswith(f"{kind} ") else name
