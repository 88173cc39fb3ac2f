"""The committed national extract: its files, written and read. Bytes in, values out, and back.

Two tab-separated tables, compressed, and a readable head beside them that names source, version, counts and the
hash of each table before compression, so that another compressor's bytes do not matter.
"""

from __future__ import annotations

import hashlib
import lzma
from datetime import date
from fractions import Fraction
from importlib import resources
from typing import TYPE_CHECKING, Final

import msgspec

from lienthong.areas.errors import AreasError, AreasErrorKind
from lienthong.areas.unit_book import UnitBook, make_book
from lienthong.areas.units import Kind, Succession, Unit, UnitKey

if TYPE_CHECKING:
    from collections.abc import Iterable

HEAD_FILE: Final = "vietnam-extract.json"
UNITS_TABLE: Final = "vietnam-units.tsv"
SUCCESSIONS_TABLE: Final = "vietnam-successions.tsv"
PACKED: Final = ".xz"
"""Added to a table's name when it is compressed."""

UNIT_COLUMNS: Final = ("code", "kind", "name", "parent", "begin", "end")
SUCCESSION_COLUMNS: Final = ("old", "old_begin", "new", "new_begin", "share", "share_back", "measure", "document")


class ExtractSource(msgspec.Struct, frozen=True):
    """The public package that the extract was made from."""

    package: str
    version: str
    licence: str
    notice: str
    wheel: dict[str, str]
    files: dict[str, str]

    @property
    def label(self) -> str:
        """Package and version, as answers name the source."""
        return f"{self.package} {self.version}"


class Head(msgspec.Struct, frozen=True):
    """What the extract is: its source, the first known day and the reform's, counts, the tables' hashes, documents."""

    source: ExtractSource
    begin: date
    change: date
    counts: dict[str, int]
    tables: dict[str, str]
    documents: tuple[str, ...]


class NationalExtract(msgspec.Struct, frozen=True):
    """The extract as read: head, units and successions."""

    head: Head
    units: tuple[Unit, ...]
    successions: tuple[Succession, ...]

    def make_book(self) -> UnitBook:
        """Index it for look-ups; raises `CONTRADICTION` where it does not fit together."""
        return make_book(self.units, self.successions)


def write_units(units: Iterable[Unit]) -> bytes:
    """Give the table of units, by code and first day."""
    ordered = sorted(units, key=lambda unit: unit.key)
    return _write_table(
        UNIT_COLUMNS, ((u.code, u.kind, u.name, u.parent, str(u.begin), str(u.end or "")) for u in ordered)
    )


def write_successions(successions: Iterable[Succession]) -> bytes:
    """Give the table of successions, by old and new unit."""
    ordered = sorted(successions, key=lambda link: (link.old, link.new))
    rows = (
        (
            link.old.code,
            str(link.old.begin),
            link.new.code,
            str(link.new.begin),
            _spell(link.share),
            _spell(link.share_back),
            link.measure,
            link.document,
        )
        for link in ordered
    )
    return _write_table(SUCCESSION_COLUMNS, rows)


def pack(table: bytes) -> bytes:
    """Compress a table; the same bytes for the same table and compressor."""
    return lzma.compress(table, format=lzma.FORMAT_XZ, check=lzma.CHECK_CRC64, preset=9)


def read_extract() -> NationalExtract:
    """Read the committed extract and check it against its head; raises `DATA_DAMAGED`."""
    folder = resources.files("lienthong.areas").joinpath("data")
    try:
        head = msgspec.json.decode(folder.joinpath(HEAD_FILE).read_bytes(), type=Head)
        tables = {name: lzma.decompress(folder.joinpath(name + PACKED).read_bytes()) for name in head.tables}
        for name, table in tables.items():
            _require_hash(name, table, head.tables[name])
        units = tuple(_read_unit(row) for row in _read_table(tables[UNITS_TABLE], UNIT_COLUMNS))
        source = head.source.label
        rows = _read_table(tables[SUCCESSIONS_TABLE], SUCCESSION_COLUMNS)
        return NationalExtract(head, units, tuple(_read_succession(row, source) for row in rows))
    except (OSError, ValueError, KeyError, lzma.LZMAError) as error:
        message = f"the national extract beside {HEAD_FILE} is damaged: {error}"
        raise AreasError(AreasErrorKind.DATA_DAMAGED, message) from error


def _require_hash(name: str, table: bytes, expected: str) -> None:
    met = hashlib.sha256(table).hexdigest()
    if met != expected:
        message = f"{name}: expected the SHA-256 {expected}, got {met}"
        raise AreasError(AreasErrorKind.DATA_DAMAGED, message)


def _write_table(columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> bytes:
    lines = ["\t".join(row) for row in (columns, *rows)]
    return ("\n".join(lines) + "\n").encode()


def _read_table(table: bytes, columns: tuple[str, ...]) -> list[list[str]]:
    first, *lines = table.decode().rstrip("\n").split("\n")
    if tuple(first.split("\t")) != columns:
        raise ValueError(f"expected the columns {', '.join(columns)}, got {first!r}")
    return [line.split("\t") for line in lines]


def _read_unit(row: list[str]) -> Unit:
    code, kind, name, parent, begin, end = row
    return Unit(
        code=code,
        kind=Kind(kind),
        name=name,
        parent=parent,
        begin=date.fromisoformat(begin),
        end=date.fromisoformat(end) if end else None,
    )


def _read_succession(row: list[str], source: str) -> Succession:
    old, old_begin, new, new_begin, share, share_back, measure, document = row
    return Succession(
        old=UnitKey(old, date.fromisoformat(old_begin)),
        new=UnitKey(new, date.fromisoformat(new_begin)),
        document=document,
        source=source,
        share=_parse_share(share),
        share_back=_parse_share(share_back),
        measure=measure,
    )


def _spell(share: Fraction | None) -> str:
    return "" if share is None else str(share)


def _parse_share(text: str) -> Fraction | None:
    return Fraction(text) if text else None
