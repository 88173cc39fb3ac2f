"""Carrying a case on at the agencies: asks for steps that are ready, sends, collects answers, takes steps back.

`advance` may run late, twice at once, or again after a crash at any point: it goes by the case's actions and the
messages' rows alone, and each of its effects is done once by itself. In order, for each message:

1. an action fixes the message's id, and is committed before anything is sent;
2. the message is handed to the own gateway, which delivers it until it has an outcome;
3. its row says where to look, and when next;
4. the outcome becomes an action, once for each message and outcome.

What is wrong with one message holds up no other. Nothing is asked of anybody inside a transaction.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import structlog

from lienthong.cases.actions import Actor, AgencyAsked, StepUndone, get_kind
from lienthong.cases.errors import CasesError
from lienthong.cases.handling import perform
from lienthong.cases.models import Stage, StepDelivery
from lienthong.cases.procedure import RunBy
from lienthong.cases.reading import get_case
from lienthong.cases.step_messages import CaseFacts, fix_message_id, list_under_way, make_message
from lienthong.cases.step_outcomes import AGENT, NOT_NEW, record_outcome, record_unsent
from lienthong.cases.step_sending import Carrier
from lienthong.cases.words import ActorKind, CaseRole, UndoPhase
from lienthong.cases.workflow import list_ready, list_undo_due

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from lienthong.cases.agency_exchange import AgencyExchange
    from lienthong.cases.house import Cases
    from lienthong.cases.reading import CaseView
    from lienthong.cases.step_messages import StepMessage

MOST_ROUNDS: Final = 20
"""Of asking and collecting at one go: a chain has fewer steps one after the other."""
OVERDUE_S: Final = 60
MOST_OVERDUE: Final = 1000
"""Taken up at one go."""
KEEP_DAYS: Final = 30
"""How long the row of a message stays after its end, for who looks into what happened."""
MOST_FORGOTTEN: Final = 10_000
"""At one go; what is left goes the next time."""
LOOK_S: Final = 0.05
"""Pause between looks while a worker waits for what agencies answer at once."""

_log = structlog.get_logger()


def advance(cases: Cases, exchange: AgencyExchange, case_id: UUID) -> datetime | None:
    """Bring a case as far as agencies let it; gives when to look again, None: nothing of it is at an agency."""
    carrier = Carrier(cases, exchange)
    for _ in range(MOST_ROUNDS):
        # 1. A crash behind this leaves steps that are asked for and not sent: the next turn sends them.
        _fix_messages(cases, get_case(cases, case_id))
        # 2. to 4. of all messages; a new result may make other steps ready.
        if not _carry_all(carrier, case_id):
            break
    rows = StepDelivery.objects.filter(case_id=case_id).exclude(stage=Stage.OVER)
    return rows.order_by("next_at").values_list("next_at", flat=True).first()


def list_overdue(cases: Cases) -> list[UUID]:
    """Give the cases with a message that was to be looked at a while ago, and nobody has."""
    limit = cases.now() - timedelta(seconds=OVERDUE_S)
    rows = StepDelivery.objects.exclude(stage=Stage.OVER).filter(next_at__lt=limit)
    return list(rows.order_by("case_id").values_list("case_id", flat=True).distinct()[:MOST_OVERDUE])


def forget_finished(cases: Cases) -> int:
    """Delete rows of messages that ended long ago; gives how many. What became of them stands in the cases."""
    limit = cases.now() - timedelta(days=KEEP_DAYS)
    old = StepDelivery.objects.filter(stage=Stage.OVER, changed_at__lt=limit)
    deleted, _ = StepDelivery.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:MOST_FORGOTTEN])).delete()
    return deleted


def _fix_messages(cases: Cases, case: CaseView) -> None:
    """Ask for what is ready and for what is to be taken back; the ids follow from the case, so twice is once."""
    if case.procedure.run_by is not RunBy.US:
        return
    wanted: list[AgencyAsked | StepUndone] = [
        AgencyAsked(step.id, fix_message_id(case.id, step)) for step in list_ready(case.state)
    ]
    wanted += [
        StepUndone(step.id, UndoPhase.ASKED, fix_message_id(case.id, step, is_undo=True))
        for step in list_undo_due(case.state)
    ]
    for payload in wanted:
        key = f"{payload.message_id} asked"
        try:
            perform(cases, case.id, Actor(ActorKind.SYSTEM, AGENT), CaseRole.SYSTEM, get_kind(payload), payload, key)
        except CasesError as error:
            # Somebody did something to the case meanwhile; the next turn sees what.
            if error.kind not in NOT_NEW:
                raise


def _carry_all(carrier: Carrier, case_id: UUID) -> bool:
    """Carry all messages of a case on, and wait a moment for answers; gives whether anything new was recorded."""
    until = time.monotonic() + carrier.exchange.patience_s
    while True:
        case = get_case(carrier.cases, case_id)
        # All of them, before any is looked at: agencies that act side by side are asked side by side.
        messages = _list_messages(carrier.cases, case)
        news = [
            record_unsent(carrier.cases, case, message) if row is None else _carry_one(carrier, case, message, row)
            for message, row in messages
        ]
        if any(news):
            return True
        is_waiting = StepDelivery.objects.filter(case_id=case_id, stage=Stage.SENT, code="").exists()
        if not is_waiting or time.monotonic() > until:
            return False
        time.sleep(LOOK_S)


def _list_messages(cases: Cases, case: CaseView) -> list[tuple[StepMessage, StepDelivery | None]]:
    """Give the messages that are still looked after, each with its row; None: it cannot be made and never was sent."""
    facts = CaseFacts(case.code, case.procedure, case.actions)
    messages = [make_message(facts, message_id) for message_id in list_under_way(case.state)]
    left = _list_left_behind(case.id, [message.message_id for message in messages])
    under_way = [(message, _get_row(cases, case, message)) for message in messages]
    return [*under_way, *((make_message(facts, row.message_id), row) for row in left)]


def _list_left_behind(case_id: UUID, under_way: list[str]) -> list[StepDelivery]:
    """Give messages that are on their way though nobody waits for them, as where a person took the step over.

    If the agency acts after all, somebody has to hear of it. What was not sent is not sent any more.
    """
    rows = StepDelivery.objects.filter(case_id=case_id).exclude(message_id__in=under_way)
    rows.filter(stage__in=[Stage.TO_SEND, Stage.TO_ENQUIRE]).update(stage=Stage.OVER)
    return list(rows.filter(stage=Stage.SENT))


def _get_row(cases: Cases, case: CaseView, message: StepMessage) -> StepDelivery | None:
    """Give the message's row, made now if it is the first time, or if a crash took it.

    What cannot be made gets none: only with a row is anything sent, so that without one it is certain that nothing was.
    """
    if message.fault:
        return StepDelivery.objects.filter(pk=message.message_id).first()
    now = cases.now()
    row, _ = StepDelivery.objects.get_or_create(
        message_id=message.message_id,
        defaults={
            "case_id": case.id,
            "step": message.step,
            "agency": message.agency,
            "service": message.service,
            "stage": Stage.TO_SEND,
            "sent_as": message.message_id,
            "began_at": now,
            "changed_at": now,
            "next_at": now,
        },
    )
    return row


def _carry_one(carrier: Carrier, case: CaseView, message: StepMessage, row: StepDelivery) -> bool:
    """Do what is due about one message, and record what came of it."""
    step = case.state.steps[message.step]
    is_asked_again = step.since is not None and step.since > row.changed_at
    is_quick = row.stage == Stage.SENT and not row.code
    if carrier.cases.now() < row.next_at and not is_quick and not is_asked_again:
        return False
    try:
        answer = carrier.carry_on(message, step, row)
        if answer is None:
            return False
        is_new = record_outcome(carrier.cases, case, message, answer, carrier.exchange.find_member(message.agency))
    except CasesError as error:
        _log.warning("agency_message_failed", case=case.code, step=message.step, kind=error.kind)
        carrier.note_failure(row, error.kind)
        return False
    # A crash before this has the answer taken once more, and recorded as the same.
    if answer.is_final:
        StepDelivery.objects.filter(pk=row.pk).update(stage=Stage.OVER)
    return is_new
