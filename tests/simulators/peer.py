"""A gateway of another member: real keys, a real log and the real frames, and it can lie in any one thing.

Each lie is a function from what an honest gateway would log or send to what this one does: `logged` changes the
statement that goes into its log, `head` the proof of its log, `sent` the frame of the message, `body` the body.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256, sha512
from typing import TYPE_CHECKING, Self, TypeAlias, TypeVar

from lienthong.evidence.batch import Committed, Entry, Head
from lienthong.evidence.log import LogPorts, open_log
from lienthong.evidence.message_part import make_request_part, parse_request_part, parse_response_part
from lienthong.evidence.statement import (
    Refused,
    RequestEnvelope,
    ResponseEnvelope,
    Statement,
    Unknown,
    encode_statement,
    rebuild_request,
    rebuild_response,
)
from lienthong.evidence.tree import leaf_hash
from lienthong.exchange.gateway import frames
from lienthong.exchange.gateway.frames import FrameType, RefusalKind
from lienthong.exchange.gateway.peers import make_tls_contexts
from lienthong.exchange.message import hash_request, prepare_response, read_request
from lienthong.kernel.canonical import encode_base64url
from lienthong.kernel.ids import new_uuid4
from lienthong.kernel.keys import load_signing_key
from tests.simulators.files import QuickFiles
from tests.simulators.turns import Turns

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

    Behaviour: TypeAlias = Callable[["PeerLink", "Asked"], object]
    Reply: TypeAlias = frames.AnswerFrame | frames.RefuseFrame | frames.ErrorFrame

T = TypeVar("T")
Lie: TypeAlias = "Callable[[T], T]"

LIFE_MS = 5 * 60 * 1000
PATIENCE_S = 10.0
"""A test that waits longer than this for a frame has failed."""


def honest(value: T) -> T:
    """No lie."""
    return value


class LinkGone(Exception):  # noqa: N818 # an event of the link, not a mistake
    """The gateway ended the link."""


@dataclass(frozen=True)
class Question:
    """A request as its sender means it."""

    part: bytes
    time: int
    until: int
    body: bytes = b""
    reliable: bool = False
    salt: bytes = field(default_factory=lambda: os.urandom(16))

    def statement(self, to: str) -> Statement:
        """Give what an honest gateway logs."""
        envelope = RequestEnvelope(to, self.time, self.until, self.reliable, self.salt)
        return rebuild_request(parse_request_part(self.part), sha256(self.body).digest(), envelope)


def make_question(
    client: str,
    target: str,
    *,
    method: bytes = b"GET",
    headers: tuple[tuple[bytes, bytes], ...] = (),
    body: bytes = b"",
    now: int | None = None,
) -> Question:
    """Make a well-formed question; `target` is the service with path and query."""
    control = (
        (b"X-Road-Client", client.encode()),
        (b"X-Road-Id", b"DEMO-" + new_uuid4().encode()),
        (b"X-Road-Request-Id", new_uuid4().encode()),
    )
    named = {name.lower() for name, _ in headers}
    kept = [header for header in control if header[0].lower() not in named]
    part = make_request_part(method, b"/r1/" + target.encode(), [*headers, *kept]).raw
    at = time.time_ns() // 1_000_000 if now is None else now
    return Question(part, at, at + LIFE_MS, body)


@dataclass(frozen=True)
class Asked:
    """A request that came to this peer, with the head that it came under."""

    frame: frames.OpenFrame
    head: frames.HeadFrame
    body: bytes
    leaf: bytes


class Peer:
    """The gateway `gateway`, whose keys and log lie in `folder` as a real one's do."""

    def __init__(self, gateway: str, folder: Path, authority: str) -> None:
        self.gateway = gateway
        self.origin = f"{gateway}/1"
        self.key = load_signing_key(folder / "keys" / "log.key")
        self.known_head = b""
        """What it answers to one who asks for the highest head it knows."""
        keys = folder / "keys"
        self.dial_with, self.accept_with = make_tls_contexts(authority, keys / "tls.pem", keys / "tls.key")
        self._turns = Turns()
        self._using = threading.Lock()
        ports = LogPorts(self._turns.schedule, _fail, files=QuickFiles())
        self.log = open_log(folder / "log", self.origin, self.key, ports)
        self.log.resume(None)

    def append(self, *statements: Statement) -> list[Committed]:
        """Log statements in one batch, under a signed head."""
        done: list[Committed | None] = []
        with self._using:
            for raw in map(encode_statement, statements):
                self.log.append(Entry(raw, leaf_hash(raw), proven=True), done.append)
            self._turns.run()
        return [committed for committed in done if committed is not None]

    def dial(self, address: str, *, seen: int = 0, origin: str | None = None) -> PeerLink:
        """Make a link to a gateway and say HELLO; `origin` may be a lie."""
        link = self.connect(address)
        link.say_hello(seen, origin)
        link.hear_hello()
        return link

    def connect(self, address: str, tls: ssl.SSLContext | None = None) -> PeerLink:
        """Make a TLS connection, and nothing more."""
        host, _, port = address.rpartition(":")
        plain = socket.create_connection((host, int(port)), PATIENCE_S)
        return PeerLink(self, (tls or self.dial_with).wrap_socket(plain))

    def close(self) -> None:
        """Close the log."""
        self.log.close()


