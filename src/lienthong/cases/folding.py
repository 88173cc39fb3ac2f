"""A case is the list of its actions: this file makes the state from them, one action after the other. Pure.

Actions are folded as they stand in the record; whether one may be done is asked before, by `workflow`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lienthong.cases import actions as told
from lienthong.cases.case_state import ENDINGS, CaseState, Complaint, Pause
from lienthong.cases.errors import CasesError, CasesErrorKind
from lienthong.cases.steps import apply_to_step, cancel_rest, restart_steps, start_steps
from lienthong.cases.waiting import find_waits
from lienthong.cases.words import ActionKind, ActorKind, Decision, NationalStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lienthong.cases.plan import Plan

_PAUSED = frozenset({NationalStatus.SUPPLEMENT, NationalStatus.PAYMENT})

_WORK = frozenset(
    {
        ActionKind.RECEIVE,
        ActionKind.REFUSE_TO_RECEIVE,
        ActionKind.ASK_SUPPLEMENT,
        ActionKind.SUPPLEMENT,
        ActionKind.ASK_PAYMENT,
        ActionKind.PAY,
        ActionKind.TAKE,
        ActionKind.ASK_AGENCY,
        ActionKind.RESEND_STEP,
        ActionKind.REPLACE_STEP,
        ActionKind.TAKE_OVER_STEP,
        ActionKind.UNDO_STEP,
        ActionKind.ISSUE,
    }
)
"""What only those do who receive or handle a case. Handing over belongs to it where it asks for the decision."""


def fold(actions: Sequence[told.Action], plan: Plan | None = None) -> CaseState:
    """Give the state of a case from all its actions; without a plan, by the one it was filed with."""
    if not actions or not isinstance(actions[0].payload, told.Submitted):
        raise CasesError(CasesErrorKind.UNKNOWN_CASE, "case: expected actions that begin with its filing, got none")
    state = start_case(actions[0], plan)
    for action in actions[1:]:
        state = apply_action(state, action)
    return state


def start_case(action: told.Action, plan: Plan | None = None) -> CaseState:
    """Give the state of a case that was just filed."""
    payload = action.payload
    if not isinstance(payload, told.Submitted):
        raise CasesError(CasesErrorKind.BAD_PAYLOAD, f"action {action.number}: expected a filing, got {action.kind}")
    chosen = payload.plan if plan is None else plan
    state = CaseState(
        number=action.number,
        workers=_find_workers(action),
        status=NationalStatus.NEW,
        unit=payload.unit,
        submitted_at=action.at,
        plan=chosen,
        steps=start_steps(chosen),
    )
    return replace(state, waits=find_waits(state))


def apply_action(state: CaseState, action: told.Action) -> CaseState:
    """Give the state after one more action."""
    changed = _end(_change(state, action), action)
    workers = state.workers | _find_workers(action)
    changed = replace(changed, number=action.number, workers=workers, pauses=_find_pauses(state, changed, action))
    changed = replace(changed, waits=find_waits(changed))
    return replace(changed, ended_at=(changed.ended_at or action.at) if changed.is_over else None)


def _change(state: CaseState, action: told.Action) -> CaseState:  # noqa: PLR0911 # one kind of action each
    payload = action.payload
    match payload:
        case told.Received():
            return replace(state, status=NationalStatus.RECEIVED, received_at=action.at)
        case told.Taken():
            status = NationalStatus.HANDLING if state.status is NationalStatus.RECEIVED else state.status
            return replace(state, status=status, handler=action.actor.id)
        case told.HandedOver():
            return _hand_over(state, payload)
        case told.SupplementAsked() | told.Supplemented() | told.PaymentAsked() | told.Paid():
            return _turn_to_applicant(state, payload)
        case told.AgencyAsked():
            steps = apply_to_step(state.steps, payload, action.at)
            return replace(state, status=NationalStatus.HANDLING, steps=steps)
        case (
            told.AgencyAccepted()
            | told.AgencyDone()
            | told.AgencyRefused()
            | told.AgencyUnknown()
            | told.StepResent()
            | told.StepReplaced()
            | told.StepTakenOver()
            | told.StepUndone()
        ):
            return replace(state, steps=apply_to_step(state.steps, payload, action.at), for_decision=False)
        case told.Extended():
            extended = (*state.extended, (action.at, payload.until))
            return replace(state, extended_to=payload.until, extended=extended)
        case told.Rated() | told.Complained() | told.ComplaintAnswered():
            return _hear(state, action)
    return _decide(state, action)


def _hear(state: CaseState, action: told.Action) -> CaseState:
    """Apply what the applicant says of the office, and what the office answers; the case itself goes on as it did."""
    match action.payload:
        case told.Rated(stars=stars):
            return replace(state, stars=stars)
        case told.Complained():
            complaint = Complaint(action.number, action.at)
            return replace(state, complaints=state.complaints + 1, unanswered=(*state.unanswered, complaint))
        case told.ComplaintAnswered(complaint=answered):
            return replace(state, unanswered=tuple(each for each in state.unanswered if each.number != answered))
    return state


def _decide(state: CaseState, action: told.Action) -> CaseState:  # noqa: PLR0911 # one kind of action each
    """Apply what decides, ends or reopens a case."""
    payload = action.payload
    match payload:
        case told.Approved():
            return replace(state, **_close(state, action), decision=Decision.APPROVED)
        case told.Refused():
            return replace(state, **_close(state, action), decision=Decision.REFUSED)
        case told.Stopped():
            return replace(state, **_close(state, action), status=NationalStatus.STOPPED)
        case told.Withdrawn():
            return replace(state, **_close(state, action), status=NationalStatus.WITHDRAWN)
        case told.ReceptionRefused():
            return replace(state, **_close(state, action), status=NationalStatus.NOT_RECEIVED)
        case told.Issued():
            outcome = payload.documents
            return replace(
                state, status=NationalStatus.DONE, done_at=action.at, outcome=outcome, results=state.results + 1
            )
        case told.ResultReturned():
            return replace(state, status=NationalStatus.RETURNED, returned_at=action.at)
        case told.Reopened():
            return _reopen(state)
    return state


def _close(state: CaseState, action: told.Action) -> dict[str, Any]:
    payload = action.payload
    return {
        "decided_at": action.at,
        "steps": cancel_rest(state.steps),
        "reason": getattr(payload, "reason", ""),
        "text": getattr(payload, "text", ""),
        "for_decision": False,
    }


def _reopen(state: CaseState) -> CaseState:
    """Work on it again: the decision counts no more, and a case never received is to be received."""
    is_unreceived = state.status is NationalStatus.NOT_RECEIVED
    return replace(
        state,
        status=NationalStatus.NEW if is_unreceived else NationalStatus.HANDLING,
        decision=Decision.NONE,
        decided_at=None,
        done_at=None,
        returned_at=None,
        ended_at=None,
        outcome=(),
        results=0,
        reason="",
        text="",
        steps=restart_steps(state.steps),
    )


def _hand_over(state: CaseState, payload: told.HandedOver) -> CaseState:
    is_elsewhere = bool(payload.to_unit) and payload.to_unit != state.unit
    stays = "" if is_elsewhere else state.handler
    return replace(
        state,
        unit=payload.to_unit or state.unit,
        handler=payload.to_account or stays,
        for_decision=payload.for_decision,
    )


def _turn_to_applicant(
    state: CaseState, payload: told.SupplementAsked | told.Supplemented | told.PaymentAsked | told.Paid
) -> CaseState:
    match payload:
        case told.SupplementAsked():
            return replace(
                state,
                status=NationalStatus.SUPPLEMENT,
                resume=state.status,
                supplements=state.supplements + 1,
                items=payload.items,
                supplement_until=payload.until,
                reason=payload.reason,
                text=payload.text,
            )
        case told.Supplemented():
            return replace(state, status=state.resume, items=(), supplement_until=None, reason="", text="")
        case told.PaymentAsked():
            return replace(
                state, status=NationalStatus.PAYMENT, resume=state.status, fee=payload.amount, text=payload.text
            )
        case told.Paid():
            return replace(state, status=state.resume, fee=0, paid=state.paid + payload.amount, text="")


def _find_workers(action: told.Action) -> frozenset[str]:
    """Give which officer's account an action makes one of those who worked on the case, if any."""
    payload, actor = action.payload, action.actor
    if actor.officer:
        return frozenset({actor.officer})
    is_proposal = isinstance(payload, told.HandedOver) and payload.for_decision
    is_work = actor.kind is ActorKind.OFFICER and (action.kind in _WORK or is_proposal)
    return frozenset({actor.id}) if is_work else frozenset()


def _find_pauses(before: CaseState, after: CaseState, action: told.Action) -> tuple[Pause, ...]:
    """Open a pause where the applicant's turn begins, and end it where it ends."""
    if before.status is after.status:
        return before.pauses
    pauses = before.pauses
    if before.status in _PAUSED and pauses:
        pauses = (*pauses[:-1], replace(pauses[-1], end=action.at))
    if after.status in _PAUSED:
        pauses = (*pauses, Pause(after.status, action.at))
    return pauses


def _end(state: CaseState, action: told.Action) -> CaseState:
    """Drop what an ended case needs no more: nobody is asked to bring or pay anything."""
    if state.status not in ENDINGS or action.kind is ActionKind.COMMENT:
        return state
    return replace(state, items=(), supplement_until=None, fee=0)
