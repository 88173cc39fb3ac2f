"""What this gateway writes down: each message into its log with its erasable record, its body into the store.

Owns nothing but the making of entries; the log's promises are evidence/log.py's. Every append is awaited by its
story: evidence before effect.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec import UNSET

from lienthong.evidence.batch import Committed, Entry
from lienthong.evidence.errors import EvidenceError
from lienthong.evidence.index import IndexRow
from lienthong.evidence.peer import PeerEvidence, encode_peer
from lienthong.evidence.statement import Received, Refused, Request, RequestNames, Response, Unknown, encode_statement
from lienthong.evidence.store import BodyPlace, MessageRecord, RecordSealer, encode_message
from lienthong.evidence.tree import HASH_BYTES, leaf_hash
from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.gateway.peer_heads import VerifiedHead
from lienthong.exchange.gateway.pending import Pending
from lienthong.kernel.canonical import encode_base64url

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from lienthong.evidence.bodies import BodyStore
    from lienthong.evidence.index import Index
    from lienthong.evidence.log import Log
    from lienthong.evidence.store import StoreKey
    from lienthong.exchange.gateway.spool import Body
    from lienthong.kernel.clock import Clock

INLINE_BODY_LIMIT = 64 * 1024
"""A body up to this size is kept at once; a larger one is encrypted and written in a thread."""


FIXED_PARTS_ROOM = 256
"""Salt, place of the body, keys, tags and lengths of an entry's parts."""


class PeerEntry(msgspec.Struct, frozen=True, gc=False):
    """A verified entry of a peer's log: what our `received` pins."""

    statement: bytes
    leaf: bytes
    index: int
    path: tuple[bytes, ...]
    head: VerifiedHead


class _MessageDraft(msgspec.Struct, frozen=True, gc=False):
    """An entry about a message, whose record is sealed together with those of its batch."""

    sealer: RecordSealer
    statement: bytes
    length: int
    """About the bytes of the entry: the parts that can be long, and room for the rest."""
    content: MessageRecord | None
    proven: bool
    evidence: PeerEvidence | None = None
    shared: bytes = b""

    def finish(self) -> Entry:
        """Hash and seal."""
        leaf = leaf_hash(self.statement)
        record = b"" if self.content is None else self.sealer.seal(leaf, encode_message(self.content))
        evidence = b"" if self.evidence is None else encode_peer(self.evidence)
        return Entry(self.statement, leaf, self.proven, record, evidence, self.shared)


class _Appending(Pending[Committed]):
    """The place of an entry in the log, once it is durable; its row is then noted in the index."""

    def __init__(self, index: Index, kind: str, exchange: str, time: int, xroad_id: bytes | None) -> None:
        self._index = index
        self._kind = kind
        self._exchange = exchange
        self._time = time
        self._xroad_id = xroad_id

    def end(self, committed: Committed | None) -> None:
        """Run the waiting story on."""
        if committed is None:
            # The disk's state is unknown, so is the outcome; the process ends (rule 6).
            self.fail(_not_recorded("the outcome could not be recorded; ask again"))
            return
        self._index.note(IndexRow(committed.index, self._kind, self._exchange, self._time, self._xroad_id))
        self.resolve(committed)


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
        self._sealer = RecordSealer(store_key)
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
        length = len(raw) + len(content.header) + FIXED_PARTS_ROOM
        draft = _MessageDraft(self._sealer, raw, length, content, proven=True)
        xroad_id = names.xroad_id if isinstance(statement, Request) else None
        return self._append(draft, _Appending(self._index, statement.kind, names.exchange, statement.time, xroad_id))

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
        raw, statement, path, shared = encode_statement(received), peer.statement, peer.path, head.shared
        length = len(raw) + len(statement) + HASH_BYTES * len(path) + len(shared) + FIXED_PARTS_ROOM
        if content is not None:
            length += len(content.header)
        evidence = PeerEvidence(statement, peer.index, path)
        draft = _MessageDraft(self._sealer, raw, length, content, proven=False, evidence=evidence, shared=shared)
        xroad_id = names.xroad_id if request is not None else None
        now = self._clock.now_ms()
        return self._append(draft, _Appending(self._index, received.kind, names.exchange, now, xroad_id))

    def append_outcome(self, statement: Refused | Unknown, exchange: str) -> Pending[Committed]:
        """Append that a request was refused, or that its outcome is unknown."""
        raw = encode_statement(statement)
        draft = _MessageDraft(self._sealer, raw, len(raw) + FIXED_PARTS_ROOM, None, proven=True)
        return self._append(draft, _Appending(self._index, statement.kind, exchange, self._clock.now_ms(), None))

    def _append(self, draft: _MessageDraft, appending: _Appending) -> Pending[Committed]:
        self.log.append(draft, appending.end)
        return appending

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
