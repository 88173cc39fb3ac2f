"""Tables of units and successions to load: text read into rows, each right or with what is wrong, by row and column.

This part is pure. It knows every rule that one row can break by itself; what rows break together is in
`load_checks`. The columns are those of the committed extract.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

from lienthong.areas.errors import AreasError, AreasErrorKind
from lienthong.areas.extract import SUCCESSION_COLUMNS, UNIT_COLUMNS
from lienthong.areas.units import KINDS_OF_LEVEL, Kind, Succession, Unit, UnitKey, level_of_code, require_code
from lienthong.kernel.rows import Finding, RowReader
from lienthong.kernel.text import fold_text, normalise_text

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

MOST_BYTES: Final = 32 * 1024 * 1024
"""The whole country takes one."""
_NAME: Final = re.compile("[a-z0-9][a-z0-9 '\u2019.-]*")
"""A folded name. \u2019 is the typographic apostrophe."""
_LOOK_ALIKES: Final = str.maketrans({"Ð": "Đ", "Ɖ": "Đ", "ð": "đ", "ɖ": "đ"})


class LoadRule(StrEnum):
    """Which rule a value breaks, or by which it was put right."""

    COLUMNS = "columns"
    """The row has fewer or more values than the header has names."""
    MISSING = "missing"
    CODE = "code"
    KIND = "kind"
    """It is no kind of the code's level, or the name does not begin with it."""
    NAME = "name"
    NAME_PUT_RIGHT = "name-put-right"
    """It was in another Unicode form, or had a letter that only looks like đ."""
    DAY = "day"
    SHARE = "share"
    PARENT = "parent"
    """No unit has the parent's code on the row's first day."""
    TWICE = "twice"
    OVERLAP = "overlap"
    """Another row of the code is valid on one of the row's days."""
    UNIT = "unit"
    """A succession names a unit that there is not, or two that do not meet."""
    WHOLE = "whole"
    """The shares of one unit are no parts of one whole."""


