"""What can be wrong with evidence."""

from __future__ import annotations

from enum import StrEnum

from lienthong.kernel.errors import LienthongError


class EvidenceErrorKind(StrEnum):
    """Which piece of evidence does not hold; callers decide by it, people read the message."""

    MESSAGE = "message"
    """The header part of a message cannot be read, or does not name what a statement needs."""
    STATEMENT = "statement"
    """A statement is not of a known shape, or not in its canonical bytes."""
    PROOF = "proof"
    """An inclusion or consistency proof does not lead to the root, or its text cannot be read."""
    NOTE = "note"
    """A signed note cannot be read."""
    SIGNATURE = "signature"
    """A note is not signed by the key that it must be signed by."""
    CHECKPOINT = "checkpoint"
    """A checkpoint cannot be read, or belongs to another log."""
    BAD_KEY = "bad_key"
    """A secret has the wrong length for its purpose."""
    ERASED = "erased"
    """The content was erased; its proofs stay valid."""
    DAMAGED = "damaged"
    """A record or a body is not what was written, or belongs elsewhere."""
    NOT_DURABLE = "not_durable"
    """A body was announced, but did not reach the disk before a crash."""
    EXPIRED = "expired"
    """A body's time of retention has ended and its pack is gone."""
    STORE = "store"
    """The store cannot write or read its files; after a failed write it takes nothing more."""
    INDEX = "index"
    """The index cannot be opened or belongs to another schema; it can be rebuilt from the log."""
    NOT_FOUND = "not_found"
    """No exchange has this identifier."""
    AMBIGUOUS = "ambiguous"
    """More than one exchange has this identifier."""
    HOME = "home"
    """A folder is no gateway's home, or lacks what its evidence needs."""
    UNPUBLISHED = "unpublished"
    """An entry is not under a published checkpoint yet."""
    LOG_MISSING = "log_missing"
    """There is no log in the folder."""
    LOG_EXISTS = "log_exists"
    """A log would have been made where one is."""
    LOG_LOCKED = "log_locked"
    """Another process writes to the log."""
    LOG_FOREIGN = "log_foreign"
    """The log has another origin, or was signed with another key."""
    LOG_AHEAD = "log_ahead"
    """A checkpoint covers more entries than the log has: its end was cut off."""
    LOG_FORKED = "log_forked"
    """A checkpoint signed for this log is not of its history."""
    LOG_UNREADY = "log_unready"
    """The log takes no entry: it waits for the check of its head, has failed, or is closed."""
    SEGMENT = "segment"
    """A segment's bytes are not what a log writes."""
    TILE = "tile"
    """A published tile, bundle or checkpoint does not hold what the log's entries give."""
    TOO_LARGE = "too_large"
    """Something is longer than its format allows."""
    PACKAGE = "package"
    """An evidence package is refused; the message names the part."""
    PACKAGE_FILE = "package_file"
    """The file of a package cannot be read or written."""


class EvidenceError(LienthongError):
    """Evidence does not hold. Nothing that it was to prove may be used."""

    kind: EvidenceErrorKind
