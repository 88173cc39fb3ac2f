"""Cosignatures: one spelling, bound to time, text, name and key; unknown ones prove nothing (rule 7.1)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.evidence.cosignature import (
    Cosignature,
    Cosigner,
    add_cosignatures,
    cosign,
    find_cosignatures,
    format_cosigner,
    format_signature_line,
    parse_cosigner,
)
from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.note import NoteSignature, encode_base64, format_note, parse_note
from lienthong.kernel.keys import VerifyKey, make_signing_key
from tests.evidence.history import History

NAME = "witness.example/w1"
KEY = make_signing_key()
WITNESS = Cosigner(NAME, KEY.verify_key)
LOG = History(7)
NOTE = LOG.sign()
TEXT = parse_note(NOTE).text
# The example of C2SP tlog-cosignature, made by another program.
FOREIGN_KEY_LINE = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "\u2014 witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nN"
    "o0xUe+mbIUBkBIfZ+qnA==\n"
).encode()


def test_a_cosignature_gives_witness_and_time() -> None:
    line = format_signature_line(cosign(TEXT, NAME, KEY, 1_795_000_000))
    assert find_cosignatures(NOTE + line, [WITNESS]) == (Cosignature(NAME, 1_795_000_000_000),)


def test_the_specification_example_has_the_time_that_it_states_in_big_endian() -> None:
    (signature,) = parse_note(FOREIGN_KEY_LINE).signatures
    assert int.from_bytes(signature.signature[:8], "big") == 1679315147
    assert find_cosignatures(FOREIGN_KEY_LINE, [WITNESS]) == ()


@pytest.mark.parametrize("place", [0, 4, 7, 8, 40, 71])
def test_an_altered_byte_of_time_or_signature_proves_nothing(place: int) -> None:
    signed = cosign(TEXT, NAME, KEY, 1_795_000_000)
    raw = bytearray(signed.signature)
    raw[place] ^= 1
    altered = NoteSignature(NAME, signed.key_id, bytes(raw))
    assert find_cosignatures(NOTE + format_signature_line(altered), [WITNESS]) == ()


def test_a_cosignature_of_another_text_name_or_key_proves_nothing() -> None:
    other = make_signing_key()
    for line in (
        cosign(TEXT + b"x", NAME, KEY, 5),
        cosign(TEXT, "other.example/w1", KEY, 5),
        cosign(TEXT, NAME, other, 5),
        NoteSignature(NAME, cosign(TEXT, NAME, KEY, 5).key_id, b"short"),
        NoteSignature(NAME, cosign(TEXT, NAME, KEY, 5).key_id, b"\xff" * 72),
    ):
        assert find_cosignatures(NOTE + format_signature_line(line), [WITNESS]) == ()


def test_a_note_signature_by_a_witness_key_is_no_cosignature() -> None:
    plain = NoteSignature(NAME, cosign(TEXT, NAME, KEY, 5).key_id, bytes(8) + KEY.sign(TEXT))
    assert find_cosignatures(NOTE + format_signature_line(plain), [WITNESS]) == ()


def test_a_newer_cosignature_takes_the_place_of_the_older_and_strangers_lines_are_not_kept() -> None:
    stranger = format_signature_line(cosign(TEXT, "stranger.example", make_signing_key(), 5))
    once = add_cosignatures(NOTE, format_signature_line(cosign(TEXT, NAME, KEY, 5)) + stranger, [WITNESS])
    twice = add_cosignatures(once, format_signature_line(cosign(TEXT, NAME, KEY, 6)), [WITNESS])
    assert find_cosignatures(once, [WITNESS]) == (Cosignature(NAME, 5000),)
    assert find_cosignatures(twice, [WITNESS]) == (Cosignature(NAME, 6000),)
    assert [each.name for each in parse_note(twice).signatures] == [LOG.origin, NAME]


def test_a_witness_counts_once() -> None:
    lines = [cosign(TEXT, NAME, KEY, time) for time in (5, 6)]
    note = format_note(TEXT, [*parse_note(NOTE).signatures, *lines])
    assert find_cosignatures(note, [WITNESS]) == (Cosignature(NAME, 5000),)


def test_a_verifier_key_is_read_back() -> None:
    assert parse_cosigner(format_cosigner(WITNESS)) == WITNESS


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        "name+00000000",
        format_cosigner(WITNESS).replace("+", "+0", 1),
        "other" + format_cosigner(WITNESS),
        f"{NAME}+00000000+{encode_base64(bytes([1]) + KEY.verify_key.raw)}",
        f"{NAME}+00000000+{encode_base64(bytes([4]) + KEY.verify_key.raw[1:])}",
        f"{NAME}+00000000+???",
    ],
    ids=["empty", "name", "no key", "key id", "other name", "other kind", "short key", "no base64"],
)
def test_another_spelling_of_a_verifier_key_is_refused(text: str) -> None:
    with pytest.raises(EvidenceError) as refused:
        parse_cosigner(text)
    assert refused.value.kind is EvidenceErrorKind.NOTE


@given(st.text(max_size=200))
def test_any_text_is_a_verifier_key_or_refused(text: str) -> None:
    try:
        cosigner = parse_cosigner(text)
    except EvidenceError:
        return
    assert format_cosigner(cosigner) == text


@given(st.binary(max_size=200), st.binary(min_size=32, max_size=32))
def test_any_lines_under_a_note_add_no_cosignature(lines: bytes, key: bytes) -> None:
    try:
        found = find_cosignatures(NOTE + lines, [Cosigner(NAME, VerifyKey(key))])
    except EvidenceError as error:
        assert error.kind is EvidenceErrorKind.NOTE
        return
    assert found == ()
