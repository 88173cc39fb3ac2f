"""Two members with real homes: keys, directory, logs, stores, indexes; and exchanges between them as gateways log them.

What a gateway does over sockets is done here by calls, in the same order and with the same bytes.
"""

from __future__ import annotations

import os
from collections import deque
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, TypeAlias

import msgspec
from msgspec import UNSET

from lienthong.directory.authority import make_authority
from lienthong.directory.members import Directory, Gateway, LogKey, Member, Subsystem, sign_directory
from lienthong.evidence.batch import Entry
from lienthong.evidence.bodies import BodyStore
from lienthong.evidence.index import Index, IndexRow
from lienthong.evidence.log import LogPorts, LogSettings, create_log, open_log
from lienthong.evidence.message_part import (
    make_request_part,
    make_response_part,
)
from lienthong.evidence.peer import PeerEvidence, PeerHead, encode_peer
from lienthong.evidence.statement import (
    Received,
    Refused,
    Request,
    RequestEnvelope,
    Response,
    ResponseEnvelope,
    Unknown,
    encode_statement,
    rebuild_request,
    rebuild_response,
)
from lienthong.evidence.store import MessageRecord, RecordSealer, StoreKey, encode_message
from lienthong.evidence.tree import leaf_hash
from lienthong.kernel.canonical import encode_base64url
from lienthong.kernel.ids import new_uuid4
from lienthong.kernel.keys import SigningKey, make_secret, make_signing_key, store_secret
from tests.clocks import SetClock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lienthong.evidence.batch import Committed
    from lienthong.evidence.log import Log
    from lienthong.evidence.store import BodyPlace

Lie: TypeAlias = dict[str, object]
"""Fields of a statement and what a gateway that lies writes into them."""

NOW = 1_795_000_000_000
CLIENT = "DEMO/GOV/Z99.01/PORTAL"
SERVICE = "DEMO/GOV/Z99.02/AREAS/units"
SMALL_LOG = LogSettings(segment_bytes=64 * 1024)


@dataclass(frozen=True)
class Sent:
    """A message in its sender's log: what goes over the wire with its proof."""

    statement: Request | Response | Refused | Unknown
    raw: bytes
    committed: Committed
    content: MessageRecord
    exchange: str


