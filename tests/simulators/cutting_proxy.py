"""A network between two gateways that cuts each connection after so many bytes of the answering side."""

from __future__ import annotations

import select
import socket
import struct
import threading
from functools import partial
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

_PIECE = 512
_ABRUPT = struct.pack("ii", 1, 0)


class CuttingProxy:
    """Forwards to `target`; `limit` gives, by the connection's number, after how many bytes it is cut."""

    def __init__(self, target: str, limit: Callable[[int], int]) -> None:
        host, _, port = target.rpartition(":")
        self._target = (host, int(port))
        self._limit = limit
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []
        self._is_over = threading.Event()
        self.cuts = 0
        self.address = f"127.0.0.1:{self._listening.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._is_over.set()
        for thread in self._threads:
            thread.join()
        self._listening.close()

    def _start(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        number = 0
        while not self._is_over.is_set():
            if not select.select([self._listening], [], [], 0.05)[0]:
                continue
            near, _ = self._listening.accept()
            left = self._limit(number)
            number += 1
            self._start(partial(self._forward, near, left))

    def _forward(self, near: socket.socket, left: int) -> None:
        try:
            far = socket.create_connection(self._target, 5)
        except OSError:
            near.close()
            return
        with near, far:
            while not self._is_over.is_set():
                for ready in select.select([near, far], [], [], 0.05)[0]:
                    try:
                        piece = ready.recv(_PIECE if ready is near else min(_PIECE, left))
                        (far if ready is near else near).sendall(piece)
                    except OSError:
                        return
                    left -= len(piece) if ready is far else 0
                    if not piece or left <= 0:
                        self._cut(near, far, is_ours=bool(piece))
                        return

    def _cut(self, *ends: socket.socket, is_ours: bool) -> None:
        self.cuts += is_ours
        for end in ends:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABRUPT)
