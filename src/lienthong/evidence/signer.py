"""Signing a log's heads, and verifying a peer's, batch after batch.

`sign_checkpoint` and `verify_checkpoint` take any origin and key. Here both are known, only size and root change, and a
head costs little more than its signature.
"""

from __future__ import annotations

import binascii
from typing import TYPE_CHECKING, Final

from lienthong.evidence.checkpoint import Checkpoint, format_checkpoint, sign_checkpoint, verify_checkpoint
from lienthong.evidence.note import encode_base64, note_key_id
from lienthong.evidence.tree import EMPTY_ROOT, HASH_BYTES, MAX_TREE_SIZE
from lienthong.kernel.errors import KernelError
from lienthong.kernel.keys import SIGNATURE_BYTES

if TYPE_CHECKING:
    from lienthong.kernel.keys import SigningKey, VerifyKey

_KEY_ID_BYTES: Final = 4
_PIECES: Final = 6  # origin, size, root, blank, one signature line, and nothing behind the last line end


class HeadSigner:
    """Writes and signs the checkpoints of one log: the bytes of `format_checkpoint` and `sign_checkpoint`."""

    __slots__ = ("_key", "_key_id", "_line", "_origin", "origin")

    def __init__(self, origin: str, key: SigningKey) -> None:
        self.origin = origin
        self._key = key
        self._key_id = note_key_id(origin, key.verify_key)
        self._origin = f"{origin}\n"
        # An origin that breaks the formats is refused here, once.
        empty = Checkpoint(origin, 0, EMPTY_ROOT)
        note, body = sign_checkpoint(empty, key), format_checkpoint(empty)
        signature = encode_base64(self._key_id + key.sign(body))
        self._line = note[len(body) :].removesuffix(f"{signature}\n".encode())

    def format(self, size: int, root: bytes) -> bytes:
        """Give the body of the checkpoint over `size` and `root`."""
        return f"{self._origin}{size}\n{encode_base64(root)}\n".encode()

    def sign(self, body: bytes) -> bytes:
        """Give the note over a body of `format`."""
        signature = encode_base64(self._key_id + self._key.sign(body))
        return b"".join((body, self._line, signature.encode(), b"\n"))


class HeadReader:
    """Verifies the checkpoints of one log: what `verify_checkpoint` accepts, with the same answer or error."""

    __slots__ = ("_key", "_key_id", "_line", "_origin", "key", "origin")

    def __init__(self, origin: str, key: VerifyKey) -> None:
        self.origin = origin
        self.key = key
        self._key_id = note_key_id(origin, key)
        self._origin = origin.encode()
        self._line = f"\u2014 {origin} ".encode()

    def verify(self, note: bytes) -> Checkpoint:
        """Give the checkpoint of a note that this log's key has signed.

        A note with this one signature and nothing else is read here; any other, and every doubt, is
        `verify_checkpoint`'s.
        """
        return self._find(note) or verify_checkpoint(note, self.origin, self.key)

    def _find(self, note: bytes) -> Checkpoint | None:
        pieces = note.split(b"\n")
        if len(pieces) != _PIECES or pieces[0] != self._origin or pieces[3] or pieces[5]:
            return None
        digits, line = pieces[1], pieces[4]
        if not line.startswith(self._line) or not digits.isdigit() or (digits[:1] == b"0"):
            return None
        root = _find_bytes(pieces[2])
        signed = _find_bytes(line[len(self._line) :])
        size = int(digits)
        if size > MAX_TREE_SIZE or root is None or signed is None:
            return None
        if len(root) != HASH_BYTES or len(signed) != _KEY_ID_BYTES + SIGNATURE_BYTES or signed[:4] != self._key_id:
            return None
        body = note[: len(note) - len(line) - 2]
        try:
            self.key.verify(body, signed[_KEY_ID_BYTES:])
        except KernelError:
            return None
        return Checkpoint(self.origin, size, root)


def _find_bytes(text: bytes) -> bytes | None:
    """Give the bytes of canonical padded base64, else None."""
    try:
        raw = binascii.a2b_base64(text, strict_mode=True)
    except ValueError:
        return None
    return raw if binascii.b2a_base64(raw, newline=False) == text else None
