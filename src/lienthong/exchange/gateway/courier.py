"""Delivers the messages of the outbox, again and again until each has its outcome or its deadline (rule 5).

Each delivery resends the very request that stands in our log, proven under the newest checkpoint. Pauses grow and
are spread at random, so that a gateway that comes back is not met by all at once.
"""

from __future__ import annotations

import random
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import msgspec

from lienthong.evidence.statement import Refused, RequestEnvelope, Response
from lienthong.evidence.store import MessageRecord
from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind, Side
from lienthong.exchange.gateway.answers import peer_error, verify_answer, verify_refusal
from lienthong.exchange.gateway.calls import AnswerArrival, RefusalArrival
from lienthong.exchange.gateway.frames import RefusalKind
from lienthong.exchange.gateway.outbox import State
from lienthong.exchange.gateway.pending import run_story
from lienthong.exchange.gateway.places import Places
from lienthong.exchange.gateway.timeliness import require_since
from lienthong.exchange.gateway.unresolved import Doubt, DoubtKind, DoubtSide
from lienthong.exchange.message import reread_request
from lienthong.kernel.canonical import encode_base64url

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterator

    from lienthong.evidence.index import Index
    from lienthong.evidence.subject import Subject
    from lienthong.exchange.gateway.alarms import ReportGivenUp
    from lienthong.exchange.gateway.calls import Calls, Outcome
    from lienthong.exchange.gateway.home import OutboxSettings
    from lienthong.exchange.gateway.outbox import Message
    from lienthong.exchange.gateway.spool import Body
    from lienthong.exchange.gateway.state import GatewayState
    from lienthong.exchange.message import OutgoingRequest

MAX_UNDER_WAY: Final = 64
"""Deliveries at once. One provider's gateway has at most a share of them (places.py): one that hangs stops no other."""
RECOVERED_AT_ONCE: Final = 256
"""Rows in memory at a start: each holds what is resent, and a peer that is away for long leaves many."""
SPREAD: Final = 0.5
"""A pause is lengthened by up to this part of it, at random."""
MAX_DOUBLINGS: Final = 30
ERASED: Final = "erased"
"""Why a message is given up whose content was erased before it had an outcome."""
LEAST_PAUSE_S: Final = 0.005


