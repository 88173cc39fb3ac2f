"""A provider's service with a table of effects, that deduplicates by X-Road-Id or does not, and may fail after one."""

from __future__ import annotations

import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType


class Ledger:
    """`effects` has the X-Road-Id of each effect, in order. `after_effect` is called once, and no answer given then."""

    def __init__(self, port: int) -> None:
        self.effects: list[str] = []
        self.deduplicates = False
        self.after_effect: Callable[[], None] | None = None
        self._using = threading.Lock()
        self._server = _Server(("127.0.0.1", port), _make_handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def act(self, xroad_id: str) -> bool:
        """Have the effect, as a transaction would; False where the answer is lost after it."""
        with self._using:
            if not (self.deduplicates and xroad_id in self.effects):
                self.effects.append(xroad_id)
            after, self.after_effect = self.after_effect, None
        if after is not None:
            after()
        return after is None


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Stay silent: a gateway that was killed leaves broken connections."""


def _make_handler(ledger: Ledger) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 64 * 1024

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", "0")))
            if not ledger.act(self.headers["X-Road-Id"]):
                self.close_connection = True
                return
            body = b'{"done":true}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with suppress(ConnectionError):
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's signature
            """Stay silent."""

    return Handler
