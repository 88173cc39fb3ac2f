"""The bodies coming in on one link: let in or refused by their announced length, then whole, or dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.gateway.flow import LINK, LINK_WINDOW, WINDOW, CreditMeter
from lienthong.exchange.gateway.spool import Body, Spool, SpoolBudget

if TYPE_CHECKING:
    from collections.abc import Callable

BODY_TIMEOUT_S = 30.0
"""A body that has not grown for this long is dropped."""
BODY_LEAST_RATE = 1024
"""Bytes of body for each second beyond BODY_TIMEOUT_S: growing one byte at a time is no growth."""
PEER_SHARE = 4
"""A peer's bodies that are not yet whole may take one part in this many of the spool, or one body of the largest size:
one that announces bodies and does not send them holds up no other peer."""


class IncomingShare:
    """What one peer's bodies may take while they come in, on all its links together."""

    __slots__ = ("_held", "_limit")

    def __init__(self, budget: SpoolBudget) -> None:
        self._limit = max(budget.total // PEER_SHARE, budget.body_limit)
        self._held = 0

    def take(self, amount: int) -> None:
        """Take what a body announces; raises ExchangeError `overloaded` when it is not free."""
        if self._held + amount > self._limit:
            raise ExchangeError(
                ExchangeErrorKind.OVERLOADED,
                f"bodies coming in from this peer take {self._held} of {self._limit} bytes; try again shortly",
            )
        self._held += amount

    def give_back(self, amount: int) -> None:
        """Return it: the body is whole or dropped."""
        self._held -= amount


class _Incoming:
    """One body on its way in. `spool` is None once nobody wants it: its bytes are counted and thrown away."""

    __slots__ = ("begun_at", "left", "length", "meter", "moved_at", "spool", "then", "when_drained")

    def __init__(self, stream: int, length: int, left: int) -> None:
        self.length = length
        self.left = left
        self.meter = CreditMeter(stream, WINDOW)
        self.begun_at = self.moved_at = 0.0
        self.spool: Spool | None = None
        self.then: Callable[[Body], None] | None = None
        self.when_drained: Callable[[], None] | None = None


class IncomingBodies:
    """All bodies coming in on one link. `share` is replaced by that of all the peer's links once the peer is known."""

    def __init__(self, budget: SpoolBudget, send: Callable[[bytes], None], timeout_s: float) -> None:
        self.limit = budget.body_limit
        self._budget = budget
        self._timeout_s = timeout_s
        self.share = IncomingShare(budget)
        self._send = send
        self._meter = CreditMeter(LINK, LINK_WINDOW)
        self._bodies: dict[int, _Incoming] = {}

    @property
    def count(self) -> int:
        """Bodies of which bytes are still to come, wanted or not."""
        return len(self._bodies)

    def is_coming(self, stream: int) -> bool:
        """Tell whether bytes of this stream are still to come."""
        return stream in self._bodies

    def take_whole(self, chunk: bytes) -> Body:
        """Take a body that came whole inside its OPEN or ANSWER.

        It takes nothing of the spool's budget: a link's streams hold at most 16 MiB of such.
        """
        credit = self._meter.take(len(chunk))
        if credit is not None:
            self._send(credit)
        return Body(chunk)

    def begin(self, stream: int, length: int, chunk: bytes, then: Callable[[Body], None]) -> None:
        """Let a body of `length` bytes in, of which `chunk` is the beginning; `then` gets it when it is whole.

        Raises ExchangeError `body_too_large` or `overloaded`; the rest of it is then thrown away as it comes.
        """
        self._count(self._meter, len(chunk))
        incoming = _Incoming(stream, length, length - len(chunk))
        if incoming.left > 0:
            self._bodies[stream] = incoming
        self._count(incoming.meter, len(chunk))
        spool = Spool(self._budget)
        spool.reserve(length)
        try:
            self.share.take(length)
        except ExchangeError:
            spool.drop()
            raise
        incoming.spool, incoming.then = spool, then
        spool.write(chunk)

    def take(self, stream: int, chunk: bytes | memoryview, now: float) -> bool:
        """Take the next bytes of a body. False if this stream has no body coming: the link must end."""
        incoming, size = self._bodies.get(stream), len(chunk)
        if incoming is None or size > incoming.left:
            return False
        self._count(self._meter, size)
        incoming.left = left = incoming.left - size
        incoming.moved_at = now
        if incoming.spool is not None:
            incoming.spool.write(chunk)
        if left > 0:
            self._count(incoming.meter, size)
            return True
        del self._bodies[stream]
        if incoming.spool is not None and incoming.then is not None:
            self.share.give_back(incoming.length)
            incoming.then(incoming.spool.finish())
        elif incoming.when_drained is not None:
            incoming.when_drained()
        return True

    def drop(self, stream: int, when_drained: Callable[[], None] | None = None) -> None:
        """Nobody wants this body any more; what still comes of it is thrown away, then `when_drained` is called."""
        incoming = self._bodies.get(stream)
        if incoming is None:
            return
        if incoming.spool is not None:
            incoming.spool.drop()
            incoming.spool = None
            self.share.give_back(incoming.length)
        if when_drained is not None:
            incoming.when_drained = when_drained

    def forget(self, stream: int) -> bool:
        """The sender has stopped: nothing more comes of this body. False if it was whole already."""
        self.drop(stream)
        return self._bodies.pop(stream, None) is not None

    def find_stalled(self, now: float) -> list[int]:
        """Give the streams whose body has not grown for too long, or too little. A first look starts the count."""
        stalled = []
        for stream, incoming in self._bodies.items():
            if incoming.begun_at == 0.0:
                incoming.begun_at = incoming.moved_at = now
            least_age = self._timeout_s + (incoming.length - incoming.left) / BODY_LEAST_RATE
            is_late = now - incoming.moved_at > self._timeout_s or now - incoming.begun_at > least_age
            if is_late and incoming.spool is not None:
                stalled.append(stream)
        return stalled

    def close(self) -> None:
        """Drop everything: the link is gone."""
        for stream in list(self._bodies):
            self.forget(stream)

    def _count(self, meter: CreditMeter, amount: int) -> None:
        credit = meter.take(amount) if amount else None
        if credit is not None:
            self._send(credit)
