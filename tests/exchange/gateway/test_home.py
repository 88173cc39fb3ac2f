from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.gateway.home import open_home, split_address

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = 'gateway = "DEMO/GOV/Z99.01/GW1"\nlog = "DEMO/GOV/Z99.01/GW1/1"\n[directory]\nroot = "x"\n'


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


@pytest.mark.parametrize("line", ["poll_s = 0.0", "cosign_s = 0.0", "cosign_s = 61.0"])
def test_rounds_that_never_come_or_never_pause_are_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "gateway.toml").write_text(SETTINGS + "cosign_s = 60\n")
    assert open_home(tmp_path, {}).settings.directory.cosign_s == 60
    (tmp_path / "gateway.toml").write_text(SETTINGS + line)
    with pytest.raises(ExchangeError, match=line.partition(" ")[0]):
        open_home(tmp_path, {})
