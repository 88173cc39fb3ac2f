"""What this gateway writes down: each message into its log with its erasable record, its body into the store.

Owns nothing but the making of entries; the log's promises are evidence/log.py's. Every append is awaited by its
story: evidence before effect.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec import UNSET

from lienthong.evidence.batch import Entry
from lienthong.evidence.errors import EvidenceError
from lienthong.evidence.index import IndexRow
from lienthong.evidence.peer import PeerEvidence, encode_peer
from lienthong.evidence.statement import Received, Refused, Request, RequestNames, Response, Unknown, encode_statement
from lienthong.evidence.store import BodyPlace, MessageRecord, encode_message, seal_record
from lienthong.evidence.tree import leaf_hash
from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.gateway.peer_heads import VerifiedHead
from lienthong.exchange.gateway.pending import Pending
from lienthong.kernel.canonical import encode_base64url

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from lienthong.evidence.batch import Committed
    from lienthong.evidence.bodies import BodyStore
    from lienthong.evidence.index import Index
    from lienthong.evidence.log import Log
    from lienthong.evidence.store import StoreKey
    from lienthong.exchange.gateway.spool import Body
    from lienthong.kernel.clock import Clock

INLINE_BODY_LIMIT = 64 * 1024
"""A body up to this size is encrypted in the loop; a larger one in a thread."""


class PeerEntry(msgspec.Struct, frozen=True, gc=False):
    """A verified entry of a peer's log: what our `received` pins."""

    statement: bytes
    leaf: bytes
    index: int
    path: tuple[bytes, ...]
    head: VerifiedHead


class Journal:
    """The log, the body store and the index of one gateway, as stories use them."""

    def __init__(
        self,
        log: Log,
        store_key: StoreKey,
        bodies: BodyStore | None,
        index: Index,
        clock: Clock,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self.log = log
        self._store_key = store_key
        self._bodies = bodies
        self._index = index
        self._clock = clock
        self._loop = loop

    async def keep_body(self, body: Body) -> BodyPlace | None:
        """Put a body into the store; None if it is empty or bodies are not kept. Durable within a second."""
        bodies = self._bodies
        if bodies is None or body.length == 0:
            return None
        if body.length <= INLINE_BODY_LIMIT:
            try:
                return bodies.put((body.content,), body.length)
            except EvidenceError as error:
                raise _not_recorded(f"the body was not kept: {error.message}") from error
        return await self._in_thread(lambda: bodies.put(body.chunks(), body.length))

    def append_message(
        self, statement: Request | Response, names: RequestNames, content: MessageRecord
    ) -> Pending[Committed]:
        """Append our own request or response; it will be proven to the peer."""
        raw = encode_statement(statement)
        leaf = leaf_hash(raw)
        record = seal_record(self._store_key, leaf, encode_message(content))
        return self._append(Entry(raw, leaf, proven=True, record=record), statement.kind, names)

    def append_received(
        self, peer: PeerEntry, names: RequestNames, content: MessageRecord | None, request: Request | None
    ) -> Pending[Committed]:
        """Append that a peer's entry was received; a refusal has no content.

        `request` is the peer's statement if it is a request.
        """
        head = peer.head
        received = Received(
            from_=head.origin,
            leaf=encode_base64url(peer.leaf),
            index=peer.index,
            size=head.size,
            root=head.root_text,
            exchange=UNSET if request is None else request.exchange,
            id=UNSET if request is None else request.id,
            until=UNSET if request is None else request.until,
        )
        raw = encode_statement(received)
        leaf = leaf_hash(raw)
        entry = Entry(
            raw,
            leaf,
            proven=False,
            record=b"" if content is None else seal_record(self._store_key, leaf, encode_message(content)),
            evidence=encode_peer(PeerEvidence(peer.statement, peer.index, peer.path)),
            shared=head.shared,
        )
        return self._append(entry, received.kind, names)

    def append_outcome(self, statement: Refused | Unknown, exchange: str) -> Pending[Committed]:
        """Append that a request was refused, or that its outcome is unknown."""
        raw = encode_statement(statement)
        return self._append(Entry(raw, leaf_hash(raw), proven=True), statement.kind, RequestNames("", "", exchange))

    def _append(self, entry: Entry, kind: str, names: RequestNames) -> Pending[Committed]:
        pending: Pending[Committed] = Pending()

        def done(committed: Committed | None) -> None:
            if committed is None:
                # The disk's state is unknown, so is the outcome; the process ends (rule 6).
                pending.fail(_not_recorded("the outcome could not be recorded; ask again"))
                return
            now, xroad_id = self._clock.now_ms(), names.xroad_id or None
            self._index.note(IndexRow(committed.index, kind, names.exchange, now, xroad_id))
            pending.resolve(committed)

        self.log.append(entry, done)
        return pending

    async def _in_thread(self, call: Callable[[], BodyPlace]) -> BodyPlace:
        pending: Pending[BodyPlace] = Pending()
        future = self._loop.run_in_executor(None, call)

        def tell(done: asyncio.Future[BodyPlace]) -> None:
            error = done.exception()
            if error is None:
                pending.resolve(done.result())
            else:
                pending.fail(_not_recorded(f"the body was not kept: {error}"))

        future.add_done_callback(tell)
        return await pending


def _not_recorded(why: str) -> ExchangeError:
    return ExchangeError(ExchangeErrorKind.OUTCOME_NOT_RECORDED, why)
