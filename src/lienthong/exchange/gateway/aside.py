"""Work for a thread that a story waits for: reading of old entries and bodies, writes that are synced at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from lienthong.exchange.gateway.pending import Pending

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable
    from concurrent.futures import Executor

T = TypeVar("T")


class Aside:
    """The threads of a gateway, as stories use them."""

    def __init__(self, loop: asyncio.AbstractEventLoop, threads: Executor) -> None:
        self._loop = loop
        self._threads = threads

    def run(self, call: Callable[[], T]) -> Pending[T]:
        """Run a call in a thread; the story goes on in the loop's thread with its value or its error."""
        pending: Pending[T] = Pending()
        future = self._loop.run_in_executor(self._threads, call)

        def tell(done: asyncio.Future[T]) -> None:
            error = done.exception()
            if error is None:
                pending.resolve(done.result())
            elif isinstance(error, Exception):
                pending.fail(error)

        future.add_done_callback(tell)
        return pending
