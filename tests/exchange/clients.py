"""Both clients of a gateway with one face, so that each test holds for both."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, contextmanager
from typing import TYPE_CHECKING, Self

from lienthong.exchange.client import DEFAULT_RETRIES, AsyncGatewayClient, GatewayClient

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType

    from lienthong.exchange.client import Answer, AsyncStreamedAnswer, Delivery, Question, Retries, Tls


class OnLoop:
    """The client for an event loop, each call run to its end on a loop of its own."""

    def __init__(
        self, address: str, client: str, token: str = "", *, tls: Tls | None = None, retries: Retries = DEFAULT_RETRIES
    ) -> None:
        self._runner = asyncio.Runner()
        self._client = AsyncGatewayClient(address, client, token, tls=tls, retries=retries)

    def ask(self, question: Question) -> Answer:
        return self._runner.run(self._client.ask(question))

    @contextmanager
    def stream(self, question: Question) -> Iterator[_Read]:
        held = AsyncExitStack()
        streamed = self._runner.run(held.enter_async_context(self._client.stream(question)))
        try:
            yield _Read(self._runner, streamed)
        finally:
            self._runner.run(held.aclose())

    def send_reliably(self, question: Question, life_s: int | None = None) -> Delivery:
        return self._runner.run(self._client.send_reliably(question, life_s))

    def look(self, delivery: Delivery) -> Delivery:
        return self._runner.run(self._client.look(delivery))

    def find_answer(self, delivery: Delivery) -> Answer | None:
        return self._runner.run(self._client.find_answer(delivery))

    def wait(self, delivery: Delivery, patience_s: float) -> Answer:
        return self._runner.run(self._client.wait(delivery, patience_s))

    def __enter__(self) -> Self:
        self._runner.run(self._client.__aenter__())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._runner.run(self._client.__aexit__(kind, error, trace))
        self._runner.close()


class _Read:
    def __init__(self, runner: asyncio.Runner, streamed: AsyncStreamedAnswer) -> None:
        self._runner = runner
        self._streamed = streamed
        self.head = streamed.head

    def pieces(self) -> list[bytes]:
        return self._runner.run(self._collect())

    async def _collect(self) -> list[bytes]:
        return [piece async for piece in self._streamed.pieces()]

    def save(self, file: Path) -> int:
        return self._runner.run(self._streamed.save(file))


AnyClient = GatewayClient | OnLoop
KINDS: tuple[type[AnyClient], ...] = (GatewayClient, OnLoop)
