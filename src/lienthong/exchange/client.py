"""How a member's own program asks other members: through its gateway, in X-Road's REST protocol (docs/clients.md).

The gateway proves, checks and logs; this is only the way to it. An answer that the other member's service gave is an
`Answer`, whatever its status. What a gateway refused is one as well, with `refusal` set: it says who refused and why.
`AsyncGatewayClient` (async_client.py) does the same for programs on an event loop.
"""

from __future__ import annotations

import time
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Self

from pyreqwest.client import SyncClientBuilder
from pyreqwest.exceptions import PyreqwestError

from lienthong.exchange.asking import (
    DEFAULT_RETRIES,
    ONCE,
    READ_SIZE,
    Answer,
    Attempts,
    ClientSettings,
    Delivery,
    DeliveryState,
    Question,
    Refusal,
    Retries,
    Tls,
    make_headers,
    read_delivery,
    read_pieces,
    with_id,
)
from lienthong.exchange.async_client import AsyncGatewayClient, AsyncStreamedAnswer
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
    from collections.abc import Callable, Iterator
    from types import TracebackType

    from pyreqwest.request import SyncRequestBuilder
    from pyreqwest.response import SyncResponse

__all__ = (
    "DEFAULT_RETRIES",
    "ONCE",
    "Answer",
    "AsyncGatewayClient",
    "AsyncStreamedAnswer",
    "ClientSettings",
    "Delivery",
    "DeliveryState",
    "GatewayClient",
    "Question",
    "Refusal",
    "Retries",
    "StreamedAnswer",
    "Tls",
)


class StreamedAnswer:
    """An answer whose body is still to come: `head` has everything else. Read inside its `with`, once."""

    def __init__(self, head: Answer, response: SyncResponse | None, address: str) -> None:
        self.head = head
        self._response = response
        self._address = address

    def pieces(self) -> Iterator[bytes]:
        """Give the body piece by piece; ExchangeError `network_error` if it breaks off."""
        if self._response is None:
            yield self.head.body
            return
        reader = self._response.body_reader
        try:
            while (piece := reader.read(READ_SIZE)) is not None:
                yield bytes(piece)
        except PyreqwestError as error:
            raise no_answer(self._address, error) from error

    def save(self, file: Path) -> int:
        """Write the body to a file and give its length; what broke off leaves a part of it."""
        with file.open("wb") as into:
            return sum(into.write(piece) for piece in self.pieces())


