"""Reading what was typed into one field, as its kind says; pure. What cannot be read is a fault, and nothing raises.

Text is stored in its composed form, without spaces around it, and with Đ for its look-alikes of other keyboards.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from lienthong.cases.form_faults import FaultKey, make_fault
from lienthong.cases.form_parts import Field, FieldFault, FieldKind
from lienthong.kernel.text import normalise_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FIRST_YEAR: Final = 1900
"""No form asks for an earlier day; a year before it is a typing mistake."""
LAST_YEAR: Final = 2199

AREA_CODE: Final = re.compile(r"[0-9]{5}")
PERSONAL_NUMBER: Final = re.compile(r"[0-9]{12}")
DOCUMENT: Final = re.compile(r"[0-9a-zA-Z][0-9a-zA-Z-]{0,63}")
_WHOLE: Final = re.compile(r"-?[0-9]{1,15}")
_DAY: Final = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")

_SPACES: Final = re.compile(r"\s+")
_LOOK_ALIKES: Final = str.maketrans({"Ð": "Đ", "Ɖ": "Đ", "ð": "đ", "ɖ": "đ", "\u2019": "'", "\u02bc": "'", "`": "'"})
_JOINERS: Final = frozenset("' -.")
_LONGEST_LINE: Final = 200
"""Characters of an address's line."""

Value = Any
"""A JSON value, None where nothing was typed."""


def read_value(field: Field, posted: Mapping[str, str]) -> Value | FieldFault:
    """Give the answer that was typed into a field, None for an empty one, or what is wrong with it."""
    value = _READERS[field.kind](field, posted)
    return value if isinstance(value, FieldFault) or value is None else check_value(field, value)


def check_value(field: Field, value: Value) -> Value | FieldFault:
    """Give the answer as it is stored, or what is wrong with it."""
    return _CHECKS[field.kind](field, value)


def require_text(text: str) -> str | FieldFault:
    """Give one line of text in its stored form; a fault where a character cannot be seen."""
    line = _SPACES.sub(" ", normalise_text(text).translate(_LOOK_ALIKES)).strip()
    return make_fault(FaultKey.BAD_CHARACTER) if any(map(_is_unseen, line)) else line


def _is_unseen(character: str) -> bool:
    return unicodedata.category(character)[0] == "C"


def _read_plain(field: Field, posted: Mapping[str, str]) -> Value:
    return posted.get(field.name, "").strip() or None


def _read_date(field: Field, posted: Mapping[str, str]) -> Value:
    parts = [posted.get(f"{field.name}-{part}", "").strip() for part in ("year", "month", "day")]
    if not any(parts):
        return posted.get(field.name, "").strip() or None
    return "-".join(parts) if all(parts) else make_fault(FaultKey.DAY_INCOMPLETE)


def _read_number(field: Field, posted: Mapping[str, str]) -> Value:
    text = posted.get(field.name, "").strip()
    if not text:
        return None
    return int(text) if _WHOLE.fullmatch(text) else make_fault(FaultKey.NOT_A_NUMBER)


def _read_yes_no(field: Field, posted: Mapping[str, str]) -> Value:
    text = posted.get(field.name, "").strip()
    if not text:
        return None
    return {"yes": True, "no": False}.get(text, make_fault(FaultKey.NOT_AN_OPTION))


def _read_address(field: Field, posted: Mapping[str, str]) -> Value:
    area, line = (posted.get(f"{field.name}-{part}", "").strip() for part in ("area", "line"))
    return {"area_code": area, "line": line} if area or line else None


_READERS: Final[dict[FieldKind, Callable[[Field, Mapping[str, str]], Value]]] = {
    FieldKind.TEXT: _read_plain,
    FieldKind.LONG_TEXT: _read_plain,
    FieldKind.NAME: _read_plain,
    FieldKind.DATE: _read_date,
    FieldKind.NUMBER: _read_number,
    FieldKind.CHOICE: _read_plain,
    FieldKind.YES_NO: _read_yes_no,
    FieldKind.ADDRESS: _read_address,
    FieldKind.PERSONAL_NUMBER: _read_plain,
    FieldKind.FILE: _read_plain,
}


def _check_text(field: Field, value: Value) -> Value | FieldFault:
    if not isinstance(value, str):
        return make_fault(FaultKey.WRONG_TYPE)
    text = require_text(value)
    return text if isinstance(text, FieldFault) else _check_length(field, text)


