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
from lienthong.cases.models.document import Document, DocumentUse, Paper, PaperSerial, PaperWithdrawal
from lienthong.cases.models.notice import Notice
from lienthong.cases.models.portal_telling import PortalTelling
from lienthong.cases.models.step_delivery import Stage, StepDelivery

__all__ = [
    "Absence",
    "ActionRecord",
    "Case",
    "DaySerial",
    "Document",
    "DocumentUse",
    "Draft",
    "FiledReceipt",
    "FilingDifference",
    "IdempotencyKey",
    "Notice",
    "Paper",
    "PaperSerial",
    "PaperWithdrawal",
    "PortalTelling",
    "Stage",
    "StepDelivery",
]
