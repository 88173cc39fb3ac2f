"""What is said to agencies: each step's message, made from the procedure and the case as it was when it was asked for.

Pure, and the same however often it is made: a message that is sent again under its id must not differ, so it is built
from the actions up to the one that fixed the id. Nothing of it is kept anywhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeGuard
from uuid import uuid5

import msgspec

from lienthong.cases.actions import AgencyAsked, StepReplaced, StepUndone, Submitted, Supplemented
from lienthong.cases.catalogue import build_message, list_amounts
from lienthong.cases.errors import CasesError, CasesErrorKind
from lienthong.cases.folding import fold
from lienthong.cases.house import find_day
from lienthong.cases.words import StepState, UndoPhase

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from uuid import UUID

    from lienthong.cases.actions import Action, Payload
    from lienthong.cases.case_state import CaseState
    from lienthong.cases.procedure import Call, Procedure, Step
    from lienthong.cases.steps import StepView


@dataclass(frozen=True, slots=True)
class StepMessage:
    """One message to an agency. `is_undo`: it asks to take the step back. `user` is the handler who is behind it.

    `fault` says why it cannot be made: its procedure does not fit the case. It then has no body, and is not sent.
    """

    step: str
    agency: str
    service: str
    path: str
    body: bytes
    purpose: str
    message_id: str
    user: str
    is_undo: bool = False
    fault: str = ""


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What of a case its messages are made from."""

    code: str
    procedure: Procedure
    actions: Sequence[Action]


def fix_message_id(case_id: UUID, step: StepView, *, is_undo: bool = False) -> str:
    """Give the id under which a step is asked for, or taken back, the next time.

    It follows from the case and the step's earlier ids, so that two workers that act at once fix the same one.
    """
    return str(uuid5(case_id, f"{'undo ' if is_undo else ''}{step.id} {len(step.asked)}"))


def list_under_way(state: CaseState) -> Iterator[str]:
    """Give the ids of the messages that agencies owe something for."""
    for step in state.steps.values():
        if step.state is StepState.UNDOING:
            yield step.undo_message_id
        elif step.is_open or (step.state is StepState.DONE and step.pending):
            yield step.message_id


def make_message(case: CaseFacts, message_id: str) -> StepMessage:
    """Make the message of an id that an action of the case fixed; raises UNKNOWN_CASE for another."""
    for index, action in enumerate(case.actions):
        payload = action.payload
        if _is_fixing(payload) and payload.message_id == message_id:
            return _make(case, case.actions[: index + 1], payload)
    raise CasesError(CasesErrorKind.UNKNOWN_CASE, f"case {case.code}: no action fixed the message id {message_id}")


def _is_fixing(payload: Payload) -> TypeGuard[AgencyAsked | StepReplaced | StepUndone]:
    """Tell whether an action says under which id something is to be sent."""
    if isinstance(payload, StepUndone):
        return payload.phase is UndoPhase.ASKED
    return isinstance(payload, AgencyAsked | StepReplaced)


def _make(case: CaseFacts, actions: Sequence[Action], payload: AgencyAsked | StepReplaced | StepUndone) -> StepMessage:
    state = fold(actions)
    step = state.steps[payload.step]
    is_undo = isinstance(payload, StepUndone)
    # What a handler corrected is laid over what the procedure sends.
    corrected = {} if is_undo else step.data
    service, path, body, fault = step.service, "", b"", ""
    try:
        call = _get_call(case.procedure, step, is_undo=is_undo)
        service, path = call.service, call.path
        body = _write_body({**build_message(call, _make_context(case, state, actions)), **corrected})
    except CasesError as error:
        fault = error.message
    return StepMessage(
        step=step.id,
        agency=step.agency,
        service=service,
        path=path,
        body=body,
        purpose=f"{case.procedure.code}#{case.code}",
        message_id=payload.message_id,
        user=state.handler,
        is_undo=is_undo,
        fault=fault,
    )


def _write_body(told: Mapping[str, Any]) -> bytes:
    """Write what is said to the agency; raises BAD_PROCEDURE for what is no JSON, as a number beyond 64 bits."""
    try:
        return msgspec.json.encode(told, order="sorted")
    except (TypeError, ValueError, ArithmeticError, RecursionError) as error:
        raise CasesError(CasesErrorKind.BAD_PROCEDURE, f"what is sent is no JSON: {error}") from error


def _get_call(procedure: Procedure, step: StepView, *, is_undo: bool) -> Step | Call:
    found = procedure.find_step(step.id)
    call = found.undo if found is not None and is_undo else found
    if call is None:
        message = f"procedure {procedure.code}: step {step.id} {'has no undo' if is_undo else 'is none of it'}"
        raise CasesError(CasesErrorKind.UNKNOWN_PROCEDURE, message)
    return call


def _make_context(case: CaseFacts, state: CaseState, actions: Sequence[Action]) -> dict[str, Any]:
    day = find_day(actions[-1].at)
    filing = actions[0].payload
    received = state.received_at or state.submitted_at
    return {
        "form": merge_answers(actions),
        "steps": {step.id: dict(step.result) for step in state.steps.values() if step.is_effective},
        "case": {
            "code": case.code,
            "today": day.isoformat(),
            "received_on": find_day(received).isoformat(),
            "procedure": case.procedure.code,
            "applicant": filing.number if isinstance(filing, Submitted) else "",
            "unit": state.unit,
            "amounts": list_amounts(case.procedure, day),
        },
    }


def merge_answers(actions: Sequence[Action]) -> Mapping[str, Any]:
    """Give what the applicant answered: the filing, and each supplement laid over it."""
    answers: dict[str, Any] = {}
    for action in actions:
        if isinstance(action.payload, Submitted | Supplemented):
            answers |= action.payload.answers
    return answers
