"""The deadlines of a case: what moves the last day of the whole, and that of each step at an agency. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from lienthong.cases.actions import AgencyAsked
from lienthong.cases.deadlines import Extension, Wait, reckon, reckon_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from lienthong.cases.actions import Action
    from lienthong.cases.case_state import CaseState
    from lienthong.cases.deadlines import Reckoning
    from lienthong.cases.procedure import Procedure
    from lienthong.cases.working_days import WorkingDays


@dataclass(frozen=True, slots=True)
class CaseDeadlines:
    """The whole's last day (None: no term is known), and those of the steps that were asked for."""

    whole: Reckoning | None
    steps: Mapping[str, Reckoning] = field(default_factory=dict)


def list_changes(state: CaseState) -> tuple[Wait | Extension, ...]:
    """Give what moves the last day of a case: times of waiting for the applicant since its start, and extensions."""
    start = state.received_at or state.submitted_at
    waits = [Wait(pause.start, pause.end) for pause in state.pauses if pause.end is None or pause.end > start]
    return (*waits, *(Extension(at, until) for at, until in state.extended))


def reckon_case(
    procedure: Procedure, state: CaseState, calendar: WorkingDays, now: datetime | None = None
) -> Reckoning | None:
    """Reckon a case from its receipt; before it is received, from its filing, as what is to be expected.

    `now` counts a wait that lasts up to it; without it the last day stands as it was when the wait began.
    """
    there = {step.id for step in state.plan.steps}
    asked = msgspec.structs.replace(procedure, steps=tuple(step for step in procedure.steps if step.id in there))
    start = state.received_at or state.submitted_at
    return reckon_whole(asked, start, calendar, list_changes(state), now=now)


def reckon_steps(procedure: Procedure, actions: Iterable[Action], calendar: WorkingDays) -> dict[str, Reckoning]:
    """Reckon every step that was asked for, each from when it was asked first."""
    reckoned: dict[str, Reckoning] = {}
    for action in actions:
        if not isinstance(action.payload, AgencyAsked) or action.payload.step in reckoned:
            continue
        step = procedure.find_step(action.payload.step)
        if step is not None and step.limit is not None:
            reckoned[step.id] = reckon(step.limit, action.at, calendar)
    return reckoned


def find_deadlines(
    procedure: Procedure,
    state: CaseState,
    actions: Iterable[Action],
    calendar: WorkingDays,
    now: datetime | None = None,
) -> CaseDeadlines:
    """Give all deadlines of a case with their arithmetic."""
    return CaseDeadlines(reckon_case(procedure, state, calendar, now), reckon_steps(procedure, actions, calendar))
