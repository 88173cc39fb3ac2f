"""The content of reliable messages: kept durably before anyone is promised anything, and read again (rule 5.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lienthong.evidence.errors import EvidenceError
from lienthong.evidence.reader import get_entry
from lienthong.evidence.store import RecordSealer, decode_message, encode_message, open_record
from lienthong.evidence.subject import find_subject, open_content
from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.gateway.spool import EMPTY_BODY, Body, Spool

if TYPE_CHECKING:
    from pathlib import Path

    from lienthong.evidence.bodies import BodyStore
    from lienthong.evidence.store import BodyPlace, MessageRecord, StoreKey
    from lienthong.evidence.subject import Subject
    from lienthong.exchange.gateway.aside import Aside
    from lienthong.exchange.gateway.spool import SpoolBudget


class ReliableContent:
    """The body store and the log's records of one gateway, as reliable messages use them.

    Bodies are kept here also where `store.keep_bodies` is off: a message that is promised must be at hand.
    """

    def __init__(self, log: Path, store_key: StoreKey, bodies: BodyStore, budget: SpoolBudget, aside: Aside) -> None:
        self._log = log
        self._store_key = store_key
        self._sealer = RecordSealer(store_key)
        self._bodies = bodies
        self._budget = budget
        self._aside = aside

    async def keep_body(self, body: Body) -> BodyPlace | None:
        """Put a body into the store and sync it; None if it is empty."""
        if body.length == 0:
            return None

        def put() -> BodyPlace:
            place = self._bodies.put(body.chunks(), body.length)
            self._bodies.flush()
            return place

        try:
            return await self._aside.run(put)
        except EvidenceError as error:
            why = f"the body was not kept: {error.message}"
            raise ExchangeError(ExchangeErrorKind.OUTCOME_NOT_RECORDED, why) from error

    async def load_body(self, place: BodyPlace | None) -> Body:
        """Read a body into the spool; the caller closes it. Raises `overloaded` where there is no room."""
        if place is None:
            return EMPTY_BODY
        spool = Spool(self._budget, place.length)
        spool.reserve(place.length)

        def read() -> Body:
            for chunk in self._bodies.read(place):
                spool.write(chunk)
            return spool.finish()

        try:
            return await self._aside.run(read)
        except (EvidenceError, OSError) as error:
            spool.drop()
            raise _gone(str(error)) from error

    def seal(self, leaf: bytes, content: MessageRecord) -> bytes:
        """Encrypt what was made of a message, as the log does."""
        return self._sealer.seal(leaf, encode_message(content))

    def unseal(self, leaf: bytes, record: bytes) -> MessageRecord:
        """Read what `seal` made."""
        try:
            return decode_message(open_record(self._store_key, leaf, record))
        except EvidenceError as error:
            raise _gone(error.message) from error

    async def read_entry(self, index: int) -> tuple[Subject, MessageRecord | None]:
        """Read an entry of the own log with its content; the content is None where it never had one."""

        def read() -> tuple[Subject | None, MessageRecord | None]:
            entry = get_entry(self._log, index)
            return find_subject(entry), open_content(self._store_key, entry)

        try:
            subject, content = await self._aside.run(read)
        except (EvidenceError, OSError) as error:
            raise _gone(str(error)) from error
        if subject is None:
            raise _gone(f"entry {index} is about no message")
        return subject, content


def _gone(why: str) -> ExchangeError:
    return ExchangeError(ExchangeErrorKind.LOGGING_FAILED, f"the message cannot be read any more: {why}")
