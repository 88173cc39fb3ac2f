"""A provider's service that keeps its own record of what it was asked to do."""

from __future__ import annotations

import json
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from types import TracebackType

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Execution:
    """One call that reached the service: the exchange (X-Road-Request-Id), the X-Road-Id, and the body's length."""

    exchange: str
    xroad_id: str
    method: str
    body_length: int


class RecordingService:
    """Answers every request with what it was asked, and remembers each in `executions`.

    `pause_s` is how long an answer takes; `?bytes=N` asks for an answer with a body of at least N bytes.
    """

    def __init__(self, port: int, pause_s: float = 0.0) -> None:
        self.executions: list[Execution] = []
        self.pause_s = pause_s
        self._server = _Server((HOST, port), _make_handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """A gateway that was killed leaves broken connections, as it should."""


def _make_handler(service: RecordingService) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 64 * 1024  # head and body leave in one write

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            execution = Execution(self.headers["X-Road-Request-Id"], self.headers["X-Road-Id"], self.command, len(body))
            # The effect: from here on the request was carried out, whatever becomes of the answer.
            service.executions.append(execution)
            time.sleep(service.pause_s)
            wanted = int(parse_qs(urlsplit(self.path).query).get("bytes", ["0"])[0])
            answer = json.dumps({"id": execution.xroad_id, "length": len(body)}).encode().ljust(wanted)
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            with suppress(ConnectionError):
                self.wfile.write(answer)

        do_GET = do_POST = _answer  # noqa: N815 - the names that http.server looks for

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's signature
            """Stay silent."""

    return Handler
