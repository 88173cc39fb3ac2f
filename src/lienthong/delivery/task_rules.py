"""What may be done to a task, by whom, and how it stands after what was done (pure).

An owner starts, proves and reports; helpers prove and ask; a leader gives, accepts, returns, moves and cancels. Nothing
is reported done without a proof, and nobody accepts what they reported themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from lienthong.delivery.directive_words import TaskAct, TaskState
from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date


class Hat(StrEnum):
    """As what somebody acts on a task."""

    OWNER = "owner"
    HELPER = "helper"
    LEADER = "leader"
    PLATFORM = "platform"
    """The platform itself: reminders, answers."""


_WORKERS: Final = frozenset({Hat.OWNER, Hat.HELPER})
_WHO: Final[dict[TaskState, dict[TaskAct, frozenset[Hat]]]] = {
    TaskState.OPEN: {
        TaskAct.STARTED: frozenset({Hat.OWNER}),
        TaskAct.PROOF_ADDED: _WORKERS,
        TaskAct.REPORTED_DONE: frozenset({Hat.OWNER}),
        TaskAct.ASKED: _WORKERS,
        TaskAct.ANSWERED: frozenset({Hat.PLATFORM}),
        TaskAct.UNANSWERED: frozenset({Hat.PLATFORM}),
        TaskAct.REMINDED: frozenset({Hat.PLATFORM}),
        TaskAct.ESCALATED: frozenset({Hat.PLATFORM}),
        TaskAct.MOVED: frozenset({Hat.LEADER}),
        TaskAct.CANCELLED: frozenset({Hat.LEADER}),
    },
    TaskState.REPORTED: {
        TaskAct.ACCEPTED: frozenset({Hat.LEADER}),
        TaskAct.RETURNED: frozenset({Hat.LEADER}),
        TaskAct.CANCELLED: frozenset({Hat.LEADER}),
        TaskAct.ANSWERED: frozenset({Hat.PLATFORM}),
        TaskAct.UNANSWERED: frozenset({Hat.PLATFORM}),
    },
    TaskState.DONE: {
        TaskAct.ANSWERED: frozenset({Hat.PLATFORM}),
        TaskAct.UNANSWERED: frozenset({Hat.PLATFORM}),
    },
    TaskState.CANCELLED: {
        TaskAct.ANSWERED: frozenset({Hat.PLATFORM}),
        TaskAct.UNANSWERED: frozenset({Hat.PLATFORM}),
    },
}
"""An answer may come when the task is over: it is kept all the same."""

_LEADS_TO: Final = {
    TaskAct.REPORTED_DONE: TaskState.REPORTED,
    TaskAct.RETURNED: TaskState.OPEN,
    TaskAct.ACCEPTED: TaskState.DONE,
    TaskAct.CANCELLED: TaskState.CANCELLED,
}
NEEDS_REASON: Final = frozenset({TaskAct.RETURNED, TaskAct.MOVED, TaskAct.CANCELLED})
"""What is done against what was agreed is done with a reason."""


@dataclass(frozen=True, slots=True)
class Done:
    """One step of a task as the rules see it; `by` is the account's key, empty for the platform."""

    act: TaskAct
    by: str
    due_on: date | None


@dataclass(frozen=True, slots=True)
class Situation:
    """How a task stands: `proofs` since it was given or last returned, `reported_by` who reported it done."""

    state: TaskState
    due_on: date | None
    is_started: bool
    proofs: int
    reported_by: str


def fold_steps(steps: Iterable[Done]) -> Situation:
    """Give how a task stands after its steps, in order; the first is that it was given."""
    state, due_on, is_started, proofs, reported_by = TaskState.OPEN, None, False, 0, ""
    for step in steps:
        state = _LEADS_TO.get(step.act, state)
        due_on = step.due_on
        is_started = is_started or step.act is TaskAct.STARTED
        if step.act is TaskAct.RETURNED:
            proofs = 0
        proofs += step.act is TaskAct.PROOF_ADDED
        if step.act is TaskAct.REPORTED_DONE:
            reported_by = step.by
    return Situation(state, due_on, is_started, proofs, reported_by)


def list_acts(situation: Situation, hats: frozenset[Hat]) -> tuple[TaskAct, ...]:
    """List what somebody may do next: pages offer these and no others."""
    allowed = _WHO[situation.state]
    return tuple(
        act
        for act, who in allowed.items()
        if who & hats
        and not (act is TaskAct.REPORTED_DONE and situation.proofs == 0)
        and not (act is TaskAct.STARTED and situation.is_started)
    )


def require_act(situation: Situation, act: TaskAct, hats: frozenset[Hat], by: str) -> None:
    """Raise `BAD_TASK` where somebody may not do this now."""
    if act not in list_acts(situation, hats):
        allowed = ", ".join(list_acts(situation, hats)) or "nothing"
        is_bare = act is TaskAct.REPORTED_DONE and situation.proofs == 0 and Hat.OWNER in hats
        why = "add a proof first" if is_bare else f"as {', '.join(sorted(hats)) or 'nobody'} you may: {allowed}"
        raise refuse_task(f"{act} of a task that is {situation.state}: {why}")
    if act is TaskAct.ACCEPTED and by == situation.reported_by:
        raise refuse_task("accepted by who reported it done: another leader has to accept it")


def refuse_task(message: str) -> DeliveryError:
    """Make the error for what a task does not take."""
    return DeliveryError(DeliveryErrorKind.BAD_TASK, f"task: {message}")
