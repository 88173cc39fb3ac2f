from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.store import (
    RECORD_OVERHEAD,
    BodyPlace,
    MessageRecord,
    RecordSealer,
    RecordState,
    StoreKey,
    check_record,
    decode_message,
    encode_message,
    erased_record,
    is_erased,
    load_store_key,
    open_record,
)
from lienthong.kernel.keys import make_secret, store_secret

if TYPE_CHECKING:
    from pathlib import Path

LEAF = bytes(range(32))
KEY = StoreKey(b"k" * 32)


@given(plain=st.binary(max_size=2000))
def test_a_sealed_record_opens_to_its_content(plain: bytes) -> None:
    record = RecordSealer(KEY).seal(LEAF, plain)
    assert len(record) == len(plain) + RECORD_OVERHEAD
    assert open_record(KEY, LEAF, record) == plain
    assert check_record(KEY, LEAF, record) is RecordState.LIVE


def test_the_same_content_is_never_sealed_to_the_same_bytes() -> None:
    sealer = RecordSealer(KEY)
    assert len({sealer.seal(LEAF, b"same")[1:] for _ in range(300)}) == 300


def test_every_flipped_byte_of_a_record_is_found() -> None:
    record = RecordSealer(KEY).seal(LEAF, b"a header part")
    for place in range(len(record)):
        altered = bytearray(record)
        altered[place] ^= 1
        assert check_record(KEY, LEAF, bytes(altered)) is RecordState.DAMAGED, place


def test_every_cut_of_a_record_is_found() -> None:
    record = RecordSealer(KEY).seal(LEAF, b"a header part")
    for length in range(len(record)):
        assert check_record(KEY, LEAF, record[:length]) is RecordState.DAMAGED, length


def test_a_record_moved_to_another_entry_does_not_open() -> None:
    record = RecordSealer(KEY).seal(LEAF, b"content")
    with pytest.raises(EvidenceError, match="moved from another entry") as caught:
        open_record(KEY, bytes(32), record)
    assert caught.value.kind is EvidenceErrorKind.DAMAGED


def test_a_record_does_not_open_under_another_store_key() -> None:
    assert check_record(StoreKey(b"x" * 32), LEAF, RecordSealer(KEY).seal(LEAF, b"content")) is RecordState.DAMAGED


def test_an_erased_record_says_so_and_a_half_erased_one_is_damaged() -> None:
    record = RecordSealer(KEY).seal(LEAF, b"content")
    erased = erased_record(len(record))
    assert len(erased) == len(record)
    assert is_erased(erased)
    assert check_record(KEY, LEAF, erased) is RecordState.ERASED
    with pytest.raises(EvidenceError, match="proofs stay valid"):
        open_record(KEY, LEAF, erased)
    torn = erased[:20] + record[20:]
    assert check_record(KEY, LEAF, torn) is RecordState.DAMAGED


def test_a_message_record_survives_its_encoding() -> None:
    place = BodyPlace(pack=1_790_000_000_000, offset=7, length=1024, key=b"b" * 32)
    for record in (
        MessageRecord(salt=b"s" * 16, header=b"GET\r\n/\r\n"),
        MessageRecord(salt=b"s" * 16, header=b"GET\r\n/\r\n", body=place, body_sha256=b"h" * 32),
    ):
        assert decode_message(encode_message(record)) == record


def test_bytes_that_are_no_message_are_damaged() -> None:
    with pytest.raises(EvidenceError, match="holds no message") as caught:
        decode_message(b"\x93\x01\x02\x03")
    assert caught.value.kind is EvidenceErrorKind.DAMAGED


def test_a_store_key_comes_from_its_secret_file_and_has_32_bytes(tmp_path: Path) -> None:
    secret = make_secret()
    store_secret(tmp_path / "store.key", secret)
    record = RecordSealer(StoreKey(secret)).seal(LEAF, b"content")
    assert open_record(load_store_key(tmp_path / "store.key"), LEAF, record) == b"content"
    with pytest.raises(EvidenceError, match="32 bytes, got 31"):
        StoreKey(os.urandom(31))
