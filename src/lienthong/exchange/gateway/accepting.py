"""How a consumer's gateway takes a reliable message: `Prefer: respond-async` (RFC 7240), answered by 202 (rule 5.3).

What is promised here is durable before the promise is made: request, header part and body in log and store, and the
row in the outbox. Delivering it is courier.py's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from lienthong.evidence.statement import SALT_BYTES, RequestEnvelope, state_request
from lienthong.evidence.store import MessageRecord
from lienthong.exchange.control import invalid_request, shown
from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind, Side
from lienthong.exchange.gateway.listener import LocalAnswer
from lienthong.exchange.gateway.outbox import Message
from lienthong.exchange.gateway.recall import hash_attempt
from lienthong.exchange.gateway.spool import Body
from lienthong.exchange.gateway.timeliness import RELIABLE_LIFE_MS
from lienthong.exchange.headers import DEADLINE, PREFER
from lienthong.kernel.canonical import encode_base64url

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lienthong.evidence.batch import Committed
    from lienthong.exchange.gateway.listener import LocalRequest
    from lienthong.exchange.gateway.recall import Attempt
    from lienthong.exchange.gateway.state import GatewayState
    from lienthong.exchange.headers import Header
    from lienthong.exchange.message import OutgoingRequest

STATUS_PATH: Final = b"/status/"
ID_BYTES: Final = 16
"""Random bytes of a status URL (rule 5.3)."""
_ASYNC: Final = b"respond-async"


def is_async(local: LocalRequest) -> bool:
    """Say whether a caller asks for a reliable message. On every request's way."""
    return PREFER in local.named and any(
        name.lower() == PREFER and _ASYNC in value.lower() for name, value in local.headers
    )


def without_preference(headers: Sequence[Header]) -> list[Header]:
    """Drop the preference that this gateway has taken: the provider's service answers as to anyone."""
    return [header for header in headers if header[0].lower() != PREFER]


def read_life(headers: Sequence[Header], usual_ms: int, longest_ms: int) -> int:
    """Give for how many milliseconds to go on delivering: X-Road-Deadline in seconds, or what is usual.

    `longest_ms` is for how long the store keeps what is resent, where that is shorter than the mode's own limit.
    """
    values = [value.strip() for name, value in headers if name.lower() == DEADLINE]
    if not values:
        return usual_ms
    text = values[-1]
    life = int(text) * 1000 if text.isdigit() and len(text) < len(str(RELIABLE_LIFE_MS)) else 0
    if not 0 < life <= min(longest_ms, RELIABLE_LIFE_MS):
        most = min(longest_ms, RELIABLE_LIFE_MS) // 1000
        raise invalid_request(f"X-Road-Deadline is {shown(text)}: expected a number of seconds from 1 to {most}")
    return life


async def accept_message(gateway: GatewayState, request: OutgoingRequest, body: Body, life_ms: int) -> LocalAnswer:
    """Freeze a request and promise its delivery; gives the 202 with its status URL."""
    target = request.header_part.split(b"\r\n", 2)[1]
    attempt = hash_attempt(gateway.recall.key, request, target, body.sha256)
    # 5.1 An attempt that was accepted before gets the same promise again; another content is refused.
    accepted = gateway.outbox.find_attempt(attempt.id)
    if accepted is not None:
        return _promise(accepted, request, attempt)
    # Refused before anything is logged or kept: what is promised lies on the disk until it is delivered.
    gateway.courier.require_room(request.client.text, len(request.header_part) + body.length)
    with gateway.courier.hold_attempt(attempt.id):
        message = await _freeze(gateway, request, body, life_ms, attempt)
        # 5.3 The row, and wait. A crash before leaves a request in our log that nobody received and no caller was
        # promised; a crash after leaves a promise that the next start keeps.
        gateway.at_step("5.3")
        await gateway.outbox.add(message)
    gateway.at_step("5.4")
    gateway.courier.look()
    return _promise(message, request, attempt)


async def _freeze(
    gateway: GatewayState, request: OutgoingRequest, body: Body, life_ms: int, attempt: Attempt
) -> Message:
    """5.2 Choose the gateway, keep the body, append the request: exchange id, salt and leaf are final from here."""
    provider = gateway.peers.find_gateways(request.service, request.gateway)[0]
    receiver = gateway.peers.expected_origin(provider.id)
    if receiver is None:
        raise ExchangeError(ExchangeErrorKind.UNKNOWN_MEMBER, f"{provider.id} has no open log")
    now, salt = gateway.clock.now_ms(), gateway.random.take(SALT_BYTES)
    envelope = RequestEnvelope(receiver, now, now + life_ms, reliable=True, salt=salt)
    statement = state_request(request.names, request.header_part, body.sha256, envelope)
    gateway.at_step("5.2 body")
    place = await gateway.content.keep_body(body)
    content = MessageRecord(salt, request.header_part, place, body.sha256)
    gateway.at_step("5.2 request")
    asked: Committed = await gateway.journal.append_message(statement, request.names, content)
    return Message(
        id=encode_base64url(gateway.random.take(ID_BYTES)),
        attempt=attempt.id,
        content=attempt.content,
        client=request.client.text,
        service=request.service.text,
        gateway=provider.id,
        receiver=receiver,
        log=gateway.own_origin,
        exchange=request.request_id,
        leaf=asked.leaf,
        entry=asked.index,
        time=now,
        until=now + life_ms,
        record=gateway.content.seal(asked.leaf, content),
        next=now,
        changed=now,
        held=len(request.header_part) + body.length,
    )


def _promise(message: Message, request: OutgoingRequest, attempt: Attempt) -> LocalAnswer:
    if message.content != attempt.content:
        raise ExchangeError(
            ExchangeErrorKind.CONFLICTING_MESSAGE,
            "an earlier message of this client to this service had the same X-Road-Id and another method, path, "
            "query or body: give each message an id of its own",
            Side.CONSUMER,
        )
    place = STATUS_PATH.decode() + message.id
    body = msgspec.json.encode({"state": message.state, "status": place, "exchange": message.exchange})
    lines = (
        b"202 Accepted\r\nLocation: %b\r\nPreference-Applied: respond-async\r\nContent-Type: application/json\r\n"
        b"X-Road-Id: %b\r\nX-Road-Request-Id: %b\r\n"
    )
    return LocalAnswer(lines % (place.encode(), request.id.encode(), message.exchange.encode()), Body(body))
