"""The error type of documents, and its kinds."""

from __future__ import annotations

from enum import StrEnum

from lienthong.kernel.errors import LienthongError


class DocumentErrorKind(StrEnum):
    """Why a document is refused, or cannot be made."""

    TOO_LARGE = "too-large"
    """A file has more bytes, points or pages than are taken."""
    WRONG_TYPE = "wrong-type"
    """A file's content is none of the types that are taken, whatever its name says."""
    UNREADABLE = "unreadable"
    """A file begins like a type that is taken, but cannot be read as one."""
    UNSAFE = "unsafe"
    """A file holds what acts by itself when it is opened, or the scan found something."""
    NOT_SCANNED = "not-scanned"
    """The scan that this site asks for could not be made."""
    TOO_MANY = "too-many"
    """A person's store is full."""
    UNKNOWN_DOCUMENT = "unknown-document"
    """There is no such document, or not for who asks."""
    IN_USE = "in-use"
    """A document belongs to a case and stays with it."""
    DAMAGED = "damaged"
    """A kept file is missing or is not what was kept."""
    NOT_TYPESET = "not-typeset"
    """A paper cannot be set: a letter has no face, or the template misses something."""
    NOT_SET_UP = "not-set-up"
    """The house of cases was made without a place for documents."""
    NO_KEY = "no-key"
    """The agency has no key to sign with, or it cannot be used."""


class DocumentError(LienthongError):
    """An error of documents."""

    kind: DocumentErrorKind

    def __init__(self, kind: DocumentErrorKind, message: str) -> None:
        super().__init__(kind, message)
