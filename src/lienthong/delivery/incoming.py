"""Questions that other agencies put to us for their tasks: received once, answered once, by a person.

Who asks is what our own gateway has proven. Only who asked may fetch the answer.
"""

from __future__ import annotations

import hashlib
from datetime import date
from typing import TYPE_CHECKING, Final

import msgspec
from django.db import transaction

from lienthong.delivery.asks import AskAnswer
from lienthong.delivery.directive_words import AskState
from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind
from lienthong.delivery.models.task import IncomingAsk
from lienthong.delivery.reading.secrecy import is_marked_secret
from lienthong.delivery.task_rules import refuse_task
from lienthong.delivery.tasks import find_day
from lienthong.identity.posts import find_roles
from lienthong.web.callers import Caller

if TYPE_CHECKING:
    from datetime import datetime

    from lienthong.identity.models import Account
    from lienthong.web.gateway_call import GatewayCall

QUESTION_CHARACTERS: Final = 8000
ANSWER_CHARACTERS: Final = 8000
ANSWERED: Final = 200
"""Answered questions in one list; more help nobody."""
_MAY_ANSWER: Final = frozenset({Caller.OFFICER, Caller.LEADER})


class IncomingQuestion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an agency asks: in words, and by when it would have the answer."""

    question: str
    due_on: date | None = None


def receive_question(call: GatewayCall, content: bytes, now: datetime) -> AskAnswer:
    """Keep a question and say that it is received; raises `BAD_TASK`.

    The same message again gets the same word, also when two come at once: the row is unique, and the second waits for
    it. A crash before the end leaves nothing, and the gateway sends it again under its id.
    """
    question = _read(content)
    digest = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        row, is_new = IncomingAsk.objects.get_or_create(
            client=call.client,
            message=call.message_id,
            defaults={
                "content_digest": digest,
                "purpose": call.purpose[:200],
                "question": question.question.strip(),
                "due_on": question.due_on,
                "received_at": now,
            },
        )
    if not is_new and row.content_digest != digest:
        raise refuse_task("a question with this X-Road-Id and other words came before; send it under an id of its own")
    return AskAnswer()


def tell_answer(client: str, message: str) -> AskAnswer:
    """Tell who asked whether there is an answer; raises `UNKNOWN_TASK` for others, as if there were no question."""
    row = IncomingAsk.objects.filter(client=client, message=message).first()
    if row is None:
        text = f"question {message!r}: this agency has put none with this id"
        raise DeliveryError(DeliveryErrorKind.UNKNOWN_TASK, text)
    return AskAnswer() if row.answered_at is None else AskAnswer(AskState.ANSWERED, row.answer)


def list_incoming(*, is_open: bool | None = None) -> list[IncomingAsk]:
    """List the questions of others, those that are due first on top; of answered ones the latest `ANSWERED`."""
    rows = IncomingAsk.objects.select_related("answered_by").order_by("due_on", "received_at", "pk")
    if is_open is False:
        return list(rows.filter(answered_at__isnull=False).order_by("-answered_at", "-pk")[:ANSWERED])
    return list(rows.filter(answered_at__isnull=True) if is_open else rows)


def answer_question(key: int, answer: str, by: Account, now: datetime) -> IncomingAsk:
    """Answer a question, once; raises `BAD_TASK`, `UNKNOWN_TASK`, `SECRET_DOCUMENT`."""
    if not _MAY_ANSWER & find_roles(by, find_day(now)):
        raise refuse_task("answered by somebody who holds no post of an officer or a leader today")
    text = answer.strip()
    if not 0 < len(text) <= ANSWER_CHARACTERS:
        raise refuse_task(f"answer: expected 1 to {ANSWER_CHARACTERS} characters, got {len(text)}")
    if is_marked_secret(text):
        message = "the answer bears a mark of state secrecy: it is not kept and not sent"
        raise DeliveryError(DeliveryErrorKind.SECRET_DOCUMENT, message)
    with transaction.atomic():
        row = IncomingAsk.objects.select_for_update().filter(pk=key).first()
        if row is None:
            raise DeliveryError(DeliveryErrorKind.UNKNOWN_TASK, f"question {key}: there is none with this number")
        if row.answered_at is not None:
            raise refuse_task("this question was answered before: an answer that was given stays")
        row.answer, row.answered_by, row.answered_at = text, by, now
        row.save(update_fields=["answer", "answered_by", "answered_at"])
    return row


def _read(content: bytes) -> IncomingQuestion:
    try:
        question = msgspec.json.decode(content, type=IncomingQuestion)
    except msgspec.DecodeError as error:
        raise refuse_task(f"question: expected JSON with `question` and perhaps `due_on`, {error}") from error
    if not 0 < len(question.question.strip()) <= QUESTION_CHARACTERS:
        raise refuse_task(f"question: expected 1 to {QUESTION_CHARACTERS} characters, got {len(question.question)}")
    if is_marked_secret(question.question):
        message = "the question bears a mark of state secrecy: it is not kept"
        raise DeliveryError(DeliveryErrorKind.SECRET_DOCUMENT, message)
    return question