class GatewayClient:
    """A member's program before its own gateway: `address` is `host:port`, `client` the subsystem that it is.

    It shows who it is by `token`, or by the client certificate in `tls`. Kept connections; several threads may ask at
    once. To be closed, or used as a context.
    """

    def __init__(
        self, address: str, client: str, token: str = "", *, tls: Tls | None = None, retries: Retries = DEFAULT_RETRIES
    ) -> None:
        self._address = address
        self._base = make_base(address, tls)
        self._headers = make_callers_headers(client, token)
        self._retries = retries
        self._http = configure(SyncClientBuilder(), tls).build()

    def ask(self, question: Question) -> Answer:
        """Ask and give the answer; ExchangeError `network_error` where the own gateway does not answer at all.

        Then nothing is known of the question: it may have been asked. A safe one has been asked again by itself.
        """
        question = with_id(question)
        headers = make_headers(question)
        attempts = self._begin(may_repeat=question.is_safe)
        return self._repeat(attempts, lambda timeout: self._send(self._request(question, headers), timeout))

    @contextmanager
    def stream(self, question: Question) -> Iterator[StreamedAnswer]:
        """Ask, and give the answer before its body: for bodies too large to hold. A refusal is given whole."""
        question = with_id(question)
        headers = make_headers(question)
        attempts = self._begin(may_repeat=question.is_safe)
        while True:
            timeout = timedelta(seconds=attempts.timeout_s(time.monotonic()))
            with ExitStack() as held:
                outcome = self._open(held, self._request(question, headers), timeout)
                if isinstance(outcome, StreamedAnswer):
                    yield outcome
                    return
            pause = attempts.find_pause(outcome, time.monotonic())
            if pause is None:
                break
            time.sleep(pause)
        if isinstance(outcome, ExchangeError):
            raise outcome
        yield StreamedAnswer(outcome, None, self._address)

    def send_reliably(self, question: Question, life_s: int | None = None) -> Delivery:
        """Hand a message over to be delivered, once, within `life_s` seconds (the gateway's usual time if None).

        What is returned is durable at the gateway. Asked again until it is, with the same X-Road-Id; after an
        ExchangeError the same message with the same `xroad_id` may be handed over again without harm.
        """
        question = with_id(question)
        headers = make_headers(question, life_s, is_reliable=True)
        attempts = self._begin(may_repeat=True)
        answer = self._repeat(attempts, lambda timeout: self._send(self._request(question, headers), timeout))
        return first_delivery(answer, question)

    def look(self, delivery: Delivery) -> Delivery:
        """Ask the gateway how far a message is."""
        return read_delivery(self._get(delivery.status), delivery)

    def find_answer(self, delivery: Delivery) -> Answer | None:
        """Give what came of a message: the service's answer, or a refusal; None while it is being delivered."""
        answer = self._get(f"{delivery.status}/answer")
        return None if is_open(answer) else answer

    def wait(self, delivery: Delivery, patience_s: float) -> Answer:
        """Ask for the answer, with growing pauses; ExchangeError `timeout` when patience ends, and nothing is lost."""
        until = time.monotonic() + patience_s
        for pause in LOOKS.pauses():
            answer = self.find_answer(delivery)
            if answer is not None:
                return answer
            left = until - time.monotonic()
            if left <= 0:
                break
            time.sleep(min(pause, left))
        raise lost_patience(delivery, patience_s)

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def _begin(self, *, may_repeat: bool) -> Attempts:
        return Attempts(self._retries, time.monotonic(), may_repeat=may_repeat)

    def _repeat(self, attempts: Attempts, send: Callable[[timedelta], Answer]) -> Answer:
        while True:
            outcome: Answer | ExchangeError
            try:
                outcome = send(timedelta(seconds=attempts.timeout_s(time.monotonic())))
            except ExchangeError as error:
                outcome = error
            pause = attempts.find_pause(outcome, time.monotonic())
            if pause is not None:
                time.sleep(pause)
            elif isinstance(outcome, ExchangeError):
                raise outcome
            else:
                return outcome

    def _get(self, path: str) -> Answer:
        attempts = self._begin(may_repeat=True)
        request = f"{self._base}{path}"
        return self._repeat(
            attempts, lambda timeout: self._send(self._http.get(request).headers(self._headers), timeout)
        )

    def _request(self, question: Question, headers: dict[str, str]) -> SyncRequestBuilder:
        url = f"{self._base}/r1/{question.service}{question.path}"
        request = self._http.request(question.method, url).headers(self._headers | headers)
        if isinstance(question.body, Path):
            return request.body_stream(read_pieces(question.body))
        return request.body_bytes(question.body) if question.body else request

    def _send(self, request: SyncRequestBuilder, timeout: timedelta) -> Answer:
        try:
            response = request.timeout(timeout).build().send()
            return read_answer(response, bytes(response.bytes()))
        except PyreqwestError as error:
            raise no_answer(self._address, error) from error

    def _open(
        self, held: ExitStack, request: SyncRequestBuilder, timeout: timedelta
    ) -> StreamedAnswer | Answer | ExchangeError:
        """Send a request and read the head of its answer; a refusal is read whole."""
        try:
            response = held.enter_context(request.timeout(timeout).build_streamed())
            if response.get_header("X-Road-Error") is None:
                return StreamedAnswer(read_answer(response, b""), response, self._address)
            return read_answer(response, bytes(response.bytes()))
        except PyreqwestError as error:
            return no_answer(self._address, error)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