def _check_length(field: Field, text: str) -> Value | FieldFault:
    if len(text) > field.max_length:
        return make_fault(FaultKey.TOO_LONG, most=field.max_length)
    if len(text) < max(field.min_length, 1):
        return make_fault(FaultKey.TOO_SHORT, least=max(field.min_length, 1))
    return text


def _check_long_text(field: Field, value: Value) -> Value | FieldFault:
    if not isinstance(value, str):
        return make_fault(FaultKey.WRONG_TYPE)
    lines = [require_text(line) for line in value.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    read = [line for line in lines if isinstance(line, str)]
    if len(read) < len(lines):
        return make_fault(FaultKey.BAD_CHARACTER)
    return _check_length(field, "\n".join(read).strip())


def _check_name(field: Field, value: Value) -> Value | FieldFault:
    """Check that a name has Latin letters only: of a look-alike of another script nobody sees which was meant."""
    name = _check_text(field, value)
    if isinstance(name, FieldFault):
        return name
    letters = [character for character in name if character not in _JOINERS]
    if not letters or not all(
        unicodedata.category(one)[0] == "L" and "LATIN" in unicodedata.name(one, "") for one in letters
    ):
        return make_fault(FaultKey.NOT_A_NAME)
    return name


def _check_date(_field: Field, value: Value) -> Value | FieldFault:
    parts = _DAY.fullmatch(value) if isinstance(value, str) else None
    if parts is None:
        return make_fault(FaultKey.NO_SUCH_DAY)
    year, month, day = map(int, parts.groups())
    try:
        read = date(year, month, day)
    except ValueError:
        return make_fault(FaultKey.NO_SUCH_DAY)
    return read.isoformat() if FIRST_YEAR <= year <= LAST_YEAR else make_fault(FaultKey.NO_SUCH_DAY)


def _check_number(field: Field, value: Value) -> Value | FieldFault:
    if not isinstance(value, int) or isinstance(value, bool):
        return make_fault(FaultKey.NOT_A_NUMBER)
    if field.minimum is not None and value < field.minimum:
        return make_fault(FaultKey.TOO_SMALL, least=field.minimum)
    if field.maximum is not None and value > field.maximum:
        return make_fault(FaultKey.TOO_LARGE, most=field.maximum)
    return value


def _check_choice(field: Field, value: Value) -> Value | FieldFault:
    known = any(value == option.value for option in field.options)
    return value if known else make_fault(FaultKey.NOT_AN_OPTION)


def _check_yes_no(_field: Field, value: Value) -> Value | FieldFault:
    return value if isinstance(value, bool) else make_fault(FaultKey.NOT_AN_OPTION)


def _check_address(_field: Field, value: Value) -> Value | FieldFault:
    if not isinstance(value, dict) or value.keys() != {"area_code", "line"}:
        return make_fault(FaultKey.BAD_ADDRESS)
    area, line = value["area_code"], value["line"]
    if not isinstance(area, str) or not isinstance(line, str) or not AREA_CODE.fullmatch(area):
        return make_fault(FaultKey.BAD_ADDRESS)
    text = require_text(line)
    if isinstance(text, FieldFault):
        return text
    if len(text) > _LONGEST_LINE:
        return make_fault(FaultKey.TOO_LONG, most=_LONGEST_LINE)
    return {"area_code": area, "line": text} if text else make_fault(FaultKey.BAD_ADDRESS)


def _check_personal_number(_field: Field, value: Value) -> Value | FieldFault:
    number = _SPACES.sub("", value) if isinstance(value, str) else ""
    return number if PERSONAL_NUMBER.fullmatch(number) else make_fault(FaultKey.BAD_PERSONAL_NUMBER)


def _check_file(_field: Field, value: Value) -> Value | FieldFault:
    known = isinstance(value, str) and DOCUMENT.fullmatch(value)
    return value if known else make_fault(FaultKey.BAD_DOCUMENT)


_CHECKS: Final[dict[FieldKind, Callable[[Field, Value], Value | FieldFault]]] = {
    FieldKind.TEXT: _check_text,
    FieldKind.LONG_TEXT: _check_long_text,
    FieldKind.NAME: _check_name,
    FieldKind.DATE: _check_date,
    FieldKind.NUMBER: _check_number,
    FieldKind.CHOICE: _check_choice,
    FieldKind.YES_NO: _check_yes_no,
    FieldKind.ADDRESS: _check_address,
    FieldKind.PERSONAL_NUMBER: _check_personal_number,
    FieldKind.FILE: _check_file,
}
