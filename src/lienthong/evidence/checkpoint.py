"""Checkpoints: a log's signed head, its origin, size and root (C2SP tlog-checkpoint).

The origin is also the name of the log's key. Extension lines are refused: no log of this project writes them,
and monitors cannot check what they say.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.note import decode_base64, encode_base64, sign_note, verify_note
from lienthong.evidence.tree import EMPTY_ROOT, HASH_BYTES, MAX_TREE_SIZE

if TYPE_CHECKING:
    from lienthong.kernel.keys import SigningKey, VerifyKey

_LINES: Final = 3
_DECIMAL: Final = re.compile(r"0|[1-9][0-9]{0,15}")
"""No leading zeros, and no more digits than `MAX_TREE_SIZE` has."""


class Checkpoint(msgspec.Struct, frozen=True):
    """What a log is at one size: `root` (32 bytes) over its first `size` entries."""

    origin: str
    size: int
    root: bytes


def format_checkpoint(checkpoint: Checkpoint) -> bytes:
    """Write the body that is signed; an unsigned batch keeps just this.

    Refuses what `parse_checkpoint` would refuse; what it reads has one spelling, so it is the same checkpoint.
    """
    body = f"{checkpoint.origin}\n{checkpoint.size}\n{encode_base64(checkpoint.root)}\n".encode()
    parse_checkpoint(body)
    return body


def parse_checkpoint(body: bytes) -> Checkpoint:
    """Read a checkpoint's body without trusting it; `format_checkpoint` of the answer gives `body` again."""
    try:
        lines = body.decode().split("\n")
    except UnicodeDecodeError as error:
        raise _checkpoint_error("UTF-8", repr(body[:80])) from error
    if len(lines) != _LINES + 1 or lines[_LINES]:
        raise _checkpoint_error("three lines: origin, size and root", repr(body[:200]))
    origin, size, root = lines[:_LINES]
    if not origin:
        raise _checkpoint_error("an origin", "an empty line")
    checkpoint = Checkpoint(origin, parse_decimal(size), decode_hash(root))
    if not checkpoint.size and checkpoint.root != EMPTY_ROOT:
        raise _checkpoint_error(f"the root {EMPTY_ROOT.hex()} at size 0", checkpoint.root.hex())
    return checkpoint


def sign_checkpoint(checkpoint: Checkpoint, key: SigningKey) -> bytes:
    """Sign a checkpoint under its origin's name and give the note."""
    return sign_note(format_checkpoint(checkpoint), checkpoint.origin, key)


def verify_checkpoint(note: bytes, origin: str, key: VerifyKey) -> Checkpoint:
    """Require a checkpoint of the log `origin`, signed by its key; signatures of others are passed over."""
    checkpoint = parse_checkpoint(verify_note(note, origin, key).text)
    if checkpoint.origin != origin:
        raise _checkpoint_error(f"the origin {origin!r}", repr(checkpoint.origin))
    return checkpoint


def parse_decimal(text: str) -> int:
    """Read a size or an index in its one decimal spelling, up to `MAX_TREE_SIZE`."""
    if not _DECIMAL.fullmatch(text) or int(text) > MAX_TREE_SIZE:
        raise _checkpoint_error(f"a number from 0 to {MAX_TREE_SIZE} without leading zeros", repr(text[:80]))
    return int(text)


def decode_hash(text: str) -> bytes:
    """Read a 32-byte hash from its base64 line."""
    try:
        raw = decode_base64(text)
    except EvidenceError as error:
        raise _checkpoint_error("a hash in base64", repr(text[:80])) from error
    if len(raw) != HASH_BYTES:
        raise _checkpoint_error(f"a hash of {HASH_BYTES} bytes", f"{len(raw)} bytes")
    return raw


def _checkpoint_error(expected: str, got: str) -> EvidenceError:
    message = f"a checkpoint cannot be used: expected {expected}, got {got}; fetch it again from its log"
    return EvidenceError(EvidenceErrorKind.CHECKPOINT, message)
