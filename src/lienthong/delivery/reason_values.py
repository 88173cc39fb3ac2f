"""What a reason names: codes, days, figures; written plain as a file has them, or beside what they are called. Pure."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from lienthong.areas.english import derive_english
from lienthong.areas.units import Unit
from lienthong.delivery.figures import Cell
from lienthong.delivery.labels import DIMENSIONS, QUALIFIERS, STATUSES, UNITS, get_label, write_amount
from lienthong.delivery.number_text import count_decimals
from lienthong.delivery.period_text import tell_period, write_period
from lienthong.delivery.periods import Period
from lienthong.delivery.words import Qualifier, Status

if TYPE_CHECKING:
    from decimal import Decimal

    from lienthong.delivery.labels import Label

DAY: Final = "%d/%m/%Y"
"""How people write a day."""

_MEANINGS: Final[dict[str, Label]] = {
    **DIMENSIONS,
    **{word.value: label for word, label in (*STATUSES.items(), *QUALIFIERS.items())},
}
"""Of words that a file is to have, which are English ones."""


class Names(Protocol):
    """What codes are called in `vi` or `en`; nothing where no name is known."""

    def find_indicator(self, code: str, language: str) -> str:
        """Give what an indicator is called."""
        ...

    def find_area(self, code: str, on: date, language: str) -> str:
        """Give what the unit is called that had the code on a day."""
        ...


class IndicatorCode(str):
    """An indicator's code."""

    __slots__ = ()


class UnitCode(str):
    """A unit of measure, as files write it."""

    __slots__ = ()


class DimensionCode(str):
    """What figures are broken down by, as files write it."""

    __slots__ = ()


class Amount(NamedTuple):
    """A figure with its unit."""

    value: Decimal
    unit: str


def write_plain(value: object, language: str) -> str:
    """Write a value by its codes, and days and periods as files have them."""
    match value:
        case Cell():
            return _describe_cell(value) if language == "vi" else value.describe()
        case Amount():
            return f"{value.value:f} {value.unit}"
        case Period():
            return value.text
        case Unit():
            return _write_unit(value, language, "%Y-%m-%d")
        case tuple():
            return ", ".join(write_plain(each, language) for each in value)
        case _:
            return str(value)


def write_value(value: object, language: str, names: Names, area_on: date | None) -> str:
    """Write a value as people read it: a code behind its name, `Dân số (POP)`, a day as 31/03/2026."""
    match value:
        case Cell():
            return _write_cell(value, language, names, area_on)
        case Amount():
            return write_amount(value.value, value.unit, count_decimals(value.value), language)
        case Period():
            return write_period(value, language)
        case date():
            return f"{value:{DAY}}"
        case tuple():
            return ", ".join(write_value(each, language, names, area_on) for each in value)
        case _:
            return _write_code(value, language, names)


def _describe_cell(cell: Cell) -> str:
    broken = f" {cell.breakdown}" if cell.breakdown else ""
    return f"{cell.indicator}{broken} của {cell.area}, kỳ {cell.period.text}"


def _write_cell(cell: Cell, language: str, names: Names, area_on: date | None) -> str:
    indicator = _join(names.find_indicator(cell.indicator, language), cell.indicator)
    indicator = f"{indicator} [{cell.breakdown}]" if cell.breakdown else indicator
    area = _join(names.find_area(cell.area, area_on or cell.period.last_day, language), cell.area)
    return f"{indicator} {'của' if language == 'vi' else 'of'} {area}, {tell_period(cell.period, language)}"


def _join(name: str, code: str) -> str:
    return f"{name} ({code})" if name and name != code else str(code)


def _write_unit(unit: Unit, language: str, form: str) -> str:
    """Write a unit with the days on which it was one: `Phường Mẫu Một (từ 01/01/2010 đến 30/06/2025)`."""
    is_vietnamese = language == "vi"
    name = unit.name if is_vietnamese else derive_english(unit.name, unit.kind)
    days = f"{'từ' if is_vietnamese else 'from'} {unit.begin:{form}}"
    if unit.last_day is not None:
        days += f" {'đến' if is_vietnamese else 'to'} {unit.last_day:{form}}"
    return f"{name} ({days})"


def _write_code(value: object, language: str, names: Names) -> str:
    match value:
        case IndicatorCode():
            return _join(names.find_indicator(value, language), value)
        case Unit():
            return _write_unit(value, language, DAY)
        case UnitCode():
            return _join(get_label(UNITS.get(value, ("", "")), language), value)
        case DimensionCode() | Status() | Qualifier() if language == "vi" and (meaning := _MEANINGS[value][0]):
            return f"{value} ({meaning})"
        case _:
            return str(value)
