"""Erasable records: what a message needs to be shown again, encrypted so that it can be taken back.

A record lies in the erasable part of its batch's segment (docs/security.md, section 8). It holds the salt,
the header part and the place of the body, under a random key of its own, which the store's key wraps:

    live    1 | nonce 12 | wrapped key 48 | ciphertext and tag
    erased  2 | zeros, as long as the live record was

Both layers are AES-256-GCM (NIST SP 800-38D) with the leaf hash as associated data, so a record moved to
another entry does not open. Nothing here touches a log: segments are reader.py's, bodies are bodies.py's.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.kernel.keys import load_secret
from lienthong.kernel.randomness import Randomness

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16
SALT_BYTES: Final = 16

# Offsets of the live form: marker, nonce, wrapped key, then the ciphertext.
_WRAPPED_AT: Final = 1 + NONCE_BYTES
_CIPHERTEXT_AT: Final = _WRAPPED_AT + KEY_BYTES + TAG_BYTES

RECORD_OVERHEAD: Final = _CIPHERTEXT_AT + TAG_BYTES
"""Bytes that sealing adds to the plain text."""

# A message's key encrypts one text only, so its nonce may be constant.
_ONLY_NONCE: Final = bytes(NONCE_BYTES)
_LIVE: Final = b"\x01"
_ERASED: Final = b"\x02"


class RecordState(StrEnum):
    """What `check_record` found."""

    LIVE = "live"
    ERASED = "erased"
    DAMAGED = "damaged"


class BodyPlace(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Where a body lies in the store and the key that opens it.

    `pack` is the pack's start in ms, `offset` the byte of the first encrypted chunk, `length` the bytes of
    the plain body. The key stands only here: erasing the record alone makes the body unreadable.
    """

    pack: int
    offset: int
    length: int
    key: bytes


class MessageRecord(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The plain content of a record: what rebuilds the statement's commitment together with the body.

    `body` is None if the body is empty or was not kept. `body_sha256` (32 bytes, or empty if the writer did
    not give it) keeps the header part provable after the body's retention has ended.
    """

    salt: bytes
    header: bytes
    body: BodyPlace | None = None
    body_sha256: bytes = b""


_record_encoder = msgspec.msgpack.Encoder()
_record_decoder = msgspec.msgpack.Decoder(MessageRecord)


class StoreKey:
    """The key of a gateway's store, 32 bytes: wraps the key of each record and encrypts nothing else.

    Its nonces are random. Two of 10^10 records share one with a chance below 10^-9: this key's limit.
    """

    __slots__ = ("_cipher", "wrap")

    def __init__(self, secret: bytes) -> None:
        if len(secret) != KEY_BYTES:
            message = f"a store key has {KEY_BYTES} bytes, got {len(secret)}"
            raise EvidenceError(EvidenceErrorKind.BAD_KEY, message)
        self._cipher = AESGCM(secret)
        self.wrap: Final[Callable[[bytes, bytes, bytes], bytes]] = self._cipher.encrypt
        """Encrypts a record's key (32 bytes) to 48 bytes: by nonce, key and the leaf that it is bound to."""

    def unwrap(self, nonce: bytes, wrapped: bytes, leaf: bytes) -> bytes:
        """Give back a record's key; raises InvalidTag where anything differs from what `wrap` was given."""
        return self._cipher.decrypt(nonce, wrapped, leaf)


def load_store_key(path: Path) -> StoreKey:
    """Read the store's key from its secret file (0600, base64url)."""
    return StoreKey(load_secret(path))


class RecordSealer:
    """Encrypts the records of one gateway, one after the other in one thread."""

    __slots__ = ("_random", "_wrap")

    def __init__(self, store_key: StoreKey) -> None:
        self._wrap = store_key.wrap
        self._random = Randomness()

    def seal(self, leaf: bytes, plain: bytes) -> bytes:
        """Encrypt a record's content, under a key of its own, for the entry whose leaf hash is `leaf`.

        On every message's way.
        """
        fresh = self._random.take(KEY_BYTES + NONCE_BYTES)
        key, nonce = fresh[:KEY_BYTES], fresh[KEY_BYTES:]
        return b"".join((_LIVE, nonce, self._wrap(nonce, key, leaf), AESGCM(key).encrypt(_ONLY_NONCE, plain, leaf)))


def open_record(store_key: StoreKey, leaf: bytes, record: bytes) -> bytes:
    """Decrypt a record; raises kind `erased`, or `damaged` if it is not this leaf's under this key."""
    if is_erased(record):
        raise EvidenceError(
            EvidenceErrorKind.ERASED,
            "the message's content was erased: its proofs stay valid, nothing else is left",
        )
    if record[:1] == _ERASED:
        message = "the erasure of this record was cut short: erase the exchange again"
        raise EvidenceError(EvidenceErrorKind.DAMAGED, message)
    if record[:1] != _LIVE or len(record) < RECORD_OVERHEAD:
        marker = record[:1].hex() or "none"
        message = f"a record of {len(record)} bytes with marker {marker} is neither live nor erased"
        raise EvidenceError(EvidenceErrorKind.DAMAGED, message)
    try:
        key = store_key.unwrap(record[1:_WRAPPED_AT], record[_WRAPPED_AT:_CIPHERTEXT_AT], leaf)
        return AESGCM(key).decrypt(_ONLY_NONCE, record[_CIPHERTEXT_AT:], leaf)
    except InvalidTag as error:
        message = "the record does not open: it was altered, moved from another entry, or has another store key"
        raise EvidenceError(EvidenceErrorKind.DAMAGED, message) from error


def erased_record(length: int) -> bytes:
    """Give the bytes that replace an erased record of `length` bytes: the marker, then zeros."""
    return _ERASED + bytes(length - 1)


def is_erased(record: bytes) -> bool:
    """Say whether the record is the whole erased form. A half-written erasure is not: erase it again."""
    return record[:1] == _ERASED and not any(memoryview(record)[1:])


def check_record(store_key: StoreKey, leaf: bytes, record: bytes) -> RecordState:
    """Test one record by its tag. An entry without a record has nothing to test: leave it out."""
    try:
        open_record(store_key, leaf, record)
    except EvidenceError as error:
        return RecordState.ERASED if error.kind is EvidenceErrorKind.ERASED else RecordState.DAMAGED
    return RecordState.LIVE


def encode_message(record: MessageRecord) -> bytes:
    """Give a message record's msgpack form, the plain text of a record."""
    return _record_encoder.encode(record)


def decode_message(plain: bytes) -> MessageRecord:
    """Read a message record; raises kind `damaged` if the bytes are another thing."""
    try:
        return _record_decoder.decode(plain)
    except msgspec.DecodeError as error:
        raise EvidenceError(EvidenceErrorKind.DAMAGED, f"the record opens but holds no message: {error}") from error
