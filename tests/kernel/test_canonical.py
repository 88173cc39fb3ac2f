from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.kernel.canonical import canonical_bytes, decode_base64url, encode_base64url
from lienthong.kernel.errors import KernelError, KernelErrorKind

_SAFE_INTEGERS = st.integers(-(2**53) + 1, 2**53 - 1)
_TEXT = st.text(st.characters(exclude_categories=["Cs"]))
_VALUES = st.recursive(
    st.none() | st.booleans() | _SAFE_INTEGERS | st.floats(allow_nan=False, allow_infinity=False) | _TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=12,
)


def test_the_example_of_rfc_8785_gives_its_bytes() -> None:
    value = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": '€$\x0f\nA\'B"\\\\"/',
        "literals": [None, True, False],
    }

    assert (
        canonical_bytes(value)
        == (
            '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
            '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
        ).encode()
    )


@given(_VALUES)
def test_canonical_bytes_mean_the_same_value_and_are_stable(value: object) -> None:
    once = canonical_bytes(value)
    # JSON has one sort of number; RFC 8785 writes a large whole double like an integer.
    read = json.loads(once, parse_int=float)

    assert read == value
    assert canonical_bytes(read) == once


@given(st.dictionaries(_TEXT, _SAFE_INTEGERS, min_size=2))
def test_the_order_of_keys_does_not_matter(value: dict[str, int]) -> None:
    assert canonical_bytes(value) == canonical_bytes(dict(reversed(value.items())))


@pytest.mark.parametrize("value", [math.nan, math.inf, 2**53, {1: "a"}, b"bytes", "\ud800", {"\ud800": 1}, object()])
def test_a_value_without_a_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(KernelError) as refused:
        canonical_bytes(value)

    assert refused.value.kind is KernelErrorKind.NOT_CANONICAL


@given(st.binary())
def test_base64url_returns_the_bytes(raw: bytes) -> None:
    text = encode_base64url(raw)

    assert "=" not in text
    assert decode_base64url(text) == raw


@pytest.mark.parametrize("text", ["QQ==", "QR", "A", "Q+8", "Q/8", " QQ", "QQ\n", "QQ!", "Qđ"])
def test_a_second_spelling_of_bytes_is_refused(text: str) -> None:
    with pytest.raises(KernelError) as refused:
        decode_base64url(text)

    assert refused.value.kind is KernelErrorKind.INVALID_BASE64URL


@given(st.text("AQRgw-_=+/ \n", max_size=8))
def test_each_accepted_base64url_text_is_the_one_spelling(text: str) -> None:
    try:
        raw = decode_base64url(text)
    except KernelError as error:
        assert error.kind is KernelErrorKind.INVALID_BASE64URL
    else:
        assert encode_base64url(raw) == text


def test_a_refused_value_is_shown_cut() -> None:
    with pytest.raises(KernelError) as refused:
        decode_base64url("!" * 10_000)

    assert len(refused.value.message) < 200
