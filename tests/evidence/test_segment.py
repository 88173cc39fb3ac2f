from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.evidence.batch import Entry
from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.segment import (
    BATCH_HEADER_BYTES,
    HEADER_BYTES,
    MAX_ORIGIN_BYTES,
    SegmentHeader,
    decode_batch,
    decode_segment_header,
    encode_batch,
    encode_segment_header,
    find_batch,
    first_of_segment,
    measure_rest,
    read_batches_of,
    require_no_later_batch,
    segment_name,
)
from tests.evidence.logs import make_entry

if TYPE_CHECKING:
    from collections.abc import Iterable

NAME = segment_name(0)
SMALL_BYTES = st.binary(max_size=40)
ENTRIES = st.lists(
    st.builds(
        Entry,
        statement=SMALL_BYTES,
        leaf=st.just(b""),
        proven=st.booleans(),
        record=SMALL_BYTES,
        evidence=SMALL_BYTES,
        shared=st.sampled_from([b"", b"one head", b"another"]),
    ),
    min_size=1,
    max_size=9,
)


def flips(data: bytes, places: Iterable[int]) -> Iterable[bytes]:
    """Give `data` with each single bit of each of these bytes flipped."""
    for place in places:
        for bit in range(8):
            changed = bytearray(data)
            changed[place] ^= 1 << bit
            yield bytes(changed)


def refused_at(call: object, *arguments: object) -> str:
    assert callable(call)
    with pytest.raises(EvidenceError) as caught:
        call(*arguments)
    assert caught.value.kind is EvidenceErrorKind.SEGMENT
    return caught.value.message


def test_a_segment_header_is_read_as_it_was_written() -> None:
    header = SegmentHeader(7, 12_345, "DEMO/GOV/Z99.01/GW1/1")
    data = encode_segment_header(header)
    assert len(data) == HEADER_BYTES
    assert decode_segment_header(data + bytes(100), segment_name(12_345)) == header


def test_any_flipped_bit_of_a_segment_header_is_found() -> None:
    data = encode_segment_header(SegmentHeader(0, 0, "DEMO/GOV/Z99.01/GW1/1"))
    for changed in flips(data, range(HEADER_BYTES)):
        assert NAME in refused_at(decode_segment_header, changed, NAME)


def test_a_segment_header_is_refused_under_another_name_or_cut_short() -> None:
    data = encode_segment_header(SegmentHeader(0, 0, "a"))
    assert "belongs to" in refused_at(decode_segment_header, data, segment_name(1))
    assert "got 100" in refused_at(decode_segment_header, data[:100], NAME)


def test_a_segment_header_with_bytes_in_its_zeros_is_refused_even_under_a_right_crc() -> None:
    data = bytearray(encode_segment_header(SegmentHeader(0, 0, "a"))[:-4])
    data[100] = 1
    refused_at(decode_segment_header, bytes(data) + zlib.crc32(data).to_bytes(4, "little"), NAME)


def test_the_longest_origin_fits_and_a_longer_one_is_refused() -> None:
    longest = SegmentHeader(0, 0, "a" * MAX_ORIGIN_BYTES)
    assert decode_segment_header(encode_segment_header(longest), NAME) == longest
    with pytest.raises(EvidenceError, match="at most") as caught:
        encode_segment_header(SegmentHeader(0, 0, "a" * (MAX_ORIGIN_BYTES + 1)))
    assert caught.value.kind is EvidenceErrorKind.TOO_LARGE


@pytest.mark.parametrize("name", ["1.seg", "x" * 20 + ".seg", segment_name(1) + "x", "٣".zfill(20) + ".seg"])
def test_a_file_that_is_not_named_as_a_segment_is_refused(name: str) -> None:
    refused_at(first_of_segment, name)


def test_segments_are_named_so_that_their_order_is_that_of_their_entries() -> None:
    firsts = [0, 5, 10, 99, 100, 10**15]
    assert [first_of_segment(name) for name in sorted(map(segment_name, firsts))] == firsts


@given(
    entries=ENTRIES,
    first=st.integers(0, 2**53),
    checkpoint=st.binary(max_size=99),
    signed=st.booleans(),
    before=st.integers(0, 3),
)
def test_a_batch_is_read_as_it_was_written(
    entries: list[Entry], first: int, checkpoint: bytes, *, signed: bool, before: int
) -> None:
    data = bytes(8 * before) + encode_batch(first, checkpoint, entries, signed=signed) + bytes(24)
    batch = decode_batch(data, 8 * before, NAME)
    assert (batch.first, batch.size, batch.signed, batch.checkpoint) == (
        first,
        first + len(entries),
        signed,
        checkpoint,
    )
    assert batch.end % 8 == 0
    assert batch.end == len(data) - 24
    for stored, entry in zip(batch.entries, entries, strict=True):
        assert stored.statement == entry.statement
        assert stored.evidence == entry.evidence
        assert stored.shared == entry.shared
        assert stored.record == entry.record
        assert data[stored.place.offset : stored.place.offset + stored.place.length] == entry.record


