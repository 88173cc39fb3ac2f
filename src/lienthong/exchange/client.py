"""How a member's own program asks other members: through its gateway, in X-Road's REST protocol.

The gateway proves, checks and logs; this is only the way to it. An answer that the other member's service gave is an
`Answer`, whatever its status. What a gateway refused is one as well, with `refusal` set: it says who refused and why.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final, Self

import msgspec
from pyreqwest.client import SyncClientBuilder
from pyreqwest.exceptions import PyreqwestError

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind

if TYPE_CHECKING:
    from types import TracebackType

TIMEOUT: Final = timedelta(seconds=90)
"""Longer than a gateway's own limit for the whole way, so that its refusal arrives."""
CONNECT_TIMEOUT: Final = timedelta(seconds=5)

JSON_TYPE: Final = "application/json"


class ClientSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a member's program finds its gateway: the section `[exchange]` of a site's settings.

    `address` is the gateway's `host:port` for own systems, empty: there is none. `token_file` holds the token of the
    subsystem `client`. `population` names the service that answers about people.
    """

    address: str = ""
    client: str = ""
    token_file: str = ""
    population: str = ""


class Question(msgspec.Struct, frozen=True):
    """What to ask. `service` is `INSTANCE/CLASS/CODE/SUBSYSTEM/SERVICE`, `path` what stands behind it, with its query.

    `purpose` is `PROCEDURE#CASE` or a legal basis; services about people refuse a question without one. `xroad_id`
    stays the same where the same thing is asked again.
    """

    service: str
    path: str = ""
    method: str = "GET"
    body: bytes = b""
    purpose: str | None = None
    user: str | None = None
    """Who asks at the member, as the member knows them (X-Road-UserId); not in any statement."""
    xroad_id: str | None = None


class Refusal(msgspec.Struct, frozen=True):
    """Why a gateway refused, as it said: `type` is X-Road's code, `detail` the exchange's id."""

    type: str
    message: str
    detail: str = ""


class Answer(msgspec.Struct, frozen=True):
    """What came back. `exchange` is the X-Road-Request-Id, under which both members' logs know it."""

    status: int
    body: bytes
    exchange: str
    refusal: Refusal | None = None


class GatewayClient:
    """A member's program before its own gateway: `address` is `host:port`, `client` the subsystem that it is.

    Kept connections; several threads may ask at once. To be closed, or used as a context.
    """

    def __init__(self, address: str, client: str, token: str) -> None:
        self._address = address
        self._headers = {"X-Road-Client": client, "X-Road-Token": token, "Accept": JSON_TYPE}
        builder = SyncClientBuilder().no_proxy().follow_redirects(enable=False).http1_only()
        self._http = builder.timeout(TIMEOUT).connect_timeout(CONNECT_TIMEOUT).build()

    def ask(self, question: Question) -> Answer:
        """Ask and give the answer; ExchangeError `network_error` where the own gateway does not answer at all.

        Then nothing is known of the question: it may have been asked. Ask again with the same `xroad_id`.
        """
        request = self._http.request(question.method, f"http://{self._address}/r1/{question.service}{question.path}")
        request = request.headers(self._make_headers(question))
        if question.body:
            request = request.body_bytes(question.body).header("Content-Type", JSON_TYPE)
        try:
            response = request.build().send()
            body = bytes(response.bytes())
        except PyreqwestError as error:
            message = f"the gateway at {self._address} did not answer: {error}"
            raise ExchangeError(ExchangeErrorKind.NETWORK_ERROR, message) from error
        exchange = response.get_header("X-Road-Request-Id") or ""
        if response.get_header("X-Road-Error") is None:
            return Answer(response.status, body, exchange)
        refusal = _read_refusal(body)
        return Answer(response.status, body, exchange or refusal.detail, refusal)

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def _make_headers(self, question: Question) -> dict[str, str]:
        told = {
            "X-Road-Purpose": question.purpose,
            "X-Road-UserId": question.user,
            "X-Road-Id": question.xroad_id,
        }
        return self._headers | {name: value for name, value in told.items() if value is not None}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _read_refusal(body: bytes) -> Refusal:
    try:
        return msgspec.json.decode(body, type=Refusal)
    except msgspec.DecodeError:
        return Refusal("unknown", "the gateway refused without saying why")
