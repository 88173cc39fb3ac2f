"""Operational monitoring records with X-Road's field names, read from the log and its index (docs/operate.md).

Nothing is noted on a message's way: the log already says what was asked and how it ended, in statements that hold no
personal data (rule 8). So records of the past are there from the first day, and survive what the log survives. A
request that was refused has a record at the gateway that asked, and at the other only if it was received; what was
refused before it was logged has none. Method and sizes come from the erasable content, as long as it is kept;
the path asked for is never told: it may hold a person's number.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

import msgspec

from lienthong.evidence.errors import EvidenceError
from lienthong.evidence.peer import decode_peer_evidence
from lienthong.evidence.reader import read_batches
from lienthong.evidence.segment import StoredEntry
from lienthong.evidence.statement import Received, Refused, Request, Response, Unknown, decode_statement
from lienthong.evidence.subject import open_content
from lienthong.evidence.tree import leaf_hash
from lienthong.kernel.canonical import encode_base64url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from lienthong.evidence.index import Index
    from lienthong.evidence.store import MessageRecord, StoreKey

MAX_PAGE: Final = 1000
MAX_SCAN: Final = 200_000
"""Entries that one page looks at: under two seconds of a thread's work."""
ANSWER_WITHIN: Final = 20_000
"""Entries within which an answer is looked for, behind the last request of a page."""

_EMPTY: Final = sha256(b"").digest()

Answer = Response | Refused | Unknown


class MonitoringRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """One exchange as this gateway saw it. Times in Unix ms, of the moment when it was written into the log.

    The gateway that asked has `requestOutTs` (its request is logged just before it leaves) and `responseInTs`; the one
    that was asked has `requestInTs` and `responseOutTs`.
    """

    entry: int
    """Where the record begins in the log; pages go on from it. X-Road has no such field."""
    monitoring_data_ts: int
    security_server_type: str
    request_in_ts: int | None = None
    request_out_ts: int | None = None
    response_in_ts: int | None = None
    response_out_ts: int | None = None
    client_x_road_instance: str
    client_member_class: str
    client_member_code: str
    client_subsystem_code: str = ""
    service_x_road_instance: str
    service_member_class: str
    service_member_code: str
    service_subsystem_code: str
    service_code: str
    client_security_server_address: str = ""
    service_security_server_address: str = ""
    rest_method: str = ""
    x_request_id: str
    request_size: int | None = None
    """Bytes of header part and body, as logged; None once they are erased, and where the body was not kept."""
    response_size: int | None = None
    succeeded: bool
    status_code: int | None = None
    fault_code: str | None = None


