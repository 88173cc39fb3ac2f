from __future__ import annotations

import pytest

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.gateway.home import split_address


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("127.0.0.1:0", ("127.0.0.1", 0)),
        ("[::1]:65535", ("::1", 65535)),
        ("gateway.example:5500", ("gateway.example", 5500)),
    ],
)
def test_an_address_is_a_host_and_a_port(address: str, expected: tuple[str, int]) -> None:
    assert split_address(address) == expected


@pytest.mark.parametrize("address", ["", "host", ":80", "host:", "host:http", "host:-1", "host:65536"])
def test_what_is_no_address_is_refused_by_name(address: str) -> None:
    with pytest.raises(ExchangeError) as caught:
        split_address(address)
    assert caught.value.kind is ExchangeErrorKind.MALFORMED_SETTINGS
    assert repr(address) in caught.value.message
