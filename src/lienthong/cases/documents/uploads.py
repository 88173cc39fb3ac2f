"""Handing a file in: read within limits, scanned, looked into, kept, and written down in the person's store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import Sum

from lienthong.cases.documents.content import MOST_UPLOAD_BYTES
from lienthong.cases.documents.errors import DocumentError, DocumentErrorKind
from lienthong.cases.documents.house import get_documents
from lienthong.cases.documents.kept import StoredDocument, clean_name, read_row
from lienthong.cases.documents.words import Origin
from lienthong.cases.filing import lock_name
from lienthong.cases.models import Document

if TYPE_CHECKING:
    from typing import Protocol

    from lienthong.cases.documents.inspecting import Inspected
    from lienthong.cases.house import Cases

    class Stream(Protocol):
        """What a file is read from."""

        def read(self, size: int = -1, /) -> bytes:
            """Give up to so many bytes."""


MOST_OWN_DOCUMENTS: Final = 500
"""In one person's store; a family's papers of a life are about a hundred."""

MOST_OWN_BYTES: Final = 500 * 1024 * 1024
"""In one person's store."""


def store_upload(cases: Cases, owner_number: str, name: str, stream: Stream) -> StoredDocument:
    """Keep a file for a person, or give the document that they handed in before with the same content.

    Raises TOO_LARGE, WRONG_TYPE, UNREADABLE, UNSAFE, NOT_SCANNED, TOO_MANY. A crash after the file is kept and before
    the row is written leaves a file that nothing names; the collection removes it, and the person tries again.
    """
    documents = get_documents(cases)
    content = _read_within_limit(stream)
    documents.scanner.require_clean(content)
    inspected = documents.look_into(content)
    digest = documents.store.keep(inspected.content)
    with transaction.atomic():
        lock_name("documents", owner_number)
        own = Document.objects.filter(number=owner_number, hidden_at=None)
        before = own.filter(sha256=digest, origin=Origin.UPLOAD).first()
        if before is not None:
            return read_row(before)
        _require_room(own.aggregate(sum=Sum("size"))["sum"] or 0, own.count(), len(inspected.content))
        return read_row(_write_row(cases, owner_number, clean_name(name, inspected.kind), digest, inspected))


def _read_within_limit(stream: Stream) -> bytes:
    content = b""
    while len(content) <= MOST_UPLOAD_BYTES and (piece := stream.read(MOST_UPLOAD_BYTES + 1 - len(content))):
        content += piece
    if len(content) > MOST_UPLOAD_BYTES:
        message = (
            f"the file has more than {MOST_UPLOAD_BYTES // 1024 // 1024} MB; scan at a lower resolution, or in parts"
        )
        raise DocumentError(DocumentErrorKind.TOO_LARGE, message)
    return content


def _require_room(size: int, count: int, more: int) -> None:
    if count >= MOST_OWN_DOCUMENTS or size + more > MOST_OWN_BYTES:
        message = (
            f"your store holds {count} documents of {size // 1024 // 1024} MB, at most {MOST_OWN_DOCUMENTS} of "
            f"{MOST_OWN_BYTES // 1024 // 1024} MB; remove some that you need no longer"
        )
        raise DocumentError(DocumentErrorKind.TOO_MANY, message)


def _write_row(cases: Cases, number: str, name: str, digest: str, inspected: Inspected) -> Document:
    return Document.objects.create(
        number=number,
        origin=Origin.UPLOAD,
        name=name,
        kind=inspected.kind,
        sha256=digest,
        size=len(inspected.content),
        pages=inspected.pages,
        added_at=cases.now(),
    )
