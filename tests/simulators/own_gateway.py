"""The member's own gateway as a site sees it: answers by path, and what it was asked with."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self, cast

if TYPE_CHECKING:
    from types import TracebackType


@dataclass(frozen=True)
class Told:
    """What the gateway answers to a path; `error` is its X-Road-Error, if it refuses."""

    status: int
    body: bytes
    error: str = ""


@dataclass
class OwnGateway:
    """Runs while used as a context. `answers` is looked up by the path behind `/r1/`, without the query."""

    answers: dict[str, Told] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        self.address = f"127.0.0.1:{self._server.server_address[1]}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, gateway: OwnGateway) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.gateway = gateway


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 64 * 1024  # head and body leave in one write

    def do_GET(self) -> None:
        gateway = cast("_Server", self.server).gateway
        gateway.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        told = gateway.answers[self.path.removeprefix("/r1/").partition("?")[0]]
        self.send_response(told.status)
        self.send_header("X-Road-Request-Id", f"0195-{len(gateway.asked)}")
        if told.error:
            self.send_header("X-Road-Error", told.error)
        self.send_header("Content-Length", str(len(told.body)))
        self.end_headers()
        self.wfile.write(told.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 # the base class names it so
        """Say nothing."""
