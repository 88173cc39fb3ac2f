"""The acceptor's end of a link: requests that came, and our answers to them (rule 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.gateway import frames
from lienthong.exchange.gateway.calls import MAX_STREAMS
from lienthong.exchange.gateway.frames import FrameType
from lienthong.exchange.gateway.link import Link
from lienthong.exchange.gateway.peer_heads import VerifiedHead
from lienthong.exchange.gateway.spool import EMPTY_BODY, Body

if TYPE_CHECKING:
    from collections.abc import Callable

    from lienthong.evidence.log import Committed
    from lienthong.evidence.statement import ResponseEnvelope


class RequestArrival(msgspec.Struct, frozen=True, gc=False):
    """A whole request, the verified head that it came under, and where to answer it."""

    serving: Serving
    link: Link
    """The link that it came on."""
    frame: frames.OpenFrame
    head: VerifiedHead
    body: Body


class RequestTaker(Protocol):
    """Who takes whole requests."""

    def __call__(self, arrival: RequestArrival) -> None:
        """Take a whole request; must end in exactly one of `answer`, `refuse` or `error`."""


class Serving:
    """All requests of one link that were opened and not yet ended by us."""

    def __init__(self, link: Link, take_request: RequestTaker) -> None:
        self.link = link
        self._take_request = take_request
        self._bodies: dict[int, Body] = {}
        self._last = 0
        self._cancels = 0
        self.handlers: dict[int, Callable[[bytes], None]] = {
            FrameType.OPEN: self._on_open,
            FrameType.DATA: self._on_data,
            FrameType.CANCEL: self._on_cancel,
        }

    @property
    def count(self) -> int:
        """Requests under way."""
        return len(self._bodies)

    def answer(
        self,
        stream: int,
        committed: Committed,
        envelope: ResponseEnvelope,
        header_part: bytes,
        body: Body,
    ) -> None:
        """Send a logged response; takes the body over and closes it when it has gone out."""
        link = self.link
        if link.is_closed or stream not in self._bodies:
            body.close()
            return
        head, index, length = committed.head, committed.index, body.length
        chunk = link.sender.first_chunk(body)
        frame = frames.AnswerFrame(
            stream, index, envelope.time, envelope.salt, length, head.path(index), header_part, chunk
        )
        link.send_message(head, frames.encode_answer(frame))
        if len(chunk) == length:
            del self._bodies[stream]
            body.close()
        else:
            self._bodies[stream] = body
            link.sender.add(stream, body, len(chunk))
            link.pump()

    def refuse(self, committed: Committed, refusal: frames.RefuseFrame) -> None:
        """Send a logged refusal or `unknown`."""
        if not self.link.is_closed and self._end(refusal.stream):
            self.link.send_message(committed.head, frames.encode_refuse(refusal))

    def error(self, stream: int, code: str, detail: str) -> None:
        """Send an error that no log holds."""
        if not self.link.is_closed and self._end(stream):
            self.link.send(frames.encode_error(frames.ErrorFrame(stream, code, detail)))

    def when_body_sent(self, stream: int) -> None:
        """The response's body has gone out: the stream is over."""
        body = self._bodies.pop(stream, None)
        if body is not None:
            body.close()

    def expire(self, now: float) -> None:
        """Once a second: drop requests whose body stalls, and answers that nobody takes."""
        self._cancels = 0
        for stream in self.link.bodies.find_stalled(now):
            self._refuse_body(stream, ExchangeError(ExchangeErrorKind.TIMEOUT, "the request's body stalled"))
        for stream in self.link.sender.find_stalled(now, self.link.owner.limits.send_s):
            self.link.sender.stop(stream)
            self.error(stream, ExchangeErrorKind.TIMEOUT, "nothing of the answer's body was taken")

    def close(self, error: ExchangeError) -> None:  # noqa: ARG002 - nobody waits here
        """The link is gone: answers still being made are logged, and then have nowhere to go."""
        bodies, self._bodies = self._bodies, {}
        for body in bodies.values():
            body.close()

    def _on_open(self, payload: bytes) -> None:
        frame, link = frames.decode_open(payload), self.link
        stream, chunk, bodies = frame.stream, frame.chunk, link.bodies
        # Limits before any proof is checked or entry appended (rule 9).
        if stream <= self._last:
            raise _bad_frame(f"stream {stream} after stream {self._last}")
        if len(self._bodies) >= MAX_STREAMS:
            raise _too_many()
        self._last = stream
        self._cancels -= 1
        head = link.take_head()
        self._bodies[stream] = EMPTY_BODY
        if len(chunk) == frame.body_length <= bodies.limit:
            body = bodies.take_whole(chunk) if chunk else EMPTY_BODY
            self._take_request(RequestArrival(self, link, frame, head, body))
            return
        if bodies.count >= MAX_STREAMS:
            # Those that we have refused and whose bytes still come.
            raise _too_many()
        try:
            bodies.begin(
                stream,
                frame.body_length,
                chunk,
                lambda body: self._take_request(RequestArrival(self, link, frame, head, body)),
            )
        except ExchangeError as error:
            if error.kind is ExchangeErrorKind.BAD_FRAME:
                raise
            self._refuse_body(stream, error)

    def _on_data(self, payload: bytes) -> None:
        stream, chunk = frames.decode_data(payload)
        if not self.link.bodies.take(stream, chunk, self.link.loop.time()):
            raise _bad_frame(f"DATA on stream {stream}, which expects none")

    def _on_cancel(self, payload: bytes) -> None:
        """The dialler has stopped: no more of the request's body comes, and nobody wants the answer's."""
        stream = frames.decode_cancel(payload)
        # An honest dialler cancels a stream once, be it all of them at once: those that were open when this second
        # began, and those opened since (each took one off the count).
        self._cancels += 1
        if self._cancels > MAX_STREAMS:
            raise _bad_frame(f"{MAX_STREAMS} CANCEL frames more than streams opened, in a second")
        if stream > self._last:
            raise _bad_frame(f"CANCEL of stream {stream}, which was never opened")
        is_body_coming = self.link.bodies.forget(stream)
        if self.link.sender.stop(stream) or is_body_coming:
            self.error(stream, ExchangeErrorKind.TIMEOUT, "cancelled by the consumer's gateway")

    def _refuse_body(self, stream: int, error: ExchangeError) -> None:
        self.link.bodies.drop(stream)
        self.error(stream, error.kind, error.message)

    def _end(self, stream: int) -> bool:
        """End a stream; False if it was over already."""
        body = self._bodies.pop(stream, None)
        if body is None:
            return False
        body.close()
        return True


def _too_many() -> ExchangeError:
    return _bad_frame(f"more than {MAX_STREAMS} requests under way")


def _bad_frame(why: str) -> ExchangeError:
    return ExchangeError(ExchangeErrorKind.BAD_FRAME, why)