class Courier:
    """All deliveries of one gateway. Nothing is kept here that the outbox has not."""

    def __init__(self, loop: asyncio.AbstractEventLoop, settings: OutboxSettings, report: ReportGivenUp) -> None:
        self._loop = loop
        self._settings = settings
        self._report = report
        self._gateway: GatewayState | None = None
        self._under_way: set[str] = set()
        self._places = Places(MAX_UNDER_WAY)
        self._attempts: set[bytes] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._is_recovering = False

    @property
    def is_idle(self) -> bool:
        """True if no delivery is under way."""
        return not self._under_way

    def start(self, gateway: GatewayState, index: Index) -> None:
        """Take note of outcomes that our log had before the process ended, then deliver what is left."""
        self._gateway = gateway
        run_story(self._start(gateway, index))

    async def _start(self, gateway: GatewayState, index: Index) -> None:
        self._is_recovering = True
        page = gateway.outbox.find_open("", RECOVERED_AT_ONCE)
        while page:
            for message in page:
                try:
                    await _recover(gateway, index, message)
                except Exception as error:  # noqa: BLE001 - delivered again then, and the operator hears of the cause
                    why = "the message's outcome was not found again"
                    fault = ExchangeError(ExchangeErrorKind.INTERNAL_ERROR, why)
                    fault.__cause__ = error
                    gateway.report(message.exchange, fault)
            page = gateway.outbox.find_open(page[-1].id, RECOVERED_AT_ONCE)
        self._is_recovering = False
        self.look()

    def stop(self) -> None:
        """Begin no more deliveries."""
        self._gateway = None
        if self._timer is not None:
            self._timer.cancel()

    @contextmanager
    def hold_attempt(self, attempt: bytes) -> Iterator[None]:
        """Keep others from accepting the same attempt meanwhile; raises `overloaded` where one is."""
        if attempt in self._attempts:
            raise ExchangeError(ExchangeErrorKind.OVERLOADED, "this very message is being accepted; ask again")
        self._attempts.add(attempt)
        try:
            yield
        finally:
            self._attempts.discard(attempt)

    def require_room(self, client: str, size: int) -> None:
        """Require that one more message of a client, of so many bytes, may be promised; raises `overloaded`.

        What is being accepted is not counted yet: of that there are `limits.own_requests` at most.
        """
        if self._gateway is None:
            return
        count, held = self._gateway.outbox.count_open(client)
        if count >= self._settings.open_messages or held + size > self._settings.open_bytes:
            why = f"{count} reliable messages of {client} ({held} bytes) wait to be delivered; try again when some are"
            raise ExchangeError(ExchangeErrorKind.OVERLOADED, why)

    def look(self) -> None:
        """Begin the deliveries that are due, and look again when the next one is."""
        gateway = self._gateway
        if gateway is None or self._is_recovering:
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        now = gateway.clock.now_ms()
        full: set[str] = set()
        while self._begin(gateway, now, full):
            pass
        next_time = gateway.outbox.find_next_time(now)
        if next_time is not None and self._timer is None:
            self._timer = self._loop.call_later(max(LEAST_PAUSE_S, (next_time - now) / 1000), self.look)

    def _begin(self, gateway: GatewayState, now: int, full: set[str]) -> bool:
        """Begin what is due but for the gateways `full`; True if some are full now and others' messages may lie behind.

        Of a page at most MAX_UNDER_WAY messages are under way already, so it always has others, if there are any.
        """
        known = len(full)
        for message in gateway.outbox.find_due(now, 2 * MAX_UNDER_WAY, full):
            if message.id in self._under_way or message.gateway in full:
                continue
            try:
                self._places.take(message.gateway, "")
            except ExchangeError:
                full.add(message.gateway)
                continue
            self._under_way.add(message.id)
            run_story(self._deliver(gateway, message))
        return len(full) > known and self._places.used < MAX_UNDER_WAY

    async def _deliver(self, gateway: GatewayState, message: Message) -> None:
        """Deliver once and write down what came of it; never raises."""
        try:
            after = await self._try(gateway, message)
        except ExchangeError as error:
            gateway.report(message.exchange, error)
            after = self._postpone(gateway, message, error.kind)
        except Exception as error:  # noqa: BLE001 - tried again, and the operator hears of the cause
            fault = ExchangeError(ExchangeErrorKind.INTERNAL_ERROR, "the gateway met an unexpected error")
            fault.__cause__ = error
            gateway.report(message.exchange, fault)
            after = self._postpone(gateway, message, fault.kind)
        try:
            # 5.9 The outbox is told, and waited for. A crash before it has the message delivered again: the provider
            # gives its recorded outcome again, or our own log has it (`_recover`).
            gateway.at_step("5.9")
            await gateway.outbox.change(_stamp(gateway, after))
        except ExchangeError as error:
            gateway.report(message.exchange, error)
        self._under_way.discard(message.id)
        self._places.give_back(message.gateway, "")
        self._loop.call_soon(self.look)

    async def _try(self, gateway: GatewayState, message: Message) -> Message:
        if gateway.clock.now_ms() >= message.until:
            return await self._give_up(gateway, message)
        if not message.record:
            return await self._give_up(gateway, msgspec.structs.replace(message, code=ERASED))
        calls = await _reach(gateway, message)
        content = gateway.content.unseal(message.leaf, message.record)
        body = await gateway.content.load_body(content.body)
        try:
            return await self._ask(gateway, message, calls, content, body)
        finally:
            body.close()

    async def _ask(
        self, gateway: GatewayState, message: Message, calls: Calls, content: MessageRecord, body: Body
    ) -> Message:
        """5.5 Send the frozen request under the newest checkpoint, and 5.6 to 5.8 take its outcome."""
        request = reread_request(content.header)
        left_s = (message.until - gateway.clock.now_ms()) / 1000
        envelope = RequestEnvelope(message.receiver, message.time, message.until, reliable=True, salt=content.salt)
        gateway.at_step("5.5")
        asked = gateway.journal.log.prove_entry(message.entry)
        outcome = await calls.call(asked, envelope, content.header, body, min(gateway.answer_s, max(left_s, 0.1)))
        gateway.at_step("5.6")
        return await self._take(gateway, message, request, body, outcome)

    async def _take(
        self, gateway: GatewayState, message: Message, request: OutgoingRequest, body: Body, outcome: Outcome
    ) -> Message:
        if isinstance(outcome, AnswerArrival):
            try:
                return await _take_answer(gateway, message, request, body, outcome)
            finally:
                outcome.body.close()
        if isinstance(outcome, RefusalArrival):
            peer = verify_refusal(gateway, message.leaf, outcome)
            gateway.at_step("5.8")
            await gateway.journal.append_received(peer, request.names, None, None)
            unknown = outcome.frame.kind is RefusalKind.UNKNOWN
            return await _end_refused(gateway, message, outcome.frame.code, unknown=unknown)
        if outcome.code == ExchangeErrorKind.UNDER_WAY:
            return self._postpone(gateway, message, outcome.code, State.DELIVERED)
        raise peer_error(outcome.code, outcome.detail)

    def _postpone(self, gateway: GatewayState, message: Message, code: str, state: State | None = None) -> Message:
        """Try again after a pause that grows with the tries, at the deadline at the latest."""
        settings = self._settings
        pause_s = min(settings.longest_pause_s, settings.first_pause_s * 2 ** min(message.tries, MAX_DOUBLINGS))
        pause_s *= 1 + random.random() * SPREAD  # noqa: S311 - to spread load, not to keep a secret
        next_time = min(gateway.clock.now_ms() + int(pause_s * 1000), message.until)
        return msgspec.structs.replace(
            message, tries=message.tries + 1, next=next_time, code=code, state=state or message.state
        )

    async def _give_up(self, gateway: GatewayState, message: Message) -> Message:
        """Nothing more can be done: say so loudly. What was sent may have had its effect, which a person finds out.

        Until then the attempt stands, as that of an unknown outcome: the provider soon forgets the message, and would
        carry out another one under the same X-Road-Id.
        """
        self._report(message.exchange, message.service, message.code)
        await gateway.unresolved.note(_doubt(gateway, message, DoubtKind.GIVEN_UP))
        return msgspec.structs.replace(message, state=State.GIVEN_UP)


