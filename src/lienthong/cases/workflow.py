"""What may be done to a case, by whom, and what it leads to: the one table that pages, services and tests ask.

Pure. `next_actions` says which kinds of action somebody may do now; `verify_action` refuses one that may not be done,
or that tells something the case contradicts, before it is recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lienthong.cases.case_state import CaseState, Pause, Wait
from lienthong.cases.folding import apply_action, fold, start_case
from lienthong.cases.plan import Plan, PlanStep
from lienthong.cases.steps import (
    StepView,
    can_be_late,
    can_replace,
    can_resend,
    can_take_over,
    is_undo_task,
    list_undoable,
)
from lienthong.cases.words import ActionKind, ActorKind, CaseRole, Decision, NationalStatus, StepState

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "ACTION_TABLE",
    "ACTOR_KINDS",
    "ActionRow",
    "CaseState",
    "Pause",
    "Plan",
    "PlanStep",
    "StepView",
    "Wait",
    "Who",
    "apply_action",
    "find_undo_phases",
    "fold",
    "is_allowed",
    "list_ready",
    "list_undo_due",
    "must_leave",
    "next_actions",
    "start_case",
]

_S = NationalStatus
_R = CaseRole

OFFICE: Final = frozenset({_R.RECEIVER, _R.HANDLER, _R.APPROVER})
"""Roles of officers: they act on the cases of their own office alone."""

ACTOR_KINDS: Final = {
    _R.APPLICANT: frozenset({ActorKind.CITIZEN, ActorKind.PORTAL}),
    _R.RECEIVER: frozenset({ActorKind.OFFICER}),
    _R.HANDLER: frozenset({ActorKind.OFFICER}),
    _R.APPROVER: frozenset({ActorKind.OFFICER}),
    _R.AGENCY: frozenset({ActorKind.AGENCY}),
    _R.SYSTEM: frozenset({ActorKind.SYSTEM}),
}
"""Who or what can act in which role."""

_ALL: Final = frozenset(_S)
_BEFORE_DECISION: Final = frozenset({_S.NEW, _S.RECEIVED, _S.HANDLING, _S.SUPPLEMENT, _S.PAYMENT})
_AT_OFFICE: Final = frozenset({_S.RECEIVED, _S.HANDLING})
_UNRECEIVED: Final = frozenset({_S.NEW, _S.SUPPLEMENT, _S.PAYMENT})
_RECEIVED_ON: Final = _BEFORE_DECISION - {_S.NEW}
_ASKABLE: Final = frozenset({_S.NEW, _S.RECEIVED, _S.HANDLING})
_ANSWERABLE: Final = _ALL - {_S.NEW, _S.NOT_RECEIVED}
_TAKEN_BACK: Final = frozenset({_S.HANDLING, _S.DONE, _S.RETURNED, _S.WITHDRAWN, _S.STOPPED})
_CLOSED: Final = frozenset({_S.NOT_RECEIVED, _S.STOPPED, _S.DONE, _S.RETURNED})


BY_OTHERS: Final = frozenset({ActionKind.APPROVE, ActionKind.REFUSE, ActionKind.ANSWER_COMPLAINT})
"""What nobody does on a case on which they worked themselves."""

MOST_COMPLAINTS: Final = 20
"""Of one case: every action is read again with each further one, so nobody makes a case grow without end."""


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody who looks at a case: in which role, for an officer at which office and under which account."""

    role: CaseRole
    unit: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True)
class ActionRow:
    """When a kind of action may be done, by whom, and the status it leads to (None: the same, or as before).

    `guard` says what else must hold of the case.
    """

    statuses: frozenset[NationalStatus]
    roles: frozenset[CaseRole]
    guard: Callable[[CaseState, Who], bool]
    leads_to: NationalStatus | None = None


def next_actions(state: CaseState, who: Who) -> tuple[ActionKind, ...]:
    """Give the kinds of action that somebody may do now, in the order of the table."""
    return tuple(kind for kind in ACTION_TABLE if is_allowed(state, who, kind))


def is_allowed(state: CaseState, who: Who, kind: ActionKind) -> bool:
    """Tell whether somebody may do a kind of action now."""
    row = ACTION_TABLE[kind]
    if who.role not in row.roles or state.status not in row.statuses or must_leave(state, who, kind):
        return False
    return (who.role not in OFFICE or who.unit == state.unit) and row.guard(state, who)


def must_leave(state: CaseState, who: Who, kind: ActionKind) -> bool:
    """Tell whether somebody must leave an action to others, having worked on the case: whatever posts they hold."""
    return kind in BY_OTHERS and who.account in state.workers


def list_ready(state: CaseState) -> list[StepView]:
    """Give the steps that are to be asked for now."""
    if state.status not in _AT_OFFICE or state.decision is not Decision.NONE:
        return []
    return [step for step in state.steps.values() if step.state is StepState.READY]


