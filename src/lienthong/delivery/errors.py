"""The one error type of this house, and its kinds."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from lienthong.kernel.errors import LienthongError

if TYPE_CHECKING:
    from lienthong.delivery.reasons import Reason


class DeliveryErrorKind(StrEnum):
    """Why a figure, a formula or a target is refused."""

    BAD_PERIOD = "bad-period"
    """Text is no period of time."""
    BAD_UNIT = "bad-unit"
    """Text is no unit of measure."""
    WRONG_UNIT = "wrong-unit"
    """A formula's parts do not fit together, or not with what it is to give."""
    BAD_FORMULA = "bad-formula"
    """Text is no formula."""
    BAD_CELL = "bad-cell"
    """A figure does not say properly what of, where, when or by which parts it is."""
    UNKNOWN_INDICATOR = "unknown-indicator"
    """No indicator has the code."""
    UNKNOWN_SOURCE = "unknown-source"
    """No source has the code."""
    NOT_A_KEEPER = "not-a-keeper"
    """Somebody without a post of statistics was to take in or amend figures or targets."""
    NOT_PUBLISHABLE = "not-publishable"
    """A figure of public order or of a minority that these rules keep from existing here."""
    CHANGED_MEANING = "changed-meaning"
    """A definition would change what figures that are there already mean."""
    BAD_TARGET = "bad-target"
    """A target does not say what would reach it."""
    UNKNOWN_PLAN = "unknown-plan"
    """No plan has the code."""
    SECRET_DOCUMENT = "secret-document"  # noqa: S105 # a word, no password
    """A file bears a mark of state secrecy: nothing of it is read on or kept."""
    UNREADABLE_DOCUMENT = "unreadable-document"
    """A file is none that can be read here, or has no text."""
    UNKNOWN_CANDIDATE = "unknown-candidate"
    """No candidate has the number."""
    CANDIDATE_DECIDED = "candidate-decided"
    """Somebody has decided on the candidate already."""
    BAD_CANDIDATE = "bad-candidate"
    """A decision on a candidate lacks what it would become needs."""
    UNKNOWN_DIRECTIVE = "unknown-directive"
    """No directive has the number, issuer and day."""
    BAD_DIRECTIVE = "bad-directive"
    """A directive, its parts or relations are not such as the register takes."""
    UNKNOWN_TASK = "unknown-task"
    """No task has the code."""
    BAD_TASK = "bad-task"
    """A task, or what is to be done with it, is not such as can be."""
    UNKNOWN_SESSION = "unknown-session"
    """No working session has the code."""
    BAD_SESSION = "bad-session"
    """A working session does not take this at its stage."""
    BAD_REPORT = "bad-report"
    """A report cannot be built as its outline asks, or words are for a place that it has not."""
    BAD_FILE = "bad-file"
    """A file of figures cannot be read at all."""
    NOT_ANSWERED = "not-answered"
    """Another member, or the own gateway, gave no figures when asked for some."""
    NO_COPY = "no-copy"
    """There is no columnar copy to count in."""
    NOT_A_SANDBOX = "not-a-sandbox"
    """Invented figures were to go into a site that is no sandbox."""
    DATA_DAMAGED = "data-damaged"
    """A file of this house's own data has not its form."""


class DeliveryError(LienthongError):
    """An error of the house of delivery."""

    kind: DeliveryErrorKind

    def __init__(self, kind: DeliveryErrorKind, message: str, reason: Reason | None = None) -> None:
        super().__init__(kind, message)
        self.reason = reason
        """The message as a kind with its values, where pages say it in their own language."""


def refuse(kind: DeliveryErrorKind, reason: Reason, about: str = "") -> DeliveryError:
    """Make an error that pages say in their own language; its message names what it is about, where that is given."""
    return DeliveryError(kind, f"{about}: {reason}" if about else str(reason), reason)
