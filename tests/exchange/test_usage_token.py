"""A token opens one person's look-ups at one member for some minutes; every other token opens nothing."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.usage_token import UsageTrust, read_bearer, verify_usage_token
from tests.exchange.usage_tokens import ISSUER, Registry

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NUMBER = "001095000001"
MEMBER = "DEMO/GOV/Z99.02"
NOW = int(time.time())


def trust_in(registry: Registry) -> UsageTrust:
    return UsageTrust(ISSUER, registry.file, MEMBER)


def test_the_persons_own_token_tells_who_asks(tmp_path: Path) -> None:
    registry = Registry(tmp_path / "keys.json", NOW)
    assert verify_usage_token(registry.sign(NUMBER, MEMBER), trust_in(registry), NOW) == NUMBER


@pytest.mark.parametrize(
    "make",
    [
        lambda registry: registry.sign(NUMBER, "DEMO/GOV/Z99.03"),
        lambda registry: registry.sign(NUMBER, MEMBER, iss="https://other.example"),
        lambda registry: registry.sign(NUMBER, MEMBER, level=1),
        lambda registry: registry.sign(NUMBER, MEMBER, iat=NOW - 400, exp=NOW - 100),
        lambda registry: registry.sign(NUMBER, MEMBER, exp=NOW + 86_400),
        lambda registry: registry.sign(NUMBER, MEMBER, iat=NOW + 3_600, exp=NOW + 3_700),
        lambda registry: registry.sign(NUMBER, MEMBER, typ="JWT"),
        lambda registry: registry.sign(NUMBER, MEMBER, number=7),
        lambda registry: Registry(registry.file.with_name("other.json"), NOW).sign(NUMBER, MEMBER),
        lambda registry: registry.sign(NUMBER, MEMBER)[:-8] + "AAAAAAAA",
        lambda _: "a.b.c",
        lambda _: "",
    ],
)
def test_any_other_token_opens_nothing(tmp_path: Path, make: Callable[[Registry], str]) -> None:
    registry = Registry(tmp_path / "keys.json", NOW)
    token = make(registry)
    with pytest.raises(ExchangeError) as error:
        verify_usage_token(token, trust_in(registry), NOW)
    assert error.value.kind is ExchangeErrorKind.TOKEN_REFUSED
    assert NUMBER not in error.value.message


def test_without_the_registrys_keys_nobody_is_told(tmp_path: Path) -> None:
    registry = Registry(tmp_path / "keys.json", NOW)
    token = registry.sign(NUMBER, MEMBER)
    registry.file.unlink()
    with pytest.raises(ExchangeError, match="operator"):
        verify_usage_token(token, trust_in(registry), NOW)


@given(st.one_of(st.none(), st.binary(max_size=40)))
def test_a_header_that_is_no_bearers_is_refused(value: bytes | None) -> None:
    with pytest.raises(ExchangeError) as error:
        read_bearer(value)
    assert error.value.kind is ExchangeErrorKind.TOKEN_REFUSED
