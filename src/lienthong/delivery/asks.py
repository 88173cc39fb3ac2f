"""Questions that a task puts to other agencies over the exchange: sent reliably, each once, the answer kept.

An agency answers at once, or says 202 and is asked again, at the question's own address, until a person has answered.

The message id is fixed in the transaction that asks, so that whatever crashes afterwards, the same message goes out
under the same id, and the gateway takes it once. Sending and fetching are outside of any transaction.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid4

import msgspec
from django.db import transaction

from lienthong.delivery.directive_words import AskState, TaskAct
from lienthong.delivery.models import TaskAsk
from lienthong.delivery.task_rules import refuse_task
from lienthong.delivery.tasks import add_step, lock_task
from lienthong.exchange.asking import Delivery, DeliveryState, Question
from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.identifiers import parse_service_id

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from lienthong.exchange.asking import Answer
    from lienthong.exchange.client import GatewayClient
    from lienthong.identity.models import Account

LIFE_S: Final = 5 * 24 * 3600
"""How long a question is delivered for: an agency's working week."""
ANSWER_CHARACTERS: Final = 20_000
"""What of an answer is kept beside the task; the whole is in the gateway's store under the exchange's id."""
_PURPOSE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9./_-]{0,99}")
_MAY_PASS: Final = frozenset(
    {
        ExchangeErrorKind.NETWORK_ERROR,
        ExchangeErrorKind.TIMEOUT,
        ExchangeErrorKind.IO_ERROR,
        ExchangeErrorKind.OVERLOADED,
        ExchangeErrorKind.RATE_EXCEEDED,
        ExchangeErrorKind.INCONSISTENT_RESPONSE,
    }
)
"""Refusals of the own gateway that say nothing of the question itself."""
_OPEN: Final = (AskState.WAITING, AskState.HANDED_OVER, AskState.RECEIVED)


class NewAsk(msgspec.Struct, frozen=True, kw_only=True):
    """What to ask: `service` in full, `purpose` the legal basis such as 990/KH-UBND, `body` the question as JSON."""

    service: str
    purpose: str
    body: dict[str, object]
    path: str = ""


class AskAnswer(msgspec.Struct, frozen=True):
    """What an agency says about a question that it has: `received` until a person there has answered."""

    state: str = AskState.RECEIVED.value
    answer: str = ""


def ask_agency(code: str, new: NewAsk, by: Account, now: datetime, defer: Callable[[int], object]) -> TaskAsk:
    """Ask another agency for a task; `defer` puts the sending into the queue. Raises `BAD_TASK`, `UNKNOWN_TASK`.

    A crash leaves question, step and job, or none of them; a question whose job was lost is sent by the next sweep.
    """
    purpose = new.purpose.replace("Đ", "D").replace("đ", "d")
    if _PURPOSE.fullmatch(purpose) is None:
        raise refuse_task(f"purpose: expected a legal basis such as 990/KH-UBND, got {new.purpose!r}")
    try:
        parse_service_id(new.service)
    except ExchangeError as error:
        raise refuse_task(f"service {new.service!r}: {error.message}") from error
    with transaction.atomic():
        task = lock_task(code)
        add_step(task, TaskAct.ASKED, by, now, new.service)
        ask = TaskAsk.objects.create(
            task=task,
            service=new.service,
            path=new.path,
            purpose=purpose,
            body=new.body,
            message=uuid4(),
            asked_by=by,
        )
        defer(ask.pk)
    return ask


def list_open_asks() -> list[int]:
    """List the questions that are to be sent or are under way, the oldest first."""
    return _list_keys(AskState.WAITING, AskState.HANDED_OVER)


def list_received_asks() -> list[int]:
    """List the questions that an agency has and has not answered yet, the oldest first."""
    return _list_keys(AskState.RECEIVED)


def _list_keys(*states: AskState) -> list[int]:
    return list(TaskAsk.objects.filter(state__in=states).order_by("pk").values_list("pk", flat=True))


def carry_on(ask_id: int, gateway: GatewayClient, now: datetime) -> AskState:
    """Send a question that waits, fetch what came of one that was sent; gives how far it is. Safe to repeat.

    Raises `ExchangeError` where the own gateway does not answer; then nothing has changed, and the next run tries it.
    """
    ask = TaskAsk.objects.get(pk=ask_id)
    match AskState(ask.state):
        case AskState.WAITING:
            return _send(ask, gateway, now)
        case AskState.HANDED_OVER:
            return _fetch(ask, gateway, now)
        case AskState.RECEIVED:
            return _ask_for_answer(ask, gateway, now)
        case over:
            return over


