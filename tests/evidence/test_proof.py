from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.evidence.checkpoint import Checkpoint, sign_checkpoint
from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.note import encode_base64, sign_note
from lienthong.evidence.proof import (
    MAX_EXTRA_BYTES,
    MAX_PATH_HASHES,
    MAX_PROOF_BYTES,
    Proof,
    format_proof,
    parse_proof,
    verify_proof,
)
from lienthong.evidence.tree import MAX_TREE_SIZE, prove_inclusion, root_of
from lienthong.kernel.keys import SigningKey
from tests.evidence.naive_tree import NaiveTree

KEY = SigningKey(bytes(range(32)))
ORIGIN = "DEMO/GOV/Z99.01/GW1/1"
TREE = NaiveTree(100)


def prove(index: int, size: int) -> bytes:
    note = sign_checkpoint(Checkpoint(ORIGIN, size, root_of(size, TREE.node)), KEY)
    return format_proof(index, prove_inclusion(index, size, TREE.node), note)


PROOF = prove(37, 100)

# The specification's example with its own lines; it shortens the signatures, so a whole one stands here.
SPEC_HEAD = """c2sp.org/tlog-proof@v1
extra YWdlLXYxLjIuMS1kYXJ3aW4tYXJtNjQudGFyLmd6kYXJ3aW4tYXJ
index 73894
gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=
B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=
EKNzoDWG8LGC0Yp9o+sv3qllpMP9uHQ9B20KNL+Q1zs=
RoopEkOdqkYqMB4MJXrbt/hMjOxsVn0IrWjpz1ZMMes=
AHCioX9nLjsrse6YhjRRmk1WUEirVOLLRoOQ6vfO5vk=
"""
SPEC_BODY = b"example.com/fancylog\n109482\nsFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=\n"


def test_a_proof_of_a_logged_entry_verifies_and_gives_the_checkpoint() -> None:
    for size in (1, 2, 37, 100):
        for index in range(size):
            found = verify_proof(parse_proof(prove(index, size)), TREE.leaves[index], ORIGIN, KEY.verify_key)
            assert found == Checkpoint(ORIGIN, size, root_of(size, TREE.node))


def test_the_text_of_a_proof_is_the_specifications() -> None:
    lines = PROOF.decode().split("\n")
    assert lines[:2] == ["c2sp.org/tlog-proof@v1", "index 37"]
    assert lines[2:9] == [encode_base64(each) for each in prove_inclusion(37, 100, TREE.node)]
    assert lines[9:12] == ["", ORIGIN, "100"]


def test_the_specifications_example_is_read_and_written_again() -> None:
    raw = SPEC_HEAD.encode() + b"\n" + sign_note(SPEC_BODY, "example.com/fancylog", KEY)
    proof = parse_proof(raw)
    assert (proof.index, len(proof.path)) == (73894, 5)
    assert proof.extra.startswith(b"age-v1.2.1-darwin-arm64.tar.g")
    assert format_proof(proof.index, proof.path, proof.checkpoint, proof.extra) == raw


def test_a_proof_for_another_entry_index_log_or_key_is_refused() -> None:
    proof = parse_proof(PROOF)
    other = SigningKey(bytes(range(1, 33))).verify_key
    for leaf, origin, key in (
        (TREE.leaves[38], ORIGIN, KEY.verify_key),
        (TREE.leaves[37], "DEMO/GOV/Z99.02/GW1/1", KEY.verify_key),
        (TREE.leaves[37], ORIGIN, other),
    ):
        with pytest.raises(EvidenceError):
            verify_proof(proof, leaf, origin, key)
    moved = parse_proof(PROOF.replace(b"index 37", b"index 36"))
    with pytest.raises(EvidenceError, match="the inclusion proof of entry 36 of 100"):
        verify_proof(moved, TREE.leaves[37], ORIGIN, KEY.verify_key)


@given(st.integers(0, len(PROOF) * 8 - 1))
def test_one_flipped_bit_anywhere_breaks_a_proof(place: int) -> None:
    raw = bytearray(PROOF)
    raw[place // 8] ^= 1 << place % 8
    with pytest.raises(EvidenceError):
        verify_proof(parse_proof(bytes(raw)), TREE.leaves[37], ORIGIN, KEY.verify_key)


@given(
    st.integers(0, MAX_TREE_SIZE),
    st.lists(st.binary(min_size=32, max_size=32), max_size=MAX_PATH_HASHES),
    st.binary(max_size=40),
)
def test_a_proof_read_back_is_the_one_that_was_written(index: int, path: list[bytes], extra: bytes) -> None:
    note = parse_proof(PROOF).checkpoint
    assert parse_proof(format_proof(index, path, note, extra)) == Proof(index, tuple(path), note, extra)


@given(
    st.one_of(
        st.binary(max_size=80),
        st.lists(
            st.sampled_from(["extra AAAA", "index 0", "index 01", "A" * 43 + "=", "", "\n", "a", "\u2014 a AAAAAAA="]),
            max_size=8,
        ).map(lambda lines: "\n".join(["c2sp.org/tlog-proof@v1", *lines, ""]).encode()),
    )
)
def test_any_bytes_are_refused_or_read_in_the_one_way_that_writes_them_again(raw: bytes) -> None:
    try:
        proof = parse_proof(raw)
    except EvidenceError as error:
        assert error.kind is EvidenceErrorKind.PROOF
        return
    assert format_proof(proof.index, proof.path, proof.checkpoint, proof.extra) == raw


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (b"@v1", b"@v2", "the first line"),
        (b"index 37\n", b"", "a line with the index"),
        (b"index 37", b"index 037", "without leading zeros"),
        (b"index 37", b"index ", "a value after 'index '"),
        (b"index 37", b"extra \nindex 37", "a value after 'extra '"),
        (b"index 37", b"extra AB==\nindex 37", "the canonical base64"),
        (b"index 37", b"extra AA==\nextra AA==\nindex 37", "a line with the index"),
        (b"index 37", b"index 37\nAAAA", "a hash of 32 bytes, got 3"),
        (b"index 37", b"index 37\n\xff", "ASCII above the checkpoint"),
        (b"index 37\n", b"index 37\n\n", "three lines"),
        (b"\n\n", b"\n", "cannot be read"),
        (b"\nindex 37", b"\r\nindex 37", "the first line"),
    ],
)
def test_another_spelling_of_a_proof_is_refused(old: bytes, new: bytes, expected: str) -> None:
    assert old in PROOF
    with pytest.raises(EvidenceError, match=expected) as caught:
        parse_proof(PROOF.replace(old, new))
    assert caught.value.kind is EvidenceErrorKind.PROOF


def test_what_is_over_a_limit_is_refused() -> None:
    note = parse_proof(PROOF).checkpoint
    with pytest.raises(EvidenceError, match="at most 53 hashes, got 54"):
        format_proof(0, [bytes(32)] * (MAX_PATH_HASHES + 1), note)
    with pytest.raises(EvidenceError, match=f"at most {MAX_EXTRA_BYTES} bytes of extra data"):
        format_proof(0, [], note, bytes(MAX_EXTRA_BYTES + 1))
    with pytest.raises(EvidenceError, match=f"at most {MAX_PROOF_BYTES} bytes"):
        parse_proof(bytes(MAX_PROOF_BYTES + 1))
