"""What agencies answered becomes actions of the case: each outcome of each message once, whoever brings it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import structlog

from lienthong.cases.actions import (
    Actor,
    AgencyAccepted,
    AgencyDone,
    AgencyRefused,
    AgencyUnknown,
    StepUndone,
    get_kind,
)
from lienthong.cases.agency_answers import AgencyAnswer, Outcome, cut_text
from lienthong.cases.errors import CasesError, CasesErrorKind
from lienthong.cases.handling import perform
from lienthong.cases.words import UNSENT, ActorKind, CaseRole, UndoPhase

if TYPE_CHECKING:
    from lienthong.cases.house import Cases
    from lienthong.cases.reading import CaseView
    from lienthong.cases.step_messages import StepMessage
    from lienthong.cases.steps import StepView

    StepEnd: TypeAlias = AgencyAccepted | AgencyDone | AgencyRefused | AgencyUnknown | StepUndone

AGENT: Final = "cases.advance_case"
"""Who acts where no person and no agency does: the job's name."""

_SYSTEM: Final = Actor(ActorKind.SYSTEM, AGENT)

NOT_NEW: Final = frozenset({CasesErrorKind.NOT_NOW, CasesErrorKind.KEY_REUSED})
"""An answer that changes nothing any more, or differs from the same agency's first one, is told to the operator."""

_log = structlog.get_logger()


def record_outcome(cases: Cases, case: CaseView, message: StepMessage, answer: AgencyAnswer, member: str) -> bool:
    """Record what came of a message, in one transaction; gives whether the case is another than before.

    The key is message and outcome, so that an answer that comes twice, or to two workers, is one action.
    """
    step = case.state.steps[message.step]
    payload = _make_undo_end(message, answer) if message.is_undo else _make_end(message, answer)
    if payload is None:
        return False
    is_unknown = isinstance(payload, AgencyUnknown)
    actor = _SYSTEM if is_unknown else Actor(ActorKind.AGENCY, member, message.agency)
    return _record(cases, case, actor, payload, _make_key(message, step, answer))


def record_unsent(cases: Cases, case: CaseView, message: StepMessage) -> bool:
    """Record that a message cannot be made and was never sent, with why; gives whether the case is another than before.

    A handler then sees the step and the reason, and asks anew once it is put right, or takes over by hand.
    """
    why = cut_text(message.fault)
    payload: StepEnd = (
        StepUndone(message.step, UndoPhase.FAILED, message.message_id, UNSENT, why)
        if message.is_undo
        else AgencyRefused(message.step, message.message_id, UNSENT, why)
    )
    _log.warning("agency_message_unsent", case=case.code, step=message.step, procedure=case.procedure.code)
    return _record(cases, case, _SYSTEM, payload, f"{message.message_id} unsent")


def _record(cases: Cases, case: CaseView, actor: Actor, payload: StepEnd, key: str) -> bool:
    role = CaseRole.SYSTEM if actor.kind is ActorKind.SYSTEM else CaseRole.AGENCY
    try:
        state = perform(cases, case.id, actor, role, get_kind(payload), payload, key)
    except CasesError as error:
        if error.kind not in NOT_NEW:
            raise
        _log.warning("agency_answer_ignored", case=case.code, step=payload.step, kind=error.kind)
        return False
    return state.number > case.state.number


def _make_key(message: StepMessage, step: StepView, answer: AgencyAnswer) -> str:
    key = f"{message.message_id} {answer.outcome}{' pending' if answer.pending else ''}"
    if answer.outcome in {Outcome.DONE, Outcome.REFUSED} or step.since is None:
        return key
    # A message that is sent again may be accepted, or end in doubt, once more.
    return f"{key} {step.since.isoformat()}"


def _make_end(message: StepMessage, answer: AgencyAnswer) -> StepEnd | None:
    step, message_id = message.step, message.message_id
    match answer.outcome:
        case Outcome.ACCEPTED:
            return AgencyAccepted(step, message_id, answer.text)
        case Outcome.DONE:
            return AgencyDone(step, message_id, dict(answer.result), answer.pending)
        case Outcome.REFUSED:
            return AgencyRefused(step, message_id, answer.reason, answer.text)
        case Outcome.UNCLEAR | Outcome.UNHEARD:
            return AgencyUnknown(step, message_id, answer.text)


def _make_undo_end(message: StepMessage, answer: AgencyAnswer) -> StepEnd | None:
    """Taking back is done, or an officer's task; what is only accepted is waited for."""
    if answer.outcome is Outcome.ACCEPTED:
        return None
    is_done = answer.outcome is Outcome.DONE
    phase = UndoPhase.DONE if is_done else UndoPhase.FAILED
    return StepUndone(message.step, phase, message.message_id, answer.reason, answer.text)
