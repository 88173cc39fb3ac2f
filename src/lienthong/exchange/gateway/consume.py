"""The consumer's way through a gateway, as one function whose steps are numbered (section 3 of docs/security.md).

`consume` takes a request of the member's own system to another member's gateway and the answer back. The order of
the steps is the security: what must hold before a line is stated by the lines above it. Evidence comes before effect,
always; `provide.py` is the way at the other end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lienthong.evidence.statement import SALT_BYTES, RequestEnvelope, state_request
from lienthong.evidence.store import MessageRecord
from lienthong.exchange.control import SAFE_METHODS
from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind, Side, render_error
from lienthong.exchange.gateway.accepting import STATUS_PATH, accept_message, is_async, read_life, without_preference
from lienthong.exchange.gateway.answers import peer_error, verify_answer, verify_refusal
from lienthong.exchange.gateway.calls import AnswerArrival, RefusalArrival
from lienthong.exchange.gateway.frames import RefusalKind
from lienthong.exchange.gateway.listener import CallerConnection, LocalAnswer, LocalRequest
from lienthong.exchange.gateway.metaservice_answers import answer_locally
from lienthong.exchange.gateway.pending import run_story
from lienthong.exchange.gateway.spool import Body
from lienthong.exchange.gateway.statuses import tell_status
from lienthong.exchange.gateway.timeliness import SYNCHRONOUS_LIFE_MS, require_recent
from lienthong.exchange.gateway.unresolved import Doubt, DoubtKind, DoubtSide
from lienthong.exchange.headers import find_trace, join_accept
from lienthong.exchange.message import prepare_request
from lienthong.kernel.canonical import encode_base64url
from lienthong.kernel.ids import new_uuid7

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lienthong.directory.members import Gateway
    from lienthong.evidence.batch import Committed
    from lienthong.exchange.gateway.state import GatewayState
    from lienthong.exchange.message import OutgoingRequest

LOST_LINK = frozenset({ExchangeErrorKind.NETWORK_ERROR, ExchangeErrorKind.IO_ERROR})


class ConsumerDoor:
    """The listener's requests, one story each."""

    def __init__(self, gateway: GatewayState) -> None:
        self._gateway = gateway

    def __call__(self, caller: CallerConnection, request: LocalRequest) -> None:
        """Start the story of a whole request."""
        run_story(consume(self._gateway, caller, request))

    def refuse(self, caller: CallerConnection, error: ExchangeError, headers: list[tuple[bytes, bytes]]) -> None:
        """Answer a request that could not be read whole."""
        caller.answer(_error_answer(self._gateway, error, headers, new_uuid7(self._gateway.clock)))


async def consume(gateway: GatewayState, caller: CallerConnection, local: LocalRequest) -> None:
    """Take a request of an own system to the provider's gateway and its answer back; never raises."""
    exchange = new_uuid7(gateway.clock)
    try:
        answer = await _ask(gateway, local, exchange)
    except ExchangeError as error:
        answer = _error_answer(gateway, error, local.headers, exchange)
        if error.kind is ExchangeErrorKind.OVERLOADED and error.side is Side.CONSUMER:
            caller.rest()
    except Exception as error:  # noqa: BLE001 - the caller gets an answer and the operator the cause, whatever it is
        fault = ExchangeError(ExchangeErrorKind.INTERNAL_ERROR, "the gateway met an unexpected error")
        fault.__cause__ = error
        answer = _error_answer(gateway, fault, local.headers, exchange)
    local.body.close()
    caller.answer(answer)


async def _ask(gateway: GatewayState, local: LocalRequest, exchange: str) -> LocalAnswer:
    # 3.1 The caller proves which subsystem it is, before anything else; X-Road-Client must name it.
    proven = gateway.callers.identify(local)
    if not local.target.startswith(b"/r1/"):
        if local.target.startswith(STATUS_PATH):
            return await tell_status(gateway, local)
        return answer_locally(gateway, local)
    # Bounded, and fair among own systems: what finds no place is refused before work is done for it.
    owner = min(proven)
    gateway.caller_places.require_room(owner)
    reliable = is_async(local)
    headers = without_preference(local.headers) if reliable else local.headers
    request = prepare_request(local.method, local.target, headers, exchange, gateway.member.segments[0])
    gateway.callers.require_named(proven, request.client)
    asked = request.service.member.text
    gateway.caller_places.take(owner, asked)
    try:
        if gateway.case_check is not None:
            # Of a look-up for a case: the member's own case system says whether it may be made at all.
            check = await gateway.case_check.find_mark(request, headers, local.body)
            if check is not None:
                instance = gateway.member.segments[0]
                request = prepare_request(local.method, local.target, headers, exchange, instance, check)
        if reliable:
            # 5 Promise to deliver it, instead of asking now.
            life_ms = read_life(local.headers, gateway.usual_life_ms, gateway.longest_life_ms)
            return await accept_message(gateway, request, local.body, life_ms)
        gateways = gateway.peers.find_gateways(request.service, request.gateway)
        if len(gateways) > 1:
            return await _ask_somewhere(gateway, gateways, request, local.body)
        return await _ask_at(gateway, gateways[0], request, local.body)
    finally:
        gateway.caller_places.give_back(owner, asked)


