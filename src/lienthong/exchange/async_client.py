"""The client of client.py for programs on an event loop: the same rules, awaited."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from pyreqwest.client import ClientBuilder
from pyreqwest.exceptions import PyreqwestError

from lienthong.exchange.asking import (
    DEFAULT_RETRIES,
    READ_SIZE,
    Answer,
    Attempts,
    Delivery,
    Question,
    Retries,
    Tls,
    make_headers,
    read_delivery,
    read_pieces,
    with_id,
)
from lienthong.exchange.calling import (
    LOOKS,
    configure,
    first_delivery,
    is_open,
    lost_patience,
    make_base,
    make_callers_headers,
    no_answer,
    read_answer,
)
from lienthong.exchange.errors import ExchangeError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from types import TracebackType

    from pyreqwest.request import RequestBuilder
    from pyreqwest.response import Response


SETTLE_S: Final = 0.1
"""pyreqwest 0.15 hands answers over from a thread of its own, which may still hold on to the interpreter when they are
here: a program that ended at once then was aborted now and then. With this pause the thread is through."""


class AsyncStreamedAnswer:
    """An answer whose body is still to come: `head` has everything else. Read inside its `with`, once."""

    def __init__(self, head: Answer, response: Response | None, address: str) -> None:
        self.head = head
        self._response = response
        self._address = address

    async def pieces(self) -> AsyncIterator[bytes]:
        """Give the body piece by piece; ExchangeError `network_error` if it breaks off."""
        if self._response is None:
            yield self.head.body
            return
        reader = self._response.body_reader
        try:
            while (piece := await reader.read(READ_SIZE)) is not None:
                yield bytes(piece)
        except PyreqwestError as error:
            raise no_answer(self._address, error) from error

    async def save(self, file: Path) -> int:
        """Write the body to a file and give its length; what broke off leaves a part of it."""
        with file.open("wb") as into:
            return sum([into.write(piece) async for piece in self.pieces()])


class AsyncGatewayClient:
    """A member's program before its own gateway: `address` is `host:port`, `client` the subsystem that it is.

    It shows who it is by `token`, or by the client certificate in `tls`. Kept connections; many
    tasks of one loop may ask at once. To be closed, or used as a context.
    """

    def __init__(
        self, address: str, client: str, token: str = "", *, tls: Tls | None = None, retries: Retries = DEFAULT_RETRIES
    ) -> None:
        self._address = address
        self._base = make_base(address, tls)
        self._headers = make_callers_headers(client, token)
        self._retries = retries
        self._http = configure(ClientBuilder(), tls).build()

    async def ask(self, question: Question) -> Answer:
        """Ask and give the answer; ExchangeError `network_error` where the own gateway does not answer at all.

        Then nothing is known of the question: it may have been asked. A safe one has been asked again by itself.
        """
        question = with_id(question)
        headers = make_headers(question)
        attempts = self._begin(may_repeat=question.is_safe)
        return await self._repeat(attempts, lambda timeout: self._send(self._request(question, headers), timeout))

    @asynccontextmanager
    async def stream(self, question: Question) -> AsyncIterator[AsyncStreamedAnswer]:
        """Ask, and give the answer before its body: for bodies too large to hold. A refusal is given whole."""
        question = with_id(question)
        headers = make_headers(question)
        attempts = self._begin(may_repeat=question.is_safe)
        while True:
            timeout = timedelta(seconds=attempts.timeout_s(time.monotonic()))
            async with AsyncExitStack() as held:
                outcome = await self._open(held, self._request(question, headers), timeout)
                if isinstance(outcome, AsyncStreamedAnswer):
                    yield outcome
                    return
            pause = attempts.find_pause(outcome, time.monotonic())
            if pause is None:
                break
            await asyncio.sleep(pause)
        if isinstance(outcome, ExchangeError):
            raise outcome
        yield AsyncStreamedAnswer(outcome, None, self._address)

    async def send_reliably(self, question: Question, life_s: int | None = None) -> Delivery:
        """Hand a message over to be delivered, once, within `life_s` seconds (the gateway's usual time if None).

        What is returned is durable at the gateway. Asked again until it is, with the same X-Road-Id; after an
        ExchangeError the same message with the same `xroad_id` may be handed over again without harm.
        """
        question = with_id(question)
        headers = make_headers(question, life_s, is_reliable=True)
        attempts = self._begin(may_repeat=True)
        answer = await self._repeat(attempts, lambda timeout: self._send(self._request(question, headers), timeout))
        return first_delivery(answer, question)

    async def look(self, delivery: Delivery) -> Delivery:
        """Ask the gateway how far a message is."""
        return read_delivery(await self._get(delivery.status), delivery)

    async def find_answer(self, delivery: Delivery) -> Answer | None:
        """Give what came of a message: the service's answer, or a refusal; None while it is being delivered."""
        answer = await self._get(f"{delivery.status}/answer")
        return None if is_open(answer) else answer

    async def wait(self, delivery: Delivery, patience_s: float) -> Answer:
        """Ask for the answer, with growing pauses; ExchangeError `timeout` when patience ends, and nothing is lost."""
        until = time.monotonic() + patience_s
        for pause in LOOKS.pauses():
            answer = await self.find_answer(delivery)
            if answer is not None:
                return answer
            left = until - time.monotonic()
            if left <= 0:
                break
            await asyncio.sleep(min(pause, left))
        raise lost_patience(delivery, patience_s)

    async def close(self) -> None:
        """Close all connections, and wait a moment: see `SETTLE_S`."""
        await self._http.close()
        await asyncio.sleep(SETTLE_S)

    def _begin(self, *, may_repeat: bool) -> Attempts:
        return Attempts(self._retries, time.monotonic(), may_repeat=may_repeat)

    async def _repeat(self, attempts: Attempts, send: Callable[[timedelta], Awaitable[Answer]]) -> Answer:
        while True:
            outcome: Answer | ExchangeError
            try:
                outcome = await send(timedelta(seconds=attempts.timeout_s(time.monotonic())))
            except ExchangeError as error:
                outcome = error
            pause = attempts.find_pause(outcome, time.monotonic())
            if pause is not None:
                await asyncio.sleep(pause)
            elif isinstance(outcome, ExchangeError):
                raise outcome
            else:
                return outcome

    async def _get(self, path: str) -> Answer:
        attempts = self._begin(may_repeat=True)
        request = f"{self._base}{path}"
        return await self._repeat(
            attempts, lambda timeout: self._send(self._http.get(request).headers(self._headers), timeout)
        )

    def _request(self, question: Question, headers: dict[str, str]) -> RequestBuilder:
        url = f"{self._base}/r1/{question.service}{question.path}"
        request = self._http.request(question.method, url).headers(self._headers | headers)
        if isinstance(question.body, Path):
            return request.body_stream(read_pieces(question.body))
        return request.body_bytes(question.body) if question.body else request

    async def _send(self, request: RequestBuilder, limit: timedelta) -> Answer:
        try:
            response = await request.timeout(limit).build().send()
            return read_answer(response, bytes(await response.bytes()))
        except PyreqwestError as error:
            raise no_answer(self._address, error) from error

    async def _open(
        self, held: AsyncExitStack, request: RequestBuilder, limit: timedelta
    ) -> AsyncStreamedAnswer | Answer | ExchangeError:
        """Send a request and read the head of its answer; a refusal is read whole."""
        try:
            response = await held.enter_async_context(request.timeout(limit).build_streamed())
            if response.get_header("X-Road-Error") is None:
                return AsyncStreamedAnswer(read_answer(response, b""), response, self._address)
            return read_answer(response, bytes(await response.bytes()))
        except PyreqwestError as error:
            return no_answer(self._address, error)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
