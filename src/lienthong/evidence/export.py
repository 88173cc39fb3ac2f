"""Exporting one exchange from a gateway's home as an evidence package, also while the gateway runs."""

from __future__ import annotations

from contextlib import suppress
from hashlib import sha256
from typing import TYPE_CHECKING, Final

import msgspec

from lienthong.directory.members import verify_directory
from lienthong.evidence.checkpoint import verify_checkpoint
from lienthong.evidence.cosignature import cosigners_for
from lienthong.evidence.cosigned_history import CosignedHead, find_cosigned_before
from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.files import SystemFiles
from lienthong.evidence.nodes import Nodes
from lienthong.evidence.package import (
    ContentState,
    Manifest,
    MessageParts,
    Package,
    ReceivedParts,
    format_package,
)
from lienthong.evidence.peer import decode_peer_evidence, decode_peer_head, inclusion_path
from lienthong.evidence.proof import format_proof
from lienthong.evidence.reader import get_entry
from lienthong.evidence.statement import Request, Response, commit_message
from lienthong.evidence.subject import find_subject, open_content
from lienthong.evidence.tile_names import TILE_WIDTH, Tile
from lienthong.evidence.tiles import read_published, read_tile
from lienthong.evidence.tree import prove_inclusion
from lienthong.evidence.verify import verify_package
from lienthong.kernel.canonical import encode_base64url

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from typing import TypeAlias

    from lienthong.directory.members import LogClosure, LogKey
    from lienthong.evidence.bodies import BodyStore
    from lienthong.evidence.home import EvidenceHome
    from lienthong.evidence.index import Index
    from lienthong.evidence.segment import StoredEntry
    from lienthong.evidence.store import BodyPlace, MessageRecord, StoreKey
    from lienthong.evidence.subject import Subject
    from lienthong.evidence.tiles import Published

    Collect: TypeAlias = Callable[["_Collector", Subject], tuple[MessageParts, ContentState]]


def export_exchange(home: EvidenceHome, identifier: str, *, of_services: Collection[str] | None = None) -> bytes:
    """Give the package of the exchange with this X-Road-Request-Id, or this X-Road-Id where one exchange has it.

    With `of_services` an exchange with any other service is not found. Raises kinds `not_found`, `ambiguous`,
    `unpublished` (wait a moment), `index`, `home`, and `package` if what this home holds does not verify. What is given
    has been verified.
    """
    collect = _Collector.collect
    return _export(home, identifier, collect_request=collect, collect_answer=collect, of_services=of_services)


def export_lookup(home: EvidenceHome, exchange: str) -> bytes:
    """Give the package of a look-up for the person who was looked up, as `export_exchange`.

    Who asked, when, what for and by which question are in it; a body's content is not, and of the answer its statement
    and its proof alone: it may tell of others, such as those of a household.
    """
    return _export(home, exchange, collect_request=_Collector.collect_head, collect_answer=_Collector.collect_proof)


def _export(
    home: EvidenceHome,
    identifier: str,
    *,
    collect_request: Collect,
    collect_answer: Collect,
    of_services: Collection[str] | None = None,
) -> bytes:
    index = home.open_index()
    try:
        subjects = read_exchange(home, index, identifier)
    finally:
        index.close()
    request, answer = _choose_pair(subjects, identifier)
    if of_services is not None:
        _require_service(request, identifier, of_services)
    directory = home.read_directory()
    collector = _Collector(home, directory)
    asked, asked_state = collect_request(collector, request)
    answered, answered_state = None, ContentState.NONE
    if answer is not None:
        answered, answered_state = collect_answer(collector, answer)
    manifest = Manifest(
        exchange=_exchange_of(request),
        keeper=home.origin,
        request=asked_state,
        response=answered_state,
        sender=home.origin if request.received is None else request.received.from_,
    )
    raw = format_package(Package(manifest, directory, asked, answered))
    verify_package(raw, home.root)
    return raw


def read_exchange(home: EvidenceHome, index: Index, identifier: str) -> list[Subject]:
    """Give the entries of the exchange with this id, in the log's order; kind `not_found` if there are none."""
    rows = index.find_exchange(identifier)
    if not rows:
        exchange = index.find_message(identifier.encode())
        rows = index.find_exchange(exchange) if exchange is not None else ()
    if not rows:
        message = (
            f"the index of {home.origin} has no exchange {identifier!r}: give an X-Road-Request-Id or an X-Road-Id; "
            "one of the last seconds may not be in it yet, an erased one is found by its X-Road-Request-Id only"
        )
        raise EvidenceError(EvidenceErrorKind.NOT_FOUND, message)
    found = [find_subject(get_entry(home.log, row.entry)) for row in rows]
    return [subject for subject in found if subject is not None]


def _choose_pair(subjects: list[Subject], identifier: str) -> tuple[Subject, Subject | None]:
    """Give a request and what answered it; of several requests, as after a retry, the last answered one."""
    requests = {encode_base64url(each.leaf): each for each in subjects if isinstance(each.message, Request)}
    for each in reversed(subjects):
        if not isinstance(each.message, Request) and each.message.answers in requests:
            return requests[each.message.answers], each
    if not requests:
        message = f"the exchange {identifier!r} has no request in this log: export it at the gateway that asked"
        raise EvidenceError(EvidenceErrorKind.NOT_FOUND, message)
    return list(requests.values())[-1], None


def _require_service(request: Subject, identifier: str, services: Collection[str]) -> None:
    if not isinstance(request.message, Request) or request.message.service not in services:
        message = f"the exchange {identifier!r} is none with {', '.join(services) or 'a service that is exported'}"
        raise EvidenceError(EvidenceErrorKind.NOT_FOUND, message)


