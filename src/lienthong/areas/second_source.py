"""A second public package, read only to compare counts and links: nothing of it goes into the extract.

`vietnam-provinces` is under the GPL: its files are read as text here (its Python module by its syntax tree), never
imported, never copied. The report says where the two packages disagree, and which is right stays open until the
deciding document is read.
"""

from __future__ import annotations

import ast
import json
import zipfile
from typing import TYPE_CHECKING, Final, NamedTuple

from lienthong.areas.errors import AreasError, AreasErrorKind

if TYPE_CHECKING:
    from pathlib import Path

PACKAGE: Final = "vietnam_provinces"
LINKS_FILE: Final = f"{PACKAGE}/_ward_conversion_2025.py"
UNITS_FILE: Final = f"{PACKAGE}/data/flat-divisions.json"
LINKS_TABLE: Final = "OLD_TO_NEW"
COMMUNE_DIGITS: Final = 5


class SecondSource(NamedTuple):
    """The wheel's name; of each former commune its present ones; of each present commune its name; by codes."""

    name: str
    links: dict[str, frozenset[str]]
    present: dict[str, str]


def read_second_source(path: Path) -> SecondSource:
    """Read the wheel at `path`; raises `SOURCE` when it has another form than expected."""
    try:
        with zipfile.ZipFile(path) as archive:
            links = _read_links(ast.parse(archive.read(LINKS_FILE)))
            present = {spell_code(unit["code"]): unit["name"] for unit in json.loads(archive.read(UNITS_FILE))}
    except (OSError, KeyError, ValueError, SyntaxError, AttributeError, zipfile.BadZipFile) as error:
        message = f"expected a wheel of {PACKAGE} at {path}: {error!r}"
        raise AreasError(AreasErrorKind.SOURCE, message) from error
    return SecondSource(path.name, links, present)


def compare_sources(links: dict[str, frozenset[str]], present: dict[str, str], second: SecondSource) -> list[str]:
    """Compare our links and present names with the second source's; gives lines of the report."""
    both = sorted(set(links) & set(second.links))
    ours_divided = {code for code, news in links.items() if len(news) > 1}
    theirs_divided = {code for code, news in second.links.items() if len(news) > 1}
    differing = [code for code in both if links[code] != second.links[code]]
    only_ours, only_theirs = sorted(set(links) - set(second.links)), sorted(set(second.links) - set(links))
    names = [code for code in sorted(set(present) & set(second.present)) if present[code] != second.present[code]]
    return [
        f"compared with {second.name} (GPL, read only for this comparison)",
        f"former communes: {len(links)} here, {len(second.links)} there",
        f"divided former communes: {len(ours_divided)} here, {len(theirs_divided)} there",
        f"divided here only: {len(ours_divided - theirs_divided)}; there only: {len(theirs_divided - ours_divided)}",
        f"former communes only here: {', '.join(only_ours) or 'none'}",
        f"former communes only there: {', '.join(only_theirs) or 'none'}",
        f"present communes only here: {', '.join(sorted(set(present) - set(second.present))) or 'none'}",
        f"present communes only there: {', '.join(sorted(set(second.present) - set(present))) or 'none'}",
        f"present names that differ: {len(names)}",
        *(f"  {code}: {present[code]} here, {second.present[code]} there" for code in names),
        f"former communes with other successors: {len(differing)}",
        *(f"  {code}: {_spell(links[code])} here, {_spell(second.links[code])} there" for code in differing),
    ]


def spell_code(number: int) -> str:
    """Give the five digits of a commune's code that a source keeps as a number."""
    return str(number).zfill(COMMUNE_DIGITS)


def _read_links(module: ast.Module) -> dict[str, frozenset[str]]:
    """Read `OLD_TO_NEW`: a dictionary of calls whose second argument is a tuple of calls with a code first."""
    table = next(
        node.value
        for node in module.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == LINKS_TABLE
    )
    links = {}
    for key, entry in zip(table.keys, table.values, strict=True):  # type: ignore[union-attr] # else AttributeError
        news = (spell_code(new.args[0].value) for new in entry.args[1].elts)
        links[spell_code(key.value)] = frozenset(news)
    return links


def _spell(codes: frozenset[str]) -> str:
    return " ".join(sorted(codes))
