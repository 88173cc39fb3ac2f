"""Days in Vietnamese words, as a birth certificate writes them beside the digits, so that nobody changes one."""

from __future__ import annotations

from datetime import date
from typing import Final

DIGITS: Final = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")

_TEN: Final = 10
_HUNDRED: Final = 100
_THOUSAND: Final = 1000
_APRIL: Final = 4
_FIVE: Final = 5


def spell_day(written: str) -> str:
    """Give `YYYY-MM-DD` in words; empty text for anything else."""
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return ""
    number = f"mùng {spell_number(day.day)}" if day.day <= _TEN else spell_number(day.day)
    month = "tư" if day.month == _APRIL else spell_number(day.month)
    return f"Ngày {number} tháng {month} năm {spell_number(day.year)}"


def spell_number(number: int) -> str:
    """Give a whole number from 0 to 9999 in words."""
    if number < _HUNDRED:
        return _spell_tens(number)
    thousands, rest = divmod(number, _THOUSAND)
    hundreds, tens = divmod(rest, _HUNDRED)
    words = [f"{DIGITS[thousands]} nghìn"] if thousands else []
    if rest:
        words.append(f"{DIGITS[hundreds]} trăm")
        if tens:
            words.append(f"linh {DIGITS[tens]}" if tens < _TEN else _spell_tens(tens))
    return " ".join(words)


def _spell_tens(number: int) -> str:
    tens, ones = divmod(number, _TEN)
    if not tens:
        return DIGITS[ones]
    head = "mười" if tens == 1 else f"{DIGITS[tens]} mươi"
    if not ones:
        return head
    if ones == _FIVE:
        return f"{head} lăm"
    return f"{head} mốt" if ones == 1 and tens > 1 else f"{head} {DIGITS[ones]}"
