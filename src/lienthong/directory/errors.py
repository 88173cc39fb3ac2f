"""What can be wrong with a directory or with a certificate request."""

from __future__ import annotations

from enum import StrEnum

from lienthong.kernel.errors import LienthongError


class DirectoryErrorKind(StrEnum):
    """What can go wrong in the directory house."""

    UNREADABLE = "unreadable"
    """The file of the directory is absent or cannot be read."""
    MALFORMED = "malformed"
    """The document is not a signed directory in form."""
    CONTRADICTORY = "contradictory"
    """The directory names something twice, or something that is not in it."""
    BAD_SIGNATURE = "bad_signature"
    """The directory is not signed by the trusted key."""
    ROLLBACK = "rollback"
    """The directory is older than the one in use, or another of the same version."""
    REFUSED = "refused"
    """What the server serves breaks TUF's rules: another signer, too few of them, older, frozen or mixed."""
    OTHER_INSTANCE = "other_instance"
    """The directory belongs to another instance than the one in use."""
    INVALID_CERTIFICATE = "invalid_certificate"
    """Bytes are not a certificate or key of the expected form, or no certificate can be made from the
    request."""


class DirectoryError(LienthongError):
    """An error of the directory house."""

    kind: DirectoryErrorKind

    def __init__(self, kind: DirectoryErrorKind, message: str) -> None:
        super().__init__(kind, message)
