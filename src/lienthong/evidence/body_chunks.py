"""The encrypted form of one body: chunks of 64 KiB, each under the body's own key. Pure.

Each chunk is AES-256-GCM; its nonce is 1 byte `last` | 3 zeros | chunk number u64 big endian. A key encrypts
one body only, so no nonce is used twice, and chunks can be neither swapped nor cut off.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.store import KEY_BYTES, TAG_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CHUNK_BYTES: Final = 64 * 1024
"""Plain bytes of a chunk: what reading holds in memory, and long beside its tag of 16 bytes."""

SEALED_CHUNK_BYTES: Final = CHUNK_BYTES + TAG_BYTES
"""Bytes of every encrypted chunk but the last."""


def make_body_key() -> bytes:
    """Make the key of one body."""
    return os.urandom(KEY_BYTES)


def count_chunks(length: int) -> int:
    """Give the number of chunks of a body of `length` bytes; an empty body has one, empty."""
    return max(1, -(-length // CHUNK_BYTES))


def sealed_length(length: int) -> int:
    """Give the encrypted length of a body of `length` bytes."""
    return length + count_chunks(length) * TAG_BYTES


def seal_body(key: bytes, chunks: Iterable[bytes], length: int) -> Iterator[bytes]:
    """Encrypt a body that comes in pieces of any size; every chunk but the last is `SEALED_CHUNK_BYTES` long.

    ValueError if the pieces do not sum up to `length`: the caller has announced another body.
    """
    cipher = AESGCM(key)
    last = count_chunks(length) - 1
    number = done = 0
    buffer = bytearray()
    for piece in chunks:
        buffer += piece
        while len(buffer) > CHUNK_BYTES and number < last:
            yield cipher.encrypt(_nonce(number, last=False), bytes(buffer[:CHUNK_BYTES]), None)
            del buffer[:CHUNK_BYTES]
            number += 1
            done += CHUNK_BYTES
        if done + len(buffer) > length:
            break
    require_length(done + len(buffer), length)
    yield cipher.encrypt(_nonce(number, last=True), bytes(buffer), None)


def seal_small_body(key: bytes, body: bytes) -> bytes:
    """Encrypt a body of at most one chunk."""
    return AESGCM(key).encrypt(_ONLY_CHUNK, body, None)


def open_chunk(cipher: AESGCM, number: int, length: int, sealed: bytes) -> bytes:
    """Decrypt chunk `number` of a body of `length` bytes.

    Raises kind `not_durable` if the chunk is cut or all zeros, as a crash leaves it, else `damaged`.
    """
    last = number == count_chunks(length) - 1
    expected = (length - number * CHUNK_BYTES if last else CHUNK_BYTES) + TAG_BYTES
    if len(sealed) < expected or not any(sealed):
        message = "the body was not durable: a crash came before its bytes, or cut an erasure short"
        raise EvidenceError(EvidenceErrorKind.NOT_DURABLE, message)
    try:
        return cipher.decrypt(_nonce(number, last=last), sealed, None)
    except InvalidTag as error:
        message = f"chunk {number} of the body does not open: its bytes were altered"
        raise EvidenceError(EvidenceErrorKind.DAMAGED, message) from error


def require_length(got: int, expected: int) -> None:
    """Refuse a body that is not as long as announced."""
    if got != expected:
        message = f"expected a body of {expected} bytes, got {got} or more"
        raise ValueError(message)


def _nonce(number: int, *, last: bool) -> bytes:
    return (b"\x01\0\0\0" if last else b"\0\0\0\0") + number.to_bytes(8, "big")


_ONLY_CHUNK: Final = _nonce(0, last=True)
