"""Addresses of the member's own systems that the gateway itself calls, as `gateway.toml` names them."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.services import Address


class OwnAddress(NamedTuple):
    """Where to connect, and the path to ask for."""

    address: Address
    target: bytes


def read_own_address(url: str, setting: str) -> OwnAddress:
    """Read the address that `setting` gives; raises MALFORMED_SETTINGS."""
    parts = urlsplit(url)
    is_plain = not (parts.query or parts.fragment or parts.username) and url.isascii()
    if parts.scheme not in {"http", "https"} or not parts.hostname or not is_plain:
        message = f"gateway.toml: {setting} is {url!r}: expected http://HOST[:PORT]/path or https"
        raise ExchangeError(ExchangeErrorKind.MALFORMED_SETTINGS, message)
    is_tls = parts.scheme == "https"
    address = Address(is_tls, parts.hostname, parts.port or (443 if is_tls else 80), b"")
    return OwnAddress(address, (parts.path or "/").encode("ascii"))
