"""One connection between two gateways: frames, heads, limits (rule 9, docs/wire.md).

The consumer's gateway dials, and a link carries only its dialler's requests: `calls.py` is the dialler's end of the
streams, `serving.py` the acceptor's. A mistake of the peer ends this link and harms no other.
"""

from __future__ import annotations

import asyncio
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol, cast

import msgspec

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.gateway import frames
from lienthong.exchange.gateway.calls import STREAMS_PER_LINK
from lienthong.exchange.gateway.flow import OUT_ROOM, SEND_TIMEOUT_S, BodySender
from lienthong.exchange.gateway.frames import FrameType
from lienthong.exchange.gateway.incoming import BODY_TIMEOUT_S, IncomingBodies
from lienthong.exchange.gateway.pending import Pending

if TYPE_CHECKING:
    from collections.abc import Callable

    from lienthong.directory.members import LogKey
    from lienthong.evidence.log import Head
    from lienthong.exchange.gateway.incoming import IncomingShare
    from lienthong.exchange.gateway.peer_heads import KnownHead, PeerHeads, VerifiedHead
    from lienthong.exchange.gateway.peer_watch import LinkWatch
    from lienthong.exchange.gateway.spool import SpoolBudget

HELLO_TIMEOUT_S = 10.0
FRAME_TIMEOUT_S = 15.0
"""A begun frame must be whole by then."""
PING_AFTER_S = 15.0
SILENCE_LIMIT_S = 45.0
WRITE_TIMEOUT_S = 60.0
"""A peer that takes so little for this long that our frames find no room is cut off."""
CONTROL_PER_SECOND = 100
"""PING, PONG, ASK_HEAD and GOODBYE frames that one link may bring between two ticks of a second."""
CREDIT_PER_SECOND = 10_000
"""CREDIT frames likewise: half a window each is more than a gigabyte a second."""
DIAL_BESIDE_PAUSE_S = 5.0
"""After a failed dial that nobody waited for, such as that of a member's second gateway, the next one comes so late."""
VIEW_SIZE = 256 * 1024
"""Bytes read at once."""


class LinkLimits(msgspec.Struct, frozen=True):
    """How long a peer may take, in seconds, and how many requests a link carries before it is made anew.

    `beside_s` is the pause after a failed dial that nobody waited for.
    """

    hello_s: float = HELLO_TIMEOUT_S
    frame_s: float = FRAME_TIMEOUT_S
    body_s: float = BODY_TIMEOUT_S
    send_s: float = SEND_TIMEOUT_S
    write_s: float = WRITE_TIMEOUT_S
    ping_after_s: float = PING_AFTER_S
    silence_s: float = SILENCE_LIMIT_S
    streams: int = STREAMS_PER_LINK
    beside_s: float = DIAL_BESIDE_PAUSE_S


class Role(Enum):
    """Which end of the link this is."""

    DIALLER = "dialler"
    ACCEPTOR = "acceptor"


class Side(Protocol):
    """The streams of a link, at one end of it."""

    handlers: dict[int, Callable[[bytes], None]]
    """What takes each type of frame that belongs to a stream; raises ExchangeError if it can't be right."""

    @property
    def count(self) -> int:
        """Requests under way."""

    def when_body_sent(self, stream: int) -> None:
        """Take note that a body of ours has gone out."""

    def expire(self, now: float) -> None:
        """Drop what has waited too long."""

    def close(self, error: ExchangeError) -> None:
        """End every stream: the link is gone."""