@dataclass
class Home:
    """One gateway: its open log, store and index, as the process has them."""

    folder: Path
    origin: str
    clock: SetClock
    key: SigningKey = field(default_factory=make_signing_key)

    def open(self) -> None:
        """Make keys and log, and open everything."""
        keys = self.folder / "keys"
        keys.mkdir(parents=True, mode=0o700)
        store_secret(keys / "store.key", secret := make_secret())
        store_secret(keys / "index.key", index_key := make_secret())
        self.store_key = StoreKey(secret)
        self.index_key = index_key
        create_log(self.folder / "log", self.origin, self.key, settings=SMALL_LOG)
        self._turn: deque[Callable[[], None]] = deque()
        self._errors: list[Exception] = []
        ports = LogPorts(schedule=self._turn.append, on_failure=self._errors.append)
        self.log: Log = open_log(self.folder / "log", self.origin, self.key, ports, SMALL_LOG)
        self.log.resume(None)
        self.bodies = BodyStore(self.folder / "store", self.clock)
        self.open_index_again()

    def open_index_again(self) -> None:
        """Open the index, or a new one where the file is gone."""
        self.index = Index(self.folder / "index.sqlite", self.index_key)

    def append(self, *entries: Entry) -> list[Committed]:
        """Commit entries as one batch."""
        done: list[Committed | None] = []
        for entry in entries:
            self.log.append(entry, done.append)
        while self._turn:
            self._turn.popleft()()
        assert self._errors == []
        return [committed for committed in done if committed is not None]

    def publish(self) -> None:
        """Do what the gateway does each second."""
        self.log.publish()
        self.bodies.flush()
        self.index.flush()

    def close(self) -> None:
        self.publish()
        self.log.close()
        self.bodies.close()
        self.index.close()

    def keep(self, body: bytes) -> BodyPlace | None:
        return self.bodies.put((body,), len(body)) if body else None

    def send(self, statement: Request | Response | Refused | Unknown, content: MessageRecord, exchange: str) -> Sent:
        """Log a message and note it in the index."""
        raw = encode_statement(statement)
        record = b""
        if isinstance(statement, Request | Response):
            record = RecordSealer(self.store_key).seal(leaf_hash(raw), encode_message(content))
        (committed,) = self.append(Entry(raw, leaf_hash(raw), proven=True, record=record))
        xroad_id = b"message-of-" + exchange.encode() if record else None
        self.index.note(IndexRow(committed.index, statement.kind, exchange, self.clock.now_ms(), xroad_id))
        return Sent(statement, raw, committed, content, exchange)

    def receive(self, sent: Sent, origin: str, content: MessageRecord, lie: Lie | None = None) -> Committed:
        """Log that a peer's message was received, with what proves it; `lie` replaces fields of the statement."""
        head = sent.committed.head
        request = sent.statement if isinstance(sent.statement, Request) else None
        received = Received(
            from_=origin,
            leaf=encode_base64url(sent.committed.leaf),
            index=sent.committed.index,
            size=head.size,
            root=encode_base64url(head.root),
            exchange=UNSET if request is None else request.exchange,
            id=UNSET if request is None else request.id,
            until=UNSET if request is None else request.until,
        )
        received = msgspec.structs.replace(received, **lie or {})
        raw = encode_statement(received)
        record = b""
        if isinstance(sent.statement, Request | Response):
            record = RecordSealer(self.store_key).seal(leaf_hash(raw), encode_message(content))
        evidence = PeerEvidence(sent.raw, sent.committed.index, head.path(sent.committed.index))
        shared = encode_peer(PeerHead(head.checkpoint, head.first, head.suffix))
        entry = Entry(raw, leaf_hash(raw), proven=False, record=record, evidence=encode_peer(evidence), shared=shared)
        (committed,) = self.append(entry)
        xroad_id = b"message-of-" + sent.exchange.encode()
        self.index.note(IndexRow(committed.index, "received", sent.exchange, self.clock.now_ms(), xroad_id))
        return committed


@dataclass(frozen=True)
class Exchange:
    """The messages of one exchange and their contents."""

    id: str
    request: Sent
    answer: Sent | None
    request_body: bytes
    answer_body: bytes


