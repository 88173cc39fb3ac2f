"""Steps of a linked case at agencies: what each is, what it waits for, and what an action makes of it.

Pure. A step is asked for once its needs are there; an answer that changes nothing any more is noted on the step
(`is_late`) and never makes a second result. Whether an action may be done is asked here too, by kind and step.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from lienthong.cases.actions import (
    AgencyAccepted,
    AgencyAsked,
    AgencyDone,
    AgencyRefused,
    AgencyUnknown,
    StepPayload,
    StepReplaced,
    StepResent,
    StepTakenOver,
    StepUndone,
)
from lienthong.cases.words import StepState, UndoPhase

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from lienthong.cases.plan import Plan

OPEN: Final = frozenset({StepState.REQUESTED, StepState.ACCEPTED, StepState.UNKNOWN})
"""The agency may act, or may have acted."""

EFFECTIVE: Final = frozenset({StepState.DONE, StepState.BY_HAND, StepState.UNDOING})
"""It has been done and not been taken back."""

_NOT_ASKED: Final = frozenset({StepState.WAITING, StepState.READY})


@dataclass(frozen=True, slots=True)
class StepView:
    """One step of a case as its actions leave it.

    `asked` are all message ids under which it was ever asked for, `message_id` the one that counts. `pending`: done,
    and part of the result is still to come. `is_answered`: the agency said itself how it ended. `is_late`: an answer
    came that changes nothing, which somebody should look at.
    """

    id: str
    agency: str
    state: StepState
    service: str = ""
    needs: tuple[str, ...] = ()
    has_undo: bool = False
    message_id: str = ""
    reason: str = ""
    text: str = ""
    since: datetime | None = None
    result: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    asked: tuple[str, ...] = ()
    pending: bool = False
    is_answered: bool = False
    is_late: bool = False
    undo_message_id: str = ""
    undo_failed: bool = False

    @property
    def is_open(self) -> bool:
        """Whether an agency may act or may have acted, and we do not know how it ended."""
        return self.state in OPEN

    @property
    def is_effective(self) -> bool:
        """Whether it has been done, by whomever, and not been taken back."""
        return self.state in EFFECTIVE

    @property
    def is_complete(self) -> bool:
        """Whether its result is whole, so that others can go on with it."""
        return self.state in {StepState.DONE, StepState.BY_HAND} and not self.pending


Steps = dict[str, StepView]


def start_steps(plan: Plan) -> Steps:
    """Give the steps of a case that was just filed."""
    return settle_steps(
        {
            step.id: StepView(
                step.id,
                step.agency,
                StepState.WAITING,
                service=step.service,
                needs=step.needs,
                has_undo=step.has_undo,
            )
            for step in plan.steps
        }
    )


def settle_steps(steps: Steps) -> Steps:
    """Say of each step that was not asked for whether it can be now."""
    return {
        name: replace(step, state=_find_readiness(step, steps)) if step.state in _NOT_ASKED else step
        for name, step in steps.items()
    }


def apply_to_step(steps: Steps, payload: StepPayload, at: datetime) -> Steps:
    """Give the steps after an action on one of them; the action has been checked."""
    changed = replace(_change(steps[payload.step], payload), since=at)
    return settle_steps({**steps, payload.step: changed})


def cancel_rest(steps: Steps) -> Steps:
    """Give the steps once the case is decided or left: what was not asked for is not asked any more."""
    return {
        name: replace(step, state=StepState.CANCELLED) if step.state in _NOT_ASKED else step
        for name, step in steps.items()
    }


def restart_steps(steps: Steps) -> Steps:
    """Give the steps of a case that is worked on again: what was cancelled or taken back can be asked for anew."""
    again = {StepState.CANCELLED, StepState.UNDONE}
    return settle_steps({name: _restart(step) if step.state in again else step for name, step in steps.items()})


def can_answer(step: StepView, payload: AgencyAccepted | AgencyDone | AgencyRefused | AgencyUnknown) -> bool:
    """Whether an agency's answer says something new of a step."""
    if payload.message_id not in step.asked:
        return False
    is_current = payload.message_id == step.message_id
    match payload:
        case AgencyAccepted():
            return is_current and step.state in {StepState.REQUESTED, StepState.UNKNOWN}
        case AgencyUnknown():
            return is_current and step.state in {StepState.REQUESTED, StepState.ACCEPTED}
        case AgencyRefused():
            return is_current and step.is_open
        case AgencyDone():
            return (is_current and (step.is_open or _is_completed_by(step, payload))) or can_be_late(step)


