"""Codes of cases: every form that was ever given is read, one configured form is written.

A code names an office, a day and the serial number of that day. The form of 01/2018/TT-VPCP article 19 is read from
the circular's own words as reported; the two newer ones were seen in use, and no text that sets them was read, so the
form is a setting.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from django.db import connection

from lienthong.cases.errors import CasesError, CasesErrorKind

_CODE: Final = re.compile(
    r"(?P<old>[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.)?(?P<agency>[A-Z][0-9]{2}(?:\.[0-9A-Z]{1,3})*)"
    r"-(?P<day>[0-9]{6}|[0-9]{8})-(?P<serial>[0-9]{4,7})"
)
"""Tolerant on purpose: other systems number cases too, and all of their codes must be found again."""

_SHORT_DAY: Final = 6
_MOST_OLD_PARTS: Final = 3


class CodeFormat(StrEnum):
    """A form in which codes are written."""

    UNIT = "unit"
    """`000.00.19.H49-240307-0001`: parts of the old agency code, the smallest first (01/2018/TT-VPCP article 19)."""
    AGENCY = "agency"
    """`H49.19-240307-0001`: the newer agency code, unconfirmed."""
    LONG = "long"
    """`H49.19-20240307-0000001`: with the year whole and seven digits, unconfirmed."""


@dataclass(frozen=True, slots=True)
class CaseCode:
    """A code in its parts; `agency` is the office's code, the largest unit first."""

    agency: str
    day: date
    serial: int
    form: CodeFormat


def parse_code(text: str) -> CaseCode:
    """Read a code in any known form; raises BAD_CODE."""
    found = _CODE.fullmatch(text.strip())
    if found is None:
        message = f"case code {text[:60]!r}: expected a form such as H49.19-240307-0001"
        raise CasesError(CasesErrorKind.BAD_CODE, message)
    form = _find_form(found)
    try:
        day = datetime.strptime(found["day"], "%y%m%d" if form is not CodeFormat.LONG else "%Y%m%d").date()  # noqa: DTZ007 # a day has no zone
    except ValueError as error:
        message = f"case code {text!r}: {found['day']} is no day"
        raise CasesError(CasesErrorKind.BAD_CODE, message) from error
    return CaseCode(_read_agency(found), day, int(found["serial"]), form)


def format_code(code: CaseCode) -> str:
    """Write a code in its form."""
    match code.form:
        case CodeFormat.UNIT:
            return f"{_write_old_agency(code.agency)}-{code.day:%y%m%d}-{code.serial:04d}"
        case CodeFormat.AGENCY:
            return f"{code.agency}-{code.day:%y%m%d}-{code.serial:04d}"
        case CodeFormat.LONG:
            return f"{code.agency}-{code.day:%Y%m%d}-{code.serial:07d}"


def draw_code(agency: str, day: date, form: CodeFormat) -> str:
    """Take the office's next code of a day, in the caller's transaction.

    The row of the day is locked until that transaction ends, so that a filing that fails leaves no gap.
    """
    with connection.cursor() as cursor:
        cursor.execute(_NEXT_SERIAL, [agency, day])
        (serial,) = cursor.fetchone() or (0,)
    return format_code(CaseCode(agency, day, serial, form))


_NEXT_SERIAL: Final = """
INSERT INTO cases_dayserial (unit, day, last) VALUES (%s, %s, 1)
ON CONFLICT (unit, day) DO UPDATE SET last = cases_dayserial.last + 1 RETURNING last
"""


def _find_form(found: re.Match[str]) -> CodeFormat:
    if found["old"]:
        return CodeFormat.UNIT
    return CodeFormat.AGENCY if len(found["day"]) == _SHORT_DAY else CodeFormat.LONG


def _write_old_agency(agency: str) -> str:
    """Write an agency's code the old way: three parts, the smallest first and of three digits, then the top."""
    top, *rest = agency.split(".")
    padded = [part.zfill(2) for part in rest] + ["00"] * (_MOST_OLD_PARTS - len(rest))
    if len(padded) > _MOST_OLD_PARTS or any(not part.isdecimal() for part in padded):
        message = f"agency {agency}: the form 'unit' has room for three parts of digits; set another form of codes"
        raise CasesError(CasesErrorKind.BAD_CODE, message)
    return f"{padded[2].zfill(3)}.{padded[1]}.{padded[0]}.{top}"


def _read_agency(found: re.Match[str]) -> str:
    if not found["old"]:
        return found["agency"]
    smallest, middle, first = found["old"].rstrip(".").split(".")
    parts = [first, middle, smallest.removeprefix("0")]
    while parts and not parts[-1].strip("0"):
        parts.pop()
    return ".".join([found["agency"], *parts])
