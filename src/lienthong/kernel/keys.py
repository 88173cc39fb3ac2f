"""Keys: Ed25519 for signing, 32 random bytes for everything symmetric, and their files.

A key file is one line of base64url, mode 0600, written whole or not at all and never overwritten: an
overwritten log key would end that log. What others can read is refused rather than used. Ed25519 is RFC 8032
through libsodium, which also refuses keys of small order and signatures that are not canonical.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Final

import nacl.exceptions
from nacl.bindings import crypto_sign, crypto_sign_open, crypto_sign_seed_keypair

from lienthong.kernel.canonical import decode_base64url, encode_base64url
from lienthong.kernel.durable import sync_folder
from lienthong.kernel.errors import KernelError, KernelErrorKind

if TYPE_CHECKING:
    from pathlib import Path

KEY_BYTES: Final = 32
"""Length of an Ed25519 seed, of an Ed25519 public key and of a secret."""

SIGNATURE_BYTES: Final = 64

_MAX_FILE_BYTES = 16 * 1024
"""A key file has 44 bytes, a private key in PEM a few thousand; more than this is some other file."""


class VerifyKey:
    """The public half of a signing key: 32 bytes in `raw`. Equal by its bytes."""

    __slots__ = ("raw",)

    def __init__(self, raw: bytes) -> None:
        if len(raw) != KEY_BYTES:
            message = f"expected an Ed25519 public key of {KEY_BYTES} bytes, got {len(raw)} bytes"
            raise KernelError(KernelErrorKind.INVALID_KEY, message)
        self.raw: Final = bytes(raw)

    def verify(self, message: bytes, signature: bytes) -> None:
        """Return when the 64-byte signature over the message is this key's, else raise `BAD_SIGNATURE`."""
        signed = signature + message if len(signature) == SIGNATURE_BYTES else b""
        try:
            crypto_sign_open(signed, self.raw)
        except (nacl.exceptions.BadSignatureError, nacl.exceptions.ValueError) as error:
            text = f"expected a signature by the key {encode_base64url(self.raw)}, got another"
            raise KernelError(KernelErrorKind.BAD_SIGNATURE, text) from error

    def __eq__(self, other: object) -> bool:
        return isinstance(other, VerifyKey) and self.raw == other.raw

    def __hash__(self) -> int:
        return hash(self.raw)

    def __repr__(self) -> str:
        return f"VerifyKey({encode_base64url(self.raw)})"


class SigningKey:
    """An Ed25519 key pair from its 32-byte seed. Neither its text form nor its errors show the seed."""

    __slots__ = ("_secret", "verify_key")

    def __init__(self, seed: bytes) -> None:
        if len(seed) != KEY_BYTES:
            message = f"expected an Ed25519 seed of {KEY_BYTES} bytes, got {len(seed)} bytes"
            raise KernelError(KernelErrorKind.INVALID_KEY, message)
        public, self._secret = crypto_sign_seed_keypair(bytes(seed))
        self.verify_key: Final = VerifyKey(public)

    def sign(self, message: bytes) -> bytes:
        """Give the 64-byte signature over the message."""
        signed: bytes = crypto_sign(message, self._secret)
        return signed[:SIGNATURE_BYTES]

    def seed(self) -> bytes:
        """Give the 32 secret bytes, for storing the key."""
        return bytes(self._secret[:KEY_BYTES])

    def __repr__(self) -> str:
        return f"SigningKey(of {self.verify_key!r})"


def make_signing_key() -> SigningKey:
    """Make a key pair from the system's randomness."""
    return SigningKey(os.urandom(KEY_BYTES))


def make_secret() -> bytes:
    """Make 32 secret bytes from the system's randomness."""
    return os.urandom(KEY_BYTES)


def store_signing_key(path: Path, key: SigningKey) -> None:
    """Write the key to a new file of mode 0600 and make it durable.

    An existing file is refused (`KEY_EXISTS`).
    """
    store_secret(path, key.seed())


def load_signing_key(path: Path) -> SigningKey:
    """Read a key that `store_signing_key` wrote; refusals as `load_secret`."""
    return SigningKey(load_secret(path))


def store_secret(path: Path, secret: bytes) -> None:
    """Write 32 secret bytes to a new private file; an existing file is refused (`KEY_EXISTS`)."""
    if len(secret) != KEY_BYTES:
        raise KernelError(KernelErrorKind.INVALID_KEY, f"expected {KEY_BYTES} secret bytes, not {len(secret)}")
    store_private(path, encode_base64url(secret).encode("ascii") + b"\n")


def load_secret(path: Path) -> bytes:
    """Read 32 secret bytes; refusals as `load_private`, and `KEY_DAMAGED` if they are not exactly one key."""
    return _parse_secret(path, load_private(path))


def store_private(path: Path, content: bytes) -> None:
    """Write bytes to a new file of mode 0600 and make it durable.

    An existing file is refused (`KEY_EXISTS`).
    """
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        _write_private(unfinished, content)
        # A link fails where the name is taken, so neither a crash nor a second maker can replace a key. A
        # crash before it leaves only the unfinished file, which nothing reads.
        path.hardlink_to(unfinished)
    except FileExistsError as error:
        message = f"key file {path} exists already; move it away first if a new key is really wanted"
        raise KernelError(KernelErrorKind.KEY_EXISTS, message) from error
    finally:
        unfinished.unlink(missing_ok=True)
    sync_folder(path.parent)


def load_private(path: Path) -> bytes:
    """Read a small private file.

    Refused: an absent or unreadable one (`KEY_MISSING`), one that group or others may touch (`KEY_EXPOSED`),
    one that is not a regular file or too long for a key (`KEY_DAMAGED`).
    """
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            content = file.read(_MAX_FILE_BYTES + 1) if stat.S_ISREG(mode) else b""
    except OSError as error:
        message = f"key file {path} cannot be read ({error.strerror}); restore it or make the key again"
        raise KernelError(KernelErrorKind.KEY_MISSING, message) from error
    _require_private(path, mode)
    if not 0 < len(content) <= _MAX_FILE_BYTES:
        raise _damaged(path)
    return content


def _require_private(path: Path, mode: int) -> None:
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        message = f"key file {path}: expected mode 0600, got {stat.S_IMODE(mode):04o}; run chmod 600 {path}"
        raise KernelError(KernelErrorKind.KEY_EXPOSED, message)


def _parse_secret(path: Path, content: bytes) -> bytes:
    try:
        secret = decode_base64url(content.decode("ascii").removesuffix("\n"))
    except (KernelError, UnicodeDecodeError) as error:
        raise _damaged(path) from error
    if len(secret) != KEY_BYTES:
        raise _damaged(path)
    return secret


def _damaged(path: Path) -> KernelError:
    # The content is never shown: it may be most of a key.
    message = f"key file {path}: expected a private key, got something else; restore it from its backup"
    return KernelError(KernelErrorKind.KEY_DAMAGED, message)


def _write_private(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    # The descriptor carries the mode, which a Path cannot ask for.
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
