"""What the office's forms are called, and what is said of a paper that somebody checks."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from lienthong.cases.documents.words import Comparison, PaperKind, WithdrawalReason

PAPERS: Final = {
    PaperKind.RECEIPT: _("Receipt with the day of return (form 01)"),
    PaperKind.SUPPLEMENT: _("Request for papers or corrections (form 02)"),
    PaperKind.REFUSAL: _("Refusal (form 03)"),
    PaperKind.APOLOGY: _("Apology and new day of return (form 04)"),
    PaperKind.STOP: _("Notice that the case is stopped (form 05)"),
    PaperKind.CONTROL_SLIP: _("Control slip (form 06)"),
    PaperKind.REGISTER: _("Register (form 07)"),
}

WITHDRAWN: Final = {
    WithdrawalReason.REPLACED: _("a later paper stands in its place"),
    WithdrawalReason.MISTAKE: _("it holds a mistake"),
    WithdrawalReason.TAKEN_BACK: _("what it says was undone"),
    WithdrawalReason.DECISION: _("a higher agency or a court decided so"),
}

COMPARED: Final = {
    Comparison.SAME: _("The file is this paper, to the byte."),
    Comparison.CHANGED: _(
        "The file begins as this paper does, and something was added to it. Do not trust what was added."
    ),
    Comparison.OTHER: _("The file is not this paper, or was changed. Do not trust it."),
}
