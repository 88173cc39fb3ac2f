"""What the closed lists of the house of cases are called on pages, for citizens and for officers."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from lienthong.cases.reconciling import DifferenceKind
from lienthong.cases.words import ActionKind, Channel, Decision, NationalStatus, StepState, WaitingReason

STATUSES: Final = {
    NationalStatus.NEW: _("Filed, not yet received"),
    NationalStatus.RECEIVED: _("Received"),
    NationalStatus.NOT_RECEIVED: _("Not received"),
    NationalStatus.HANDLING: _("Being handled"),
    NationalStatus.SUPPLEMENT: _("Waiting for papers"),
    NationalStatus.PAYMENT: _("Waiting for payment"),
    NationalStatus.WITHDRAWN: _("Withdrawn"),
    NationalStatus.STOPPED: _("Stopped"),
    NationalStatus.DONE: _("Done, result ready"),
    NationalStatus.RETURNED: _("Result handed over"),
}

STATUS_COLOURS: Final = {
    NationalStatus.NEW: "blue",
    NationalStatus.RECEIVED: "blue",
    NationalStatus.NOT_RECEIVED: "red",
    NationalStatus.HANDLING: "turquoise",
    NationalStatus.SUPPLEMENT: "yellow",
    NationalStatus.PAYMENT: "yellow",
    NationalStatus.WITHDRAWN: "grey",
    NationalStatus.STOPPED: "red",
    NationalStatus.DONE: "green",
    NationalStatus.RETURNED: "grey",
}

DEEDS: Final = {
    ActionKind.SUBMIT: _("File the case"),
    ActionKind.RECEIVE: _("Receive the case"),
    ActionKind.REFUSE_TO_RECEIVE: _("Refuse to receive it"),
    ActionKind.ASK_SUPPLEMENT: _("Ask for papers or corrections"),
    ActionKind.SUPPLEMENT: _("Hand in what was asked for"),
    ActionKind.ASK_PAYMENT: _("Ask for payment"),
    ActionKind.PAY: _("Record the payment"),
    ActionKind.TAKE: _("Take it to work on"),
    ActionKind.HAND_OVER: _("Hand it over"),
    ActionKind.ASK_AGENCY: _("Ask the agency"),
    ActionKind.RESEND_STEP: _("Send again"),
    ActionKind.REPLACE_STEP: _("Ask anew"),
    ActionKind.TAKE_OVER_STEP: _("Take over by hand"),
    ActionKind.UNDO_STEP: _("Settle the taking back"),
    ActionKind.APPROVE: _("Approve"),
    ActionKind.REFUSE: _("Decline the application"),
    ActionKind.EXTEND: _("Set a later date, with an apology"),
    ActionKind.STOP: _("Stop the case"),
    ActionKind.WITHDRAW: _("Withdraw the case"),
    ActionKind.ISSUE: _("Issue the result"),
    ActionKind.RETURN_RESULT: _("Record that the result was handed over"),
    ActionKind.REOPEN: _("Reopen by decision"),
    ActionKind.RATE: _("Say how it went"),
    ActionKind.COMPLAIN: _("Complain"),
    ActionKind.ANSWER_COMPLAINT: _("Answer the complaint"),
    ActionKind.COMMENT: _("Add a note"),
}
"""What somebody can do, as the words on a button."""

DONE: Final = {
    ActionKind.SUBMIT: _("The case was filed"),
    ActionKind.RECEIVE: _("The office received the case"),
    ActionKind.REFUSE_TO_RECEIVE: _("The office did not receive the case"),
    ActionKind.ASK_SUPPLEMENT: _("More papers or corrections were asked for"),
    ActionKind.SUPPLEMENT: _("What was asked for was handed in"),
    ActionKind.ASK_PAYMENT: _("Payment was asked for"),
    ActionKind.PAY: _("The fee was paid"),
    ActionKind.TAKE: _("An officer works on the case"),
    ActionKind.HAND_OVER: _("The case was handed over inside the office"),
    ActionKind.ASK_AGENCY: _("Another agency was asked"),
    ActionKind.AGENCY_ACCEPTED: _("The agency took it in"),
    ActionKind.AGENCY_DONE: _("The agency answered"),
    ActionKind.AGENCY_REFUSED: _("The agency declined"),
    ActionKind.AGENCY_UNKNOWN: _("It is not certain whether the agency acted"),
    ActionKind.RESEND_STEP: _("The agency was asked again"),
    ActionKind.REPLACE_STEP: _("The agency was asked anew"),
    ActionKind.TAKE_OVER_STEP: _("An officer took the step over"),
    ActionKind.UNDO_STEP: _("A step is taken back"),
    ActionKind.APPROVE: _("The application was approved"),
    ActionKind.REFUSE: _("The application was declined"),
    ActionKind.EXTEND: _("The office apologises: it takes longer"),
    ActionKind.STOP: _("The office stopped the case"),
    ActionKind.WITHDRAW: _("The case was withdrawn"),
    ActionKind.ISSUE: _("The result is ready"),
    ActionKind.RETURN_RESULT: _("The result was handed over"),
    ActionKind.REOPEN: _("The case was reopened by a decision"),
    ActionKind.RATE: _("A rating was given"),
    ActionKind.COMPLAIN: _("A complaint was made"),
    ActionKind.ANSWER_COMPLAINT: _("The office answered the complaint"),
    ActionKind.COMMENT: _("A note was added"),
}
"""What happened, as a timeline tells it."""

STEP_STATES: Final = {
    StepState.WAITING: _("Not yet its turn"),
    StepState.READY: _("About to be sent"),
    StepState.REQUESTED: _("Sent, waiting for an answer"),
    StepState.ACCEPTED: _("The agency works on it"),
    StepState.DONE: _("Finished"),
    StepState.REFUSED: _("Declined"),
    StepState.UNKNOWN: _("Not certain"),
    StepState.BY_HAND: _("Done by hand"),
    StepState.UNDOING: _("Being taken back"),
    StepState.UNDONE: _("Taken back"),
    StepState.CANCELLED: _("Not needed any more"),
}

STEP_COLOURS: Final = {
    StepState.WAITING: "grey",
    StepState.READY: "blue",
    StepState.REQUESTED: "turquoise",
    StepState.ACCEPTED: "turquoise",
    StepState.DONE: "green",
    StepState.REFUSED: "red",
    StepState.UNKNOWN: "orange",
    StepState.BY_HAND: "green",
    StepState.UNDOING: "yellow",
    StepState.UNDONE: "grey",
    StepState.CANCELLED: "grey",
}

WAITS: Final = {
    WaitingReason.TO_RECEIVE: _("The office checks whether the case is complete and receives it."),
    WaitingReason.TO_TAKE: _("An officer takes the case to work on."),
    WaitingReason.TO_HANDLE: _("The officer works on the case."),
    WaitingReason.TO_SUPPLEMENT: _("You hand in what was asked for. Until then the deadline is paused."),
    WaitingReason.TO_PAY: _("You pay the fee. Until then the deadline is paused."),
    WaitingReason.TO_ASK_AGENCY: _("The office asks the next agency."),
    WaitingReason.AGENCY_HAS_IT: _("The agency has the request and works on it."),
    WaitingReason.NUMBER_PENDING: _(
        "The agency has acted; part of its result, such as a new personal number, follows."
    ),
    WaitingReason.OUTCOME_UNKNOWN: _("An answer was lost on the way. An officer finds out whether the agency acted."),
    WaitingReason.AGENCY_REFUSED: _("An agency declined. An officer decides how to go on."),
    WaitingReason.NOT_SENT: _("The request could not be sent. An officer puts it right."),
    WaitingReason.OTHER_STEPS: _("This step waits for the results of others."),
    WaitingReason.TO_UNDO: _("The office asks an agency to take its step back."),
    WaitingReason.UNDO_ASKED: _("An agency was asked to take its step back."),
    WaitingReason.TO_UNDO_BY_HAND: _("An officer settles by hand what an agency did not take back."),
    WaitingReason.TO_DECIDE: _("The person in charge decides."),
    WaitingReason.TO_ISSUE: _("The office makes out the result."),
    WaitingReason.TO_RETURN: _("You get the result."),
}
"""What happens next, and by whom, in words for the applicant."""

OFFICE_WAITS: Final = {
    WaitingReason.TO_RECEIVE: _("To be received"),
    WaitingReason.TO_TAKE: _("To be taken by somebody who handles it"),
    WaitingReason.TO_HANDLE: _("To be handled"),
    WaitingReason.TO_SUPPLEMENT: _("The applicant is to hand in what was asked for"),
    WaitingReason.TO_PAY: _("The applicant is to pay"),
    WaitingReason.TO_ASK_AGENCY: _("Goes to the agency by itself in a moment"),
    WaitingReason.AGENCY_HAS_IT: _("The agency has it"),
    WaitingReason.NUMBER_PENDING: _("The agency acted; a part of its result is still to come"),
    WaitingReason.OUTCOME_UNKNOWN: _("Find out whether the agency acted, then send again or take over"),
    WaitingReason.AGENCY_REFUSED: _("The agency declined: ask anew, take over, or have it decided"),
    WaitingReason.NOT_SENT: _("It could not be sent: have the data put right and ask anew, or take over"),
    WaitingReason.OTHER_STEPS: _("Waits for the results of other steps"),
    WaitingReason.TO_UNDO: _("The agency is asked to take it back in a moment"),
    WaitingReason.UNDO_ASKED: _("The agency was asked to take it back"),
    WaitingReason.TO_UNDO_BY_HAND: _("To be taken back by hand"),
    WaitingReason.TO_DECIDE: _("To be decided"),
    WaitingReason.TO_ISSUE: _("The result is to be issued"),
    WaitingReason.TO_RETURN: _("The result is to be handed over"),
}
"""The same for the office, in the fewest words."""

REASON_WORDS: Final = {
    "wrong-authority": _("Another office is in charge"),
    "wrong-procedure": _("Another procedure is the right one"),
    "not-entitled": _("The conditions are not met"),
    "duplicate": _("The same case was filed before"),
    "missing-papers": _("Papers are missing"),
    "unreadable-papers": _("Papers cannot be read"),
    "contradicts-registry": _("The data contradicts the registry"),
    "incomplete-form": _("The form is not complete"),
    "no-answer": _("The agency has not answered"),
    "agency-asked": _("The agency asked for it"),
    "agency-has-nothing": _("The agency says that it got nothing"),
    "data-corrected": _("The data was put right"),
    "agency-mistake": _("The agency made a mistake"),
    "agency-down": _("The agency's system is down"),
    "agency-answered-otherwise": _("The agency answered another way"),
    "found-out": _("It was found out what the agency did"),
    "taken-back-by-agency": _("The agency took it back"),
    "nothing-to-undo": _("There is nothing to take back"),
    "stays-by-agreement": _("It stays, as agreed with the applicant"),
    "agency-refused": _("An agency declined"),
    "cannot-be-sent": _("The message to the agency cannot be made from what the case holds"),
    "false-data": _("What was stated is not true"),
    "law": _("The law does not allow it"),
    "verification": _("Something must be verified"),
    "agency-late": _("Another agency is late"),
    "workload": _("Many cases came at once"),
    "system-down": _("A system was down"),
    "no-supplement": _("What was asked for was not handed in"),
    "no-payment": _("The fee was not paid"),
    "court-or-law": _("A court or a law says so"),
    "applicant-died": _("The applicant has died"),
    "complaint-upheld": _("A complaint was right"),
    "court-decision": _("A court decided so"),
    "mistake": _("The office made a mistake"),
    "other": _("Another reason"),
}

CHANNELS: Final = {Channel.COUNTER: _("at a counter"), Channel.ONLINE: _("online"), Channel.POST: _("by post")}
DECISIONS: Final = {Decision.APPROVED: _("Approved"), Decision.REFUSED: _("Declined")}

DIFFERENCES: Final = {
    DifferenceKind.MISSING_HERE: _("The portal numbered it, and it is not here"),
    DifferenceKind.MISSING_THERE: _("It is here as the portal's, and the portal does not know it"),
    DifferenceKind.STATUS: _("Both hold it, in another status"),
}