async def _ask_somewhere(
    gateway: GatewayState, gateways: Sequence[Gateway], request: OutgoingRequest, body: Body
) -> LocalAnswer:
    """Ask at one of the gateways that may serve the request, one after another where that is safe."""
    gateways = gateway.peers.spread(gateways)
    for provider in gateways[:-1]:
        try:
            return await _ask_at(gateway, provider, request, body)
        except ExchangeError as error:
            # 3.3 Only safe methods are asked again at another gateway, as a new statement.
            if error.kind not in LOST_LINK or request.method not in SAFE_METHODS:
                raise
    return await _ask_at(gateway, gateways[-1], request, body)


async def _ask_at(gateway: GatewayState, provider: Gateway, request: OutgoingRequest, body: Body) -> LocalAnswer:
    """Ask at one gateway: 3.2 to 3.4, then the checks of the answer."""
    calls = gateway.peers.find_calls(provider.id) or await gateway.peers.reach(provider)
    if calls.is_full():
        raise ExchangeError(ExchangeErrorKind.OVERLOADED, f"too many requests to {provider.id} are under way")
    # 3.2 Build the statement, append it with salt and header part, and wait until it is durable.
    now = gateway.clock.now_ms()
    salt = gateway.random.take(SALT_BYTES)
    envelope = RequestEnvelope(calls.origin, now, now + SYNCHRONOUS_LIFE_MS, reliable=False, salt=salt)
    body_sha256 = body.sha256
    statement = state_request(request.names, request.header_part, body_sha256, envelope)
    place = await gateway.journal.keep_body(body) if body.length else None
    content = MessageRecord(salt, request.header_part, place, body_sha256)
    committed = await gateway.journal.append_message(statement, request.names, content)
    # A crash here leaves a request in our log that nobody received: it is proven to have been asked, and to have had
    # no answer. 3.3 and 3.4: send it on the one link to the gateway that `to` names, under its batch's checkpoint.
    outcome = await calls.call(committed, envelope, request.header_part, body, gateway.answer_s)
    # Check the provider's answer as rule 4 has it, append that it was received, and only then give it out.
    if isinstance(outcome, AnswerArrival):
        try:
            return await _accept_answer(gateway, request, body, committed, outcome)
        except BaseException:
            outcome.body.close()
            raise
    if isinstance(outcome, RefusalArrival):
        return await _accept_refusal(gateway, request, committed, outcome)
    raise peer_error(outcome.code, outcome.detail)


async def _accept_answer(
    gateway: GatewayState, request: OutgoingRequest, body: Body, asked: Committed, arrival: AnswerArrival
) -> LocalAnswer:
    frame, answer = arrival.frame, arrival.body
    # 4.1 to 4.4 It is the answer to this very request, it stands in the log of the service's member, and it is new.
    peer = verify_answer(gateway, request, body, asked.leaf, arrival)
    require_recent(gateway.clock.now_ms(), frame.time)
    # 4.7 Append `received`, wait. A crash before it is durable leaves the answer in the provider's log only: the
    # caller got nothing and asks again.
    place = await gateway.journal.keep_body(answer) if answer.length else None
    content = MessageRecord(frame.salt, frame.header_part, place, answer.sha256)
    await gateway.journal.append_received(peer, request.names, content, None)
    # 4.10 Answer.
    return LocalAnswer(frame.header_part, answer)


async def _accept_refusal(
    gateway: GatewayState, request: OutgoingRequest, asked: Committed, arrival: RefusalArrival
) -> LocalAnswer:
    """A logged refusal is checked and recorded like an answer, then told to the caller as an error."""
    frame = arrival.frame
    peer = verify_refusal(gateway, asked.leaf, arrival)
    await gateway.journal.append_received(peer, request.names, None, None)
    if frame.kind is RefusalKind.UNKNOWN:
        leaf, names, now = encode_base64url(asked.leaf), request.names, gateway.clock.now_ms()
        kind = DoubtKind.UNKNOWN
        gateway.unresolved.note(Doubt(leaf, DoubtSide.CONSUMER, names.exchange, names.client, names.service, kind, now))
    raise peer_error(frame.code, frame.detail)


def _error_answer(
    gateway: GatewayState, error: ExchangeError, headers: list[tuple[bytes, bytes]], exchange: str
) -> LocalAnswer:
    if error.kind is not ExchangeErrorKind.OVERLOADED:
        # Of overload one line a second tells: a line for each refusal would cost as much as the work refused.
        trace = find_trace(b"".join(b"%b:%b\r\n" % header for header in headers))
        gateway.report(exchange, error, trace)
    rendered = render_error(error, join_accept(headers), gateway.spelling, exchange)
    head = b"".join([b"%d Error\r\n" % rendered.status, *(b"%b: %b\r\n" % header for header in rendered.headers)])
    return LocalAnswer(head, Body(rendered.body))
