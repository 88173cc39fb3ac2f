"""Why a message to an agency has no answer yet: for the applicant the plain fact, for the office all of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from lienthong.cases.agency_answers import Outcome
from lienthong.cases.errors import CasesErrorKind
from lienthong.cases.words import UNSENT, StepState
from lienthong.exchange.errors import ExchangeErrorKind
from lienthong.portal.cases.words import REASON_WORDS
from lienthong.portal.exchange_words import Cure, Trouble, find_trouble

if TYPE_CHECKING:
    from datetime import datetime

    from lienthong.cases.step_waiting import StepWaiting
    from lienthong.cases.steps import StepView


def tell_waiting(waiting: StepWaiting) -> str:
    """Tell an applicant why an agency's answer takes long; nothing while all is as usual."""
    if waiting.since is None:
        return ""
    told = gettext("The agency's system has not been reachable since %(since)s. It is tried again by itself.")
    return told % {"since": _tell(waiting.since)}


@dataclass(frozen=True, slots=True)
class StepWords:
    """What the office reads of a step: what was said of it, what is in its way with what to do, and when what comes.

    `code` is what support asks for. `is_stuck`: the agency does not have the message, whatever the case's record says.
    """

    said: str
    trouble: str = ""
    when: str = ""
    code: str = ""
    is_stuck: bool = False


def tell_step(step: StepView, late: StepWaiting | None, *, can_take_over: bool) -> StepWords:
    """Tell the office of a step, with its message that has no answer yet if there is one."""
    said, code = tell_reason(step.reason, step.text)
    if late is None:
        return StepWords(said, code=code)
    when = tell_office_waiting(late)
    if late.since is None:
        return StepWords(said, when=when, code=code)
    trouble = find_step_trouble(late.code)
    if trouble is None:
        return StepWords(said, late.code, when, code)
    # An officer who is to find out what became of it is told already that they can take it over.
    may = can_take_over and step.state is not StepState.UNKNOWN
    is_stuck = step.state is StepState.REQUESTED and late.code != ExchangeErrorKind.UNDER_WAY
    # What is in the way now counts, and no more what was when the step came to its state.
    return StepWords(
        "" if code else said, tell_trouble(trouble, can_take_over=may), when, trouble.code, is_stuck=is_stuck
    )


def tell_reason(reason: str, text: str) -> tuple[str, str]:
    """Tell the reason that stands in a case, its words and what was written beside it; apart, a code for support."""
    why = f"{REASON_WORDS.get(reason, reason)}." if reason else ""
    if reason == UNSENT:
        # What is wrong with the procedure, in the words of who makes procedures.
        return why, text
    trouble = find_step_trouble(text)
    if trouble is not None:
        return " ".join(filter(None, (why, str(trouble.happened)))), trouble.code
    return " ".join(filter(None, (why, text))), ""


def tell_office_waiting(waiting: StepWaiting) -> str:
    """Tell the office since when, how often it was tried, and what comes when."""
    asked = gettext("Sent %(at)s.") % {"at": _tell(waiting.asked_at)}
    if waiting.since is None:
        again = gettext("Looked at again %(at)s.") % {"at": _tell(waiting.next_at)}
        return f"{asked} {again}"
    failing = ngettext(
        "Does not get through since %(since)s, tried %(tries)d time.",
        "Does not get through since %(since)s, tried %(tries)d times.",
        waiting.tries,
    )
    parts = [asked, failing % {"since": _tell(waiting.since), "tries": waiting.tries}]
    parts.append(gettext("Next try %(at)s.") % {"at": _tell(waiting.next_at)})
    if waiting.until is not None:
        parts.append(gettext("Given up %(at)s.") % {"at": _tell(waiting.until)})
    return " ".join(parts)


def tell_trouble(trouble: Trouble, *, can_take_over: bool) -> str:
    """Tell what happened to a message of a step, and what to do."""
    parts = [str(trouble.happened), str(CURES[trouble.cure])]
    if can_take_over:
        parts.append(gettext("If it cannot wait, take the step over by hand."))
    return " ".join(parts)


def find_step_trouble(text: str) -> Trouble | None:
    """Read why a step's message did not get on; None for words that are somebody's own."""
    if text in _OF_STEPS:
        happened, cure = _OF_STEPS[text]
        return Trouble(happened, cure, text)
    if text in list(CasesErrorKind):
        return Trouble(_("What the agency answered does not fit this case."), Cure.OPERATOR, text)
    return find_trouble(text)


STUCK: Final = _("The message does not get through to the agency")
"""In place of that the agency has it."""

CURES: Final = {
    Cure.TIME: _("It is tried again by itself; if it takes too long, ask the agency."),
    Cure.AGENCY: _("Ask the agency to put that right; it is tried again by itself."),
    Cure.OPERATOR: _("Tell those who look after your system, with the code below; it is tried again by itself."),
    Cure.FINDING_OUT: _("Ask the agency whether it acted, by the number of the message, before you send it again."),
}
"""What an officer does about a step."""

_OF_STEPS: Final = {
    Outcome.UNHEARD.value: (_("The agency says that it never got the message."), Cure.FINDING_OUT),
    Outcome.UNCLEAR.value: (_("What the agency answered cannot be understood."), Cure.FINDING_OUT),
    "erased": (_("The gateway has erased what the message said, and cannot send it any more."), Cure.FINDING_OUT),
    CasesErrorKind.UNKNOWN_AGENCY.value: (
        _("This site's settings do not say how the agency is reached."),
        Cure.OPERATOR,
    ),
}
"""What cases themselves, and agencies' outcomes, leave as a reason."""


def _tell(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%H:%M:%S %d/%m}"
