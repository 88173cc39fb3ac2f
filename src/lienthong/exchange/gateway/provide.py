"""The provider's way through a gateway, as one function whose steps are numbered (section 4 of docs/security.md).

`provide` takes another member's request to the member's own service and the answer back. The order of the steps is
the security: what must hold before a line is stated by the lines above it. Evidence comes before effect, always;
`consume.py` is the way at the other end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from lienthong.evidence.errors import EvidenceError
from lienthong.evidence.statement import (
    SALT_BYTES,
    Request,
    RequestEnvelope,
    ResponseEnvelope,
    encode_statement,
    state_request,
    state_response,
)
from lienthong.evidence.store import MessageRecord
from lienthong.evidence.tree import leaf_hash
from lienthong.exchange.access import Moment, require_access, require_known_client
from lienthong.exchange.errors import TRY_LATER, ExchangeError, ExchangeErrorKind, Side
from lienthong.exchange.gateway.filtering import filter_answer
from lienthong.exchange.gateway.journal import PeerEntry
from lienthong.exchange.gateway.metaservice_answers import answer_metaservice
from lienthong.exchange.gateway.pending import run_story
from lienthong.exchange.gateway.recall import Outcome, Turn
from lienthong.exchange.gateway.refusals import NOT_CALLED, refuse, report_no_answer
from lienthong.exchange.gateway.repeats import TOLD_WITHOUT_GRANT, CalledLater, call_once, tell_again
from lienthong.exchange.gateway.serving import RequestArrival
from lienthong.exchange.gateway.timeliness import RELIABLE_LIFE_MS, SYNCHRONOUS_LIFE_MS, require_in_time
from lienthong.exchange.gateway.tracker import find_asked
from lienthong.exchange.gateway.upstream import ServiceRequest
from lienthong.exchange.message import (
    IncomingRequest,
    hash_request,
    prepare_response,
    read_request,
    service_headers,
    service_target,
)
from lienthong.exchange.metaservices import is_metaservice

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from lienthong.evidence.store import BodyPlace
    from lienthong.exchange.access import Allowed
    from lienthong.exchange.fields import FieldFilter
    from lienthong.exchange.gateway.spool import Body
    from lienthong.exchange.gateway.state import GatewayState
    from lienthong.exchange.gateway.upstream import ServiceAnswer


class _Received(msgspec.Struct, frozen=True, gc=False):
    """A request whose proof holds: where it came from, its entry in the sender's log, and what it says."""

    arrival: RequestArrival
    peer: PeerEntry
    request: IncomingRequest
    statement: Request


class ProviderDoor:
    """The links' requests, one story each."""

    def __init__(self, gateway: GatewayState) -> None:
        self._gateway = gateway
        self.is_open = False

    def __call__(self, arrival: RequestArrival) -> None:
        """Start the story of a whole request; before the head check (rule 6) nothing is taken."""
        if not self.is_open:
            arrival.body.close()
            arrival.serving.error(
                arrival.frame.stream, ExchangeErrorKind.OVERLOADED, "this gateway is starting; try again shortly"
            )
            return
        peer = arrival.link.peer
        member = peer.rpartition("/")[0]
        try:
            # Bounded, and fair among members (rule 9): refused before any proof is checked.
            self._gateway.peer_places.take(member, peer)
        except ExchangeError as error:
            arrival.body.close()
            arrival.serving.error(arrival.frame.stream, error.kind, error.message)
            return
        run_story(provide(self._gateway, arrival, member))


async def provide(gateway: GatewayState, arrival: RequestArrival, member: str) -> None:
    """Take a request of another `member` to our service and its answer back, then free its place; never raises."""
    try:
        received = _verify(gateway, arrival, member)
        if arrival.frame.reliable:
            # 4.5 It may come again; what is recorded of it is looked up, and it is dealt with one at a time.
            leaf, request, statement = received.peer.leaf, received.request, received.statement
            with gateway.recall.take_turn(leaf, request, arrival.body.sha256, statement) as turn:
                await _act(gateway, received, turn)
        else:
            await _act(gateway, received, None)
    except ExchangeError as error:
        if error.kind is ExchangeErrorKind.OVERLOADED:
            gateway.peer_places.refused += 1
        else:
            gateway.report(arrival.link.peer, error)
        arrival.serving.error(arrival.frame.stream, error.kind, error.message)
    except Exception as error:  # noqa: BLE001 - the caller gets an answer and the operator the cause, whatever it is
        fault = ExchangeError(ExchangeErrorKind.INTERNAL_ERROR, "the gateway met an unexpected error", Side.PROVIDER)
        fault.__cause__ = error
        gateway.report(arrival.link.peer, fault)
        arrival.serving.error(arrival.frame.stream, fault.kind, fault.message)
    arrival.body.close()
    gateway.peer_places.give_back(member, arrival.link.peer)