LoadFinding: TypeAlias = Finding[LoadRule]
"""What is wrong with one value of a table; its `table` is `units` or `successions`."""


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit whose values are right by themselves."""

    row: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class SuccessionRow:
    """A succession whose values are right by themselves."""

    row: int
    succession: Succession


def read_unit_rows(content: bytes) -> tuple[list[UnitRow], list[LoadFinding]]:
    """Read a table of units; raises `BAD_FILE` where it is no such table at all."""
    rows, findings = [], []
    for place, line in _read_lines(content, UNIT_COLUMNS):
        reader = _RowReader("units", UNIT_COLUMNS, place, line)
        unit = reader.read_unit()
        findings += reader.findings
        if unit is not None:
            rows.append(UnitRow(place, unit))
    return rows, findings


def read_succession_rows(content: bytes, source: str) -> tuple[list[SuccessionRow], list[LoadFinding]]:
    """Read a table of successions out of `source`; raises `BAD_FILE` where it is no such table at all."""
    rows, findings = [], []
    for place, line in _read_lines(content, SUCCESSION_COLUMNS):
        reader = _RowReader("successions", SUCCESSION_COLUMNS, place, line)
        succession = reader.read_succession(source)
        findings += reader.findings
        if succession is not None:
            rows.append(SuccessionRow(place, succession))
    return rows, findings


def _read_lines(content: bytes, columns: tuple[str, ...]) -> list[tuple[int, list[str]]]:
    if len(content) > MOST_BYTES:
        raise AreasError(AreasErrorKind.BAD_FILE, f"{len(content)} bytes, at most {MOST_BYTES} may be")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise AreasError(AreasErrorKind.BAD_FILE, f"expected UTF-8: {error}") from error
    first, *lines = text.splitlines() or [""]
    if tuple(first.split("\t")) != columns:
        message = f"expected the columns {', '.join(columns)} between tabs, got {first[:200]!r}"
        raise AreasError(AreasErrorKind.BAD_FILE, message)
    return [(place, line.split("\t")) for place, line in enumerate(lines, start=2) if line.strip()]


class _RowReader(RowReader[LoadRule]):
    """Reads one row of either table."""

    def __init__(self, table: str, columns: tuple[str, ...], place: int, line: list[str]) -> None:
        super().__init__(place, columns, line, table)
        if not self.is_whole:
            reason = f"expected {len(columns)} values as in the header, got {len(line)}"
            self.find("", LoadRule.COLUMNS, reason, "\t".join(line))

    def read_unit(self) -> Unit | None:
        """Give the unit, or None if anything in the row is refused."""
        code = self._convert("code", LoadRule.CODE, require_code)
        kind = self._convert("kind", LoadRule.KIND, Kind)
        name = self._read_name()
        parent = self._convert("parent", LoadRule.CODE, require_code) if self.values.get("parent") else ""
        begin = self._convert("begin", LoadRule.DAY, _read_day)
        end = self._convert("end", LoadRule.DAY, _read_day) if self.values.get("end") else None
        if self.is_whole and code and kind and name:
            self._compare(code, kind, name)
        if begin and end and end <= begin:
            self.find("end", LoadRule.DAY, f"expected a day after the first, {begin}")
        if self.is_refused or code is None or kind is None or name is None or parent is None or begin is None:
            return None
        return Unit(code=code, kind=kind, name=name, parent=parent, begin=begin, end=end)

    def read_succession(self, source: str) -> Succession | None:
        """Give the succession, or None if anything in the row is refused."""
        old, new = (self._convert(column, LoadRule.CODE, require_code) for column in ("old", "new"))
        old_begin, new_begin = (self._convert(column, LoadRule.DAY, _read_day) for column in ("old_begin", "new_begin"))
        shares = [
            self._convert(column, LoadRule.SHARE, _read_share) if self.values.get(column) else None
            for column in ("share", "share_back")
        ]
        measure = self.values.get("measure", "")
        if any(share not in (None, 1) for share in shares) and not measure:
            self.find("measure", LoadRule.MISSING, "a share other than 1 needs what was measured, and its source")
        if self.is_refused or old is None or new is None or old_begin is None or new_begin is None:
            return None
        return Succession(
            old=UnitKey(old, old_begin),
            new=UnitKey(new, new_begin),
            document=self.values["document"],
            source=source,
            share=shares[0],
            share_back=shares[1],
            measure=measure,
        )

    def _convert(self, column: str, rule: LoadRule, read: Callable[[str], T]) -> T | None:
        if not self.is_whole:
            return None
        if not self.values[column]:
            self.find(column, LoadRule.MISSING, "expected a value")
            return None
        return self.convert(column, rule, read)

    def _read_name(self) -> str | None:
        name = self._convert("name", LoadRule.NAME, _require_name)
        if name is not None and name != self.values["name"]:
            reason = f"stored as {name!r}: one Unicode form, đ for its look-alikes, single spaces"
            self.find("name", LoadRule.NAME_PUT_RIGHT, reason, is_refused=False)
        return name

    def _compare(self, code: str, kind: Kind, name: str) -> None:
        level = level_of_code(code)
        if kind not in KINDS_OF_LEVEL[level]:
            self.find("kind", LoadRule.KIND, f"{code} is the code of a {level}, which is never called this")
        elif not name.lower().startswith(f"{kind} "):
            self.find("name", LoadRule.KIND, f"expected a name that begins with its kind, {kind}", name)


def _read_day(text: str) -> date:
    # The only spelling that is promised; `fromisoformat` takes more.
    if len(text) != len("2025-07-01") or not text.replace("-", "").isdecimal():
        raise ValueError(f"expected a day as YYYY-MM-DD, got {text!r}")
    return date.fromisoformat(text)


def _read_share(text: str) -> Fraction:
    share = Fraction(text) if text.replace("/", "").isdecimal() and "/0" not in text else None
    if share is None or not 0 <= share <= 1:
        raise ValueError(f"expected a fraction from 0 to 1 such as 2/3, got {text!r}")
    return share


def _require_name(text: str) -> str:
    name = " ".join(normalise_text(text).translate(_LOOK_ALIKES).split())
    plain = fold_text(name)
    if not _NAME.fullmatch(plain):
        raise ValueError(f"expected Vietnamese letters, digits, spaces, hyphens and apostrophes, got {text!r}")
    return name
