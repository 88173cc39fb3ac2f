"""Status URLs of reliable messages: `/status/ID` tells how far one is, `/status/ID/answer` gives its answer.

Only the client that sent a message may look, with the credential that it sent it with (rule 5.3); to all others there
is no such message.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import msgspec

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind, render_error
from lienthong.exchange.gateway.accepting import STATUS_PATH
from lienthong.exchange.gateway.answers import peer_error
from lienthong.exchange.gateway.listener import LocalAnswer
from lienthong.exchange.gateway.outbox import State
from lienthong.exchange.gateway.spool import Body
from lienthong.exchange.headers import join_accept

if TYPE_CHECKING:
    from lienthong.exchange.gateway.listener import LocalRequest
    from lienthong.exchange.gateway.outbox import Message
    from lienthong.exchange.gateway.state import GatewayState

_READING = frozenset({b"GET", b"HEAD"})


async def tell_status(gateway: GatewayState, local: LocalRequest) -> LocalAnswer:
    """Answer a request to a status URL; raises ExchangeError where the caller proves nothing."""
    proven = gateway.callers.identify(local)
    identifier, _, rest = local.target[len(STATUS_PATH) :].decode("latin-1").partition("/")
    message = gateway.outbox.find(identifier)
    if message is None or message.client not in proven or rest not in {"", "answer"}:
        return _json(HTTPStatus.NOT_FOUND, {"message": "there is no such message of yours"})
    if local.method not in _READING:
        return _json(HTTPStatus.METHOD_NOT_ALLOWED, {"message": "GET or HEAD"}, b"Allow: GET, HEAD\r\n")
    if not rest:
        return _json(HTTPStatus.OK, _describe(gateway, message))
    return await _give_answer(gateway, local, message)


def _describe(gateway: GatewayState, message: Message) -> dict[str, object]:
    told: dict[str, object] = {
        "state": message.state,
        "exchange": message.exchange,
        "accepted": message.time,
        "deadline": message.until,
        "changed": message.changed,
        "tries": message.tries,
    }
    if message.code:
        told["code"] = message.code
    if message.is_open:
        told["next"] = message.next
    else:
        told["answer"] = f"{STATUS_PATH.decode()}{message.id}/answer"
    doubt = gateway.unresolved.find_exchange(message.exchange)
    if doubt is not None and doubt.verdict:
        told["resolved"] = doubt.verdict
    return told


async def _give_answer(gateway: GatewayState, local: LocalRequest, message: Message) -> LocalAnswer:
    """Give what a synchronous caller would have been given, or 202 while there is nothing to give."""
    if message.is_open:
        return _json(HTTPStatus.ACCEPTED, _describe(gateway, message), b"Retry-After: 1\r\n")
    if message.state is State.ANSWERED:
        if not message.answer:
            return _json(HTTPStatus.GONE, {"message": "the answer was erased; the proofs of the exchange stay"})
        content = gateway.content.unseal(message.answer_leaf, message.answer)
        return LocalAnswer(content.header, await gateway.content.load_body(content.body))
    rendered = render_error(_explain(message), join_accept(local.headers), gateway.spelling, message.exchange)
    head = b"".join([b"%d Error\r\n" % rendered.status, *(b"%b: %b\r\n" % header for header in rendered.headers)])
    return LocalAnswer(head, Body(rendered.body))


def _explain(message: Message) -> ExchangeError:
    if message.state is State.GIVEN_UP:
        why = f"no outcome by the deadline; the last try met {message.code or 'nothing'}"
        return ExchangeError(ExchangeErrorKind.GIVEN_UP, why)
    if message.state is State.UNKNOWN:
        why = "the service was called and no answer could be recorded: ask the provider whether it acted"
        return peer_error(ExchangeErrorKind.OUTCOME_UNKNOWN, why)
    return peer_error(message.code, "the provider's gateway refused the message")


def _json(status: HTTPStatus, value: object, more: bytes = b"") -> LocalAnswer:
    head = b"%d %b\r\nContent-Type: application/json\r\nCache-Control: no-store\r\n%b"
    return LocalAnswer(head % (status, status.phrase.encode(), more), Body(msgspec.json.encode(value)))
