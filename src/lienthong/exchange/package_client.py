"""How a member's own site gets an evidence package from its gateway: `/packages/ID` at the gateway's admin address."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Final

from pyreqwest.exceptions import PyreqwestError
from pyreqwest.simple.sync_request import pyreqwest_get

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind

TIMEOUT: Final = timedelta(seconds=20)
NOT_THERE: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.SERVICE_UNAVAILABLE})


def fetch_package(address: str, token: str, exchange: str) -> bytes | None:
    """Give the package of an exchange, or None where the gateway has none, or none yet (two seconds are usual).

    `address` is the gateway's admin `host:port`, `token` one of its `admin.exporters`. Raises ExchangeError
    `network_error` where it does not answer, or not with a package.
    """
    try:
        asked = pyreqwest_get(f"http://{address}/packages/{exchange}").bearer_auth(token).timeout(TIMEOUT)
        answer = asked.send()
        content = bytes(answer.bytes())
    except PyreqwestError as error:
        message = f"expected a package from the gateway at {address}, got nothing: {error}"
        raise ExchangeError(ExchangeErrorKind.NETWORK_ERROR, message) from error
    if answer.status in NOT_THERE:
        return None
    if answer.status != HTTPStatus.OK:
        message = f"expected a package from the gateway at {address}, got status {answer.status}"
        raise ExchangeError(ExchangeErrorKind.NETWORK_ERROR, message)
    return content
