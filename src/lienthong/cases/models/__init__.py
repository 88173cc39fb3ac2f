"""The tables of this house, by what they are about."""

from __future__ import annotations

from lienthong.cases.models.case import (
    Absence,
    ActionRecord,
    Case,
    DaySerial,
    Draft,
    FiledReceipt,
    FilingDifference,
    IdempotencyKey,
)

__all__ = [
    "Absence",
    "ActionRecord",
    "Case",
    "DaySerial",
    "Draft",
    "FiledReceipt",
    "FilingDifference",
    "IdempotencyKey",
]
