"""What this gateway writes down: each message into its log with its erasable record, its body into the store.

Owns nothing but the making of entries; the log's promises are evidence/log.py's. Every append is awaited by its
story: evidence before effect.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec import UNSET

from lienthong.evidence.batch import Committed
from lienthong.evidence.errors import EvidenceError
from lienthong.evidence.index import IndexRow
from lienthong.evidence.peer import PeerEvidence, encode_peer
from lienthong.evidence.statement import Received, Refused, Request, RequestNames, Response, Unknown, encode_statement
from lienthong.evidence.store import BodyPlace, MessageRecord, RecordSealer, encode_message
from lienthong.evidence.tree import leaf_hash
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


SHORT_PARTS_ROOM = 1024
"""About the bytes of an entry's parts that are never long: statements, a path, salt, keys, tags and lengths."""


class PeerEntry(msgspec.Struct, frozen=True, gc=False):
    """A verified entry of a peer's log: what our `received` pins."""

    statement: bytes
    leaf: bytes
    index: int
    path: tuple[bytes, ...]
    head: VerifiedHead


class _Appending(Pending[Committed], kw_only=True, eq=False):
    """One entry on its way: offered to the log, sealed together with its batch, and told to its story.

    It is one object for all of that, since each exchange makes four.
    """

    sealer: RecordSealer
    index: Index
    statement: bytes
    length: int
    """About the bytes of the entry, of which only the header part can be many."""
    proven: bool
    content: MessageRecord | None
    peer: PeerEvidence | None = None
    shared: bytes = b""
    kind: str
    exchange: str
    time: int
    xroad_id: bytes | None = None
    leaf: bytes = b""
    record: bytes = b""
    evidence: bytes = b""

    def finish(self) -> _Appending:
        """Hash and seal."""
        leaf = self.leaf = leaf_hash(self.statement)
        if self.content is not None:
            self.record = self.sealer.seal(leaf, encode_message(self.content))
        if self.peer is not None:
            self.evidence = encode_peer(self.peer)
        return self

    def end(self, committed: Committed | None) -> None:
        """Note the entry in the index and run the waiting story on."""
        if committed is None:
            # The disk's state is unknown, so is the outcome; the process ends (rule 6).
            self.fail(_not_recorded("the outcome could not be recorded; ask again"))
            return
        self.index.note(IndexRow(committed.index, self.kind, self.exchange, self.time, self.xroad_id))
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
        entry = _Appending(
            sealer=self._sealer,
            index=self._index,
            statement=encode_statement(statement),
            length=len(content.header) + SHORT_PARTS_ROOM,
            proven=True,
            content=content,
            kind=statement.kind,
            exchange=names.exchange,
            time=statement.time,
            xroad_id=names.xroad_id if isinstance(statement, Request) else None,
        )
        self.log.append(entry, entry.end)
        return entry

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
        entry = _Appending(
            sealer=self._sealer,
            index=self._index,
            statement=encode_statement(received),
            length=SHORT_PARTS_ROOM if content is None else len(content.header) + SHORT_PARTS_ROOM,
            proven=False,
            content=content,
            peer=PeerEvidence(peer.statement, peer.index, peer.path),
            shared=head.shared,
            kind=received.kind,
            exchange=names.exchange,
            time=self._clock.now_ms(),
            xroad_id=None if request is None else names.xroad_id,
        )
        self.log.append(entry, entry.end)
        return entry

    def append_outcome(self, statement: Refused | Unknown, exchange: str) -> Pending[Committed]:
        """Append that a request was refused, or that its outcome is unknown."""
        entry = _Appending(
            sealer=self._sealer,
            index=self._index,
            statement=encode_statement(statement),
            length=SHORT_PARTS_ROOM,
            proven=True,
            content=None,
            kind=statement.kind,
            exchange=exchange,
            time=self._clock.now_ms(),
        )
        self.log.append(entry, entry.end)
        return entry

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
