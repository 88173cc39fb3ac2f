"""Codes of agencies: the form since 2020 (H49.01.02), the one before it (000.00.19.H49), and the sandbox's (Z99.nn).

The form since 2020 (20/2020/QĐ-TTg, amended by 09/2025/QĐ-TTg) begins with the highest level; the one before it
(QCVN 102:2016) ended with it. That the parts below kept their numbers is not confirmed, so nothing is converted from
one to the other. A code names an agency on a day only: the table has validities.
"""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from importlib import resources
from typing import Final

import msgspec

from lienthong.areas.errors import AreasError, AreasErrorKind

AGENCIES_FILE: Final = "agencies.tsv"

SANDBOX_TOP: Final = "Z99"
"""The State assigns no code under it."""

_TOP: Final = r"[A-Z][0-9]{2}"
_SINCE_2020: Final = re.compile(rf"{_TOP}(?:\.[0-9A-Z]{{2,3}}){{0,4}}")
_BEFORE_2020: Final = re.compile(rf"[0-9]{{3}}\.[0-9]{{2}}\.[0-9]{{2}}\.{_TOP}")
_COLUMNS: Final = ("code", "name", "english", "parent", "area", "begin", "end", "source")


class CodeForm(StrEnum):
    """Which rule a code follows."""

    SINCE_2020 = "since-2020"
    BEFORE_2020 = "before-2020"


class AgencyCode(msgspec.Struct, frozen=True):
    """A code with its parts from the highest level down, without the empty ones."""

    text: str
    form: CodeForm
    parts: tuple[str, ...]

    @property
    def top(self) -> str:
        """The highest level: a ministry or province, such as H49."""
        return self.parts[0]

    @property
    def is_sandbox(self) -> bool:
        """Whether it is one that the State gives to nobody."""
        return self.top == SANDBOX_TOP

    @property
    def parent(self) -> str:
        """The code of the agency above in the form since 2020; empty for the highest, and for the older form."""
        known = self.form is CodeForm.SINCE_2020 and len(self.parts) > 1
        return ".".join(self.parts[:-1]) if known else ""


class Agency(msgspec.Struct, frozen=True, kw_only=True):
    """An agency under one code: whose area it serves, its parent, its validity and where this is from."""

    code: str
    name: str
    english: str
    parent: str
    area: str
    begin: date
    end: date | None
    source: str

    def is_valid_on(self, day: date) -> bool:
        """Whether the code named this agency on `day`."""
        return self.begin <= day and (self.end is None or day < self.end)


def parse_agency_code(text: str) -> AgencyCode:
    """Read a code of either form; raises `BAD_AGENCY_CODE`."""
    if _SINCE_2020.fullmatch(text):
        return AgencyCode(text, CodeForm.SINCE_2020, tuple(text.split(".")))
    if _BEFORE_2020.fullmatch(text):
        lowest, middle, upper, top = text.split(".")
        parts = [top, upper, middle, lowest]
        while parts[-1].strip("0") == "":
            parts.pop()
        return AgencyCode(text, CodeForm.BEFORE_2020, tuple(parts))
    message = f"expected an agency's code such as H49.01 (or, of before 2020, 000.00.19.H49), got {text!r}"
    raise AreasError(AreasErrorKind.BAD_AGENCY_CODE, message)


def find_agency(agencies: tuple[Agency, ...], code: str, day: date) -> Agency | None:
    """Find the agency that had the code on the day, or None; raises `BAD_AGENCY_CODE`."""
    parse_agency_code(code)
    return next((each for each in agencies if each.code == code and each.is_valid_on(day)), None)


def read_agencies() -> tuple[Agency, ...]:
    """Read the committed table, the sandbox's agencies included; raises `DATA_DAMAGED`."""
    text = resources.files("lienthong.areas").joinpath("data", AGENCIES_FILE).read_text("utf-8")
    return parse_agencies(text)


def parse_agencies(text: str) -> tuple[Agency, ...]:
    """Read the table's text: tab-separated, `#` begins a remark; raises `DATA_DAMAGED`."""
    lines = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    try:
        _require_columns(tuple(lines[0]))
        rows = [dict(zip(_COLUMNS, line, strict=True)) for line in lines[1:]]
        agencies = tuple(msgspec.convert({**row, "end": row["end"] or None}, Agency, strict=False) for row in rows)
    except (ValueError, IndexError) as error:
        raise AreasError(AreasErrorKind.DATA_DAMAGED, f"{AGENCIES_FILE}: {error}") from error
    _require_consistent(agencies)
    return agencies


def _require_columns(columns: tuple[str, ...]) -> None:
    if columns != _COLUMNS:
        raise ValueError(f"expected the columns {', '.join(_COLUMNS)}, got {', '.join(columns)}")


def _require_consistent(agencies: tuple[Agency, ...]) -> None:
    codes = {agency.code for agency in agencies}
    for place, agency in enumerate(agencies):
        parse_agency_code(agency.code)
        twins = [other for other in agencies[:place] if other.code == agency.code]
        overlap = any(
            (agency.end is None or other.begin < agency.end) and (other.end is None or agency.begin < other.end)
            for other in twins
        )
        if overlap or (agency.parent and agency.parent not in codes):
            row = f"{agency.code} from {agency.begin}"
            message = f"{AGENCIES_FILE}: {row} overlaps another row, or has no parent {agency.parent}"
            raise AreasError(AreasErrorKind.DATA_DAMAGED, message)