class MonitoringPage(msgspec.Struct, frozen=True):
    """Records in the order of their requests; `next` is the entry to go on from, None at the end."""

    records: tuple[MonitoringRecord, ...]
    next: int | None


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which records: from an entry and a time on, before a time, of one client (or member), at most `limit`."""

    after: int = 0
    since: int = 0
    before: int = 2**63 - 1
    client: str = ""
    service: str = ""
    limit: int = 100


class _Seen(msgspec.Struct):
    """A request on its way through the log, and its answer if there is one."""

    stored: StoredEntry
    request: Request
    is_own: bool
    other: str
    answer: Answer | None = None
    answered: StoredEntry | None = None

    @property
    def entry(self) -> int:
        return self.stored.index


class Monitoring:
    """The records of one gateway. Each call reads segments: in a thread."""

    def __init__(self, log: Path, origin: str, index: Index, store_key: StoreKey) -> None:
        self._log = log
        self._store_key = store_key
        self._origin = origin
        self._index = index

    def read(self, wanted: Wanted) -> MonitoringPage:
        """Give one page; raises EvidenceError where the log or the index can't be read."""
        start = max(wanted.after, self._index.find_last_before(wanted.since) or 0)
        limit = max(1, min(wanted.limit, MAX_PAGE))
        found, following = self._scan(start, limit, lambda request: _is_wanted(wanted, request))
        records = [self._record(each) for each in found]
        within = [each for each in records if wanted.since <= each.monitoring_data_ts < wanted.before]
        if any(each.monitoring_data_ts >= wanted.before for each in records):
            following = None
        return MonitoringPage(tuple(within), following)

    def _scan(self, start: int, limit: int, is_wanted: Callable[[Request], bool]) -> tuple[list[_Seen], int | None]:
        """Give the first requests from an entry on with their answers, and where the next page begins."""
        found: dict[str, _Seen] = {}
        waiting = 0
        following: int | None = None
        for entry in self._entries(start):
            statement = decode_statement(entry.statement)
            request = _read_request(entry, statement)
            if request is not None and following is None and is_wanted(request[1].request):
                if len(found) == limit:
                    following = entry.index
                else:
                    found[request[0]] = request[1]
                    waiting += 1
            answer = _read_answer(entry, statement)
            if answer is not None and (seen := found.get(answer.answers)) is not None and seen.answer is None:
                seen.answer, seen.answered = answer, entry
                waiting -= 1
            if following is not None and (waiting == 0 or entry.index > following + ANSWER_WITHIN):
                break
            if entry.index >= start + MAX_SCAN:
                following = entry.index + 1 if following is None else following
                break
        return list(found.values()), following

    def _entries(self, start: int) -> Iterator[StoredEntry]:
        if self._index.count_entries() == 0:
            return
        for batch in read_batches(self._log, start):
            yield from (entry for entry in batch.entries if entry.index >= start)

    def _record(self, seen: _Seen) -> MonitoringRecord:
        request, answer = seen.request, seen.answer
        times = {row.entry: row.time for row in self._index.find_exchange(request.exchange)}
        begun = times.get(seen.entry, request.time)
        ended = None if seen.answered is None else times.get(seen.answered.index)
        asked = self._open(seen.stored)
        own = f"{self._origin.rpartition('/')[0]}"
        client, service = request.client.split("/"), request.service.split("/")
        return MonitoringRecord(
            entry=seen.entry,
            monitoring_data_ts=ended or begun,
            security_server_type="Client" if seen.is_own else "Producer",
            request_in_ts=None if seen.is_own else begun,
            request_out_ts=begun if seen.is_own else None,
            response_in_ts=ended if seen.is_own else None,
            response_out_ts=None if seen.is_own else ended,
            client_x_road_instance=client[0],
            client_member_class=client[1],
            client_member_code=client[2],
            client_subsystem_code="/".join(client[3:]),
            service_x_road_instance=service[0],
            service_member_class=service[1],
            service_member_code=service[2],
            service_subsystem_code=service[3],
            service_code=service[4],
            client_security_server_address=own if seen.is_own else seen.other,
            service_security_server_address=seen.other if seen.is_own else own,
            rest_method="" if asked is None else asked.header.partition(b"\r\n")[0].decode("ascii", "replace"),
            x_request_id=request.exchange,
            request_size=_measure(asked),
            response_size=None if seen.answered is None else _measure(self._open(seen.answered)),
            succeeded=isinstance(answer, Response),
            status_code=answer.status if isinstance(answer, Response) else None,
            fault_code=_fault_of(answer),
        )

    def _open(self, entry: StoredEntry) -> MessageRecord | None:
        try:
            return open_content(self._store_key, entry)
        except EvidenceError:
            return None  # erased, or damaged, which `log check` tells


def _measure(content: MessageRecord | None) -> int | None:
    if content is None:
        return None
    if content.body is not None:
        return len(content.header) + content.body.length
    return len(content.header) if content.body_sha256 == _EMPTY else None


def _read_request(entry: StoredEntry, statement: object) -> tuple[str, _Seen] | None:
    """Give a request that begins here, ours or a peer's, under its leaf."""
    if isinstance(statement, Request):
        other = statement.to.rpartition("/")[0]
        return encode_base64url(leaf_hash(entry.statement)), _Seen(entry, statement, is_own=True, other=other)
    if isinstance(statement, Received):
        request = _read_peers(entry)
        if isinstance(request, Request):
            return statement.leaf, _Seen(entry, request, is_own=False, other=statement.from_.rpartition("/")[0])
    return None


def _read_answer(entry: StoredEntry, statement: object) -> Answer | None:
    """Give an answer that is recorded here, ours or a peer's."""
    if isinstance(statement, Received):
        statement = _read_peers(entry)
    return statement if isinstance(statement, Response | Refused | Unknown) else None


def _read_peers(entry: StoredEntry) -> object:
    try:
        return decode_statement(decode_peer_evidence(entry.evidence).statement)
    except EvidenceError:
        return None


def _is_wanted(wanted: Wanted, request: Request) -> bool:
    return _is_under(request.client, wanted.client) and _is_under(request.service, wanted.service)


def _is_under(name: str, wanted: str) -> bool:
    return not wanted or name == wanted or name.startswith(wanted + "/")


def _fault_of(answer: Answer | None) -> str | None:
    if answer is None:
        return "no_answer"
    if isinstance(answer, Refused):
        return answer.code
    return "outcome_unknown" if isinstance(answer, Unknown) else None
