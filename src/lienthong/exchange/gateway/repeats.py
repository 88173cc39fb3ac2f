"""How a provider carries out a reliable message once, however often it comes (rules 4.5 and 5).

`call_once` stands where a synchronous request simply calls its service; `tell_again` gives a message that was dealt
with its recorded outcome: the same log entry, under the newest checkpoint.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lienthong.evidence.message_part import parse_response_part
from lienthong.evidence.statement import Response, ResponseEnvelope
from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.gateway.filtering import is_within
from lienthong.exchange.gateway.frames import RefusalKind, RefuseFrame
from lienthong.exchange.gateway.recall import Outcome
from lienthong.exchange.gateway.refusals import NOT_CALLED
from lienthong.exchange.gateway.upstream import ServiceAnswer

if TYPE_CHECKING:
    from lienthong.exchange.fields import FieldFilter
    from lienthong.exchange.gateway.journal import PeerEntry
    from lienthong.exchange.gateway.recall import Remembered, Turn
    from lienthong.exchange.gateway.serving import RequestArrival
    from lienthong.exchange.gateway.state import GatewayState
    from lienthong.exchange.gateway.upstream import ServiceRequest
    from lienthong.exchange.services import Service


TOLD_WITHOUT_GRANT: Final = frozenset({Outcome.REFUSED, Outcome.UNKNOWN})
"""Outcomes that give nothing away; an answer is given again only to one who may ask now."""


class CalledLater(Exception):  # noqa: N818 - not an error of the exchange: the message stays open
    """The service gave no answer and may be called again: the consumer's gateway is to ask again."""

    def __init__(self, error: ExchangeError) -> None:
        super().__init__(str(error))
        self.error = error


async def tell_again(
    gateway: GatewayState, arrival: RequestArrival, peer: PeerEntry, known: Remembered, fields: FieldFilter | None
) -> None:
    """Send the recorded outcome of a message: its entry in our log, proven under the newest checkpoint.

    `fields` are those of the grant as it is now; raises `not_granted` where the recorded answer has more.
    """
    if known.outcome is Outcome.RESPONSE:
        await _answer_again(gateway, arrival, peer, known, fields)
        return
    refused = known.outcome is Outcome.REFUSED
    kind = RefusalKind.REFUSED if refused else RefusalKind.UNKNOWN
    code = known.code if refused else ExchangeErrorKind.OUTCOME_UNKNOWN
    committed = gateway.journal.log.prove_entry(known.entry)
    path = committed.head.path(committed.index)
    frame = RefuseFrame(arrival.frame.stream, kind, committed.index, path, code, "as it was recorded before")
    arrival.serving.refuse(committed, frame)


async def _answer_again(
    gateway: GatewayState, arrival: RequestArrival, peer: PeerEntry, known: Remembered, fields: FieldFilter | None
) -> None:
    subject, content = await gateway.content.read_entry(known.entry)
    statement = subject.message
    if content is None or not isinstance(statement, Response):
        why = f"entry {known.entry} holds no answer to give again"
        raise ExchangeError(ExchangeErrorKind.LOGGING_FAILED, why)
    body = await gateway.content.load_body(content.body)
    if fields is not None and not is_within(fields, content.header, body):
        body.close()
        raise ExchangeError(
            ExchangeErrorKind.NOT_GRANTED,
            "the recorded answer holds more than the fields that the grant lets through now; ask under a new X-Road-Id",
        )
    envelope = ResponseEnvelope(statement.to, statement.time, peer.leaf, content.salt)
    # Proven when it is sent, and not before: the link's history goes forward only.
    committed = gateway.journal.log.prove_entry(known.entry)
    arrival.serving.answer(arrival.frame.stream, committed, envelope, content.header, body)


async def call_once(gateway: GatewayState, turn: Turn, request: ServiceRequest, service: Service) -> ServiceAnswer:
    """Give the service's answer to a message, without calling it where an earlier call may have had its effect.

    Raises `CalledLater` where the message stays open, and ExchangeError where its outcome is unknown for good.
    """
    if turn.earlier and turn.earlier[0].outcome is Outcome.RESPONSE:
        return await _read_answer(gateway, turn.earlier[0].entry)
    for before in (turn.known, *turn.earlier):
        _require_callable(gateway, before, service)
    turn.note_called(is_called=True)
    try:
        return await gateway.upstream.call(request)
    except ExchangeError as error:
        if error.kind in NOT_CALLED:
            turn.note_called(is_called=False)
            raise CalledLater(error) from error
        if service.idempotent:
            raise CalledLater(error) from error
        raise


def _require_callable(gateway: GatewayState, before: Remembered | None, service: Service) -> None:
    """Require that a call now can't be a second one with a second effect (rule 5.2)."""
    if before is None:
        return
    if before.outcome is Outcome.UNKNOWN:
        if gateway.unresolved.is_not_carried_out(before.leaf):
            return
    elif before.outcome is not Outcome.OPEN or service.idempotent or not before.is_called:
        return
    raise ExchangeError(
        ExchangeErrorKind.OUTCOME_UNKNOWN,
        "the service was called before, no answer was recorded, and it does not deduplicate by X-Road-Id",
    )


async def _read_answer(gateway: GatewayState, entry: int) -> ServiceAnswer:
    """Give the recorded answer to an earlier attempt, as the service gave it."""
    _, content = await gateway.content.read_entry(entry)
    if content is None:
        raise ExchangeError(ExchangeErrorKind.LOGGING_FAILED, f"entry {entry} holds no answer to give again")
    part = parse_response_part(content.header)
    try:
        body = await gateway.content.load_body(content.body)
    except ExchangeError as error:
        if error.kind is ExchangeErrorKind.OVERLOADED:
            # There is an answer, and no room for it now: not a refusal, which would end the message.
            raise CalledLater(error) from error
        raise
    return ServiceAnswer(part.status, part.reason, list(part.headers), body)
