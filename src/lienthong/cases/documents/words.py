"""The closed lists of words of documents; the values are stored and never renamed."""

from __future__ import annotations

from enum import StrEnum


class Origin(StrEnum):
    """Where a document comes from."""

    UPLOAD = "upload"
    """A person handed it in."""
    OUTCOME = "outcome"
    """A case's result."""
    FORM = "form"
    """A paper about a case: a receipt, a request, a refusal."""


class PaperKind(StrEnum):
    """The forms of the one-stop rules (03/2025/TT-VPCP, annex I), by the name of their template."""

    RECEIPT = "form-01"
    SUPPLEMENT = "form-02"
    REFUSAL = "form-03"
    APOLOGY = "form-04"
    STOP = "form-05"
    CONTROL_SLIP = "form-06"
    REGISTER = "form-07"


class WithdrawalReason(StrEnum):
    """Why an office takes a paper back."""

    REPLACED = "replaced"
    """A later paper of the same case stands in its place."""
    MISTAKE = "mistake"
    TAKEN_BACK = "taken-back"
    """What it says was undone."""
    DECISION = "decision"
    """A higher agency or a court decided so."""


class Comparison(StrEnum):
    """What a file is, held against a paper."""

    SAME = "same"
    """The paper, to the byte."""
    CHANGED = "changed"
    """It begins as the paper does, and something was added."""
    OTHER = "other"
    """Another file, or the paper with something changed in it: the two cannot be told apart."""
