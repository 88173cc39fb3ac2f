"""Signing a log's heads, batch after batch.

`sign_checkpoint` reads back what it has written, for it takes any origin and key. Here both are tested once and only
size and root change, so that a head costs little more than its signature.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lienthong.evidence.checkpoint import Checkpoint, format_checkpoint, sign_checkpoint
from lienthong.evidence.note import encode_base64, note_key_id
from lienthong.evidence.tree import EMPTY_ROOT

if TYPE_CHECKING:
    from lienthong.kernel.keys import SigningKey


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
