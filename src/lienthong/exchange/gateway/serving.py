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
    from lienthong.evidence.log import Committed
    from lienthong.evidence.statement import ResponseEnvelope


_OPEN = int(FrameType.OPEN)
"""As a plain number, which is compared in a fifth of the time."""


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

    @property
    def count(self) -> int:
        """Requests under way."""
        return len(self._bodies)

    def handle(self, kind: int, payload: bytes) -> None:
        """Take OPEN, DATA or CANCEL."""
        if kind == _OPEN:
            self._on_open(frames.decode_open(payload))
        elif kind == FrameType.DATA:
            self._on_data(*frames.decode_data(payload))
        elif kind == FrameType.CANCEL:
            self._on_cancel(frames.decode_cancel(payload))
        else:
            raise _bad_frame(f"frame type {kind} toward an acceptor")

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
        link.send_head(committed.head)
        chunk = link.sender.first_chunk(body)
        link.send(
            frames.encode_answer(
                frames.AnswerFrame(
                    stream,
                    committed.index,
                    envelope.time,
                    envelope.salt,
                    body.length,
                    committed.head.path(committed.index),
                    header_part,
                    chunk,
                )
            )
        )
        self._bodies[stream] = body
        if len(chunk) == body.length:
            self.when_body_sent(stream)
        else:
            link.sender.add(stream, body, len(chunk))
            link.pump()

    def refuse(self, committed: Committed, refusal: frames.RefuseFrame) -> None:
        """Send a logged refusal or `unknown`."""
        if not self.link.is_closed and self._end(refusal.stream):
            self.link.send_head(committed.head)
            self.link.send(frames.encode_refuse(refusal))

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

    def _on_open(self, frame: frames.OpenFrame) -> None:
        # Limits before any proof is checked or entry appended (rule 9).
        if frame.stream <= self._last:
            raise _bad_frame(f"stream {frame.stream} after stream {self._last}")
        if max(len(self._bodies), self.link.bodies.count) >= MAX_STREAMS:
            raise _bad_frame(f"more than {MAX_STREAMS} requests under way")
        self._last = frame.stream
        self._cancels -= 1
        head = self.link.take_head()
        self._bodies[frame.stream] = EMPTY_BODY
        if len(frame.chunk) == frame.body_length <= self.link.bodies.limit:
            body = EMPTY_BODY
            if frame.chunk:
                self.link.bodies.count_whole(frame.chunk)
                body = Body(frame.chunk)
            self._take_request(RequestArrival(self, self.link, frame, head, body))
            return
        try:
            self.link.bodies.begin(
                frame.stream,
                frame.body_length,
                frame.chunk,
                lambda body: self._take_request(RequestArrival(self, self.link, frame, head, body)),
            )
        except ExchangeError as error:
            if error.kind is ExchangeErrorKind.BAD_FRAME:
                raise
            self._refuse_body(frame.stream, error)

    def _on_data(self, stream: int, chunk: bytes) -> None:
        if not self.link.bodies.take(stream, chunk, self.link.loop.time()):
            raise _bad_frame(f"DATA on stream {stream}, which expects none")

    def _on_cancel(self, stream: int) -> None:
        """The dialler has stopped: no more of the request's body comes, and nobody wants the answer's."""
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


def _bad_frame(why: str) -> ExchangeError:
    return ExchangeError(ExchangeErrorKind.BAD_FRAME, why)
