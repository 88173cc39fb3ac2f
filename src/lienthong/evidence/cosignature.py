"""Cosignatures: what a witness signs under a log's checkpoint (C2SP tlog-cosignature, Ed25519 `cosignature/v1`).

A cosignature says that at its time the witness had seen no larger head of the log, and that this one goes on from all
it saw before. It stands in the note beside the log's own signature; one of an unknown witness proves nothing.
"""

from __future__ import annotations

import struct
from hashlib import sha256
from typing import TYPE_CHECKING, Final

import msgspec

from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.note import (
    MAX_SIGNATURES,
    NoteSignature,
    decode_base64,
    encode_base64,
    format_note,
    parse_note,
)
from lienthong.kernel.errors import KernelError
from lienthong.kernel.keys import SIGNATURE_BYTES, VerifyKey

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lienthong.directory.members import Directory
    from lienthong.kernel.keys import SigningKey

_ALGORITHM: Final = b"\x04"
_KEY_ID_BYTES: Final = 4
_TIMED: Final = struct.Struct(f">Q{SIGNATURE_BYTES}s")
_MAX_TIME_S: Final = 2**63 - 1
_VKEY_PARTS: Final = 3
_MEMBER_SEGMENTS: Final = 3


class Cosigner(msgspec.Struct, frozen=True):
    """A witness by its name and key, as those who count its cosignatures know it."""

    name: str
    key: VerifyKey


class Cosignature(msgspec.Struct, frozen=True):
    """A verified cosignature: by whom, and when by the witness's clock (ms UTC; the format holds whole seconds)."""

    name: str
    time: int


def cosigners_for(directory: Directory, origin: str) -> tuple[Cosigner, ...]:
    """Give the witnesses that count for a log: those of the directory but for its own member's (rule 7.1)."""
    own = "/".join(origin.split("/")[:_MEMBER_SEGMENTS]) + "/"
    return tuple(Cosigner(each.name, each.key) for each in directory.witnesses if not each.name.startswith(own))


def cosignature_key_id(name: str, key: VerifyKey) -> bytes:
    """Give the short id of a witness's key: SHA-256(name LF 0x04 key), cut to 4 bytes."""
    return sha256(name.encode() + b"\n" + _ALGORITHM + key.raw).digest()[:_KEY_ID_BYTES]


def format_cosigner(cosigner: Cosigner) -> str:
    """Write a witness's verifier key, `name+id+base64(0x04 key)`, as C2SP signed-note spells it."""
    key_id = cosignature_key_id(cosigner.name, cosigner.key).hex()
    return f"{cosigner.name}+{key_id}+{encode_base64(_ALGORITHM + cosigner.key.raw)}"


def parse_cosigner(text: str) -> Cosigner:
    """Read a witness's verifier key; kind `note`."""
    parts = text.split("+", _VKEY_PARTS - 1)
    if len(parts) != _VKEY_PARTS:
        raise _note_error("name+id+base64", repr(text[:80]))
    name, _, encoded = parts
    raw = decode_base64(encoded)
    if raw[:1] != _ALGORITHM:
        raise _note_error("a key for Ed25519 cosignatures (0x04)", repr(encoded[:80]))
    try:
        cosigner = Cosigner(name, VerifyKey(raw[1:]))
    except KernelError as error:
        raise _note_error("an Ed25519 key", error.message) from error
    if format_cosigner(cosigner) != text:
        raise _note_error(repr(format_cosigner(cosigner)), repr(text[:200]))
    return cosigner


def cosign(text: bytes, name: str, key: SigningKey, time_s: int) -> NoteSignature:
    """Sign a checkpoint's text as a witness, as of `time_s` (POSIX seconds)."""
    signature = key.sign(_cosigned(text, time_s))
    return NoteSignature(name, cosignature_key_id(name, key.verify_key), _TIMED.pack(time_s, signature))


def format_signature_line(signature: NoteSignature) -> bytes:
    """Write one signature line with its end, as a witness answers it."""
    return f"\u2014 {signature.name} {encode_base64(signature.key_id + signature.signature)}\n".encode()


def find_cosignatures(note: bytes, cosigners: Iterable[Cosigner]) -> tuple[Cosignature, ...]:
    """Give the cosignatures by any of `cosigners` that verify, in the note's order.

    A witness counts once. A line by a name and key id of the list that does not verify proves nothing and is passed
    over, as are others'. Kind `note` if it is no note.
    """
    return tuple(each for each, _ in _find(note, cosigners))


def add_cosignatures(note: bytes, lines: bytes, cosigners: Iterable[Cosigner]) -> bytes:
    """Put the verified ones of a witness's answer under a note, which keeps its own; kind `note`.

    A newer one of a witness takes the place of its older one.
    """
    own = parse_note(note)
    found = {signature.name: signature for _, signature in _find(note + lines, cosigners, newest=True)}
    kept = [each for each in own.signatures if each.name not in found]
    return format_note(own.text, [*kept, *found.values()][:MAX_SIGNATURES])


def _find(
    note: bytes, cosigners: Iterable[Cosigner], *, newest: bool = False
) -> list[tuple[Cosignature, NoteSignature]]:
    read = parse_note(note)
    known = {(each.name, cosignature_key_id(each.name, each.key)): each.key for each in cosigners}
    found: dict[str, tuple[Cosignature, NoteSignature]] = {}
    for signature in read.signatures:
        key = known.get((signature.name, signature.key_id))
        if key is None or (signature.name in found and not newest):
            continue
        time_s = _find_time(read.text, signature.signature, key)
        if time_s is not None:
            found[signature.name] = (Cosignature(signature.name, time_s * 1000), signature)
    return list(found.values())


def _find_time(text: bytes, signature: bytes, key: VerifyKey) -> int | None:
    if len(signature) != _TIMED.size:
        return None
    time_s, raw = _TIMED.unpack(signature)
    if time_s > _MAX_TIME_S:
        return None
    try:
        key.verify(_cosigned(text, time_s), raw)
    except KernelError:
        return None
    return int(time_s)


def _cosigned(text: bytes, time_s: int) -> bytes:
    return b"cosignature/v1\ntime %d\n" % time_s + text


def _note_error(expected: str, got: str) -> EvidenceError:
    message = f"a witness's key cannot be read: expected {expected}, got {got}; copy it from the witness again"
    return EvidenceError(EvidenceErrorKind.NOTE, message)