def _exchange_of(request: Subject) -> str:
    return request.message.exchange if isinstance(request.message, Request) else ""


class _Collector:
    """Makes the parts of messages from one home: its published tree, its records and its bodies."""

    def __init__(self, home: EvidenceHome, directory: bytes) -> None:
        self._directory = verify_directory(directory, home.root)
        log = self._directory.find_log(home.origin)
        if log is None:
            message = f"the directory does not list this gateway's log {home.origin}: nobody could verify a package"
            raise EvidenceError(EvidenceErrorKind.HOME, message)
        files = SystemFiles()
        self._published: Published = read_published(files, home.log, home.origin, log.key)
        self._heads = _find_heads(self._published, home.read_cosigned(), log)
        self._log = log
        self._history = home.cosigned_heads
        self._nodes = Nodes(lambda height, index: read_tile(files, home.log, Tile(height, index, TILE_WIDTH)))
        self._nodes.restore(self._published.size, self._published.edge)
        self._store_key: StoreKey = home.load_store_key()
        self._bodies: BodyStore = home.open_bodies()

    def collect(self, subject: Subject) -> tuple[MessageParts, ContentState]:
        """Give all parts of a message, and what is left of its content."""
        return self._add_content(self.collect_proof(subject)[0], subject)

    def collect_head(self, subject: Subject) -> tuple[MessageParts, ContentState]:
        """Give all parts of a message but what its body said."""
        parts, state = self.collect(subject)
        if state is not ContentState.WHOLE or not parts.body:
            return parts, state
        hidden = msgspec.structs.replace(parts, body=None, body_sha256=sha256(parts.body).digest())
        return hidden, ContentState.NO_BODY

    def collect_proof(self, subject: Subject) -> tuple[MessageParts, ContentState]:
        """Give a message's statement with its proofs, and nothing of its content."""
        entry = subject.entry
        own_proof = self._prove(entry, self._find_closure(subject))
        if subject.received is None:
            parts = MessageParts(subject.raw, own_proof)
        else:
            evidence, head = decode_peer_evidence(entry.evidence), decode_peer_head(entry.shared)
            proof = format_proof(evidence.index, inclusion_path(evidence, head), head.checkpoint)
            parts = MessageParts(subject.raw, proof, received=ReceivedParts(entry.statement, own_proof))
        return parts, ContentState.NONE

    def _find_closure(self, subject: Subject) -> LogClosure | None:
        """Give where the sender's log ended: our entry then counts by a head that was cosigned before (rule 7.2)."""
        sender = None if subject.received is None else self._directory.find_log(subject.received.from_)
        return None if sender is None else sender.closed

    def _prove(self, entry: StoredEntry, closed: LogClosure | None) -> bytes:
        size = self._published.size
        heads: list[CosignedHead] = list(self._heads)
        if closed is not None:
            cosigners = cosigners_for(self._directory, self._log.origin)
            before = find_cosigned_before(self._history, self._log, cosigners, entry.index, closed.time)
            heads = [*([before] if before is not None and before.size <= size else []), *heads]
        head = next((head for head in heads if entry.index < head.size), None)
        if head is None:
            message = (
                f"entry {entry.index} is not under the published checkpoint of {size} entries yet: the gateway "
                "publishes just behind its log, try again in a moment; if it does not run, start it"
            )
            raise EvidenceError(EvidenceErrorKind.UNPUBLISHED, message)
        path = prove_inclusion(entry.index, head.size, self._nodes.node)
        return format_proof(entry.index, path, head.note)

    def _add_content(self, parts: MessageParts, subject: Subject) -> tuple[MessageParts, ContentState]:
        message = subject.message
        if not isinstance(message, Request | Response):
            return parts, ContentState.NONE
        try:
            content = open_content(self._store_key, subject.entry)
        except EvidenceError as error:
            erased = error.kind is EvidenceErrorKind.ERASED
            return parts, ContentState.ERASED if erased else ContentState.NONE
        if content is None:
            return parts, ContentState.NONE
        body = self._find_body(content, message.commitment)
        if body is None and not content.body_sha256:
            # Without the body or its hash the commitment cannot be opened, so the header part would prove nothing.
            return parts, ContentState.NONE
        digest = content.body_sha256 if body is None else None
        shown = msgspec.structs.replace(parts, salt=content.salt, header=content.header, body=body, body_sha256=digest)
        return shown, ContentState.NO_BODY if body is None else ContentState.WHOLE

    def _find_body(self, content: MessageRecord, commitment: str) -> bytes | None:
        """Give the body; None if it was not kept, has expired, or did not survive."""
        if content.body is None:
            # A record does not say whether its body was empty or not kept, but the commitment does.
            is_empty = commit_message(content.salt, content.header, _EMPTY_HASH) == commitment
            return b"" if is_empty else None
        return self._read_body(content.body)

    def _read_body(self, place: BodyPlace) -> bytes | None:
        try:
            return b"".join(self._bodies.read(place))
        except EvidenceError:
            return None


def _find_heads(published: Published, cosigned: bytes, log: LogKey) -> list[CosignedHead]:
    """Give the heads to prove under, the best first: the closing one, then the cosigned one, then the published one.

    A cosigned head that is not published yet is left out: the tree is read from what is published.
    """
    heads = [CosignedHead(published.size, published.note)]
    if cosigned:
        with suppress(EvidenceError):
            size = verify_checkpoint(cosigned, log.origin, log.key).size
            if size <= published.size:
                heads.insert(0, CosignedHead(size, cosigned))
    closed = log.closed
    return heads if closed is None else sorted(heads, key=lambda head: head.size != closed.size)


_EMPTY_HASH: Final = sha256(b"").digest()
