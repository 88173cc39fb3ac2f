"""A member's own system behind its gateway: it records what it is asked and answers what a test sets."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self, cast

if TYPE_CHECKING:
    from types import TracebackType


@dataclass(frozen=True)
class Call:
    """One request as it came; header names are lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class BackendAnswer:
    """What to answer."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/json"),)
    body: bytes = b'{"unit":"06886"}'


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        backend = cast("_Server", self.server).backend
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        backend.calls.append(Call(self.command, self.path, headers, body))
        backend.called.set()
        backend.may_answer.wait(10)
        answer = backend.answer
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 # the base class names it so
        """Say nothing."""


for _method in ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
    setattr(_Handler, f"do_{_method}", _Handler.answer)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
    backend: Backend

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a gateway that was killed leaves its calls without a reader."""


@dataclass
class Backend:
    """`calls` in the order they came; clear `may_answer` to keep a call waiting."""

    answer: BackendAnswer = field(default_factory=BackendAnswer)
    calls: list[Call] = field(default_factory=list)
    called: threading.Event = field(default_factory=threading.Event)
    may_answer: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self.may_answer.set()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.backend = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.may_answer.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])