def test_what_entries_share_is_stored_once() -> None:
    head = b"the head of a peer" * 20
    alone = encode_batch(0, b"", [Entry(b"a", b"", proven=False, shared=head)], signed=False)
    many = encode_batch(0, b"", [Entry(b"a", b"", proven=False, shared=head)] * 10, signed=False)
    assert len(many) < len(alone) + 10 * 20


def test_any_flipped_bit_of_header_and_covered_part_is_found_and_none_of_the_records_is() -> None:
    entries = [make_entry(number) for number in range(3)]
    data = encode_batch(0, b"checkpoint", entries, signed=True)
    batch = decode_batch(data, 0, NAME)
    covered = batch.entries[0].place.offset
    for changed in flips(data, range(covered)):
        refused_at(decode_batch, changed, 0, NAME)
    for changed in flips(data, range(covered, batch.content_end)):
        assert decode_batch(changed, 0, NAME).checkpoint == b"checkpoint"


def _sealed(covered: bytes, erasable: int = 0, count: int = 1, flags: int = 0) -> bytes:
    """Give a batch with a right CRC around any covered part."""
    numbers = b"".join(
        number.to_bytes(size, "little")
        for number, size in ((len(covered), 4), (erasable, 4), (0, 8), (count, 4), (flags, 4))
    )
    crc = zlib.crc32(numbers + covered).to_bytes(4, "little")
    return b"LTB\1" + crc + numbers + covered + bytes(erasable)


def _words(*numbers: int) -> bytes:
    return b"".join(number.to_bytes(4, "little") for number in numbers)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(_sealed(_words(0, 0), count=0), id="no entry"),
        pytest.param(_sealed(_words(0, 0, 0, 0, 0, 0), flags=2), id="an unknown flag"),
        pytest.param(_sealed(_words(0, 0, 5, 0, 0, 0)), id="a statement beyond the end"),
        pytest.param(_sealed(_words(0, 0, 0, 0, 0, 0) + b"more"), id="bytes left over"),
        pytest.param(_sealed(_words(0, 0, 0, 0, 4, 0)), id="a record beyond the erasable part"),
        pytest.param(_sealed(_words(0, 0, 0, 0, 0, 1)), id="a shared item that is not there"),
        pytest.param(_sealed(_words(0, 0)), id="no lengths"),
        pytest.param(_sealed(_words(0, 1)), id="no table"),
        pytest.param(_sealed(_words(2**32 - 1)), id="an endless checkpoint"),
        pytest.param(_sealed(_words(0, 0, 0, 0, 0, 0), count=2**30), id="endless lengths"),
    ],
)
def test_a_batch_that_contradicts_itself_is_refused_though_its_crc_is_right(data: bytes) -> None:
    refused_at(decode_batch, data + bytes(64), 0, NAME)


@given(st.binary(max_size=200))
def test_any_covered_part_is_read_or_refused(covered: bytes) -> None:
    find_batch(_sealed(covered) + bytes(8), 0, NAME)


def test_a_batch_is_refused_where_the_file_ends_too_early() -> None:
    data = encode_batch(0, b"", [make_entry(0)], signed=False)
    assert "longer than its file" in refused_at(decode_batch, data[:-8], 0, NAME)
    assert "file ends" in refused_at(decode_batch, data[: BATCH_HEADER_BYTES - 1], 0, NAME)


def test_batches_are_read_up_to_the_first_that_is_none_and_a_foreign_index_is_damage() -> None:
    start = bytes(HEADER_BYTES)
    one = encode_batch(0, b"", [make_entry(0)], signed=False)
    two = encode_batch(1, b"", [make_entry(1)], signed=False)
    assert [batch.first for batch in read_batches_of(start + one + two + bytes(99), NAME, 0)] == [0, 1]
    assert f"offset {HEADER_BYTES + len(one)}" in refused_at(list, read_batches_of(start + one + one, NAME, 0))


def test_a_damaged_batch_is_a_hole_only_if_an_intact_one_follows() -> None:
    one = encode_batch(0, b"", [make_entry(0)], signed=False)
    two = encode_batch(1, b"", [make_entry(1)], signed=False)
    damaged = one[:40] + b"?" + one[41:]
    require_no_later_batch(damaged + bytes(100), 0, NAME)
    require_no_later_batch(damaged + b"?" + two + bytes(100), 0, NAME)  # not where a batch may start
    assert f"at offset {len(one)}" in refused_at(require_no_later_batch, damaged + two, 0, NAME)


@pytest.mark.parametrize(("rest", "length"), [(b"", 0), (bytes(50), 0), (b"\0\0\1\0", 3), (b"\1", 1)])
def test_the_rest_is_measured_to_its_last_byte_that_is_not_zero(rest: bytes, length: int) -> None:
    assert measure_rest(b"before" + rest, 6) == length
