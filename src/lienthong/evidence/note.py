"""Signed notes: a text and the signatures under it (C2SP signed-note), with Ed25519 only.

Reading is strict, so that a note has one spelling. A note proves nothing until `verify_note` has found the
expected key's signature; other signatures are kept as they came and prove nothing here.
"""

from __future__ import annotations

import binascii
import re
from hashlib import sha256
from typing import TYPE_CHECKING, Final

import msgspec

from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.kernel.errors import KernelError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lienthong.kernel.keys import SigningKey, VerifyKey

MAX_SIGNATURES: Final = 32
"""The specification asks for 16 at least; a log's head carries its own and a few witnesses'."""

MAX_NOTE_BYTES: Final = 64 * 1024
"""Checkpoints have a few hundred bytes; room for 32 signatures, and for single large post-quantum ones."""

_ED25519: Final = b"\x01"
_KEY_ID_BYTES: Final = 4
_DASH: Final = "\u2014 "
"""Em dash and blank, the start of each signature line."""

_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")
_KEY_NAME: Final = re.compile(r"[^\s+]+")
"""No Unicode blank and no plus; `\\s` of a text pattern is Unicode's."""


class NoteSignature(msgspec.Struct, frozen=True):
    """One signature line: the key's name, its short id (4 bytes), and the signature."""

    name: str
    key_id: bytes
    signature: bytes


class Note(msgspec.Struct, frozen=True):
    """A note as it came: `text` with its last line end, which is what is signed, and its signature lines."""

    text: bytes
    signatures: tuple[NoteSignature, ...]


def note_key_id(name: str, key: VerifyKey) -> bytes:
    """Give the short id of an Ed25519 key under a name: SHA-256(name LF 0x01 key), cut to 4 bytes."""
    return sha256(name.encode() + b"\n" + _ED25519 + key.raw).digest()[:_KEY_ID_BYTES]


def sign_note(text: bytes, name: str, key: SigningKey) -> bytes:
    """Sign a text under a key's name and give the whole note."""
    return format_note(text, [NoteSignature(name, note_key_id(name, key.verify_key), key.sign(text))])


def format_note(text: bytes, signatures: Sequence[NoteSignature]) -> bytes:
    """Write a note; refuse what `parse_note` would not read back as the same note."""
    lines = [f"{_DASH}{each.name} {encode_base64(each.key_id + each.signature)}\n".encode() for each in signatures]
    raw = b"".join([text, b"\n", *lines])
    if parse_note(raw) != Note(text, tuple(signatures)):
        raise _note_error("expected a text and signatures of the note format", repr(raw[:80]))
    return raw


def parse_note(raw: bytes) -> Note:
    """Read a note without trusting it; `format_note` of the answer gives `raw` again."""
    if len(raw) > MAX_NOTE_BYTES:
        raise _note_error(f"expected at most {MAX_NOTE_BYTES} bytes", str(len(raw)))
    decoded = _decode_visible(raw)
    # The last empty line parts text and signatures; empty lines before it belong to the text.
    text, blank, signed = decoded.rpartition("\n\n")
    if not blank or not signed.endswith("\n"):
        raise _note_error("expected a text, a blank line, and complete signature lines", repr(decoded[-80:]))
    lines = signed[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise _note_error(f"expected at most {MAX_SIGNATURES} signatures", str(len(lines)))
    return Note(f"{text}\n".encode(), tuple(_parse_signature(line) for line in lines))


def verify_note(raw: bytes, name: str, key: VerifyKey) -> Note:
    """Read a note and require the signature of `key` under `name` over its text, once.

    Signatures of other names or key ids are passed over, as the specification asks.
    """
    note = parse_note(raw)
    key_id = note_key_id(name, key)
    found = [each for each in note.signatures if each.name == name and each.key_id == key_id]
    if len(found) != 1:
        signers = ", ".join(f"{each.name} {each.key_id.hex()}" for each in note.signatures)
        raise _signature_error(f"one signature of {name} {key_id.hex()}", f"{len(found)} among: {signers}")
    try:
        key.verify(note.text, found[0].signature)
    except KernelError as error:
        raise _signature_error(f"a signature of {name} over this text", "one over something else") from error
    return note


def encode_base64(raw: bytes) -> str:
    """Spell bytes in padded standard base64 (RFC 4648 section 4), as all note formats do."""
    return binascii.b2a_base64(raw, newline=False).decode("ascii")


def decode_base64(text: str) -> bytes:
    """Read standard base64 in its one canonical spelling; the error's kind is `note`."""
    try:
        raw = binascii.a2b_base64(text, strict_mode=True)
    except ValueError as error:
        raise _note_error("expected base64", repr(text[:80])) from error
    if encode_base64(raw) != text:
        raise _note_error(f"expected the canonical base64 {encode_base64(raw)!r}", repr(text))
    return raw


def _decode_visible(raw: bytes) -> str:
    """Decode UTF-8 without ASCII control characters other than the line end."""
    try:
        decoded = raw.decode()
    except UnicodeDecodeError as error:
        raise _note_error("expected UTF-8", repr(raw[:80])) from error
    control = _CONTROL.search(decoded)
    if control:
        raise _note_error("expected no control characters", f"{control[0]!r} at character {control.start()}")
    return decoded


def _parse_signature(line: str) -> NoteSignature:
    name, blank, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not blank or not _KEY_NAME.fullmatch(name):
        raise _note_error("expected a line of dash, key name and base64", repr(line[:80]))
    signature = decode_base64(encoded)
    if len(signature) <= _KEY_ID_BYTES:
        raise _note_error("expected a key id and a signature", f"{len(signature)} bytes")
    return NoteSignature(name, signature[:_KEY_ID_BYTES], signature[_KEY_ID_BYTES:])


def _note_error(expected: str, got: str) -> EvidenceError:
    message = f"a signed note cannot be read: {expected}, got {got}; fetch it again from its log"
    return EvidenceError(EvidenceErrorKind.NOTE, message)


def _signature_error(expected: str, got: str) -> EvidenceError:
    message = f"a signed note is not signed as it must be: expected {expected}, got {got}; do not use its text"
    return EvidenceError(EvidenceErrorKind.SIGNATURE, message)
