"""Flow control of bodies on one link: how much may be sent, and how much may come (rule 9, docs/wire.md).

Each side may send WINDOW body bytes on a stream and LINK_WINDOW on the link before the other grants more. A body's
first chunk, inside OPEN or ANSWER, counts as well.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.gateway.frames import CHUNK_SIZE, encode_credit, encode_data

if TYPE_CHECKING:
    from collections.abc import Callable

    from lienthong.exchange.gateway.spool import Body

WINDOW = 256 * 1024
"""Body bytes of one stream that may be under way unacknowledged: enough for 100 MiB/s at 2.5 ms."""
LINK_WINDOW = 4 * 1024 * 1024
"""Body bytes of one link that may be under way unacknowledged."""
SEND_TIMEOUT_S = 30.0
"""A body of which the other side lets nothing go out for this long is given up."""
OUT_ROOM = 512 * 1024
"""Body bytes handed to the transport in one turn of the loop: what is written is copied by TLS, and again."""
LINK = 0
"""The stream number that means the whole link in a CREDIT frame."""


class _Sending:
    """A body that is going out, and how far it is."""

    __slots__ = ("at", "body", "credit", "is_blocked", "looked_at", "moved_at", "stream")

    def __init__(self, stream: int, body: Body, at: int) -> None:
        self.looked_at = -1
        self.moved_at = 0.0
        self.stream = stream
        self.body = body
        self.at = at
        self.credit = WINDOW - at
        self.is_blocked = False


class BodySender:
    """The bodies going out on one link, in turns of one chunk each, within their credit.

    `room` is what may still go out in this turn of the loop; whoever writes it out sets it to OUT_ROOM again.
    """

    def __init__(self, when_sent: Callable[[int], None]) -> None:
        self.room = OUT_ROOM
        self._when_sent = when_sent
        self._link_credit = LINK_WINDOW
        self._under_way: dict[int, _Sending] = {}
        self._turns: deque[_Sending] = deque()
        """Those that have credit, in the order of their turns."""

    def first_chunk(self, body: Body) -> bytes:
        """Take what travels inside OPEN or ANSWER: a small body whole; if there is room, a large one's beginning."""
        size = body.length
        if size == 0:
            return b""
        if size > CHUNK_SIZE:
            size = CHUNK_SIZE if self.room > 0 else 0
        size = min(size, self._link_credit)
        self._link_credit -= size
        self.room -= size
        return body.content if size == body.length and body.is_in_memory else bytes(body.read(0, size))

    def add(self, stream: int, body: Body, at: int) -> None:
        """Send the rest of a body from offset `at`, in turns with the others."""
        sending = self._under_way[stream] = _Sending(stream, body, at)
        self._turns.append(sending)

    def stop(self, stream: int) -> bool:
        """Send nothing more of this stream; True if something was left to send."""
        sending = self._under_way.pop(stream, None)
        if sending is None:
            return False
        if not sending.is_blocked:
            self._turns.remove(sending)
        return True

    def add_credit(self, stream: int, amount: int) -> None:
        """Take a CREDIT frame; credit for a stream that has ended is nothing."""
        if stream == LINK:
            self._link_credit += amount
            if self._link_credit > LINK_WINDOW:
                raise _excess(f"link credit of {self._link_credit} bytes, at most {LINK_WINDOW}")
            return
        sending = self._under_way.get(stream)
        if sending is None:
            return
        sending.credit += amount
        if sending.credit > WINDOW:
            raise _excess(f"credit of {sending.credit} bytes on stream {stream}, at most {WINDOW}")
        if sending.is_blocked:
            sending.is_blocked = False
            self._turns.append(sending)

    def find_stalled(self, now: float, limit_s: float) -> list[int]:
        """Give the streams of which nothing went out between looks that are `limit_s` apart."""
        stalled = []
        for sending in self._under_way.values():
            if sending.at != sending.looked_at:
                sending.looked_at, sending.moved_at = sending.at, now
            elif now - sending.moved_at > limit_s:
                stalled.append(sending.stream)
        return stalled

    def take_chunks(self) -> list[bytes | memoryview]:
        """Give DATA frames until the room is used up, each in two pieces: the chunk of a body in memory is no copy."""
        pieces: list[bytes | memoryview] = []
        turns, room, link_credit = self._turns, self.room, self._link_credit
        while room > 0 and turns and link_credit > 0:
            sending = turns.popleft()
            body, at = sending.body, sending.at
            left = body.length - at
            size = min(CHUNK_SIZE, left, sending.credit, link_credit)
            if size <= 0:
                sending.is_blocked = True
                continue
            pieces += encode_data(sending.stream, body.read(at, size))
            sending.at = at + size
            sending.credit -= size
            link_credit -= size
            room -= size
            if size < left:
                turns.append(sending)
            else:
                del self._under_way[sending.stream]
                self._when_sent(sending.stream)
        self.room, self._link_credit = room, link_credit
        return pieces


class CreditMeter:
    """What the other side may still send, of the link or of one stream."""

    __slots__ = ("_left", "_low", "_stream", "_window")

    def __init__(self, stream: int, window: int) -> None:
        self._stream = stream
        self._window = self._left = window
        self._low = window // 2
        """With so little left, half a window is owed."""

    def take(self, amount: int) -> bytes | None:
        """Count received body bytes; gives a CREDIT frame when half a window is owed."""
        self._left = left = self._left - amount
        if left > self._low:
            return None
        if left < 0:
            raise _excess(f"{-left} body bytes more than granted on stream {self._stream}")
        self._left = self._window
        return encode_credit(self._stream, self._window - left)


def _excess(why: str) -> ExchangeError:
    return ExchangeError(ExchangeErrorKind.BAD_FRAME, why)
