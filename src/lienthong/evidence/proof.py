"""Inclusion proofs with their checkpoints as text, for packages and other programs (C2SP tlog-proof)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from lienthong.evidence.checkpoint import decode_hash, parse_checkpoint, parse_decimal, verify_checkpoint
from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.note import MAX_NOTE_BYTES, decode_base64, encode_base64, parse_note
from lienthong.evidence.tree import verify_inclusion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lienthong.evidence.checkpoint import Checkpoint
    from lienthong.kernel.keys import VerifyKey

MAX_PATH_HASHES: Final = 53
"""A tree of `MAX_TREE_SIZE` leaves is this high."""

MAX_EXTRA_BYTES: Final = 16 * 1024
"""This project writes no extra data; room for what other programs add."""

MAX_PROOF_BYTES: Final = MAX_NOTE_BYTES + 2 * MAX_EXTRA_BYTES + 64 * MAX_PATH_HASHES
"""Above the sum of the parts: extra data in base64 and 45 bytes a hash."""

_HEADER: Final = "c2sp.org/tlog-proof@v1"


class Proof(msgspec.Struct, frozen=True):
    """A proof as it came: the path bottom-up, the signed checkpoint, and opaque data never to be trusted."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes = b""


def format_proof(index: int, path: Sequence[bytes], checkpoint_note: bytes, extra: bytes = b"") -> bytes:
    """Write a proof's text; refuse what `parse_proof` would refuse, so that it is read back as the same."""
    lines = [_HEADER, f"index {index}", *map(encode_base64, path)]
    if extra:
        lines.insert(1, f"extra {encode_base64(extra)}")
    raw = "\n".join([*lines, "", ""]).encode() + checkpoint_note
    parse_proof(raw)
    return raw


def parse_proof(raw: bytes) -> Proof:
    """Read a proof without trusting it; `format_proof` of the answer gives `raw` again."""
    if len(raw) > MAX_PROOF_BYTES:
        raise _proof_error(f"at most {MAX_PROOF_BYTES} bytes", str(len(raw)))
    # The first empty line ends the proof: neither its lines nor a checkpoint's first line may be empty.
    head, blank, note = raw.partition(b"\n\n")
    if not blank:
        raise _proof_error("an empty line before the checkpoint", repr(raw[-80:]))
    extra, index, path = _split_head(head)
    try:
        proof = Proof(parse_decimal(index), tuple(map(decode_hash, path)), note, decode_base64(extra))
        parse_checkpoint(parse_note(note).text)
    except EvidenceError as error:
        raise _proof_error("a number, hashes and a signed checkpoint", error.message) from error
    if len(proof.extra) > MAX_EXTRA_BYTES:
        raise _proof_error(f"at most {MAX_EXTRA_BYTES} bytes of extra data", str(len(proof.extra)))
    return proof


def verify_proof(proof: Proof, leaf: bytes, origin: str, key: VerifyKey) -> Checkpoint:
    """Require that the proof shows `leaf` under a checkpoint of the log `origin`; give the checkpoint."""
    checkpoint = verify_checkpoint(proof.checkpoint, origin, key)
    verify_inclusion(leaf, proof.index, checkpoint.size, proof.path, checkpoint.root)
    return checkpoint


def _split_head(head: bytes) -> tuple[str, str, list[str]]:
    """Split the lines above the empty one into extra data (or none), index and hashes, all still text."""
    try:
        header, *lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise _proof_error("ASCII above the checkpoint", repr(head[:80])) from error
    if header != _HEADER:
        raise _proof_error(f"the first line {_HEADER!r}", repr(header[:80]))
    extra = _take_field(lines, "extra ") or ""
    index = _take_field(lines, "index ")
    if index is None:
        raise _proof_error("a line with the index", repr(lines[:1]))
    if len(lines) > MAX_PATH_HASHES:
        raise _proof_error(f"at most {MAX_PATH_HASHES} hashes", str(len(lines)))
    return extra, index, lines


def _take_field(lines: list[str], name: str) -> str | None:
    """Take the first line off if it is the field `name`, and give its value; an empty value is refused."""
    if not lines or not lines[0].startswith(name):
        return None
    value = lines.pop(0).removeprefix(name)
    if not value:
        raise _proof_error(f"a value after {name!r}", "none")
    return value


def _proof_error(expected: str, got: str) -> EvidenceError:
    message = f"the text of a proof cannot be read: expected {expected}, got {got}; export it again"
    return EvidenceError(EvidenceErrorKind.PROOF, message)