class PeerLink:
    """One link, at either end. `heads` are those that came, `sent_size` is what the gateway has seen of our log."""

    def __init__(self, peer: Peer, connection: ssl.SSLSocket) -> None:
        self.peer = peer
        self.to = ""
        self.heads: list[frames.HeadFrame] = []
        self.sent_size = 0
        self._connection = connection
        self._rest = b""
        self._frames: list[tuple[int, bytes]] = []
        self._stream = 0
        self._last_head: Head | None = None
        connection.settimeout(PATIENCE_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Drop the connection."""
        self._connection.close()

    def shut(self) -> None:
        """End the connection under a thread that reads from it."""
        with suppress(OSError):
            socket.socket.shutdown(self._connection, socket.SHUT_RDWR)

    # Frames.

    def send(self, *frame: bytes) -> None:
        """Send frames as they are."""
        try:
            self._connection.sendall(b"".join(frame))
        except ConnectionError as error:
            raise LinkGone from error

    def receive(self) -> tuple[int, bytes]:
        """Give the next frame; `LinkGone` if the gateway has closed."""
        while not self._frames:
            try:
                data = self._connection.recv(65536)
            except TimeoutError:
                raise
            except OSError as error:
                raise LinkGone from error
            if not data:
                raise LinkGone
            self._frames, self._rest = frames.split_frames(self._rest + data)
        return self._frames.pop(0)

    def say_hello(self, seen: int = 0, origin: str | None = None) -> None:
        """Send HELLO."""
        self.send(frames.encode_hello(frames.Hello(frames.WIRE_VERSION, origin or self.peer.origin, seen)))

    def hear_hello(self) -> frames.Hello:
        """Read HELLO."""
        kind, payload = self.receive()
        assert kind == FrameType.HELLO
        hello = frames.decode_hello(payload)
        self.to, self.sent_size = hello.origin, hello.seen
        return hello

    def send_head(self, committed: Committed, lie: Lie[frames.HeadFrame] = honest) -> None:
        """Send the head of a batch, if the last one sent on this link was another."""
        head, previous = committed.head, self.sent_size
        if head is self._last_head:
            return
        self._last_head = head
        consistency = self.peer.log.prove_consistency(previous, head.size) if 0 < previous < head.size else ()
        told = lie(frames.HeadFrame(head.first, head.size, previous, head.checkpoint, head.suffix, consistency))
        self.send(frames.encode_head(told))
        self.sent_size = head.size

    # Asking.

    def ask(
        self,
        question: Question,
        *,
        logged: Lie[Statement] = honest,
        head: Lie[frames.HeadFrame] = honest,
        sent: Lie[frames.OpenFrame] = honest,
    ) -> int:
        """Log a question and send it; gives its stream."""
        (committed,) = self.peer.append(logged(question.statement(self.to)))
        return self.send_question(question, committed, head=head, sent=sent)

    def send_question(
        self,
        question: Question,
        committed: Committed,
        *,
        head: Lie[frames.HeadFrame] = honest,
        sent: Lie[frames.OpenFrame] = honest,
    ) -> int:
        """Send a question that was logged before."""
        self._stream += 1
        self.send_head(committed, head)
        first, rest = question.body[: frames.CHUNK_SIZE], question.body[frames.CHUNK_SIZE :]
        told = sent(
            frames.OpenFrame(
                self._stream,
                committed.index,
                question.time,
                question.until,
                question.reliable,
                question.salt,
                len(question.body),
                committed.head.path(committed.index),
                question.part,
                first,
            )
        )
        self.send(frames.encode_open(told), *_data_frames(told.stream, rest))
        return told.stream

    def hear(self, stream: int) -> tuple[Reply, bytes]:
        """Give the reply on a stream, with its whole body."""
        while True:
            kind, payload = self.receive()
            if kind == FrameType.HEAD:
                self.heads.append(frames.decode_head(payload))
            elif kind == FrameType.ANSWER:
                answer = frames.decode_answer(payload)
                assert answer.stream == stream
                return answer, self._read_body(answer.body_length, answer.chunk)
            elif kind == FrameType.REFUSE:
                return frames.decode_refuse(payload), b""
            elif kind == FrameType.ERROR:
                return frames.decode_error(payload), b""

    def is_gone(self) -> bool:
        """Say whether the gateway ends the link; frames that come before that are read and passed over."""
        try:
            while True:
                self.receive()
        except LinkGone:
            return True
        except TimeoutError:
            return False

    # Answering.

    def serve(self, behave: Behaviour) -> None:
        """Take requests until the link is gone."""
        hello = self.hear_hello()
        self.say_hello()
        self.to = hello.origin
        while True:
            kind, payload = self.receive()
            if kind == FrameType.HEAD:
                self.heads.append(frames.decode_head(payload))
            elif kind == FrameType.ASK_HEAD:
                self.send(frames.frame(FrameType.KNOWN_HEAD, self.peer.known_head))
            elif kind == FrameType.OPEN:
                behave(self, self._read_question(frames.decode_open(payload)))

    def answer(
        self,
        asked: Asked,
        *,
        part: Lie[bytes] = honest,
        body: bytes = b'{"unit":"06886"}',
        logged: Lie[Statement] = honest,
        head: Lie[frames.HeadFrame] = honest,
        sent: Lie[frames.AnswerFrame] = honest,
    ) -> Committed:
        """Log an answer and send it. `part` changes its header part before it is logged."""
        request = read_request(asked.frame.header_part)
        request_hash = hash_request(asked.frame.header_part, sha512(asked.body).digest() if asked.body else None)
        headers = [(b"Content-Type", b"application/json")]
        header_part = part(prepare_response(200, b"OK", headers, request, request_hash))
        now, salt = time.time_ns() // 1_000_000, os.urandom(16)
        envelope = ResponseEnvelope(self.to, now, asked.leaf, salt)
        statement = rebuild_response(parse_response_part(header_part), sha256(body).digest(), envelope)
        (committed,) = self.peer.append(logged(statement))
        self.send_head(committed, head)
        told = sent(
            frames.AnswerFrame(
                asked.frame.stream,
                committed.index,
                now,
                salt,
                len(body),
                committed.head.path(committed.index),
                header_part,
                body[: frames.CHUNK_SIZE],
            )
        )
        self.send(frames.encode_answer(told), *_data_frames(told.stream, body[frames.CHUNK_SIZE :]))
        return committed

    def refuse(
        self,
        asked: Asked,
        code: str,
        *,
        kind: RefusalKind = RefusalKind.REFUSED,
        logged: Lie[Statement] = honest,
        sent: Lie[frames.RefuseFrame] = honest,
    ) -> None:
        """Log a refusal or `unknown` and send it."""
        answers = encode_base64url(asked.leaf)
        refused = kind is RefusalKind.REFUSED
        statement = Refused(answers=answers, code=code, to=self.to) if refused else Unknown(answers=answers)
        (committed,) = self.peer.append(logged(statement))
        self.send_head(committed)
        path = committed.head.path(committed.index)
        told = frames.RefuseFrame(asked.frame.stream, kind, committed.index, path, code, "because")
        self.send(frames.encode_refuse(sent(told)))

    def _read_question(self, frame: frames.OpenFrame) -> Asked:
        body = self._read_body(frame.body_length, frame.chunk)
        question = Question(frame.header_part, frame.time, frame.until, body, frame.reliable, frame.salt)
        leaf = leaf_hash(encode_statement(question.statement(self.peer.origin)))
        return Asked(frame, self.heads[-1], body, leaf)

    def _read_body(self, length: int, body: bytes) -> bytes:
        while len(body) < length:
            kind, payload = self.receive()
            if kind == FrameType.DATA:
                body += frames.decode_data(payload)[1]
        return body


class PeerServer:
    """A peer's accepting end, in threads: it serves each link that a gateway dials, as `behave` says."""

    def __init__(self, peer: Peer, address: str) -> None:
        self.peer = peer
        self.behave: Behaviour = lambda link, asked: link.answer(asked)
        self.links: list[PeerLink] = []
        host, _, port = address.rpartition(":")
        self._listening = socket.create_server((host, int(port)))
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def close(self) -> None:
        """End all links and threads."""
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for link in self.links:
            link.shut()
        for thread in self._threads:
            thread.join(PATIENCE_S)
            assert not thread.is_alive()

    def _accept(self) -> None:
        while True:
            try:
                plain, _ = self._listening.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(plain,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, plain: socket.socket) -> None:
        plain.settimeout(PATIENCE_S)
        try:
            connection = self.peer.accept_with.wrap_socket(plain, server_side=True)
        except OSError:
            plain.close()
            return
        link = PeerLink(self.peer, connection)
        self.links.append(link)
        try:
            link.serve(lambda link, asked: self.behave(link, asked))  # noqa: PLW0108 # a test may set another one
        except (LinkGone, OSError):
            # The gateway has ended the link, perhaps between two frames of one lie: a test sees it at that end.
            pass
        finally:
            link.close()


def _data_frames(stream: int, rest: bytes) -> list[bytes]:
    size = frames.CHUNK_SIZE
    return [b"".join(frames.encode_data(stream, rest[at : at + size])) for at in range(0, len(rest), size)]


def _fail(error: Exception) -> None:
    raise error