def _verify(gateway: GatewayState, arrival: RequestArrival, member: str) -> _Received:
    """4.1 to 4.3: require that a request stands in its member's log as it came."""
    frame = arrival.frame
    # 4.1 The whole body is in. The statement is rebuilt from the received bytes, nothing is taken from a copy; and
    # with our own origin as `to` (4.4): a message for another gateway has another leaf.
    request = read_request(frame.header_part)
    envelope = RequestEnvelope(gateway.own_origin, frame.time, frame.until, frame.reliable, frame.salt)
    try:
        statement = state_request(request.names, request.part.raw, arrival.body.sha256, envelope)
    except EvidenceError as error:
        raise ExchangeError(ExchangeErrorKind.INVALID_REST, error.message) from error
    raw = encode_statement(statement)
    # 4.2 The link's TLS key is the gateway's pinned one and its log is open (checked when it was made and whenever
    # the directory changes); that gateway's member must be the client's.
    _require_origin(gateway, member, request)
    # 4.3 The entry stands under a checkpoint whose signature and history were verified.
    peer = PeerEntry(raw, leaf_hash(raw), frame.index, frame.path, arrival.head)
    arrival.head.verify_entry(peer.leaf, peer.index, peer.path)
    return _Received(arrival, peer, request, statement)


async def _act(gateway: GatewayState, received: _Received, turn: Turn | None) -> None:
    """Carry out a proven request; `turn` is that of a reliable message."""
    arrival, peer, request, statement = received.arrival, received.peer, received.request, received.statement
    frame, body, now = arrival.frame, arrival.body, gateway.clock.now_ms()
    known = turn.known if turn is not None else None
    if known is not None and known.outcome in TOLD_WITHOUT_GRANT:
        await tell_again(gateway, arrival, peer, known, None)
        return
    try:
        # 4.4 In its time.
        require_in_time(now, frame.time, frame.until, SYNCHRONOUS_LIFE_MS if turn is None else RELIABLE_LIFE_MS)
        # 4.5 Not seen before, or reliable.
        if turn is None:
            gateway.replay.admit(peer.leaf, frame.until)
        else:
            turn.require_same()
        # 4.6 Granted, also where an answer is only given again; what the gateway tells of itself needs no grant.
        allowed, subject = _permit(gateway, request, body, now)
    except ExchangeError as error:
        await _refuse(gateway, received, turn, error)
        return
    if known is not None and known.outcome:
        fields = allowed.grant.fields if allowed is not None else None
        await tell_again(gateway, arrival, peer, known, fields)
        return
    if allowed is not None and allowed.service.address is not None:
        # A service that has all it may have is not called: told before anything is logged.
        gateway.upstream.require_room(allowed.service.address)
    # 4.7 Append `received`, wait. A crash here leaves `received` without an outcome: the next start appends `unknown`.
    if turn is None or not turn.is_received:
        place = await gateway.journal.keep_body(body) if body.length else None
        content = MessageRecord(frame.salt, request.part.raw, place, body.sha256)
        committed = await gateway.journal.append_received(peer, request.names, content, statement)
        gateway.tracker.note(subject, committed.index, statement.time)
        if turn is not None:
            turn.note_received()
    # 4.8 Call the service. A crash from here on may leave an effect without a recorded answer: `unknown`, as above.
    try:
        answer = await _call(gateway, received, allowed, turn)
    except CalledLater as later:
        # The message stays open: nothing is logged, and the consumer's gateway asks again.
        raise later.error from later
    except ExchangeError as error:
        await _report_no_answer(gateway, received, turn, error)
        return
    await _respond(gateway, received, turn, answer)


def _call(
    gateway: GatewayState, received: _Received, allowed: Allowed | None, turn: Turn | None
) -> Awaitable[ServiceAnswer]:
    """Ask the service, or the gateway itself where it answers; of the answer what the grant lets through."""
    if allowed is None:
        return answer_metaservice(gateway, received.request)
    call = _service_request(received.request, allowed, received.arrival.body)
    if turn is None:
        answering: Awaitable[ServiceAnswer] = gateway.upstream.call(call)
    else:
        gateway.at_step("4.8")
        answering = call_once(gateway, turn, call, allowed.service)
    fields = allowed.grant.fields
    return answering if fields is None else _filter(fields, answering)


