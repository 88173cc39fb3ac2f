"""A mail server on loopback: takes mail, refuses an address for good, or breaks off after the text."""

from __future__ import annotations

import socketserver
import threading
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Mood(StrEnum):
    TAKES = "takes"
    REFUSES_ADDRESS = "refuses-address"
    BUSY = "busy"
    BREAKS_OFF = "breaks-off"


class MailServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        self.mood = Mood.TAKES
        self.taken: list[bytes] = []
        super().__init__(("127.0.0.1", 0), _Conversation)

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Conversation(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self._say(b"220 test")
        while line := self.rfile.readline().strip().upper():
            if line.startswith(b"RCPT") and self.server.mood is Mood.REFUSES_ADDRESS:
                self._say(b"550 nobody")
            elif line.startswith(b"MAIL") and self.server.mood is Mood.BUSY:
                self._say(b"451 later")
            elif line == b"DATA":
                self._say(b"354 go on")
                if not self._take_text():
                    return
            elif line == b"QUIT":
                self._say(b"221 bye")
                return
            else:
                self._say(b"250 ok")

    def _take_text(self) -> bool:
        text = b""
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            text += line
        self.server.taken.append(text)
        if self.server.mood is Mood.BREAKS_OFF:
            return False
        self._say(b"250 taken")
        return True

    def _say(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")


@contextmanager
def run_mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
