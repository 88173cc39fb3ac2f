"""Erasing the content of messages: their records in the log's segments and their bodies in the store.

Statements, leaves and proofs stay as they are (docs/security.md, section 8). A body goes before its record,
which holds its key and place: a crash between the two leaves a record by which erasing again finds the
body.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from lienthong.evidence.errors import EvidenceError
from lienthong.evidence.export import read_exchange
from lienthong.evidence.reader import erase_record, read_batches
from lienthong.evidence.statement import Request, Response
from lienthong.evidence.store import is_erased
from lienthong.evidence.subject import find_subject, open_content

if TYPE_CHECKING:
    from pathlib import Path

    from lienthong.evidence.bodies import BodyStore
    from lienthong.evidence.home import EvidenceHome
    from lienthong.evidence.segment import StoredEntry
    from lienthong.evidence.store import StoreKey


CLOCKS_APART_MS: Final = 10 * 60 * 1000
"""Each gateway's clock may be off by 5 minutes (rule 4.4), so neighbours in a log may have times this far apart."""


class Erasure(msgspec.Struct, frozen=True):
    """What was erased: the exchange, and how many records and bodies; none if it was done before."""

    exchange: str
    records: int
    bodies: int


def erase_exchange(home: EvidenceHome, identifier: str) -> Erasure:
    """Erase the content of request and answer of an exchange, in this home only.

    Raises kinds `not_found`, `ambiguous`, `index`, `home`, `store`. Erasing again finishes what a crash cut
    short. A body that the gateway took in the last second may still reach the disk: its key is gone all the
    same.
    """
    store_key, bodies, index = home.load_store_key(), home.open_bodies(), home.open_index()
    erased_records = erased_bodies = 0
    try:
        subjects = read_exchange(home, index, identifier)
        messages = [each.message for each in subjects if isinstance(each.message, Request | Response)]
        for subject in subjects:
            if subject.entry.record and not is_erased(subject.entry.record):
                erased_bodies += _erase_body(bodies, store_key, subject.entry)
                erase_record(home.log, subject.entry.place)
                erased_records += 1
        exchange = messages[0].exchange if messages else identifier
        index.forget_ids(exchange)
    finally:
        index.close()
    return Erasure(exchange, erased_records, erased_bodies)


def erase_older(log: Path, before_ms: int, start: int = 0) -> int:
    """Erase the records of messages from before `before_ms` (UTC ms), and give the entry to start from next time.

    For retention, beside `BodyStore.expire`. The log is read from entry `start` until its messages are
    younger by more than two clocks may differ.
    """
    time = 0
    kept: int | None = None
    end = start
    for batch in read_batches(log, start):
        for entry in batch.entries:
            subject = find_subject(entry)
            if subject is not None and isinstance(subject.message, Request | Response):
                time = subject.message.time
            if time >= before_ms + CLOCKS_APART_MS:
                return entry.index if kept is None else kept
            if time >= before_ms:
                kept = entry.index if kept is None else kept
            elif entry.record and not is_erased(entry.record):
                erase_record(log, entry.place)
        end = batch.size
    return end if kept is None else kept


def _erase_body(bodies: BodyStore, store_key: StoreKey, entry: StoredEntry) -> int:
    """Erase the body that a record names; a record that does not open names none."""
    try:
        content = open_content(store_key, entry)
    except EvidenceError:
        return 0
    if content is None or content.body is None:
        return 0
    bodies.erase(content.body)
    return 1