async def _filter(fields: FieldFilter, answering: Awaitable[ServiceAnswer]) -> ServiceAnswer:
    return filter_answer(fields, await answering)


async def _refuse(gateway: GatewayState, received: _Received, turn: Turn | None, error: ExchangeError) -> None:
    """Log a refusal and tell it.

    What was received before is not refused after the fact, and a reliable message not because we are busy: either is
    only told, and the message comes again.
    """
    if turn is not None and (turn.known is not None or error.status in TRY_LATER):
        raise error
    exchange = received.statement.exchange
    committed = await refuse(gateway, received.arrival, received.peer, exchange, error)
    if turn is not None and committed is not None:
        gateway.recall.note_refused(turn.leaf, committed.index, error.kind, gateway.clock.now_ms())


async def _report_no_answer(
    gateway: GatewayState, received: _Received, turn: Turn | None, error: ExchangeError
) -> None:
    names = received.request.names
    committed = await report_no_answer(gateway, received.arrival, received.peer, names, error)
    if turn is not None and committed is not None:
        turn.note_outcome(Outcome.REFUSED if error.kind in NOT_CALLED else Outcome.UNKNOWN, committed.index, error.kind)


def _permit(gateway: GatewayState, request: IncomingRequest, body: Body, now: int) -> tuple[Allowed | None, str | None]:
    """Require access, and give it with the person asked about; nothing where the gateway answers itself."""
    directory, policy = gateway.directory(), gateway.policy
    if is_metaservice(directory, request):
        return None, None
    moment = Moment(directory.members_of_group, now, gateway.meter)
    allowed = require_access(request, policy.services, policy.grants, moment)
    return allowed, find_asked(allowed.service, request, body)


async def _respond(gateway: GatewayState, received: _Received, turn: Turn | None, answer: ServiceAnswer) -> None:
    """4.9 Append the response and wait; 4.10 answer."""
    arrival, request, peer = received.arrival, received.request, received.peer
    body_sha512 = arrival.body.sha512 if arrival.body.length else None
    request_hash = hash_request(request.part.raw, body_sha512)
    try:
        header_part = prepare_response(answer.status, answer.reason, answer.headers, request, request_hash)
    except ExchangeError as error:
        answer.body.close()
        await _report_no_answer(gateway, received, turn, error)
        return
    salt = gateway.random.take(SALT_BYTES)
    envelope = ResponseEnvelope(arrival.head.origin, gateway.clock.now_ms(), peer.leaf, salt)
    body_sha256 = answer.body.sha256
    statement = state_response(request.names, answer.status, header_part, body_sha256, envelope)
    place = await _keep_answer(gateway, turn, answer.body) if answer.body.length else None
    content = MessageRecord(salt, header_part, place, body_sha256)
    committed = await gateway.journal.append_message(statement, request.names, content)
    # A crash here leaves a proven response that the consumer has not got: it asks again, or finds it in our log.
    if turn is not None:
        turn.note_outcome(Outcome.RESPONSE, committed.index)
        gateway.at_step("4.10")
    arrival.serving.answer(arrival.frame.stream, committed, envelope, header_part, answer.body)


def _keep_answer(gateway: GatewayState, turn: Turn | None, body: Body) -> Awaitable[BodyPlace | None]:
    if turn is None:
        return gateway.journal.keep_body(body)
    # It may have to be given again: durable before the log says that it was given.
    gateway.at_step("4.9")
    return gateway.content.keep_body(body)


def _require_origin(gateway: GatewayState, member: str, request: IncomingRequest) -> None:
    if request.client.member.text != member:
        raise ExchangeError(
            ExchangeErrorKind.FOREIGN_CLIENT,
            f"a gateway of {member} may not speak for {request.client.text}",
        )
    if request.service.member.text != gateway.member.text:
        raise ExchangeError(
            ExchangeErrorKind.WRONG_RECEIVER, f"{request.service.text} is not served by {gateway.member.text}"
        )
    require_known_client(gateway.directory(), request)


def _service_request(request: IncomingRequest, allowed: Allowed, body: Body) -> ServiceRequest:
    service = allowed.service
    address = service.address
    if address is None:
        raise ExchangeError(ExchangeErrorKind.SERVICE_MISSING_URL, f"{service.name} has no url")
    return ServiceRequest(
        address,
        request.method,
        service_target(request, address.path),
        service_headers(request, service.secret),
        body,
        service.timeout_s,
        service.max_body,
    )
