"""The 5-minute rule (rule 7.1): what a peer shows us must be linked to a head that a witness has cosigned.

Each link's heads are noted once a second, and not on a message's way. One that no cosigned head covers within LIMIT_S
is overdue: while a witness is reachable for us, the next head on any link of that log is refused, for a new link beside
the old one must not begin the 5 minutes anew; while none is, we alarm and go on. What was overdue on a link that ended
stays so on the next one. A restart begins the 5 minutes anew.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from lienthong.evidence.checkpoint import verify_checkpoint
from lienthong.evidence.cosignature import cosigners_for, find_cosignatures
from lienthong.evidence.errors import EvidenceError
from lienthong.evidence.tree import verify_consistency
from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.gateway.alarms import report_unwitnessed
from lienthong.exchange.gateway.cosigned_frame import CosignedFrame, decode_cosigned, encode_cosigned
from lienthong.exchange.gateway.peer_heads import KnownHead

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lienthong.directory.members import Directory, LogKey
    from lienthong.evidence.checkpoint import Checkpoint
    from lienthong.evidence.log import Log
    from lienthong.exchange.gateway.link import Link
    from lienthong.exchange.gateway.peer_heads import PeerHeads
    from lienthong.exchange.gateway.witnessing import Witnessing
    from lienthong.kernel.clock import Clock

LIMIT_S = 300.0
"""The rule's 5 minutes."""
MAX_UNLINKED = 2_000
"""Heads that one link has noted: one a second, so that all but the newest few hundred are overdue anyway."""
MAX_AHEAD_MS = 5 * 60 * 1000
"""A cosignature from further in the future than clocks differ (rule 4.4) does not count."""


class LinkWatch:
    """What one link has shown that no cosigned head covers yet: sizes, and when each was first noted."""

    __slots__ = ("linked", "unlinked")

    def __init__(self, linked: int, unlinked: deque[tuple[int, float]]) -> None:
        self.linked = linked
        self.unlinked = unlinked

    def note(self, size: int, now: float) -> None:
        """Note the link's newest head."""
        if size > self.linked and (not self.unlinked or self.unlinked[-1][0] < size):
            self.unlinked.append((size, now))
            while len(self.unlinked) > MAX_UNLINKED:
                # The first one says since when something is overdue; what it stood before is overdue as well.
                del self.unlinked[1]

    def cover(self, size: int) -> None:
        """Take out what a cosigned head of `size` entries covers."""
        self.linked = max(self.linked, size)
        self.unlinked = deque(each for each in self.unlinked if each[0] > size)


