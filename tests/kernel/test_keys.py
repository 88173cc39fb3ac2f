from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.kernel.errors import KernelError, KernelErrorKind
from lienthong.kernel.keys import (
    SigningKey,
    VerifyKey,
    load_secret,
    load_signing_key,
    make_secret,
    make_signing_key,
    store_private,
    store_secret,
    store_signing_key,
)

if TYPE_CHECKING:
    from pathlib import Path


def test_the_first_example_of_rfc_8032_verifies() -> None:
    key = SigningKey(bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"))

    assert key.verify_key.raw.hex() == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    assert key.sign(b"").hex() == (
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        "d25bf5f0595bbe24655141438e7a100b"
    )


@given(st.binary(max_size=64), st.integers(0, 511))
def test_a_signature_with_any_bit_flipped_is_refused(message: bytes, bit: int) -> None:
    key = make_signing_key()
    signature = bytearray(key.sign(message))
    key.verify_key.verify(message, bytes(signature))
    signature[bit // 8] ^= 1 << bit % 8

    with pytest.raises(KernelError) as refused:
        key.verify_key.verify(message, bytes(signature))
    assert refused.value.kind is KernelErrorKind.BAD_SIGNATURE


def test_a_signature_of_another_message_length_or_key_is_refused() -> None:
    key, other = make_signing_key(), make_signing_key()
    signature = key.sign(b"message")

    for verify_key, message, given_signature in [
        (key.verify_key, b"messagE", signature),
        (other.verify_key, b"message", signature),
        (key.verify_key, b"message", signature[:-1]),
        (key.verify_key, b"message", b""),
    ]:
        with pytest.raises(KernelError) as refused:
            verify_key.verify(message, given_signature)
        assert refused.value.kind is KernelErrorKind.BAD_SIGNATURE


def test_a_key_of_small_order_verifies_nothing() -> None:
    identity = VerifyKey(b"\x01" + bytes(31))

    with pytest.raises(KernelError) as refused:
        identity.verify(b"anything", b"\x01" + bytes(63))
    assert refused.value.kind is KernelErrorKind.BAD_SIGNATURE


def test_verify_keys_are_equal_by_their_bytes() -> None:
    key = make_signing_key()

    assert VerifyKey(key.verify_key.raw) == key.verify_key
    assert len({VerifyKey(key.verify_key.raw), key.verify_key}) == 1
    assert key.verify_key != make_signing_key().verify_key


@pytest.mark.parametrize("size", [0, 31, 33])
def test_keys_of_another_size_are_refused(size: int, tmp_path: Path) -> None:
    for make in (SigningKey, VerifyKey, lambda raw: store_secret(tmp_path / "k", raw)):
        with pytest.raises(KernelError) as refused:
            make(bytes(size))
        assert refused.value.kind is KernelErrorKind.INVALID_KEY


def test_a_stored_key_loads_and_is_the_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "log.key"
    key = make_signing_key()
    store_signing_key(path, key)

    assert load_signing_key(path).seed() == key.seed()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["log.key"]


def test_a_key_shows_its_secret_nowhere() -> None:
    key = make_signing_key()

    assert repr(key.verify_key) in repr(key)
    assert key.seed().hex() not in repr(key)


def test_an_existing_key_file_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    secret = make_secret()
    store_secret(path, secret)

    with pytest.raises(KernelError) as refused:
        store_secret(path, make_secret())

    assert refused.value.kind is KernelErrorKind.KEY_EXISTS
    assert load_secret(path) == secret
    assert [file.name for file in tmp_path.iterdir()] == ["secret"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o602, 0o644])
def test_a_key_file_that_others_can_touch_is_refused(mode: int, tmp_path: Path) -> None:
    path = tmp_path / "secret"
    store_secret(path, make_secret())
    path.chmod(mode)

    with pytest.raises(KernelError) as refused:
        load_secret(path)

    assert refused.value.kind is KernelErrorKind.KEY_EXPOSED
    assert f"chmod 600 {path}" in refused.value.message


@pytest.mark.parametrize("content", [b"", b"\n", b"short\n", b"\xff" * 43, b"A" * 43 + b"\n\n", b"A" * 20_000])
def test_a_damaged_key_file_is_refused_without_showing_it(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "secret"
    store_private(path, content)

    with pytest.raises(KernelError) as refused:
        load_secret(path)

    assert refused.value.kind is KernelErrorKind.KEY_DAMAGED
    assert "AAAA" not in refused.value.message


def test_a_missing_key_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(KernelError) as refused:
        load_secret(tmp_path / "absent")

    assert refused.value.kind is KernelErrorKind.KEY_MISSING
    assert str(tmp_path / "absent") in refused.value.message


def test_a_folder_in_a_key_files_place_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KernelError) as refused:
        load_secret(tmp_path)

    assert refused.value.kind is KernelErrorKind.KEY_MISSING
