"""What a stored entry is about: our own message, or the peer's message that a `received` entry pins."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import msgspec

from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.peer import decode_peer_evidence
from lienthong.evidence.segment import StoredEntry
from lienthong.evidence.statement import (
    Received,
    Refused,
    Request,
    Response,
    Succeeds,
    Unknown,
    decode_statement,
)
from lienthong.evidence.store import decode_message, open_record
from lienthong.evidence.tree import leaf_hash

if TYPE_CHECKING:
    from lienthong.evidence.store import MessageRecord, StoreKey

Message: TypeAlias = Request | Response | Refused | Unknown
"""A statement that begins an exchange or ends it."""


class Subject(msgspec.Struct, frozen=True):
    """An entry and its message. `raw` is the message's statement, `leaf` its leaf hash in its own log.

    `received` is the entry's own statement where the message is a peer's, else None.
    """

    entry: StoredEntry
    message: Message
    raw: bytes
    leaf: bytes
    received: Received | None


def find_subject(entry: StoredEntry) -> Subject | None:
    """Read what an entry is about; None for `succeeds`. Raises kinds `statement` and `damaged`."""
    statement = decode_statement(entry.statement)
    if isinstance(statement, Succeeds):
        return None
    if not isinstance(statement, Received):
        return Subject(entry, statement, entry.statement, leaf_hash(entry.statement), None)
    raw = decode_peer_evidence(entry.evidence).statement
    message = decode_statement(raw)
    if isinstance(message, Received | Succeeds):
        what = f"entry {entry.index} received a statement of kind {message.kind}, which is no message"
        raise EvidenceError(EvidenceErrorKind.DAMAGED, what)
    return Subject(entry, message, raw, leaf_hash(raw), statement)


def open_content(store_key: StoreKey, entry: StoredEntry) -> MessageRecord | None:
    """Give an entry's erasable content, None if it never had one. Raises kinds `erased` and `damaged`."""
    if not entry.record:
        return None
    return decode_message(open_record(store_key, leaf_hash(entry.statement), entry.record))
