from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.evidence.canonical_zip import read_zip, write_zip
from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind

PARTS = {"b/two": b"second", "a/one": b"first", "c": b""}
NAMES = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=20)


def refusal(raw: bytes) -> str:
    with pytest.raises(EvidenceError) as caught:
        read_zip(raw)
    assert caught.value.kind is EvidenceErrorKind.PACKAGE
    return caught.value.message


@given(parts=st.dictionaries(NAMES, st.binary(max_size=60), max_size=6))
def test_parts_survive_and_have_one_form_only(parts: dict[str, bytes]) -> None:
    raw = write_zip(parts)
    if parts:
        assert read_zip(raw) == parts
    assert write_zip(dict(reversed(parts.items()))) == raw


def test_another_zip_program_reads_it() -> None:
    with zipfile.ZipFile(io.BytesIO(write_zip(PARTS))) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == PARTS
        assert archive.namelist() == sorted(PARTS)


def test_every_flipped_bit_is_refused_and_a_place_is_named() -> None:
    raw = write_zip(PARTS)
    places = ("a/one", "b/two", "'c'", "offset", "central directory", "end record")
    for at in range(len(raw)):
        for bit in range(8):
            altered = raw[:at] + bytes([raw[at] ^ 1 << bit]) + raw[at + 1 :]
            assert any(place in refusal(altered) for place in places), (at, bit)


def test_every_cut_and_every_addition_is_refused() -> None:
    raw = write_zip(PARTS)
    for length in range(len(raw)):
        refusal(raw[:length])
    assert "end record" in refusal(raw + b"\0")
    refusal(b"\0" + raw)


def test_the_zip_of_another_program_is_refused_though_it_has_the_same_parts() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(PARTS):
            archive.writestr(name, PARTS[name])
    assert "a/one" in refusal(buffer.getvalue())


def test_parts_in_another_order_or_twice_are_refused() -> None:
    first, second = write_zip({"a": b"1"}), write_zip({"b": b"2"})
    part_a, part_b = first[: first.index(b"PK\1\2")], second[: second.index(b"PK\1\2")]
    assert "'a'" in refusal(part_b + part_a)
    assert "order" in refusal(part_b + part_a)
    assert "order" in refusal(part_a + part_a)


def test_a_name_that_is_not_ascii_is_refused() -> None:
    assert "ASCII name" in refusal(write_zip({"ab": b""}).replace(b"ab", b"\xc4\x90"))


def test_a_package_over_the_limit_is_neither_written_nor_read() -> None:
    raw = write_zip(PARTS)
    assert read_zip(raw, len(raw)) == read_zip(write_zip(PARTS, len(raw)))
    with pytest.raises(EvidenceError, match="at most"):
        write_zip(PARTS, len(raw) - 1)
    with pytest.raises(EvidenceError, match="at most"):
        read_zip(raw, len(raw) - 1)
