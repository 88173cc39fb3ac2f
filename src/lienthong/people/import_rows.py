"""Files of people to import: CSV text read into rows, each right or with what is wrong, by row and column.

This part is pure. It knows every rule that one row can break by itself; what needs the registry (is the
number given already?) is asked by `importing`.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

from lienthong.kernel.rows import Finding, RowReader
from lienthong.people.days import read_day, require_birth_date, require_past_day
from lienthong.people.errors import PeopleError, PeopleErrorKind
from lienthong.people.names import read_name
from lienthong.people.personal_number import parse_number, require_agreement
from lienthong.people.words import SEX_NAMES, Sex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

REQUIRED_COLUMNS: Final = ("number", "full_name", "sex", "birth_date", "area_code", "address", "since")
OPTIONAL_COLUMNS: Final = ("died_on", "birth_place")

MAX_FILE_BYTES: Final = 64 * 1024 * 1024
"""About half a million rows; larger registers come as a first load."""
MAX_VALUE_CHARACTERS: Final = 200

_SEXES: Final = {
    **{name.casefold(): sex for sex, name in SEX_NAMES.items()},
    **{sex.value: sex for sex in Sex},
}

T = TypeVar("T")


class ImportRule(StrEnum):
    """Which rule a value breaks, or by which it was put right."""

    COLUMNS = "columns"
    """The row has fewer or more values than the header has names."""
    MISSING = "missing"
    LENGTH = "length"
    NUMBER_FORM = "number-form"
    NUMBER_AGREES = "number-agrees"
    NUMBER_RANGE = "number-range"
    NUMBER_TWICE = "number-twice"
    NUMBER_TAKEN = "number-taken"
    NAME = "name"
    NAME_PUT_RIGHT = "name-put-right"
    SEX = "sex"
    DAY = "day"
    AREA = "area"


ImportFinding: TypeAlias = Finding[ImportRule]


@dataclass(frozen=True, slots=True)
class ImportRow:
    """A row in which every value is right by itself."""

    row: int
    number: str
    full_name: str
    sex: Sex
    birth_date: date
    birth_place: str
    area_code: str
    address: str
    since: date
    died_on: date | None


@dataclass(frozen=True, slots=True)
class ReadFile:
    """What a file holds: the rows that can go in, and all findings in the order of rows."""

    rows: tuple[ImportRow, ...]
    findings: tuple[ImportFinding, ...]
    count: int


def read_import_file(content: bytes, today: date) -> ReadFile:
    """Read a file; raises BAD_FILE when it has no rows at all or lacks a column that every row needs."""
    table = csv.reader(io.StringIO(_decode(content)), strict=True)
    try:
        lines = [line for line in table if line]
    except csv.Error as error:
        message = f'line {table.line_num}: not CSV ({error}); expected commas between values and " around texts'
        raise _bad_file(message) from error
    header = _read_header(lines[0] if lines else [])
    rows: list[ImportRow] = []
    findings: list[ImportFinding] = []
    first_rows: dict[str, int] = {}
    for place, line in enumerate(lines[1:], start=2):
        reader = _RowReader(place, header, line, today)
        row = reader.read()
        if row is not None and (twin := first_rows.setdefault(row.number, place)) != place:
            reader.find("number", ImportRule.NUMBER_TWICE, f"row {twin} has the same number")
            row = None
        findings.extend(reader.findings)
        if row is not None:
            rows.append(row)
    return ReadFile(tuple(rows), tuple(findings), len(lines) - 1)


class _RowReader(RowReader[ImportRule]):
    """Reads one row."""

    def __init__(self, place: int, header: list[str], line: list[str], today: date) -> None:
        super().__init__(place, header, line)
        self._today = today
        if not self.is_whole:
            reason = f"expected {len(header)} values as in the header, got {len(line)}"
            self.find("", ImportRule.COLUMNS, reason, ",".join(line))

    def read(self) -> ImportRow | None:
        """Give the row, or None if anything in it is refused."""
        if not self.is_whole:
            return None
        number = self._convert("number", ImportRule.NUMBER_FORM, parse_number)
        name = self._read_name()
        sex = self._convert("sex", ImportRule.SEX, _read_sex)
        born = self._convert("birth_date", ImportRule.DAY, lambda text: require_birth_date(read_day(text), self._today))
        since = self._read_later_day("since", born)
        died_on = self._read_later_day("died_on", born) if self.values.get("died_on") else None
        area, address = self._require("area_code"), self._require("address")
        if number is not None and sex is not None and born is not None:
            self._convert("number", ImportRule.NUMBER_AGREES, lambda _text: require_agreement(number, sex, born))
        if self.is_refused:
            return None
        if number is None or name is None or sex is None or born is None or since is None or not (area and address):
            return None
        place = self.values.get("birth_place", "")
        return ImportRow(self.place, number.text, name, sex, born, place, area, address, since, died_on)

    def _require(self, column: str) -> str:
        value = self.values.get(column, "")
        if not value:
            self.find(column, ImportRule.MISSING, "expected a value")
        elif len(value) > MAX_VALUE_CHARACTERS:
            self.find(column, ImportRule.LENGTH, f"{len(value)} characters, at most {MAX_VALUE_CHARACTERS} may be")
        return value

    def _convert(self, column: str, rule: ImportRule, read: Callable[[str], T]) -> T | None:
        return self.convert(column, rule, read) if self._require(column) else None

    def _read_name(self) -> str | None:
        reading = self._convert("full_name", ImportRule.NAME, read_name)
        if reading is None:
            return None
        if reading.changes:
            reason = f"stored as {reading.name!r} ({', '.join(reading.changes)})"
            self.find("full_name", ImportRule.NAME_PUT_RIGHT, reason, is_refused=False)
        return reading.name

    def _read_later_day(self, column: str, born: date | None) -> date | None:
        day = self._convert(column, ImportRule.DAY, read_day)
        if day is None or born is None:
            return day
        return self._convert(column, ImportRule.DAY, lambda _text: require_past_day(day, born, self._today))


def _decode(content: bytes) -> str:
    if len(content) > MAX_FILE_BYTES:
        raise _bad_file(f"{len(content)} bytes, at most {MAX_FILE_BYTES} may be; larger registers come as a first load")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = f"line {line}: not UTF-8; save the file as CSV UTF-8 (old encodings such as TCVN3 cannot be guessed)"
        raise _bad_file(message) from error


def _read_header(names: list[str]) -> list[str]:
    header = [name.strip().casefold() for name in names]
    missing = [name for name in REQUIRED_COLUMNS if name not in header]
    unknown = [name for name in header if name not in REQUIRED_COLUMNS + OPTIONAL_COLUMNS]
    twice = sorted({name for name in header if header.count(name) > 1})
    faults = [
        f"{what}: {', '.join(columns)}"
        for what, columns in (("missing columns", missing), ("unknown columns", unknown), ("columns twice", twice))
        if columns
    ]
    if faults:
        expected = ", ".join(REQUIRED_COLUMNS)
        raise _bad_file(f"header: {'; '.join(faults)}; expected {expected} and perhaps {', '.join(OPTIONAL_COLUMNS)}")
    return header


def _read_sex(text: str) -> Sex:
    sex = _SEXES.get(text.casefold())
    if sex is None:
        raise PeopleError(PeopleErrorKind.BAD_REQUEST, "expected Nam or Nữ")
    return sex


def _bad_file(reason: str) -> PeopleError:
    return PeopleError(PeopleErrorKind.BAD_FILE, f"import file: {reason}; nothing was imported")


def list_refused(findings: tuple[ImportFinding, ...]) -> Iterator[int]:
    """List the rows that a finding keeps out, each once, in order."""
    yield from sorted({finding.row for finding in findings if finding.is_refused})
