from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.note import (
    MAX_NOTE_BYTES,
    MAX_SIGNATURES,
    NoteSignature,
    decode_base64,
    encode_base64,
    format_note,
    note_key_id,
    parse_note,
    sign_note,
    verify_note,
)
from lienthong.kernel.keys import SigningKey, VerifyKey

if TYPE_CHECKING:
    from collections.abc import Callable

NAME = "DEMO/GOV/Z99.01/GW1/1"
KEY = SigningKey(bytes(range(32)))
OTHER = SigningKey(bytes(range(1, 33)))
TEXT = "Hoà Bình\n\nhai dòng\n".encode()
NOTE = sign_note(TEXT, NAME, KEY)

SPEC_NOTE = (
    "Ognuno sta solo sul cuor della terra\n"
    "trafitto da un raggio di sole:\n"
    "\n"
    "ed è subito sera.\n"
    "\n"
    "\u2014 quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC"
    "+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n"
).encode()

# The example of Go's note package, whose key text is NAME+ID+base64(0x01, key).
GO_KEY = base64.b64decode("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")[1:]
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZIn"
    "NIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
).encode()

NAMES = st.text(st.sampled_from("abcZ09./-_\u00e0\U0001f600"), min_size=1, max_size=12)
TEXTS = st.text(st.sampled_from("ab \n\u2014\u00e0\U0001f600"), max_size=40).map(lambda text: f"{text}\n".encode())
SIGNATURES = st.lists(
    st.builds(NoteSignature, NAMES, st.binary(min_size=4, max_size=4), st.binary(min_size=1, max_size=80)),
    min_size=1,
    max_size=4,
)
PIECES = st.sampled_from(["a", "\n", "\n\n", "\u2014 ", " ", "+", "AAAAAAA=", "AAAAAAAA", "\t", "\u00a0", "\ud7ff"])
ALMOST_NOTES = st.one_of(
    st.binary(max_size=80), st.lists(PIECES, max_size=20).map(lambda pieces: "".join(pieces).encode())
)


def test_the_specifications_example_is_read_and_written_again() -> None:
    note = parse_note(SPEC_NOTE)
    assert note.text.decode().endswith("\n\ned è subito sera.\n")
    (signature,) = note.signatures
    assert (signature.name, signature.key_id.hex()) == ("quasimodo.example/salvatore", "367ba04b")
    assert len(signature.signature) == 64
    assert format_note(note.text, note.signatures) == SPEC_NOTE


def test_a_note_signed_by_another_implementation_is_verified() -> None:
    key = VerifyKey(GO_KEY)
    assert note_key_id("PeterNeumann", key).hex() == "c74f20a3"
    assert verify_note(GO_NOTE, "PeterNeumann", key).text.startswith(b"If you think")


def test_a_signed_note_verifies_and_keeps_its_text() -> None:
    assert verify_note(NOTE, NAME, KEY.verify_key).text == TEXT


@given(TEXTS, SIGNATURES)
def test_a_note_read_back_is_the_one_that_was_written(text: bytes, signatures: list[NoteSignature]) -> None:
    note = parse_note(format_note(text, signatures))
    assert (note.text, list(note.signatures)) == (text, signatures)


@given(ALMOST_NOTES)
def test_any_bytes_are_refused_or_read_in_the_one_way_that_writes_them_again(raw: bytes) -> None:
    try:
        note = parse_note(raw)
    except EvidenceError as error:
        assert error.kind is EvidenceErrorKind.NOTE
        return
    assert format_note(note.text, note.signatures) == raw


