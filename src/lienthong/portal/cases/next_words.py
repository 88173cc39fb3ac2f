"""What happens next with a case, told to its applicant: what they must do themselves, or who else does what. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext

from lienthong.cases.case_state import ENDINGS
from lienthong.cases.words import CaseRole, Decision, NationalStatus, WaitingReason
from lienthong.portal.cases.deadline_words import tell_day
from lienthong.portal.cases.procedure_words import say, tell_money
from lienthong.portal.cases.words import REASON_WORDS, WAITS

if TYPE_CHECKING:
    from lienthong.cases.case_state import CaseState, Wait
    from lienthong.cases.procedure import Procedure


@dataclass(frozen=True, slots=True)
class NextWords:
    """A heading and sentences; `is_mine`: the applicant is to act, `is_done`: a result is there."""

    title: str
    lines: tuple[str, ...]
    is_mine: bool = False
    is_done: bool = False


def tell_next(state: CaseState, procedure: Procedure) -> NextWords:
    """Tell what comes next."""
    wait = state.waiting_for
    if wait is not None and wait.role is CaseRole.APPLICANT:
        return _ask_for_more(state, procedure) if wait.reason is WaitingReason.TO_SUPPLEMENT else _ask_for_fee(state)
    if state.status is NationalStatus.DONE:
        return NextWords(gettext("Your result is ready"), (_tell_decision(state),), is_done=True)
    if state.status in ENDINGS:
        return NextWords(_END_TITLES[state.status](), _tell_end(state), is_done=state.status is NationalStatus.RETURNED)
    lines = dict.fromkeys(_tell_wait(each, procedure) for each in state.waits)
    return NextWords(gettext("You do not need to do anything now"), tuple(lines))


def tell_status(state: CaseState, procedure: Procedure) -> str:
    """Tell in one sentence what comes next, to somebody who has only the code: nothing about any person."""
    wait = state.waiting_for
    return gettext("The case is over.") if wait is None else _tell_wait(wait, procedure)


def _tell_wait(wait: Wait, procedure: Procedure) -> str:
    step = procedure.find_step(wait.step)
    told = str(WAITS[wait.reason])
    return told if step is None else f"{say(step.title)}: {told}"


def _ask_for_more(state: CaseState, procedure: Procedure) -> NextWords:
    fields = [procedure.form.find_field(name) for name in state.items]
    names = [say(field.label) for field in fields if field is not None]
    lines = [f"{REASON_WORDS.get(state.reason, state.reason)}.", state.text]
    lines += [gettext("Needed anew: %(names)s.") % {"names": ", ".join(names)}] if names else []
    if state.supplement_until:
        lines.append(gettext("Please hand it in by %(day)s.") % {"day": tell_day(state.supplement_until)})
    lines.append(gettext("Until then the deadline of your case is paused."))
    return NextWords(gettext("The office needs something from you"), tuple(filter(None, lines)), is_mine=True)


def _ask_for_fee(state: CaseState) -> NextWords:
    lines = (state.text, gettext("Until then the deadline of your case is paused."))
    title = gettext("Please pay %(amount)s") % {"amount": tell_money(state.fee)}
    return NextWords(title, tuple(filter(None, lines)), is_mine=True)


def _tell_decision(state: CaseState) -> str:
    if state.decision is Decision.REFUSED:
        return gettext("The application was declined. The paper below says why, and what you can do against it.")
    return gettext("Take your papers below, or at the office with your identity card.")


def _tell_end(state: CaseState) -> tuple[str, ...]:
    reason = REASON_WORDS.get(state.reason, state.reason)
    lines = [f"{reason}." if reason else "", state.text] if state.status in _WITH_REASON else []
    return tuple(filter(None, lines)) or (gettext("There is nothing more to do."),)


_WITH_REASON: Final = frozenset({NationalStatus.NOT_RECEIVED, NationalStatus.STOPPED})

_END_TITLES: Final = {
    NationalStatus.NOT_RECEIVED: lambda: gettext("The office did not receive the case"),
    NationalStatus.STOPPED: lambda: gettext("The office stopped the case"),
    NationalStatus.WITHDRAWN: lambda: gettext("You withdrew the case"),
    NationalStatus.RETURNED: lambda: gettext("The case is finished"),
}