class Members:
    """A consumer and a provider that know each other through one directory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = SetClock(NOW)
        self.root = make_signing_key()
        self.consumer = Home(folder / "consumer", "DEMO/GOV/Z99.01/GW1/1", self.clock)
        self.provider = Home(folder / "provider", "DEMO/GOV/Z99.02/GW1/1", self.clock)
        self.authority = make_authority("test authority").certificate_pem.decode("ascii")
        for home in (self.consumer, self.provider):
            home.open()
        self.write_directory(self.describe())

    def describe(self, *extra: Gateway, version: int = 1) -> Directory:
        """Give the directory of both, and of `extra` gateways of a third member."""
        return Directory(
            version=version,
            instance="DEMO",
            issued=NOW - 1000,
            expires=NOW + 1000,
            authority=self.authority,
            members=(
                Member("DEMO/GOV/Z99.01", "Xã Mẫu", (Subsystem("PORTAL", "Cổng"),)),
                Member("DEMO/GOV/Z99.02", "Sở Mẫu", (Subsystem("AREAS", "Địa giới"),)),
                Member("DEMO/GOV/Z99.03", "Khác"),
            ),
            gateways=(
                Gateway("DEMO/GOV/Z99.01/GW1", ("127.0.0.1:1",), (), (self.log_key(self.consumer),)),
                Gateway("DEMO/GOV/Z99.02/GW1", ("127.0.0.1:2",), (), (self.log_key(self.provider),)),
                *extra,
            ),
        )

    def log_key(self, home: Home) -> LogKey:
        return LogKey(home.origin, home.key.verify_key, NOW - 1000)

    def write_directory(self, directory: Directory) -> None:
        """Sign the directory and give it to both gateways."""
        (self.folder / "directory.json").write_bytes(sign_directory(directory, self.root))
        for home in (self.consumer, self.provider):
            (home.folder / "gateway.toml").write_text(
                f'gateway = "x"\nlog = "{home.origin}"\n[directory]\nfile = "../directory.json"\n'
                f'root = "{encode_base64url(self.root.verify_key.raw)}"\n[listen]\npeers = "127.0.0.1:0"\n'
            )

    def ask(
        self, body: bytes = b"", *, path: str = "/old/1?q=2", purpose: str = "1.001193#CASE-7", lie: Lie | None = None
    ) -> Sent:
        """Log a request at the consumer and its receipt at the provider."""
        exchange = new_uuid4()
        headers = [
            (b"X-Road-Client", CLIENT),
            (b"X-Road-Id", f"message-of-{exchange}"),
            (b"X-Road-Request-Id", exchange),
        ]
        if purpose:
            headers.append((b"X-Road-Purpose", purpose))
        part = make_request_part(
            b"POST" if body else b"GET",
            f"/r1/{SERVICE}{path}".encode(),
            [(name, value.encode()) for name, value in headers],
        )
        salt, digest = os.urandom(16), sha256(body).digest()
        now = self.clock.now_ms()
        envelope = RequestEnvelope(self.provider.origin, now, now + 300_000, reliable=False, salt=salt)
        statement = rebuild_request(part, digest, envelope)
        statement = msgspec.structs.replace(statement, **lie or {})
        content = MessageRecord(salt, part.raw, self.consumer.keep(body), digest)
        sent = self.consumer.send(statement, content, exchange)
        theirs = MessageRecord(salt, part.raw, self.provider.keep(body), digest)
        self.provider.receive(sent, self.consumer.origin, theirs)
        return sent

    def answer(
        self, request: Sent, body: bytes = b"answer", *, lie: Lie | None = None, received_lie: Lie | None = None
    ) -> Sent:
        """Log the response at the provider and its receipt at the consumer; lies replace statements' fields."""
        asked = request.statement
        assert isinstance(asked, Request)
        headers = [
            (b"Content-Type", b"application/json"),
            (b"X-Road-Client", CLIENT.encode()),
            (b"X-Road-Id", f"message-of-{asked.exchange}".encode()),
            (b"X-Road-Request-Id", asked.exchange.encode()),
            (b"X-Road-Service", SERVICE.encode()),
        ]
        part = make_response_part(200, b"OK", headers)
        salt, digest = os.urandom(16), sha256(body).digest()
        envelope = ResponseEnvelope(self.consumer.origin, self.clock.now_ms(), request.committed.leaf, salt)
        statement = rebuild_response(part, digest, envelope)
        statement = msgspec.structs.replace(statement, **lie or {})
        sent = self.provider.send(
            statement, MessageRecord(salt, part.raw, self.provider.keep(body), digest), asked.exchange
        )
        ours = MessageRecord(salt, part.raw, self.consumer.keep(body), digest)
        self.consumer.receive(sent, self.provider.origin, ours, received_lie)
        return sent

    def end(self, request: Sent, statement: Refused | Unknown) -> Sent:
        """Log an outcome without content at the provider and its receipt at the consumer."""
        assert isinstance(request.statement, Request)
        exchange = request.statement.exchange
        nothing = MessageRecord(b"", b"")
        sent = self.provider.send(statement, nothing, exchange)
        self.consumer.receive(sent, self.provider.origin, nothing)
        return sent

    def exchange(self, request_body: bytes = b"question", answer_body: bytes = b"answer") -> Exchange:
        """Make a whole exchange, publish both logs, and let a second go by."""
        request = self.ask(request_body)
        self.clock.advance(40)
        answer = self.answer(request, answer_body)
        self.publish()
        assert isinstance(request.statement, Request)
        return Exchange(request.statement.exchange, request, answer, request_body, answer_body)

    def publish(self) -> None:
        for home in (self.consumer, self.provider):
            home.publish()

    def close(self) -> None:
        for home in (self.consumer, self.provider):
            home.close()
