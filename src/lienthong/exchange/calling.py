"""What both clients, the one for threads and the one for an event loop, do alike with pyreqwest."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, TypeVar

from lienthong.exchange.asking import (
    JSON_TYPE,
    TIMEOUT_S,
    Answer,
    Delivery,
    Question,
    Retries,
    Tls,
    not_understood,
    read_delivery,
    read_refusal,
    read_retry_after,
)
from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind

if TYPE_CHECKING:
    from pyreqwest.client import BaseClientBuilder
    from pyreqwest.exceptions import PyreqwestError
    from pyreqwest.response import BaseResponse

    Builder = TypeVar("Builder", bound=BaseClientBuilder)

CONNECT_TIMEOUT: Final = timedelta(seconds=5)
LOOKS: Final = Retries(first_pause_s=0.1, longest_pause_s=5.0)
"""Pauses between looks at a reliable message: most are through at once, a peer away for a day is no hurry."""


def configure(builder: Builder, tls: Tls | None) -> Builder:
    """Set up a client: no proxy and no redirect may stand between a program and its gateway."""
    builder = builder.no_proxy().follow_redirects(enable=False).http1_only()
    builder = builder.timeout(timedelta(seconds=TIMEOUT_S)).connect_timeout(CONNECT_TIMEOUT)
    if tls is not None:
        builder = builder.add_root_certificate_pem(tls.authority.read_bytes())
        if tls.certificate is not None and tls.key is not None:
            builder = builder.identity_pem(tls.certificate.read_bytes() + tls.key.read_bytes())
    return builder


def make_base(address: str, tls: Tls | None) -> str:
    """Give the address with its scheme."""
    return f"{'http' if tls is None else 'https'}://{address}"


def make_callers_headers(client: str, token: str) -> dict[str, str]:
    """Give the headers that say who calls."""
    headers = {"X-Road-Client": client, "Accept": JSON_TYPE}
    return headers | {"X-Road-Token": token} if token else headers


def read_answer(response: BaseResponse, body: bytes) -> Answer:
    """Read a response; with X-Road-Error it is a gateway's refusal."""
    refusal = None if response.get_header("X-Road-Error") is None else read_refusal(body)
    exchange = response.get_header("X-Road-Request-Id") or (refusal.detail if refusal is not None else "")
    content_type = response.get_header("Content-Type") or ""
    pause = read_retry_after(response.get_header("Retry-After"))
    return Answer(response.status, body, exchange, refusal, content_type, pause)


def first_delivery(answer: Answer, question: Question) -> Delivery:
    """Read the promise of a gateway, which is 202 and nothing else."""
    answer.require_answered()
    if answer.status != HTTPStatus.ACCEPTED:
        raise not_understood(f"the gateway answered {answer.status}, expected 202: it takes no reliable messages")
    return read_delivery(answer, Delivery("", answer.exchange, question.xroad_id or ""))


def is_open(answer: Answer) -> bool:
    """Say whether an answer says only that there is none yet."""
    return answer.status == HTTPStatus.ACCEPTED and answer.exchange == ""


def no_answer(address: str, error: PyreqwestError) -> ExchangeError:
    """Make the error of a gateway that did not answer."""
    return ExchangeError(ExchangeErrorKind.NETWORK_ERROR, f"the gateway at {address} did not answer: {error}")


def lost_patience(delivery: Delivery, patience_s: float) -> ExchangeError:
    """Make the error of a wait that has ended before the delivery did."""
    why = f"message {delivery.exchange} has no answer after {patience_s:g} s; the gateway goes on: ask again later"
    return ExchangeError(ExchangeErrorKind.TIMEOUT, why)