class LinkOwner(Protocol):
    """What a link needs of its gateway."""

    own_origin: str
    heads: PeerHeads
    budget: SpoolBudget
    limits: LinkLimits
    view: memoryview
    """All links of a gateway read into this one buffer: what was read is taken out before its loop reads again."""

    def share_of(self, gateway: str) -> IncomingShare:
        """Give what a peer's bodies may take while they come in, on all its links."""

    def identify(self, certificate: bytes, expected: str | None) -> str:
        """Give the gateway whose pinned key the certificate (DER) holds; raises ExchangeError."""

    def open_log_of(self, gateway: str, origin: str) -> LogKey:
        """Give a gateway's open log; raises ExchangeError if it has no such open log."""

    def expected_origin(self, gateway: str) -> str | None:
        """Give the origin of a gateway's newest open log."""

    def prove_own_head(self, head: Head, previous: int) -> frames.HeadFrame:
        """Give a batch's head with consistency from the size `previous`."""

    def verify_seen(self, peer: str, seen: int) -> None:
        """Require that the head a peer has seen of us is not above our log; raises ExchangeError."""

    def find_known_head(self, origin: str) -> bytes:
        """Give the highest signed note known of a log, b"" if none."""

    def take_cosigned(self, link: Link, payload: bytes) -> None:
        """Take the peer's cosigned head (rule 7.1); raises ExchangeError."""

    def make_side(self, link: Link) -> Side:
        """Give the streams for this end of a new link."""

    def on_connected(self, link: Link) -> None:
        """Take note of a link whose peer was identified; raises ExchangeError if there are too many."""

    def on_ready(self, link: Link) -> None:
        """Take note that both HELLOs have passed."""

    def on_closed(self, link: Link, error: ExchangeError) -> None:
        """Take note that the link is gone."""


