"""The province's way to other members: its gateway, as the site's settings name it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings

from lienthong.exchange.client import ONCE, GatewayClient
from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind

if TYPE_CHECKING:
    from lienthong.exchange.client import ClientSettings


def get_exchange() -> ClientSettings:
    """Give the settings; ExchangeError `network_error` where the site names no gateway."""
    found: ClientSettings = settings.EXCHANGE
    if not found.address:
        message = "this site names no gateway: set address, client and token_file in [exchange]"
        raise ExchangeError(ExchangeErrorKind.NETWORK_ERROR, message)
    return found


@lru_cache(maxsize=1)
def open_client(exchange: ClientSettings, token: str) -> GatewayClient:
    """Give the one client of this process; made at the first question, since connections do not survive a fork."""
    # Whoever waits for a page sees at once that there is no answer, and asks again by loading it.
    return GatewayClient(exchange.address, exchange.client, token, retries=ONCE)
