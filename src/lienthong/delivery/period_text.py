"""Periods as people read them: tháng 5/2025, quý II/2025, May 2025, Q2 2025; files keep writing 2025-05. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lienthong.delivery.words import Frequency

if TYPE_CHECKING:
    from lienthong.delivery.periods import Period

_QUARTERS: Final = ("I", "II", "III", "IV")
_HALVES: Final = (("6 tháng đầu năm", "first half of"), ("6 tháng cuối năm", "second half of"))
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip # one table


def write_period(period: Period, language: str) -> str:
    """Write a period for a table or beside a figure, in `vi` or `en`: `2025`, `tháng 5/2025`, `2021-2025`."""
    year, month, is_vietnamese = period.begin.year, period.begin.month, language == "vi"
    match period.frequency:
        case Frequency.HALF_YEAR:
            return f"{_HALVES[month // 7][not is_vietnamese]} {year}"
        case Frequency.QUARTER:
            quarter = (month + 2) // 3
            return f"quý {_QUARTERS[quarter - 1]}/{year}" if is_vietnamese else f"Q{quarter} {year}"
        case Frequency.MONTH:
            return f"tháng {month}/{year}" if is_vietnamese else f"{_MONTHS[month - 1]} {year}"
        case Frequency.DAY:
            return f"{period.begin:%d/%m/%Y}"
        case _:
            return period.text


def tell_period(period: Period, language: str) -> str:
    """Write a period within a sentence: a Vietnamese one says what it is, `năm 2025`, `giai đoạn 2021-2025`."""
    written = write_period(period, language)
    if language != "vi":
        return written
    word = {Frequency.YEAR: "năm ", Frequency.DAY: "ngày ", Frequency.IRREGULAR: "giai đoạn "}
    return word.get(period.frequency, "") + written


def mark_period(period: Period, language: str) -> str:
    """Write a period below a chart, where there is little room: `5/2025`, `May 2025`, `II/2025`, `H1 2025`."""
    year, month, is_vietnamese = period.begin.year, period.begin.month, language == "vi"
    match period.frequency:
        case Frequency.HALF_YEAR:
            half = month // 7
            return f"nửa {('đầu', 'cuối')[half]} {year}" if is_vietnamese else f"H{half + 1} {year}"
        case Frequency.QUARTER:
            return f"{_QUARTERS[(month + 2) // 3 - 1]}/{year}" if is_vietnamese else write_period(period, language)
        case Frequency.MONTH:
            return f"{month}/{year}" if is_vietnamese else f"{_MONTHS[month - 1][:3]} {year}"
        case Frequency.DAY:
            return f"{period.begin:%d/%m}"
        case _:
            return period.text