def _send(ask: TaskAsk, gateway: GatewayClient, now: datetime) -> AskState:
    question = Question(
        ask.service,
        path=ask.path,
        method="POST",
        body=msgspec.json.encode(ask.body),
        purpose=ask.purpose,
        xroad_id=str(ask.message),
    )
    try:
        delivery = gateway.send_reliably(question, LIFE_S)
    except ExchangeError as error:
        if error.kind in _MAY_PASS:
            raise
        # A crash before this line leaves it waiting: it is sent again under its id, which the gateway takes once.
        return _end(ask.pk, AskState.FAILED, now, None, error.message)
    TaskAsk.objects.filter(pk=ask.pk, state=AskState.WAITING).update(
        state=AskState.HANDED_OVER, status_path=delivery.status, exchange=delivery.exchange
    )
    return AskState.HANDED_OVER


def _fetch(ask: TaskAsk, gateway: GatewayClient, now: datetime) -> AskState:
    delivery = Delivery(ask.status_path, ask.exchange, str(ask.message))
    try:
        seen = gateway.look(delivery)
    except ExchangeError as error:
        if error.kind in _MAY_PASS:
            raise
        return _end(ask.pk, AskState.FAILED, now, None, error.message)
    answer = None if seen.is_open else gateway.find_answer(delivery)
    if answer is None:
        return AskState.HANDED_OVER
    if answer.refusal is None and answer.status == HTTPStatus.ACCEPTED:
        TaskAsk.objects.filter(pk=ask.pk, state=AskState.HANDED_OVER).update(
            state=AskState.RECEIVED, exchange=answer.exchange or ask.exchange
        )
        return AskState.RECEIVED
    if answer.refusal is None:
        state = AskState.ANSWERED if answer.status < HTTPStatus.BAD_REQUEST else AskState.FAILED
        return _end(ask.pk, state, now, answer, read_words(answer.body))
    if seen.state is DeliveryState.ANSWERED:
        # The answer is there, and the own gateway did not give it just now.
        answer.require_answered()
    return _end(ask.pk, AskState.FAILED, now, answer, f"{answer.refusal.type}: {answer.refusal.message}")


def _ask_for_answer(ask: TaskAsk, gateway: GatewayClient, now: datetime) -> AskState:
    """Ask whether a person has answered by now; a refusal is no end, for the agency has the question."""
    told = gateway.ask(Question(ask.service, path=f"{ask.path}/{ask.message}", purpose=ask.purpose))
    told.require_answered()
    try:
        answer = msgspec.json.decode(told.body, type=AskAnswer) if told.status == HTTPStatus.OK else AskAnswer()
    except msgspec.DecodeError:
        return AskState.RECEIVED
    if answer.state != AskState.ANSWERED:
        return AskState.RECEIVED
    return _end(ask.pk, AskState.ANSWERED, now, told, answer.answer)


def read_words(body: bytes) -> str:
    """Give the words of an answer that came at once; of one in another form all of it."""
    try:
        told = msgspec.json.decode(body, type=AskAnswer)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return body.decode("utf-8", errors="replace")
    return told.answer if told.state == AskState.ANSWERED else body.decode("utf-8", errors="replace")


def _end(ask_id: int, state: AskState, now: datetime, answer: Answer | None, text: str) -> AskState:
    """Keep what came of a question, with its step; a second worker that comes later finds it ended and does nothing."""
    with transaction.atomic():
        ask = TaskAsk.objects.select_for_update(of=("self",)).select_related("task").get(pk=ask_id)
        if ask.state not in _OPEN:
            return AskState(ask.state)
        ask.state, ask.ended_at, ask.answer = state, now, text[:ANSWER_CHARACTERS]
        if answer is not None:
            ask.answer_status = answer.status
            ask.exchange = answer.exchange or ask.exchange
        ask.save(update_fields=["state", "ended_at", "answer", "answer_status", "exchange"])
        act = TaskAct.ANSWERED if state is AskState.ANSWERED else TaskAct.UNANSWERED
        add_step(lock_task(ask.task.code), act, None, now, str(UUID(str(ask.message))))
    return state