def _stamp(gateway: GatewayState, message: Message) -> Message:
    """Give a message as it is written: changed now, and with its end to be told, if it has come to it."""
    return gateway.callbacks.schedule(msgspec.structs.replace(message, changed=gateway.clock.now_ms()))


async def _reach(gateway: GatewayState, message: Message) -> Calls:
    """Give the link to the gateway whose log the request names as its receiver."""
    if message.log != gateway.own_origin:
        why = f"the request stands in {message.log}, which this gateway no longer appends to"
        raise ExchangeError(ExchangeErrorKind.LOGGING_FAILED, why)
    provider = gateway.directory().find_gateway(message.gateway)
    if provider is None:
        raise ExchangeError(ExchangeErrorKind.UNKNOWN_MEMBER, f"the directory lists no gateway {message.gateway}")
    calls = gateway.peers.find_calls(provider.id) or await gateway.peers.reach(provider)
    if calls.origin != message.receiver:
        why = f"{provider.id} now keeps the log {calls.origin}; the request is for {message.receiver}"
        raise ExchangeError(ExchangeErrorKind.WRONG_RECEIVER, why, Side.CONSUMER)
    if calls.is_full():
        raise ExchangeError(ExchangeErrorKind.OVERLOADED, f"too many requests to {provider.id} are under way")
    return calls


async def _take_answer(
    gateway: GatewayState, message: Message, request: OutgoingRequest, body: Body, arrival: AnswerArrival
) -> Message:
    peer = verify_answer(gateway, request, body, message.leaf, arrival)
    require_since(gateway.clock.now_ms(), arrival.frame.time, message.time)
    # 5.7 The answer's body is durable before the log says that it was received, for the caller will fetch it.
    gateway.at_step("5.7")
    place = await gateway.content.keep_body(arrival.body)
    content = MessageRecord(arrival.frame.salt, arrival.frame.header_part, place, arrival.body.sha256)
    # 5.8 Append `received`, wait.
    gateway.at_step("5.8")
    await gateway.journal.append_received(peer, request.names, content, None)
    return _end_answered(gateway, message, peer.leaf, content)


def _end_answered(gateway: GatewayState, message: Message, leaf: bytes, content: MessageRecord) -> Message:
    sealed = gateway.content.seal(leaf, content)
    return msgspec.structs.replace(message, state=State.ANSWERED, code="", answer=sealed, answer_leaf=leaf)


async def _end_refused(gateway: GatewayState, message: Message, code: str, *, unknown: bool) -> Message:
    if unknown:
        await gateway.unresolved.note(_doubt(gateway, message, DoubtKind.UNKNOWN))
        return msgspec.structs.replace(message, state=State.UNKNOWN, code=code)
    # Nothing was done: the caller may ask anew under the same X-Road-Id.
    return msgspec.structs.replace(message, state=State.REFUSED, code=code, attempt=None)


def _doubt(gateway: GatewayState, message: Message, kind: DoubtKind) -> Doubt:
    leaf, now = encode_base64url(message.leaf), gateway.clock.now_ms()
    return Doubt(leaf, DoubtSide.CONSUMER, message.exchange, message.client, message.service, kind, now)


async def _recover(gateway: GatewayState, index: Index, message: Message) -> None:
    """Take the outcome of a message from our own log, where it was received before a crash."""
    received = [row.entry for row in index.find_exchange(message.exchange) if row.kind == "received"]
    answers = encode_base64url(message.leaf)
    for entry in received:
        try:
            subject, content = await gateway.content.read_entry(entry)
        except ExchangeError as error:
            gateway.report(message.exchange, error)
            continue
        if getattr(subject.message, "answers", "") == answers:
            after = await _recovered(gateway, message, subject, content)
            await gateway.outbox.change(_stamp(gateway, after))
            return


async def _recovered(
    gateway: GatewayState, message: Message, subject: Subject, content: MessageRecord | None
) -> Message:
    statement = subject.message
    if isinstance(statement, Response) and content is not None:
        return _end_answered(gateway, message, subject.leaf, content)
    if isinstance(statement, Refused):
        return await _end_refused(gateway, message, statement.code, unknown=False)
    # `unknown`, or an answer whose content is erased: the service was called.
    return await _end_refused(gateway, message, ExchangeErrorKind.OUTCOME_UNKNOWN, unknown=True)
