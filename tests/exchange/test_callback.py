from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.exchange.callback import LIFE_S, Callback, sign_callback, verify_callback
from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind

SECRET, NOW = b"s" * 32, 1_790_000_000
TOLD = Callback("/status/abc", "0195-x", "DEMO/GOV/B/S/t", "answered", NOW * 1000)
BODY = msgspec.json.encode(TOLD)


def test_what_was_signed_now_is_read() -> None:
    assert verify_callback(SECRET, sign_callback(SECRET, BODY, NOW), BODY, NOW) == TOLD
    for other_s in (NOW - LIFE_S, NOW + LIFE_S):
        assert verify_callback(SECRET, sign_callback(SECRET, BODY, other_s), BODY, NOW) == TOLD


@pytest.mark.parametrize(
    ("signature", "body"),
    [
        (sign_callback(b"t" * 32, BODY, NOW), BODY),
        (sign_callback(SECRET, BODY, NOW), BODY.replace(b"answered", b"refused!")),
        (sign_callback(SECRET, BODY, NOW - LIFE_S - 1), BODY),
        (sign_callback(SECRET, BODY, NOW + LIFE_S + 1), BODY),
        (sign_callback(SECRET, BODY, NOW).replace(f"t={NOW}", f"t={NOW + 1}"), BODY),
        (sign_callback(SECRET, b"{}", NOW), b"{}"),
        ("", BODY),
    ],
)
def test_what_another_signed_or_long_ago_or_otherwise_is_refused(signature: str, body: bytes) -> None:
    with pytest.raises(ExchangeError) as refused:
        verify_callback(SECRET, signature, body, NOW)
    assert refused.value.kind is ExchangeErrorKind.CALLER_UNAUTHENTICATED


@given(signature=st.text() | st.from_regex(r"t=[0-9]{1,14},v1=[0-9a-f]{60,66}"), body=st.binary())
def test_no_signature_of_anybody_is_taken(signature: str, body: bytes) -> None:
    with pytest.raises(ExchangeError):
        verify_callback(SECRET, signature, body, NOW)
