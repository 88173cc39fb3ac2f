"""The closed lists of words that records use, with what the administration calls them."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Sex(StrEnum):
    """As a birth certificate says."""

    MALE = "male"
    FEMALE = "female"


class MaritalStatus(StrEnum):
    """As the civil registry told last."""

    SINGLE = "single"
    MARRIED = "married"
    WIDOWED = "widowed"
    DIVORCED = "divorced"


class Relation(StrEnum):
    """What somebody is to the head of the household."""

    HEAD = "head"
    SPOUSE = "spouse"
    CHILD = "child"
    PARENT = "parent"
    CHILD_IN_LAW = "child-in-law"
    GRANDCHILD = "grandchild"
    SIBLING = "sibling"
    OTHER = "other"


class StayKind(StrEnum):
    """Which right to live somewhere is registered."""

    PERMANENT = "permanent"
    """thường trú: at most one at a time."""
    TEMPORARY = "temporary"
    """tạm trú: beside the permanent one."""


SEX_NAMES: Final = {Sex.MALE: "Nam", Sex.FEMALE: "Nữ"}
"""As cards and forms print them."""

VIETNAMESE: Final = "VN"
"""The nationality of citizens, as ISO 3166-1 alpha-2."""
