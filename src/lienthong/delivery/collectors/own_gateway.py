"""The province's way to other members: its own gateway, as the site's settings name it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.conf import settings

from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind
from lienthong.exchange.client import GatewayClient

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lienthong.exchange.client import ClientSettings


@contextmanager
def open_gateway() -> Iterator[tuple[GatewayClient, ClientSettings]]:
    """Open the own gateway for as long as it is asked; raises `NOT_ANSWERED` where the site names none."""
    exchange: ClientSettings = settings.EXCHANGE
    if not exchange.address:
        message = "this site names no gateway: set address, client and token_file in [exchange]"
        raise DeliveryError(DeliveryErrorKind.NOT_ANSWERED, message)
    with GatewayClient(exchange.address, exchange.client, settings.EXCHANGE_TOKEN) as gateway:
        yield gateway, exchange
