"""The dialler's end of a link: requests that are out, and the answers to them (rules 3 and 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind, Side
from lienthong.exchange.gateway import frames
from lienthong.exchange.gateway.frames import FrameType
from lienthong.exchange.gateway.peer_heads import VerifiedHead
from lienthong.exchange.gateway.pending import Pending
from lienthong.exchange.gateway.spool import EMPTY_BODY, Body

if TYPE_CHECKING:
    from collections.abc import Callable

    from lienthong.evidence.log import Committed
    from lienthong.evidence.statement import RequestEnvelope
    from lienthong.exchange.gateway.link import Link

MAX_STREAMS = 1024
"""Requests under way on one link; the acceptor ends a link that opens more."""
STREAMS_PER_LINK = 2**32 - 1 - 4 * MAX_STREAMS
"""A link that has opened so many is left and made anew: the numbers end at 2^32 - 1, and some requests that are being
logged for this link still need one."""


class AnswerArrival(msgspec.Struct, frozen=True, gc=False):
    """A whole response, and the verified head that it came under."""

    frame: frames.AnswerFrame
    head: VerifiedHead
    body: Body


class RefusalArrival(msgspec.Struct, frozen=True, gc=False):
    """A logged refusal or `unknown`, and the verified head that it came under."""

    frame: frames.RefuseFrame
    head: VerifiedHead


Outcome = AnswerArrival | RefusalArrival | frames.ErrorFrame


class _Call(msgspec.Struct, gc=False):
    """A request that is out. `waiting` is None once nobody waits any more; the stream then ends in silence."""

    waiting: Pending[Outcome] | None
    deadline: float
    is_sending: bool = False


class Calls:
    """All requests under way on one link."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self._calls: dict[int, _Call] = {}
        self._last = 0
        self.handlers: dict[int, Callable[[bytes], None]] = {
            FrameType.ANSWER: self._on_answer,
            FrameType.REFUSE: self._on_refuse,
            FrameType.ERROR: self._on_error,
            FrameType.DATA: self._on_data,
        }

    @property
    def origin(self) -> str:
        """The origin of the peer's open log, which a request names as `to`."""
        log = self.link.peer_log
        if log is None:
            raise ExchangeError(ExchangeErrorKind.NETWORK_ERROR, f"the link to {self.link.peer} is not ready")
        return log.origin

    @property
    def count(self) -> int:
        """Requests under way."""
        return len(self._calls)

    def is_full(self) -> bool:
        """True if no further request may be opened now."""
        return len(self._calls) >= MAX_STREAMS

    def call(
        self,
        committed: Committed,
        envelope: RequestEnvelope,
        header_part: bytes,
        body: Body,
        patience_s: float,
    ) -> Pending[Outcome]:
        """Send a logged request; the outcome comes later, or ExchangeError when the link is lost or time is up."""
        link = self.link
        waiting: Pending[Outcome] = Pending()
        if link.is_closed or len(self._calls) >= MAX_STREAMS:
            # While the request was being logged. It stays in our log as one that nobody received.
            waiting.fail(self._not_sent())
            return waiting
        self._last = stream = self._last + 1
        self._calls[stream] = call = _Call(waiting, link.loop.time() + patience_s)
        head, index, length = committed.head, committed.index, body.length
        chunk = link.sender.first_chunk(body)
        frame = frames.OpenFrame(
            stream,
            index,
            envelope.time,
            envelope.until,
            envelope.reliable,
            envelope.salt,
            length,
            head.path(index),
            header_part,
            chunk,
        )
        link.send_message(head, frames.encode_open(frame))
        if stream == link.owner.limits.streams:
            # As many as one link may carry: the next needs a new link.
            link.leave()
        if len(chunk) < length:
            call.is_sending = True
            link.sender.add(stream, body, len(chunk))
            link.pump()
        return waiting

    def when_body_sent(self, stream: int) -> None:
        """The request's body has gone out."""
        call = self._calls.get(stream)
        if call is not None:
            call.is_sending = False

    def expire(self, now: float) -> None:
        """Give up on answers that are overdue and on bodies that stall."""
        overdue = [stream for stream, call in self._calls.items() if now > call.deadline and call.waiting]
        for stream in [*overdue, *self.link.bodies.find_stalled(now)]:
            self._give_up(stream, ExchangeError(ExchangeErrorKind.TIMEOUT, f"{self.link.peer} did not answer in time"))

    def close(self, error: ExchangeError) -> None:
        """The link is gone, which we noticed: whatever the peer did, it is told as an error of this side."""
        error = ExchangeError(error.kind, error.message, Side.CONSUMER)
        calls, self._calls = self._calls, {}
        for call in calls.values():
            if call.waiting is not None:
                call.waiting.fail(error)

    def _on_answer(self, payload: bytes) -> None:
        frame, link = frames.decode_answer(payload), self.link
        stream, chunk, bodies = frame.stream, frame.chunk, link.bodies
        if stream not in self._calls:
            raise _unknown_stream(stream)
        head = link.take_head()
        if len(chunk) == frame.body_length <= bodies.limit:
            body = bodies.take_whole(chunk) if chunk else EMPTY_BODY
            self._finish(stream, AnswerArrival(frame, head, body))
            return
        try:
            bodies.begin(
                stream,
                frame.body_length,
                chunk,
                lambda body: self._finish(stream, AnswerArrival(frame, head, body)),
            )
        except ExchangeError as error:
            if error.kind is ExchangeErrorKind.BAD_FRAME:
                raise
            self._give_up(stream, error)
            if not bodies.is_coming(stream):
                self._finish(stream, None)

    def _on_refuse(self, payload: bytes) -> None:
        refusal = frames.decode_refuse(payload)
        self._finish(refusal.stream, RefusalArrival(refusal, self.link.take_head()))

    def _on_error(self, payload: bytes) -> None:
        error = frames.decode_error(payload)
        self.link.bodies.forget(error.stream)
        self._finish(error.stream, error)

    def _not_sent(self) -> ExchangeError:
        if self.link.is_closed:
            return ExchangeError(ExchangeErrorKind.NETWORK_ERROR, f"the link to {self.link.peer} was lost")
        return ExchangeError(ExchangeErrorKind.OVERLOADED, f"too many requests to {self.link.peer} are under way")

    def _on_data(self, payload: bytes) -> None:
        stream, chunk = frames.decode_data(payload)
        if not self.link.bodies.take(stream, chunk, self.link.loop.time()):
            raise ExchangeError(ExchangeErrorKind.BAD_FRAME, f"DATA on stream {stream}, which expects none")

    def _finish(self, stream: int, outcome: Outcome | None) -> None:
        call = self._calls.pop(stream, None)
        if call is None:
            raise _unknown_stream(stream)
        if call.is_sending:
            self.link.sender.stop(stream)
            self.link.send(frames.encode_cancel(stream))
        if call.waiting is not None and outcome is not None:
            call.waiting.resolve(outcome)
        elif isinstance(outcome, AnswerArrival):
            outcome.body.close()

    def _give_up(self, stream: int, error: ExchangeError) -> None:
        """Tell the caller; keep the stream until the acceptor has ended it, so that both count alike."""
        call = self._calls.get(stream)
        if call is None or call.waiting is None:
            return
        waiting, call.waiting = call.waiting, None
        call.is_sending = False
        self.link.sender.stop(stream)
        self.link.bodies.drop(stream, lambda: self._finish(stream, None))
        self.link.send(frames.encode_cancel(stream))
        waiting.fail(error)


def _unknown_stream(stream: int) -> ExchangeError:
    return ExchangeError(ExchangeErrorKind.BAD_FRAME, f"an answer on unknown stream {stream}")
