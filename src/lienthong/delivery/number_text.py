"""Figures as people read them: 9.500 and 2,23 in Vietnamese, 9,500 and 2.23 in English. Pure."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from fractions import Fraction
from typing import Final

_EXTRA_DIGITS: Final = 6
"""How many more digits a fraction is written with before it is rounded, so that it is rounded once."""


def round_figure(value: Fraction | Decimal | float, decimals: int) -> Decimal:
    """Round a figure half up, as statistics are."""
    if isinstance(value, Fraction):
        scaled = value * 10**decimals
        whole, rest = divmod(abs(scaled.numerator), scaled.denominator)
        units = whole + (2 * rest >= scaled.denominator)
        return Decimal(units if scaled >= 0 else -units).scaleb(-decimals)
    exact = value if isinstance(value, Decimal) else Decimal(str(round(value, decimals + _EXTRA_DIGITS)))
    return exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def write_number(value: Fraction | Decimal | float, decimals: int, language: str) -> str:
    """Write a figure with that many decimals in `vi` or `en`."""
    text = f"{round_figure(value, decimals):,f}"
    return text.translate(str.maketrans(",.", ".,")) if language == "vi" else text


def count_decimals(value: Decimal) -> int:
    """Give how many decimals a figure was given with."""
    exponent = value.as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def find_exact(value: Fraction) -> Decimal | None:
    """Give a fraction as a decimal, where that says exactly the same."""
    try:
        written = Decimal(value.numerator) / Decimal(value.denominator)
    except InvalidOperation:
        return None
    return written if Fraction(written) == value else None