def list_undo_due(state: CaseState) -> list[StepView]:
    """Give the steps that the system is to ask agencies to take back now."""
    if not state.is_taken_back:
        return []
    undoable = list_undoable(state.steps)
    return [step for step in undoable if step.state is StepState.DONE and not is_undo_task(step)]


def find_undo_phases(state: CaseState, step: StepView, role: CaseRole) -> frozenset[str]:
    """Give which phases of taking a step back somebody may record now."""
    if not state.is_taken_back:
        return frozenset()
    if step.state is StepState.UNKNOWN:
        return frozenset({"done"}) if role is CaseRole.HANDLER else frozenset()
    if step not in list_undoable(state.steps):
        return frozenset()
    if step.state is StepState.UNDOING:
        return frozenset({"done"}) if role is CaseRole.HANDLER else frozenset({"done", "failed"})
    if is_undo_task(step):
        return frozenset({"done"}) if role is CaseRole.HANDLER else frozenset()
    return frozenset({"asked"}) if role is CaseRole.SYSTEM else frozenset()


def _always(_state: CaseState, _who: Who) -> bool:
    return True


def _is_undecided(state: CaseState, _who: Who) -> bool:
    return state.decision is Decision.NONE


def _is_mine(state: CaseState, who: Who) -> bool:
    """A handler acts on what nobody or they themselves took; another's case is taken first."""
    return who.role is not CaseRole.HANDLER or not state.handler or state.handler == who.account


def _is_mine_undecided(state: CaseState, who: Who) -> bool:
    return _is_mine(state, who) and state.decision is Decision.NONE


def _is_unreceived(state: CaseState, _who: Who) -> bool:
    return state.received_at is None


def _is_mine_received(state: CaseState, who: Who) -> bool:
    """A case that was never received, and waits for its applicant, is the receiver's alone."""
    return state.received_at is not None and _is_mine_undecided(state, who)


def _can_ask_applicant(state: CaseState, who: Who) -> bool:
    if who.role is CaseRole.RECEIVER:
        return state.status is not _S.HANDLING
    return state.status is not _S.NEW and _is_mine_undecided(state, who)


def _can_ask_payment(state: CaseState, who: Who) -> bool:
    return state.plan.has_fees and _can_ask_applicant(state, who)


def _can_take(state: CaseState, who: Who) -> bool:
    return not state.is_over and state.received_at is not None and state.handler != who.account


def _has_ready(state: CaseState, who: Who) -> bool:
    return _is_mine(state, who) and bool(list_ready(state))


def _has(test: Callable[[StepView], bool]) -> Callable[[CaseState, Who], bool]:
    """Give a guard: the case is undecided, the handler's own, and has a step of which `test` holds."""

    def guard(state: CaseState, who: Who) -> bool:
        return _is_mine_undecided(state, who) and any(test(step) for step in state.steps.values())

    return guard


def _answers(test: Callable[[StepView], bool]) -> Callable[[CaseState, Who], bool]:
    """Give a guard: an agency has a step of its own of which `test` holds."""

    def guard(state: CaseState, who: Who) -> bool:
        return any(
            test(step) and (who.role is not CaseRole.AGENCY or who.unit in {"", step.agency})
            for step in state.steps.values()
        )

    return guard


def _can_be_accepted(step: StepView) -> bool:
    return step.state in {StepState.REQUESTED, StepState.UNKNOWN}


def _can_become_unknown(step: StepView) -> bool:
    return step.state in {StepState.REQUESTED, StepState.ACCEPTED}


def _can_have_result(step: StepView) -> bool:
    return step.is_open or (step.state is StepState.DONE and step.pending) or can_be_late(step)


def _may_undo(state: CaseState, who: Who) -> bool:
    return _is_mine(state, who) and any(find_undo_phases(state, step, who.role) for step in state.steps.values())


def _can_approve(state: CaseState, _who: Who) -> bool:
    """Every step has ended, or can never begin because one that it needs was refused; and something was done."""
    steps = state.steps.values()
    is_moving = any(step.is_open or step.pending or step.state is StepState.READY for step in steps)
    return state.decision is Decision.NONE and not is_moving and (not steps or any(step.is_effective for step in steps))


def _can_issue(state: CaseState, who: Who) -> bool:
    """It is decided, and after a refusal everything that agencies did has been taken back."""
    if state.decision is Decision.NONE or not _is_mine(state, who):
        return False
    return state.decision is Decision.APPROVED or not any(
        step.is_open or step.is_effective for step in state.steps.values()
    )


def _can_reopen(state: CaseState, _who: Who) -> bool:
    return not state.is_taken_back or not any(step.is_open or step.is_effective for step in state.steps.values())


def _can_complain(state: CaseState, _who: Who) -> bool:
    return state.complaints < MOST_COMPLAINTS


def _has_complaint(state: CaseState, _who: Who) -> bool:
    return bool(state.unanswered)


def _can_rate(state: CaseState, _who: Who) -> bool:
    return not state.stars


