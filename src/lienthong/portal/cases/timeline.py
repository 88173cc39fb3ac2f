"""What happened to a case, told so that whoever reads it understands: for the applicant, and for the office.

Pure: actions in, events out, the newest first. The applicant is not told what the office notes for itself, nor which
of its people works on the case.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext

from lienthong.cases.actions import AgencyUnknown, StepUndone
from lienthong.cases.documents.paper_words import AGENCIES
from lienthong.cases.words import UNSENT, ActionKind, ActorKind, UndoPhase
from lienthong.portal.cases.procedure_words import say, tell_money
from lienthong.portal.cases.waiting_words import tell_reason
from lienthong.portal.cases.words import DONE, REASON_WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from lienthong.cases.actions import Action, Payload
    from lienthong.cases.procedure import Procedure

PROBLEMS: Final = frozenset(
    {
        ActionKind.REFUSE_TO_RECEIVE,
        ActionKind.ASK_SUPPLEMENT,
        ActionKind.AGENCY_REFUSED,
        ActionKind.AGENCY_UNKNOWN,
        ActionKind.REFUSE,
        ActionKind.STOP,
        ActionKind.EXTEND,
    }
)
"""What a reader should not pass over."""

OFFICE_ONLY: Final = frozenset({ActionKind.HAND_OVER, ActionKind.AGENCY_ACCEPTED, ActionKind.RESEND_STEP})
"""What tells the applicant nothing that they could use."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened: when, what, more about it, and by whom.

    By whom, and the code for support, are empty for the applicant's reading.
    """

    at: datetime
    title: str
    text: str
    by: str
    is_problem: bool
    code: str = ""


def tell_timeline(actions: Sequence[Action], procedure: Procedure, *, is_office: bool) -> tuple[Event, ...]:
    """Tell a case's actions, the newest first."""
    told = [action for action in actions if is_office or not _is_office_matter(action)]
    return tuple(_tell(action, procedure, is_office=is_office) for action in reversed(told))


def _is_office_matter(action: Action) -> bool:
    return action.kind in OFFICE_ONLY or bool(getattr(action.payload, "is_internal", False))


def _tell(action: Action, procedure: Procedure, *, is_office: bool) -> Event:
    step = _name_step(action.payload, procedure)
    title = f"{step}: {DONE[action.kind]}" if step else str(DONE[action.kind])
    details, code = _tell_details(action.payload, is_office=is_office)
    return Event(
        action.at,
        title,
        " ".join(filter(None, details)),
        _name_actor(action, procedure) if is_office else "",
        action.kind in PROBLEMS,
        code,
    )


def _name_step(payload: Payload, procedure: Procedure) -> str:
    step = procedure.find_step(getattr(payload, "step", ""))
    return "" if step is None else say(step.title)


def _tell_details(payload: Payload, *, is_office: bool) -> tuple[list[str], str]:
    """Give the sentences of what was told: the reason with its text, then what is particular to the kind; and the code.

    What was in a message's way is the office's to know: an applicant reads the reason alone.
    """
    reason, text, code = getattr(payload, "reason", ""), getattr(payload, "text", ""), ""
    if _is_from_exchange(payload):
        said, code = tell_reason(reason, text)
        details = [said] if is_office or not code else [tell_reason(reason, "")[0]]
    else:
        details = [f"{REASON_WORDS.get(reason, reason)}." if reason else "", text]
    until = getattr(payload, "until", None)
    details += [gettext("Until %(day)s.") % {"day": f"{until:%d/%m/%Y}"}] if until else []
    amount = getattr(payload, "amount", 0)
    details += [f"{tell_money(amount)}."] if amount else []
    if getattr(payload, "pending", False):
        details.append(gettext("Part of the result, such as a new personal number, follows."))
    details += (
        [gettext("The agency did not take it back.")] if getattr(payload, "phase", "") == UndoPhase.FAILED else []
    )
    stars = getattr(payload, "stars", 0)
    details += [gettext("%(stars)d of 5.") % {"stars": stars}] if stars else []
    return details, code if is_office else ""


def _is_from_exchange(payload: Payload) -> bool:
    """Say whether the text may be what the exchange, and no person, said."""
    is_failed_undo = isinstance(payload, StepUndone) and payload.phase == UndoPhase.FAILED
    return is_failed_undo or isinstance(payload, AgencyUnknown) or getattr(payload, "reason", "") == UNSENT


def _name_actor(action: Action, procedure: Procedure) -> str:
    """Name who did it: an agency by its name, and by its member's identifier only where the step tells none."""
    actor = action.actor
    if actor.kind is ActorKind.CITIZEN:
        return gettext("applicant, at the counter") if actor.officer else gettext("applicant")
    if actor.kind is ActorKind.SYSTEM:
        return gettext("by itself")
    step = procedure.find_step(getattr(action.payload, "step", ""))
    if actor.kind is ActorKind.AGENCY and step is not None and step.agency in AGENCIES:
        return say(AGENCIES[step.agency])
    return actor.name or actor.id