class PeerWatch:
    """Watches all links of a gateway, and tells its peers of our own cosigned head."""

    def __init__(
        self,
        *,
        directory: Callable[[], Directory],
        log: Log,
        heads: PeerHeads,
        witnessing: Witnessing,
        clock: Clock,
        limit_s: float = LIMIT_S,
    ) -> None:
        self._directory = directory
        self._log = log
        self._heads = heads
        self._witnessing = witnessing
        self._clock = clock
        self._limit_s = limit_s
        self._linked: dict[str, int] = {}
        self._carried: dict[str, deque[tuple[int, float]]] = {}
        self._live: dict[str, set[LinkWatch]] = {}
        self._told: set[tuple[str, str]] = set()

    def linked_size(self, origin: str) -> int:
        """Give the size up to which a peer's log is linked to a cosigned head, for the admin page; 0 if it is not."""
        return self._linked.get(origin, 0)

    def begin(self, link: Link, now: float) -> None:
        """A link is ready: go on from what the last one left, and tell the peer of our cosigned head."""
        if not self._directory().witnesses or link.peer_log is None:
            return
        self._begin_watch(link, link.peer_log.origin)
        self.look(link, now)
        self.tell(link)

    def _begin_watch(self, link: Link, origin: str) -> LinkWatch:
        watch = LinkWatch(self._linked.get(origin, 0), self._carried.pop(origin, deque()))
        self._live.setdefault(origin, set()).add(watch)
        link.watch = watch
        return watch

    def end(self, link: Link) -> None:
        """A link is gone: what it has shown must still be covered."""
        if link.watch is not None and link.peer_log is not None:
            self._live.get(link.peer_log.origin, set()).discard(link.watch)
        if link.watch is not None and link.watch.unlinked and link.peer_log is not None:
            carried = self._carried.get(link.peer_log.origin, deque())
            # By time, so that the first is the one that is overdue first; `cover` takes out by size.
            self._carried[link.peer_log.origin] = deque(
                sorted([*carried, *link.watch.unlinked], key=lambda each: each[1])
            )

    def look(self, link: Link, now: float) -> None:
        """Once a second: note the link's newest head, and refuse its next one if an older one is overdue."""
        if link.watch is None or link.peer_log is None:
            if link.is_ready:
                self.begin(link, now)
            return
        if not cosigners_for(self._directory(), link.peer_log.origin):
            link.watch.unlinked.clear()
        elif link.seen_head is not None:
            link.watch.note(link.seen_head.size, now)
        link.refusal = self._find_refusal(link.peer_log.origin, now)

    def tell_all(self, links: Iterable[Link]) -> None:
        """Tell all peers of our newest cosigned head."""
        for link in links:
            if link.is_ready:
                self.tell(link)

    def tell(self, link: Link) -> None:
        """Link our cosigned head to what the peer has seen, if it has seen anything."""
        if not self._witnessing.cosigned or not link.sent_size:
            return
        try:
            cosigned = self._read_own(self._witnessing.cosigned)
            small, large = sorted((cosigned, link.sent_size))
            proof = self._log.prove_consistency(small, large) if 0 < small < large else ()
        except EvidenceError:
            return  # The log was closed or failed; the peer gets its cosigned head on the next link.
        link.send(encode_cosigned(CosignedFrame(link.sent_size, self._witnessing.cosigned, proof)))

    def take(self, link: Link, payload: bytes) -> None:
        """Take a peer's cosigned head; raises ExchangeError `bad_proof`, which ends the link."""
        frame, log = decode_cosigned(payload), link.peer_log
        seen = link.seen_head
        if log is None or seen is None or frame.seen != seen.size:
            raise _bad_proof(f"{link.peer}: a cosigned head from size {frame.seen}, which this link has not seen last")
        checkpoint = self._verify(log, frame, seen)
        if not self._is_cosigned(log.origin, frame.note):
            return
        self._heads.remember(log.origin, KnownHead(checkpoint.size, checkpoint.root, frame.note))
        self._linked[log.origin] = max(self._linked.get(log.origin, 0), checkpoint.size)
        watch = link.watch if link.watch is not None else self._begin_watch(link, log.origin)
        watch.cover(checkpoint.size)
        if not watch.unlinked:
            link.refusal = None
            self._told = {told for told in self._told if told[0] != log.origin}

    def _verify(self, log: LogKey, frame: CosignedFrame, seen: KnownHead) -> Checkpoint:
        try:
            checkpoint = verify_checkpoint(frame.note, log.origin, log.key)
            if checkpoint.size:
                older, newer = sorted(((seen.size, seen.root), (checkpoint.size, checkpoint.root)))
                verify_consistency(older[0], newer[0], frame.consistency, older[1], newer[1])
        except EvidenceError as error:
            report_unwitnessed(log.origin, "what it showed us and what it had cosigned are not one history")
            raise _bad_proof(
                f"{log.origin}: the cosigned head does not fit what this link has seen: {error}"
            ) from error
        return checkpoint

    def _is_cosigned(self, origin: str, note: bytes) -> bool:
        latest = self._clock.now_ms() + MAX_AHEAD_MS
        found = find_cosignatures(note, cosigners_for(self._directory(), origin))
        return any(each.time <= latest for each in found)

    def _read_own(self, note: bytes) -> int:
        # The third line of our own note was verified when it was kept.
        return int(note.split(b"\n", 2)[1])

    def _find_refusal(self, origin: str, now: float) -> ExchangeError | None:
        """Give why a peer is refused. The 5 minutes run while a witness is reachable for us, whatever the peer says."""
        noted = min((each.unlinked[0][1] for each in self._live.get(origin, ()) if each.unlinked), default=now)
        if now - noted <= self._limit_s:
            return None
        since = self._witnessing.reachable_since
        if since is None:
            self._alarm(origin, "no witness is reachable; its messages are taken, and are not witnessed")
            return None
        if now - since <= self._limit_s:
            return None
        why = f"its heads were not linked to a cosigned one within {self._limit_s:.0f} s, and a witness is reachable"
        self._alarm(origin, f"{why}; its messages are refused")
        return _bad_proof(f"{origin}: {why}")

    def _alarm(self, origin: str, why: str) -> None:
        """Tell the operator once of each."""
        if (origin, why) not in self._told:
            self._told.add((origin, why))
            report_unwitnessed(origin, why)


def _bad_proof(why: str) -> ExchangeError:
    return ExchangeError(ExchangeErrorKind.BAD_PROOF, why)
