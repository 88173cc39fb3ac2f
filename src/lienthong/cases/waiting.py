"""Who is to act next on a case, and why: told from its status, its decision and its steps. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lienthong.cases.case_state import ENDINGS, CaseState, Wait
from lienthong.cases.steps import is_undo_task, list_undoable
from lienthong.cases.words import UNSENT, CaseRole, Decision, NationalStatus, StepState, WaitingReason

if TYPE_CHECKING:
    from lienthong.cases.steps import StepView

_BY_STATUS: Final = {
    NationalStatus.NEW: Wait(CaseRole.RECEIVER, WaitingReason.TO_RECEIVE),
    NationalStatus.SUPPLEMENT: Wait(CaseRole.APPLICANT, WaitingReason.TO_SUPPLEMENT),
    NationalStatus.PAYMENT: Wait(CaseRole.APPLICANT, WaitingReason.TO_PAY),
    NationalStatus.DONE: Wait(CaseRole.RECEIVER, WaitingReason.TO_RETURN),
}

_PEOPLE_FIRST: Final = (CaseRole.HANDLER, CaseRole.AGENCY, CaseRole.SYSTEM)
"""What only a person can move is named before what moves by itself."""


def find_waits(state: CaseState) -> tuple[Wait, ...]:
    """Give everything that the case waits for; the first is what it waits for most."""
    own = _BY_STATUS.get(state.status)
    waits = [own] if own else []
    if state.is_taken_back:
        waits += _sort(_wait_for_undoing(state))
    elif state.decision is Decision.NONE and state.status not in ENDINGS:
        waits += _sort([wait for step in state.steps.values() if (wait := wait_for_step(step, state)) is not None])
    if not waits or state.status is NationalStatus.RECEIVED:
        waits += _wait_for_office(state)
    return tuple(waits)


def wait_for_step(step: StepView, state: CaseState) -> Wait | None:
    """Say what a step waits for while the case is worked on; None: for nothing."""
    match step.state:
        case StepState.UNKNOWN:
            return _wait(CaseRole.HANDLER, WaitingReason.OUTCOME_UNKNOWN, step)
        case StepState.REFUSED if not _is_given_up(state):
            why = WaitingReason.NOT_SENT if step.reason == UNSENT else WaitingReason.AGENCY_REFUSED
            return _wait(CaseRole.HANDLER, why, step)
        case StepState.REQUESTED | StepState.ACCEPTED:
            return _wait(CaseRole.AGENCY, WaitingReason.AGENCY_HAS_IT, step)
        case StepState.DONE if step.pending:
            return _wait(CaseRole.AGENCY, WaitingReason.NUMBER_PENDING, step)
        case StepState.READY if state.status in {NationalStatus.RECEIVED, NationalStatus.HANDLING}:
            return _wait(CaseRole.SYSTEM, WaitingReason.TO_ASK_AGENCY, step)
    return None


def find_step_reason(step: StepView, state: CaseState) -> WaitingReason | None:
    """Say why a step is not done yet, for the page that shows it."""
    found = next((wait.reason for wait in state.waits if wait.step == step.id), None)
    return WaitingReason.OTHER_STEPS if found is None and step.state is StepState.WAITING else found


def _is_given_up(state: CaseState) -> bool:
    """Whether the handler has passed the case on to be decided in spite of a refused step."""
    return state.for_decision


def _wait_for_undoing(state: CaseState) -> list[Wait]:
    waits = []
    for step in state.steps.values():
        if step.state is StepState.UNKNOWN:
            waits.append(_wait(CaseRole.HANDLER, WaitingReason.OUTCOME_UNKNOWN, step))
        elif step.is_open:
            waits.append(_wait(CaseRole.AGENCY, WaitingReason.AGENCY_HAS_IT, step))
    for step in list_undoable(state.steps):
        if step.state is StepState.UNDOING:
            waits.append(_wait(CaseRole.AGENCY, WaitingReason.UNDO_ASKED, step))
        elif is_undo_task(step):
            waits.append(_wait(CaseRole.HANDLER, WaitingReason.TO_UNDO_BY_HAND, step))
        else:
            waits.append(_wait(CaseRole.SYSTEM, WaitingReason.TO_UNDO, step))
    return waits


def _wait_for_office(state: CaseState) -> list[Wait]:
    """Say what the office itself is to do, once nothing else is waited for."""
    if state.status in ENDINGS:
        return []
    if state.decision is not Decision.NONE:
        return [Wait(CaseRole.HANDLER, WaitingReason.TO_ISSUE)]
    if state.status is NationalStatus.RECEIVED:
        return [Wait(CaseRole.HANDLER, WaitingReason.TO_TAKE)]
    if state.plan.steps or state.for_decision:
        return [Wait(CaseRole.APPROVER, WaitingReason.TO_DECIDE)]
    return [Wait(CaseRole.HANDLER, WaitingReason.TO_HANDLE if state.handler else WaitingReason.TO_TAKE)]


def _wait(role: CaseRole, reason: WaitingReason, step: StepView) -> Wait:
    return Wait(role, reason, step.id, step.agency)


def _sort(waits: list[Wait]) -> list[Wait]:
    return sorted(waits, key=lambda wait: _PEOPLE_FIRST.index(wait.role))