class Link(asyncio.BufferedProtocol):
    """See the module. `peer` is the other gateway's identifier once its `certificate` (DER) was checked."""

    def __init__(self, owner: LinkOwner, role: Role, expected: str | None = None) -> None:
        self.role = role
        self.peer = expected or ""
        self.certificate = b""
        self.peer_log: LogKey | None = None
        self.is_ready = False
        self.is_closed = False
        self.is_leaving = False
        self.watch: LinkWatch | None = None
        self.refusal: ExchangeError | None = None
        """Why the peer's next head is refused (rule 7.1)."""
        self.owner = owner
        self.loop = asyncio.get_running_loop()
        self.sender = BodySender(self._when_body_sent)
        self.bodies = IncomingBodies(owner.budget, self.send, owner.limits.body_s)
        self._transport: asyncio.Transport | None = None
        self._view = owner.view
        self._side = owner.make_side(self)
        self._expected = expected
        self._error: ExchangeError | None = None
        self._seen_before: KnownHead | None = None
        self._peer_head: VerifiedHead | None = None
        self._head_is_used = True
        self._sent_size = 0
        self._sent_head: Head | None = None
        self._out: list[bytes | memoryview] = []
        self._flush_is_due = False
        self._is_paused = False
        self._rest = b""
        self._control = self._credits = 0
        self._heard_at = self._frame_at = self._pinged_at = self._paused_at = self.loop.time()
        self._asked: Pending[bytes] | None = None
        self._handlers: dict[int, Callable[[bytes], None]] = {FrameType.HELLO: self._on_hello}
        self._handlers_once_ready: dict[int, Callable[[bytes], None]] = {
            **self._side.handlers,
            FrameType.HELLO: self._on_hello,
            FrameType.HEAD: self._on_head,
            FrameType.CREDIT: self._on_credit,
            FrameType.PING: self._on_ping,
            FrameType.PONG: self._on_pong,
            FrameType.ASK_HEAD: self._on_ask_head,
            FrameType.KNOWN_HEAD: self._on_known_head,
            FrameType.GOODBYE: self._on_goodbye,
            FrameType.COSIGNED: self._on_cosigned,
        }

    @property
    def stream_count(self) -> int:
        """Requests under way on this link."""
        return self._side.count

    @property
    def seen_head(self) -> KnownHead | None:
        """The last verified head of the peer's log on this link, or the one that the link began with."""
        return self._peer_head.known if self._peer_head is not None else self._seen_before

    @property
    def sent_size(self) -> int:
        """The size of our log that the peer has seen."""
        return self._sent_size

    # The transport's side.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Check the peer's pinned key (rule 4.2), then say HELLO if we dialled."""
        self._transport = cast("asyncio.Transport", transport)
        tls: Any = transport.get_extra_info("ssl_object")
        try:
            self.certificate = tls.getpeercert(binary_form=True)
            self.peer = self.owner.identify(self.certificate, self._expected)
            self.bodies.share = self.owner.share_of(self.peer)
            self.owner.on_connected(self)
        except ExchangeError as error:
            self.end(error)
            return
        if self.role is Role.DIALLER:
            self._say_hello(self.owner.expected_origin(self.peer))

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - the protocol's signature
        """Give the gateway's buffer."""
        return self._view

    def buffer_updated(self, nbytes: int) -> None:
        """Take received bytes: split them into frames and handle each."""
        data = self._rest + self._view[:nbytes] if self._rest else bytes(self._view[:nbytes])
        self._heard_at = self.loop.time()
        try:
            whole, self._rest = frames.split_frames(data)
            for kind, payload in whole:
                handle = self._handlers.get(kind)
                if handle is None:
                    raise self._unexpected(kind)
                handle(payload)
        except ExchangeError as error:
            self.end(error)
            return
        if whole or not self._rest:
            self._frame_at = self._heard_at

    def pause_writing(self) -> None:
        """The transport is full: bodies wait."""
        self._is_paused = True
        self._paused_at = self.loop.time()

    def resume_writing(self) -> None:
        """The transport has room again."""
        self._is_paused = False
        self.pump()

    def connection_lost(self, exc: Exception | None) -> None:
        """End all streams; whoever waits for an answer learns that the link is gone."""
        self.is_closed = True
        self.is_ready = False
        error = self._error or ExchangeError(
            ExchangeErrorKind.NETWORK_ERROR,
            f"the link to {self.peer or 'a peer'} was lost: {exc or 'closed'}",
        )
        self.bodies.close()
        self._side.close(error)
        if self._asked is not None:
            self._asked.fail(error)
        self.owner.on_closed(self, error)

    # Sending.

    def send(self, frame: bytes) -> None:
        """Queue a frame; all frames of one turn of the loop leave as one write."""
        self._out.append(frame)
        if not self._flush_is_due:
            self._flush_soon()

    def send_message(self, head: Head, frame: bytes) -> None:
        """Queue a message of ours, under its batch's head: that goes before the first message of the batch.

        Heads are told apart by themselves: an older entry is proven under the newest checkpoint too, as a batch that
        begins with it.
        """
        if head is not self._sent_head:
            self.send(frames.encode_head(self.owner.prove_own_head(head, self._sent_size)))
            self._sent_head, self._sent_size = head, head.size
        self._out.append(frame)
        if not self._flush_is_due:
            self._flush_soon()

    def pump(self) -> None:
        """Queue as many body chunks as credit, transport and this turn of the loop allow."""
        if not self._is_paused and not self.is_closed:
            self._out += self.sender.take_chunks()
            if self._out and not self._flush_is_due:
                self._flush_soon()

    def end(self, error: ExchangeError) -> None:
        """Close the link because of `error`; harms no other link."""
        if self._error is None:
            self._error = error
        if self._transport is not None and not self.is_closed:
            self._transport.abort()

    def close(self, error: ExchangeError) -> None:
        """Close the link when what is queued has left: this gateway stops."""
        if self._error is None:
            self._error = error
        self._flush()
        if self._transport is not None and not self.is_closed:
            self._transport.close()

    def leave(self) -> None:
        """Say that no new request is wanted here; those under way go on."""
        self.is_leaving = True
        self.send(frames.frame(FrameType.GOODBYE, b""))

    def ask_head(self, origin: str) -> Pending[bytes]:
        """Ask for the highest signed head that the peer knows of a log (rule 6, head check)."""
        self._asked = Pending()
        self.send(frames.frame(FrameType.ASK_HEAD, origin.encode()))
        return self._asked

    def tick(self, now: float) -> None:
        """Once a second: end what stalls, ping what is silent."""
        self._control = self._credits = 0
        limits = self.owner.limits
        why = self._find_overdue(now, limits)
        if why is not None:
            self.end(ExchangeError(ExchangeErrorKind.NETWORK_ERROR, f"{self.peer}: {why}"))
        elif self.is_ready and min(now - self._heard_at, now - self._pinged_at) > limits.ping_after_s:
            self._pinged_at = now
            self.send(frames.encode_ping(FrameType.PING, int(now)))
        self._side.expire(now)
        if self.role is Role.DIALLER and self.is_leaving and self.stream_count == 0:
            self.close(ExchangeError(ExchangeErrorKind.NETWORK_ERROR, f"{self.peer}: the link was left"))

    def _find_overdue(self, now: float, limits: LinkLimits) -> str | None:
        if not self.is_ready and now - self._pinged_at > limits.hello_s:
            return f"no HELLO within {limits.hello_s:.0f} s"
        if self._rest and now - self._frame_at > limits.frame_s:
            return f"a frame was not whole after {limits.frame_s:.0f} s"
        if self._is_paused and now - self._paused_at > limits.write_s:
            return f"took none of our frames for {limits.write_s:.0f} s"
        if now - self._heard_at > limits.silence_s:
            return f"silent for {limits.silence_s:.0f} s"
        return None

    def take_head(self) -> VerifiedHead:
        """Give the verified head that the frame in hand stands under."""
        if self._peer_head is None:
            raise _bad_frame("a message before any HEAD")
        self._head_is_used = True
        return self._peer_head

    def count_control(self) -> None:
        """Count a control frame against its limit."""
        self._control += 1
        if self._control > CONTROL_PER_SECOND:
            raise _bad_frame(f"more than {CONTROL_PER_SECOND} control frames in a second")

    # Receiving.

    def _unexpected(self, kind: int) -> ExchangeError:
        return _bad_frame(f"frame type {kind} {f'toward the {self.role.value}' if self.is_ready else 'before HELLO'}")

    def _say_hello(self, origin: str | None) -> None:
        self._seen_before = self.owner.heads.find(origin) if origin else None
        seen = self._seen_before.size if self._seen_before else 0
        self.send(frames.encode_hello(frames.Hello(frames.WIRE_VERSION, self.owner.own_origin, seen)))

    def _on_hello(self, payload: bytes) -> None:
        if self.is_ready:
            raise _bad_frame("a second HELLO")
        hello = frames.decode_hello(payload)
        self.peer_log = self.owner.open_log_of(self.peer, hello.origin)
        self.owner.verify_seen(self.peer, hello.seen)
        self._sent_size = hello.seen
        if self.role is Role.ACCEPTOR:
            self._say_hello(hello.origin)
        elif hello.origin != self.owner.expected_origin(self.peer):
            raise _bad_frame(f"{self.peer} speaks for {hello.origin}, expected its newest open log")
        self.is_ready = True
        self._handlers = self._handlers_once_ready
        self.owner.on_ready(self)

    def _on_head(self, payload: bytes) -> None:
        if not self._head_is_used:
            raise _bad_frame("two HEAD frames without a message between them")
        if self.peer_log is None:
            raise _bad_frame("HEAD before HELLO")
        if self.refusal is not None:
            raise self.refusal
        self._peer_head = self.owner.heads.verify(self.peer_log, frames.decode_head(payload), self.seen_head)
        self._head_is_used = False

    def _on_credit(self, payload: bytes) -> None:
        self._credits += 1
        if self._credits > CREDIT_PER_SECOND:
            raise _bad_frame(f"more than {CREDIT_PER_SECOND} CREDIT frames in a second")
        self.sender.add_credit(*frames.decode_credit(payload))
        self.pump()

    def _on_ping(self, payload: bytes) -> None:
        self.count_control()
        self.send(frames.encode_ping(FrameType.PONG, frames.decode_ping(payload)))

    def _on_pong(self, payload: bytes) -> None:
        self.count_control()
        frames.decode_ping(payload)

    def _on_ask_head(self, payload: bytes) -> None:
        self.count_control()
        if len(payload) > frames.MAX_HELLO:
            raise _bad_frame("ASK_HEAD for too long an origin")
        note = self.owner.find_known_head(payload.decode(errors="replace"))
        self.send(frames.frame(FrameType.KNOWN_HEAD, note))

    def _on_known_head(self, payload: bytes) -> None:
        if self._asked is None or len(payload) > frames.MAX_NOTE:
            raise _bad_frame("KNOWN_HEAD that was not asked for, or too long")
        asked, self._asked = self._asked, None
        asked.resolve(payload)

    def _on_goodbye(self, payload: bytes) -> None:
        self.count_control()
        if payload:
            raise _bad_frame("GOODBYE with a payload")
        self.is_leaving = True

    def _on_cosigned(self, payload: bytes) -> None:
        self.count_control()
        self.owner.take_cosigned(self, payload)

    def _when_body_sent(self, stream: int) -> None:
        self._side.when_body_sent(stream)

    def _flush_soon(self) -> None:
        self._flush_is_due = True
        self.loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._flush_is_due = False
        out, self._out = self._out, []
        self.sender.room = OUT_ROOM
        if self._transport is not None and not self.is_closed and out:
            self._transport.write(b"".join(out))
            # What one turn had no room for goes on now; a full transport says itself when it has room again.
            self.pump()


def _bad_frame(why: str) -> ExchangeError:
    return ExchangeError(ExchangeErrorKind.BAD_FRAME, why)