def _row(
    statuses: frozenset[NationalStatus] | set[NationalStatus],
    roles: set[CaseRole],
    guard: Callable[[CaseState, Who], bool] = _always,
    leads_to: NationalStatus | None = None,
) -> ActionRow:
    return ActionRow(frozenset(statuses), frozenset(roles), guard, leads_to)


_ANSWERERS: Final = {_R.AGENCY, _R.SYSTEM}
_INSIDE: Final = {_R.APPLICANT, _R.RECEIVER, _R.HANDLER, _R.APPROVER}

ACTION_TABLE: Final[dict[ActionKind, ActionRow]] = {
    ActionKind.SUBMIT: _row(set(), {_R.APPLICANT}, leads_to=_S.NEW),
    ActionKind.RECEIVE: _row({_S.NEW}, {_R.RECEIVER}, leads_to=_S.RECEIVED),
    ActionKind.REFUSE_TO_RECEIVE: _row(_UNRECEIVED, {_R.RECEIVER}, _is_unreceived, _S.NOT_RECEIVED),
    ActionKind.ASK_SUPPLEMENT: _row(_ASKABLE, {_R.RECEIVER, _R.HANDLER}, _can_ask_applicant, _S.SUPPLEMENT),
    ActionKind.SUPPLEMENT: _row({_S.SUPPLEMENT}, {_R.APPLICANT, _R.RECEIVER}),
    ActionKind.ASK_PAYMENT: _row(_ASKABLE, {_R.RECEIVER, _R.HANDLER}, _can_ask_payment, _S.PAYMENT),
    ActionKind.PAY: _row({_S.PAYMENT}, {_R.APPLICANT, _R.RECEIVER, _R.SYSTEM}),
    ActionKind.TAKE: _row(_ALL - {_S.NEW, _S.NOT_RECEIVED}, {_R.HANDLER}, _can_take),
    ActionKind.HAND_OVER: _row(_RECEIVED_ON, {_R.HANDLER, _R.APPROVER}, _is_mine_received),
    ActionKind.ASK_AGENCY: _row(_AT_OFFICE, {_R.SYSTEM, _R.HANDLER}, _has_ready, _S.HANDLING),
    ActionKind.AGENCY_ACCEPTED: _row(_ANSWERABLE, _ANSWERERS, _answers(_can_be_accepted)),
    ActionKind.AGENCY_DONE: _row(_ANSWERABLE, _ANSWERERS, _answers(_can_have_result)),
    ActionKind.AGENCY_REFUSED: _row(_ANSWERABLE, _ANSWERERS, _answers(can_resend)),
    ActionKind.AGENCY_UNKNOWN: _row(_ANSWERABLE, _ANSWERERS, _answers(_can_become_unknown)),
    ActionKind.RESEND_STEP: _row(_RECEIVED_ON, {_R.HANDLER}, _has(can_resend)),
    ActionKind.REPLACE_STEP: _row(_RECEIVED_ON, {_R.HANDLER}, _has(can_replace)),
    ActionKind.TAKE_OVER_STEP: _row(_RECEIVED_ON, {_R.HANDLER}, _has(can_take_over)),
    ActionKind.UNDO_STEP: _row(_TAKEN_BACK, {_R.SYSTEM, _R.AGENCY, _R.HANDLER}, _may_undo),
    ActionKind.APPROVE: _row({_S.HANDLING}, {_R.APPROVER}, _can_approve),
    ActionKind.REFUSE: _row({_S.HANDLING}, {_R.APPROVER}, _is_undecided),
    ActionKind.EXTEND: _row(_AT_OFFICE, {_R.HANDLER, _R.APPROVER}, _is_mine_undecided),
    ActionKind.STOP: _row(_RECEIVED_ON, {_R.HANDLER, _R.APPROVER}, _is_mine_received, _S.STOPPED),
    ActionKind.WITHDRAW: _row(_BEFORE_DECISION, {_R.APPLICANT}, _is_undecided, _S.WITHDRAWN),
    ActionKind.ISSUE: _row({_S.HANDLING}, {_R.HANDLER, _R.SYSTEM}, _can_issue, _S.DONE),
    ActionKind.RETURN_RESULT: _row({_S.DONE}, {_R.RECEIVER, _R.SYSTEM}, leads_to=_S.RETURNED),
    ActionKind.REOPEN: _row(_CLOSED, {_R.APPROVER}, _can_reopen),
    ActionKind.RATE: _row(_CLOSED | {_S.WITHDRAWN}, {_R.APPLICANT}, _can_rate),
    ActionKind.COMPLAIN: _row(_ALL, {_R.APPLICANT}, _can_complain),
    # Who decides at the office answers; whoever handled the case may be whom it is about.
    ActionKind.ANSWER_COMPLAINT: _row(_ALL, {_R.APPROVER}, _has_complaint),
    ActionKind.COMMENT: _row(_ALL, _INSIDE),
}
"""One row for each kind of action."""
