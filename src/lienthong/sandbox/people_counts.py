"""How many synthetic people there may be; apart from their making, so that a command's help costs nothing."""

from __future__ import annotations

from typing import Final

PROVINCE_PEOPLE: Final = 1_400_000
"""About as many as live in Quảng Ninh."""
DEMO_PEOPLE: Final = 20_000
LEAST_PEOPLE: Final = 1_000
"""Fewer would leave communes without families."""
