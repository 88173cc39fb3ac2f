"""The error that every house's own error type derives from, and the kernel's.

A house has one error type and one enumeration of kinds. Callers decide by `kind`, people read `message`; a
table at the edge turns kinds into statuses. A message says what failed, where, what was expected and met, and
what to do.
"""

from __future__ import annotations

from enum import StrEnum


class LienthongError(Exception):
    """Something this project refuses or cannot do, with a kind for programs and a sentence for people."""

    kind: StrEnum
    message: str

    def __init__(self, kind: StrEnum, message: str) -> None:
        # Both go to `args`, so that the error survives pickling on its way from a worker process.
        super().__init__(kind, message)
        self.kind = kind
        self.message = message

    def __str__(self) -> str:
        return self.message


class KernelErrorKind(StrEnum):
    """What can go wrong in the kernel."""

    NOT_CANONICAL = "not_canonical"
    """A value has no RFC 8785 form."""
    INVALID_BASE64URL = "invalid_base64url"
    """Text is not the one unpadded base64url spelling of some bytes."""
    INVALID_IDENTIFIER = "invalid_identifier"
    """Text is not a percent-encoded identifier of the expected length."""
    INVALID_KEY = "invalid_key"
    """Bytes are not a key of the expected size."""
    BAD_SIGNATURE = "bad_signature"
    """A signature does not belong to this message and key."""
    KEY_MISSING = "key_missing"
    """A key file is absent or cannot be read."""
    KEY_EXPOSED = "key_exposed"
    """A key file can be read by others than its owner."""
    KEY_DAMAGED = "key_damaged"
    """A key file does not hold a key."""
    KEY_EXISTS = "key_exists"
    """A key file would have been overwritten."""
    SETTINGS_MISSING = "settings_missing"
    """A settings file is absent or cannot be read."""
    SETTINGS_MALFORMED = "settings_malformed"
    """A settings file is not TOML."""
    SETTINGS_UNKNOWN_KEY = "settings_unknown_key"
    """A settings file or variable names a key that nothing reads."""
    SETTINGS_INVALID = "settings_invalid"
    """A setting is missing or has a value of the wrong type."""


class KernelError(LienthongError):
    """An error of the kernel: identifiers, canonical bytes, keys, settings."""

    kind: KernelErrorKind

    def __init__(self, kind: KernelErrorKind, message: str) -> None:
        super().__init__(kind, message)
