"""Whether one action may be recorded: its actor's role, the case's state, and what is told with it. Pure.

Everything that `workflow` allows in general is asked again here for the step, amount or reason that is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lienthong.cases import actions as told
from lienthong.cases.errors import CasesError, CasesErrorKind
from lienthong.cases.steps import StepView, can_answer, can_replace, can_resend, can_take_over
from lienthong.cases.words import OTHER_REASON, REASONS, ActionKind, CaseRole, Decision, StepState
from lienthong.cases.workflow import ACTION_TABLE, ACTOR_KINDS, OFFICE, Who, find_undo_phases, is_allowed, must_leave

if TYPE_CHECKING:
    from lienthong.cases.case_state import CaseState

MOST_TEXT: Final = 4_000
"""Characters of one text that somebody writes: two pages."""

MOST_STARS: Final = 5


def verify_action(state: CaseState, who: Who, actor: told.Actor, payload: told.Payload) -> None:
    """Refuse an action that may not be done to the case now; raises CasesError."""
    kind = told.get_kind(payload)
    _require_role(state, who, actor, kind)
    if must_leave(state, who, kind):
        message = f"action {kind}: {actor.id} worked on this case; somebody else who decides at {state.unit} does it"
        raise CasesError(CasesErrorKind.NOT_ALLOWED, message)
    if not is_allowed(state, who, kind):
        raise _not_now(state, kind, "it is not among what this role may do now")
    if kind is ActionKind.RATE and actor.officer:
        # Else an office would say at its own counter how content people are with it.
        message = (
            f"action {kind}: only the applicant alone says how content they are, and officer {actor.officer} is there"
        )
        raise CasesError(CasesErrorKind.NOT_ALLOWED, message)
    _require_reason(who, kind, payload)
    _require_text(payload)
    if isinstance(payload, told.StepPayload):
        _require_step(state, who, payload)
    else:
        _require_sense(state, payload)


def _require_role(state: CaseState, who: Who, actor: told.Actor, kind: ActionKind) -> None:
    if actor.kind not in ACTOR_KINDS[who.role] or who.role not in ACTION_TABLE[kind].roles:
        message = f"action {kind}: expected one of {sorted(ACTION_TABLE[kind].roles)}, got {actor.kind} as {who.role}"
        raise CasesError(CasesErrorKind.NOT_ALLOWED, message)
    if who.role in OFFICE and who.unit != state.unit:
        message = f"action {kind}: the case is at {state.unit}, and this post is at {who.unit or 'no office'}"
        raise CasesError(CasesErrorKind.NOT_ALLOWED, message)


def _require_reason(who: Who, kind: ActionKind, payload: told.Payload) -> None:
    known = REASONS.get(kind)
    if known is None or (kind is ActionKind.UNDO_STEP and who.role is not CaseRole.HANDLER):
        return
    reason = str(getattr(payload, "reason", ""))
    if reason not in known:
        message = f"action {kind}: expected a reason of {', '.join(known)}, got {reason!r}"
        raise CasesError(CasesErrorKind.BAD_REASON, message)
    if reason == OTHER_REASON and not str(getattr(payload, "text", "")).strip():
        raise CasesError(CasesErrorKind.BAD_REASON, f"action {kind}: the reason 'other' needs text that says which")


def _require_text(payload: told.Payload) -> None:
    text = str(getattr(payload, "text", ""))
    if "\x00" in text:
        raise _bad(payload, "expected text, got a character that cannot be kept")
    if len(text) > MOST_TEXT:
        raise _bad(payload, f"expected at most {MOST_TEXT} characters of text, got {len(text)}")
    if isinstance(payload, told.Complained | told.ComplaintAnswered | told.Commented) and not text.strip():
        raise _bad(payload, "expected some text, got none")


def _require_step(state: CaseState, who: Who, payload: told.StepPayload) -> None:
    step = state.steps.get(payload.step)
    if step is None:
        raise _bad(payload, f"the case has no step {payload.step!r}, only {', '.join(state.steps) or 'none'}")
    if who.role is CaseRole.AGENCY and who.unit not in {"", step.agency}:
        message = f"step {step.id}: it is {step.agency}'s, and {who.unit} answered"
        raise CasesError(CasesErrorKind.NOT_ALLOWED, message)
    if not _fits(state, who, step, payload):
        message_id = getattr(payload, "message_id", "")
        raise _not_now(state, told.get_kind(payload), f"step {step.id} is {step.state}, message {message_id or 'none'}")
    if isinstance(payload, told.AgencyAsked | told.StepReplaced):
        _require_new_message(state, payload)


def _fits(state: CaseState, who: Who, step: StepView, payload: told.StepPayload) -> bool:
    match payload:
        case told.AgencyAsked():
            return step.state is StepState.READY
        case told.AgencyAccepted() | told.AgencyDone() | told.AgencyRefused() | told.AgencyUnknown():
            return can_answer(step, payload)
        case told.StepResent():
            return can_resend(step) and payload.message_id == step.message_id
        case told.StepReplaced():
            return can_replace(step)
        case told.StepTakenOver():
            return can_take_over(step)
        case told.StepUndone():
            return payload.phase in find_undo_phases(state, step, who.role)


def _require_new_message(state: CaseState, payload: told.AgencyAsked | told.StepReplaced) -> None:
    used = {message for step in state.steps.values() for message in step.asked}
    if not payload.message_id or payload.message_id in used:
        raise _bad(payload, f"expected a message id that was never used, got {payload.message_id!r}")


def _require_sense(state: CaseState, payload: told.Payload) -> None:
    match payload:
        case told.PaymentAsked() if payload.amount <= 0:
            raise _bad(payload, f"expected a fee above 0 dong, got {payload.amount}")
        case told.Paid() if payload.amount != state.fee:
            raise _bad(payload, f"expected {state.fee} dong, got {payload.amount}")
        case told.Rated() if not 1 <= payload.stars <= MOST_STARS:
            raise _bad(payload, f"expected 1 to {MOST_STARS}, got {payload.stars}")
        case told.ComplaintAnswered() if payload.complaint not in {each.number for each in state.unanswered}:
            raise _bad(payload, f"expected a complaint that waits for its answer, got action {payload.complaint}")
        case told.Reopened() if not payload.decision.strip():
            raise _bad(payload, "expected the number of the decision that reopens the case")
        case told.Supplemented() if not (payload.answers or payload.documents or payload.text.strip()):
            raise _bad(payload, "expected answers, documents or text, got nothing")
        case told.HandedOver() if not _leads_somewhere(state, payload):
            raise _bad(payload, "expected another office, another handler, or that it is to be decided")


def _leads_somewhere(state: CaseState, payload: told.HandedOver) -> bool:
    is_elsewhere = payload.to_unit not in {"", state.unit} or payload.to_account not in {"", state.handler}
    return is_elsewhere or payload.for_decision


def _not_now(state: CaseState, kind: ActionKind, why: str) -> CasesError:
    decided = "" if state.decision is Decision.NONE else f", decided: {state.decision}"
    message = f"action {kind}: the case is {state.status.name}{decided}, and {why}; look at it again"
    return CasesError(CasesErrorKind.NOT_NOW, message)


def _bad(payload: told.Payload, why: str) -> CasesError:
    return CasesError(CasesErrorKind.BAD_PAYLOAD, f"action {told.get_kind(payload)}: {why}")