@given(st.integers(0, len(NOTE) * 8 - 1))
def test_one_flipped_bit_anywhere_breaks_a_note(place: int) -> None:
    raw = bytearray(NOTE)
    raw[place // 8] ^= 1 << place % 8
    with pytest.raises(EvidenceError):
        verify_note(bytes(raw), NAME, KEY.verify_key)


def test_signatures_of_unknown_keys_are_passed_over_and_kept() -> None:
    unknown = NoteSignature("witness.example", b"\1\2\3\4", b"\4" + bytes(72))
    same_name = NoteSignature(NAME, b"\1\2\3\4", bytes(64))
    same_id = NoteSignature("other.example", note_key_id(NAME, KEY.verify_key), bytes(64))
    (own,) = parse_note(NOTE).signatures
    raw = format_note(TEXT, [unknown, same_name, own, same_id])
    assert verify_note(raw, NAME, KEY.verify_key).signatures == (unknown, same_name, own, same_id)


def test_a_note_of_another_key_or_name_is_refused_and_says_who_signed() -> None:
    for name, key in ((NAME, OTHER.verify_key), ("DEMO/GOV/Z99.02/GW1/1", KEY.verify_key)):
        with pytest.raises(EvidenceError) as caught:
            verify_note(NOTE, name, key)
        assert caught.value.kind is EvidenceErrorKind.SIGNATURE
        assert f"expected one signature of {name} {note_key_id(name, key).hex()}" in str(caught.value)
        assert f"{NAME} {note_key_id(NAME, KEY.verify_key).hex()}" in str(caught.value)


def test_a_foreign_signature_under_the_right_name_and_id_is_refused() -> None:
    forged = NoteSignature(NAME, note_key_id(NAME, KEY.verify_key), OTHER.sign(TEXT))
    with pytest.raises(EvidenceError, match="got one over something else") as caught:
        verify_note(format_note(TEXT, [forged]), NAME, KEY.verify_key)
    assert caught.value.kind is EvidenceErrorKind.SIGNATURE


def test_an_ed25519_signature_of_a_wrong_length_is_refused() -> None:
    short = NoteSignature(NAME, note_key_id(NAME, KEY.verify_key), KEY.sign(TEXT)[:-1])
    with pytest.raises(EvidenceError, match="got one over something else"):
        verify_note(format_note(TEXT, [short]), NAME, KEY.verify_key)


def test_altered_text_under_an_honest_signature_is_refused() -> None:
    with pytest.raises(EvidenceError, match="got one over something else"):
        verify_note(NOTE.replace(b"hai", b"Hai"), NAME, KEY.verify_key)


def test_a_repeated_signer_is_refused() -> None:
    (own,) = parse_note(NOTE).signatures
    with pytest.raises(EvidenceError, match="got 2 among"):
        verify_note(format_note(TEXT, [own, own]), NAME, KEY.verify_key)


def test_signatures_up_to_the_limit_are_read_and_one_more_is_refused() -> None:
    line = NOTE[NOTE.rindex(b"\n\n") + 2 :]
    assert len(parse_note(NOTE + line * (MAX_SIGNATURES - 1)).signatures) == MAX_SIGNATURES
    with pytest.raises(EvidenceError, match="at most 32 signatures, got 33"):
        parse_note(NOTE + line * MAX_SIGNATURES)


def test_a_note_over_the_limit_is_refused() -> None:
    with pytest.raises(EvidenceError, match=f"at most {MAX_NOTE_BYTES} bytes"):
        parse_note(b"a" * MAX_NOTE_BYTES + NOTE)


def change_last_base64(note: str) -> str:
    """Set an unused bit of the signature's last character, which decodes to the same bytes."""
    assert note.endswith("=\n")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    end = note.index("=", note.rindex("\n\n"))
    return note[: end - 1] + alphabet[alphabet.index(note[end - 1]) + 1] + note[end:]


@pytest.mark.parametrize(
    "change",
    [
        lambda note: note.replace("\n\n\u2014", "\n\u2014"),
        lambda note: note.replace("\u2014 ", "- "),
        lambda note: note.replace("\u2014 ", "\u2014"),
        lambda note: note.replace("\u2014 ", "\u2014  "),
        lambda note: note.replace("DEMO/", "DEMO+"),
        lambda note: note.replace("DEMO/", "DEMO\u3000"),
        lambda note: note.replace("\u2014 " + NAME, "\u2014 "),
        lambda note: note.removesuffix("\n"),
        lambda note: note + "\n",
        lambda note: note + "trailing\n",
        lambda note: note.replace("hai", "hai\t"),
        lambda note: note.replace("hai", "hai\r"),
        lambda note: note.replace("hai", "hai\0"),
        lambda note: note.replace("=\n", "\n"),
        lambda note: note.replace("=\n", "==\n"),
        lambda note: note.replace("=\n", "= \n"),
        change_last_base64,
        lambda note: note[: note.rindex(" ")] + " AAAAAA==\n",
        lambda note: note[: note.rindex(" ")] + " \n",
        lambda _: "",
        lambda _: "\n\n",
    ],
)
def test_another_spelling_of_a_note_is_refused(change: Callable[[str], str]) -> None:
    changed = change(NOTE.decode()).encode()
    assert changed != NOTE
    with pytest.raises(EvidenceError) as caught:
        verify_note(changed, NAME, KEY.verify_key)
    assert caught.value.kind is EvidenceErrorKind.NOTE


def test_a_note_that_is_not_utf8_is_refused() -> None:
    with pytest.raises(EvidenceError, match="expected UTF-8"):
        parse_note(b"\xff" + NOTE)


@pytest.mark.parametrize(
    ("text", "signature"),
    [
        (b"no line end", NoteSignature("a", b"1234", b"5")),
        (b"tab\t\n", NoteSignature("a", b"1234", b"5")),
        (b"text\n", NoteSignature("", b"1234", b"5")),
        (b"text\n", NoteSignature("a b", b"1234", b"5")),
        (b"text\n", NoteSignature("a", b"123", b"45")),
        (b"text\n", NoteSignature("a", b"1234", b"")),
    ],
)
def test_what_the_format_cannot_hold_is_not_written(text: bytes, signature: NoteSignature) -> None:
    with pytest.raises(EvidenceError):
        format_note(text, [signature])


@given(st.binary())
def test_base64_has_one_spelling(raw: bytes) -> None:
    assert encode_base64(raw) == base64.b64encode(raw).decode()
    assert decode_base64(encode_base64(raw)) == raw


@given(st.text(st.sampled_from("AB+/=-_ \n\u00e0"), max_size=9))
def test_any_text_is_refused_or_the_one_base64_spelling(text: str) -> None:
    try:
        raw = decode_base64(text)
    except EvidenceError:
        return
    assert encode_base64(raw) == text