def can_be_late(step: StepView) -> bool:
    """Whether a result that came now would be one that nobody waits for any more."""
    is_unheard = not step.is_answered or step.state in {StepState.REFUSED, StepState.BY_HAND}
    return bool(step.asked) and not step.is_late and not step.is_open and is_unheard


def can_take_over(step: StepView) -> bool:
    """Whether an officer may bring the step's result another way."""
    return step.is_open or step.pending or step.state in {StepState.READY, StepState.REFUSED}


def can_resend(step: StepView) -> bool:
    """Whether the same message may be sent again."""
    return step.is_open


def can_replace(step: StepView) -> bool:
    """Whether the step may be asked for under a new message id: never while it may have been done."""
    return step.state is StepState.REFUSED


def list_undoable(steps: Steps) -> list[StepView]:
    """Give the steps that can be taken back now, the last first: nothing that was built on them stands any more."""
    return [
        step
        for step in reversed(steps.values())
        if step.is_effective and not any(_stands_on(other, step) for other in steps.values())
    ]


def is_undo_task(step: StepView) -> bool:
    """Whether taking back is an officer's own task: no agency can be asked, or the one asked did not."""
    return step.state is StepState.BY_HAND or not step.has_undo or step.undo_failed


def _find_readiness(step: StepView, steps: Steps) -> StepState:
    return StepState.READY if all(steps[need].is_complete for need in step.needs) else StepState.WAITING


def _stands_on(other: StepView, step: StepView) -> bool:
    return step.id in other.needs and (other.is_effective or other.is_open)


def _restart(step: StepView) -> StepView:
    return StepView(
        step.id,
        step.agency,
        StepState.WAITING,
        service=step.service,
        needs=step.needs,
        has_undo=step.has_undo,
        asked=step.asked,
        is_late=step.is_late,
    )


def _is_completed_by(step: StepView, payload: AgencyDone) -> bool:
    return step.state is StepState.DONE and step.pending and not payload.pending


def _change(step: StepView, payload: StepPayload) -> StepView:  # noqa: PLR0911 # one kind of action each
    match payload:
        case AgencyAsked(message_id=message_id):
            return replace(step, state=StepState.REQUESTED, message_id=message_id, asked=(*step.asked, message_id))
        case AgencyAccepted():
            return replace(step, state=StepState.ACCEPTED, text=payload.text)
        case AgencyUnknown():
            return replace(step, state=StepState.UNKNOWN, text=payload.text)
        case AgencyRefused():
            return replace(
                step, state=StepState.REFUSED, reason=payload.reason, text=payload.text, is_answered=True, pending=False
            )
        case AgencyDone():
            return _take_result(step, payload)
        case StepResent():
            return replace(step, state=StepState.REQUESTED, reason=payload.reason, text=payload.text)
        case StepReplaced():
            return _replace_message(step, payload)
        case StepTakenOver():
            return _take_over(step, payload)
        case StepUndone():
            return _undo(step, payload)


def _take_result(step: StepView, payload: AgencyDone) -> StepView:
    """Take a result: the first that is waited for, its completion, or one for a step said not to have been done."""
    is_current = payload.message_id == step.message_id
    is_thought_undone = step.state is StepState.UNDONE and not step.is_answered
    if is_current and (step.is_open or _is_completed_by(step, payload) or is_thought_undone):
        return replace(
            step,
            state=StepState.DONE,
            result={**step.result, **payload.result},
            pending=payload.pending,
            is_answered=True,
            reason="",
            text="",
        )
    return replace(step, is_late=True)


def _replace_message(step: StepView, payload: StepReplaced) -> StepView:
    return replace(
        step,
        state=StepState.REQUESTED,
        message_id=payload.message_id,
        asked=(*step.asked, payload.message_id),
        reason=payload.reason,
        text=payload.text,
        data={**step.data, **payload.data},
        is_answered=False,
    )


def _take_over(step: StepView, payload: StepTakenOver) -> StepView:
    return replace(
        step,
        state=StepState.BY_HAND,
        reason=payload.reason,
        text=payload.text,
        result={**step.result, **payload.result},
        pending=False,
    )


def _undo(step: StepView, payload: StepUndone) -> StepView:
    if payload.phase is UndoPhase.ASKED:
        return replace(step, state=StepState.UNDOING, undo_message_id=payload.message_id)
    if payload.phase is UndoPhase.FAILED:
        return replace(step, state=StepState.DONE, undo_failed=True, reason=payload.reason, text=payload.text)
    return replace(step, state=StepState.UNDONE, pending=False, reason=payload.reason, text=payload.text)
