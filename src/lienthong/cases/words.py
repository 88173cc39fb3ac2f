"""The closed lists of words of this house: what a case can be, what can be done to it, by whom, and why.

The values are stored and travel in messages, so none is ever renamed; what people read stands in the pages' catalogues.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Final


class NationalStatus(IntEnum):
    """The status of a case as the national portal counts it (seen alike in several programs that report to it)."""

    NEW = 1
    """Filed, and nobody has received it yet."""
    RECEIVED = 2
    NOT_RECEIVED = 3
    """The office declined to receive it: over, unless reopened by decision."""
    HANDLING = 4
    SUPPLEMENT = 5
    """The applicant was asked for more."""
    PAYMENT = 6
    """The applicant was asked to pay."""
    WITHDRAWN = 7
    STOPPED = 8
    DONE = 9
    """Decided, and the result lies ready."""
    RETURNED = 10
    """The applicant has the result."""


class ActionKind(StrEnum):
    """What can be done to a case."""

    SUBMIT = "submit"
    RECEIVE = "receive"
    REFUSE_TO_RECEIVE = "refuse-to-receive"
    ASK_SUPPLEMENT = "ask-supplement"
    SUPPLEMENT = "supplement"
    ASK_PAYMENT = "ask-payment"
    PAY = "pay"
    TAKE = "take"
    HAND_OVER = "hand-over"
    ASK_AGENCY = "ask-agency"
    AGENCY_ACCEPTED = "agency-accepted"
    AGENCY_DONE = "agency-done"
    AGENCY_REFUSED = "agency-refused"
    AGENCY_UNKNOWN = "agency-unknown"
    RESEND_STEP = "resend-step"
    REPLACE_STEP = "replace-step"
    TAKE_OVER_STEP = "take-over-step"
    UNDO_STEP = "undo-step"
    APPROVE = "approve"
    REFUSE = "refuse"
    EXTEND = "extend"
    STOP = "stop"
    WITHDRAW = "withdraw"
    ISSUE = "issue"
    RETURN_RESULT = "return-result"
    REOPEN = "reopen"
    RATE = "rate"
    COMPLAIN = "complain"
    ANSWER_COMPLAINT = "answer-complaint"
    COMMENT = "comment"


class ActorKind(StrEnum):
    """Who or what does an action."""

    CITIZEN = "citizen"
    OFFICER = "officer"
    AGENCY = "agency"
    SYSTEM = "system"
    PORTAL = "portal"
    """A filing portal, for the person who filed there."""


class CaseRole(StrEnum):
    """What an actor is towards one case."""

    APPLICANT = "applicant"
    RECEIVER = "receiver"
    HANDLER = "handler"
    APPROVER = "approver"
    AGENCY = "agency"
    SYSTEM = "system"


class Channel(StrEnum):
    """How a case came in."""

    COUNTER = "counter"
    ONLINE = "online"
    POST = "post"


NATIONAL_CHANNEL: Final = {Channel.COUNTER: 1, Channel.ONLINE: 2, Channel.POST: 3}
"""KenhThucHien, the national portal's numbers of the channels."""


class StepState(StrEnum):
    """Where a step at an agency is."""

    WAITING = "waiting"
    """It needs what other steps have not brought yet."""
    READY = "ready"
    """It can be asked for now."""
    REQUESTED = "requested"
    ACCEPTED = "accepted"
    """The agency has it, and will answer later."""
    DONE = "done"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """Whether the agency acted cannot be told; a person finds out."""
    BY_HAND = "by-hand"
    """An officer did it, or brought its result, another way."""
    UNDOING = "undoing"
    """The agency was asked to take it back."""
    UNDONE = "undone"
    CANCELLED = "cancelled"
    """It is not asked for any more."""


class UndoPhase(StrEnum):
    """What one undo-step action says about taking a step back."""

    ASKED = "asked"
    DONE = "done"
    FAILED = "failed"
    """The agency did not take it back: an officer's task now."""


class Decision(StrEnum):
    """What was decided on a case."""

    NONE = "none"
    APPROVED = "approved"
    REFUSED = "refused"


class WaitingReason(StrEnum):
    """Why a case, or a step of it, waits; the pages say it in words."""

    TO_RECEIVE = "to-receive"
    TO_TAKE = "to-take"
    TO_HANDLE = "to-handle"
    TO_SUPPLEMENT = "to-supplement"
    TO_PAY = "to-pay"
    TO_ASK_AGENCY = "to-ask-agency"
    AGENCY_HAS_IT = "agency-has-it"
    NUMBER_PENDING = "number-pending"
    """The agency acted, and part of its result, such as a new personal number, comes later."""
    OUTCOME_UNKNOWN = "outcome-unknown"
    AGENCY_REFUSED = "agency-refused"
    NOT_SENT = "not-sent"
    """The message cannot be made, so that the agency was never asked; a person puts it right."""
    OTHER_STEPS = "other-steps"
    """A step needs the results of others first."""
    TO_UNDO = "to-undo"
    """The system asks the agency to take its step back."""
    UNDO_ASKED = "undo-asked"
    TO_UNDO_BY_HAND = "to-undo-by-hand"
    TO_DECIDE = "to-decide"
    TO_ISSUE = "to-issue"
    TO_RETURN = "to-return"


UNSENT: Final = "cannot-be-sent"
"""The reason of a step that was never asked for, since its message cannot be made."""

OTHER_REASON: Final = "other"
"""The reason of every list that says nothing by itself: text is needed with it."""

REASONS: Final = {
    ActionKind.REFUSE_TO_RECEIVE: (
        "wrong-authority",
        "wrong-procedure",
        "not-entitled",
        "duplicate",
        "missing-papers",
        OTHER_REASON,
    ),
    ActionKind.ASK_SUPPLEMENT: (
        "missing-papers",
        "unreadable-papers",
        "contradicts-registry",
        "incomplete-form",
        OTHER_REASON,
    ),
    ActionKind.RESEND_STEP: ("no-answer", "agency-asked", "agency-has-nothing", OTHER_REASON),
    ActionKind.REPLACE_STEP: ("data-corrected", "agency-mistake", OTHER_REASON),
    ActionKind.TAKE_OVER_STEP: ("agency-down", "agency-answered-otherwise", "found-out", OTHER_REASON),
    ActionKind.UNDO_STEP: ("taken-back-by-agency", "nothing-to-undo", "stays-by-agreement", OTHER_REASON),
    ActionKind.REFUSE: ("not-entitled", "agency-refused", "false-data", "law", OTHER_REASON),
    ActionKind.EXTEND: ("verification", "agency-late", "workload", "system-down", OTHER_REASON),
    ActionKind.STOP: ("no-supplement", "no-payment", "court-or-law", "applicant-died", OTHER_REASON),
    ActionKind.REOPEN: ("complaint-upheld", "court-decision", "mistake", OTHER_REASON),
}
"""From which reasons a person chooses, by action; what is not here needs none."""
