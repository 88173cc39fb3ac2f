"""Sizes of columns that several tables have, and the constraint that holds a column to a closed list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from enum import StrEnum

WORD_CHARACTERS: Final = 20
"""Longer than any word of our closed lists."""
CODE_CHARACTERS: Final = 60
"""Longer than any code of an indicator, source, plan or target."""
NAME_CHARACTERS: Final = 300
PERIOD_CHARACTERS: Final = 10
"""As long as a day, 2023-05-31, or a span of years is written."""
BREAKDOWN_CHARACTERS: Final = 200
DIGITS: Final = 38
DECIMALS: Final = 12
"""Figures are exact decimals: up to 26 digits before the point, dong of a country in full, and twelve behind it."""

AREA_PATTERN: Final = "^(VN|[0-9]{2}|[0-9]{3}|[0-9]{5})$"

ILLUSTRATIVE_AREA_PATTERN: Final = "^9[89]"
"""Invented areas, which hold invented figures and no others (words.py)."""


def one_of(field: str, words: type[StrEnum], name: str) -> models.CheckConstraint:
    """Hold a column to the words of a closed list."""
    values = [word.value for word in words]
    return models.CheckConstraint(condition=Q(**{f"{field}__in": values}), name=name)
