"""Bringing recall.sqlite up to the log's end, before anyone is let in (rule 4.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lienthong.evidence.errors import EvidenceError
from lienthong.evidence.statement import Request
from lienthong.evidence.subject import find_subject, open_content
from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.gateway.recall import Attempt, Outcome, Recall, hash_attempt
from lienthong.exchange.message import read_request
from lienthong.kernel.canonical import decode_base64url

if TYPE_CHECKING:
    from lienthong.evidence.segment import StoredEntry
    from lienthong.evidence.store import StoreKey

_RELIABLE: Final = b'"reliable":true'
_OUTCOMES: Final = {"response": Outcome.RESPONSE, "refused": Outcome.REFUSED, "unknown": Outcome.UNKNOWN}


class Recalls:
    """Takes the entries of the own log, in order from `start` on."""

    def __init__(self, recall: Recall, store_key: StoreKey, origin: str) -> None:
        self.start = recall.find_mark(origin)
        self._recall = recall
        self._store_key = store_key

    def take(self, kind: str, answers: str, code: str, entry: StoredEntry, now_ms: int) -> None:
        """Take what an entry says of a reliable message; entries taken before change nothing."""
        if kind == "received":
            if _RELIABLE in entry.evidence:
                self._take_request(entry)
        elif kind in _OUTCOMES and answers:
            self._take_outcome(decode_base64url(answers), _OUTCOMES[kind], code, entry.index, now_ms)

    def _take_request(self, entry: StoredEntry) -> None:
        subject = find_subject(entry)
        if subject is not None and isinstance(subject.message, Request):
            attempt = self._find_attempt(entry)
            self._recall.note_received(subject.leaf, subject.message, attempt, is_called=True)

    def _take_outcome(self, leaf: bytes, outcome: Outcome, code: str, entry: int, now_ms: int) -> None:
        if self._recall.find(leaf) is not None:
            self._recall.note_outcome(leaf, outcome, entry, code)
        elif outcome is Outcome.REFUSED and code != ExchangeErrorKind.REPLAYED_MESSAGE:
            # A refused request has no `received`, so nothing says whether it was reliable.
            self._recall.note_refused(leaf, entry, code, now_ms)

    def _find_attempt(self, entry: StoredEntry) -> Attempt | None:
        """Hash the content; None where it is erased or damaged: the message is then found by its leaf alone."""
        try:
            content = open_content(self._store_key, entry)
            if content is None:
                return None
            request = read_request(content.header)
        except (EvidenceError, ExchangeError):
            return None
        return hash_attempt(self._recall.key, request, request.part.target, content.body_sha256)
