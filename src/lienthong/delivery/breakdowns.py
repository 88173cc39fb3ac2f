"""What a figure may be broken down by, and how that is written: `age=15-24;sex=F`, in order, or nothing.

The list is closed on purpose: ethnicity and religion are not in it, and the table refuses whatever else is not.
"""

from __future__ import annotations

import re
from typing import Final

from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind

DIMENSIONS: Final = ("age", "channel", "field", "procedure", "residence", "sector", "sex")

BREAKDOWN_PATTERN: Final = (
    rf"^((?:{'|'.join(DIMENSIONS)})=[A-Za-z0-9_.-]+(?:;(?:{'|'.join(DIMENSIONS)})=[A-Za-z0-9_.-]+)*)?$"
)
"""As PostgreSQL and Python both read it."""


def parse_breakdown(text: str) -> tuple[tuple[str, str], ...]:
    """Read a breakdown into its parts in order; raises `BAD_CELL` for a dimension that there is not."""
    if not re.fullmatch(BREAKDOWN_PATTERN, text):
        message = f"expected a breakdown by {', '.join(DIMENSIONS)}, such as age=15-24;sex=F, got {text!r}"
        raise DeliveryError(DeliveryErrorKind.BAD_CELL, message)
    parts = [part.partition("=") for part in text.split(";") if part]
    if len({name for name, _, _ in parts}) != len(parts):
        raise DeliveryError(DeliveryErrorKind.BAD_CELL, f"a dimension stands twice in the breakdown {text!r}")
    return tuple(sorted((name, value) for name, _, value in parts))


def write_breakdown(parts: tuple[tuple[str, str], ...]) -> str:
    """Write a breakdown the one way in which it is stored."""
    return ";".join(f"{name}={value}" for name, value in sorted(parts))


def parse_dimensions(text: str) -> tuple[str, ...]:
    """Read the names of dimensions between commas; raises `BAD_CELL`."""
    names = tuple(name for name in text.split(",") if name)
    strange = [name for name in names if name not in DIMENSIONS]
    if strange:
        message = f"expected dimensions among {', '.join(DIMENSIONS)}, got {', '.join(strange)}"
        raise DeliveryError(DeliveryErrorKind.BAD_CELL, message)
    return names
