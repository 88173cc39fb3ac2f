"""Documents as they are kept: a row that names a file, the person's own store, and the cases that use them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote
from uuid import UUID

from django.db import transaction

from lienthong.cases.documents.content import ENDINGS, MEDIA_TYPES, FileKind
from lienthong.cases.documents.errors import DocumentError, DocumentErrorKind
from lienthong.cases.documents.house import get_documents
from lienthong.cases.documents.words import Origin
from lienthong.cases.models import Document, DocumentUse, Paper
from lienthong.cases.models.document import FILE_NAME_CHARACTERS
from lienthong.kernel.text import normalise_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from django.db.models import QuerySet

    from lienthong.cases.house import Cases
    from lienthong.cases.reading import CaseView

_PARTS: Final = re.compile(r"[/\\]")
_SPACES: Final = re.compile(r"\s+")
_ENDING: Final = re.compile(r"\.[A-Za-z0-9]{1,5}$")

NAMELESS: Final = "tài liệu"


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """One document: whose store it is in, what it is called, what it is, and where it came from."""

    id: UUID
    number: str
    name: str
    kind: FileKind
    sha256: str
    size: int
    pages: int
    origin: Origin
    added_at: datetime


def list_own_documents(cases: Cases, number: str) -> list[StoredDocument]:
    """List a person's store, the newest first: what they handed in, and what they were given."""
    del cases
    if not number:
        return []
    rows = Document.objects.filter(number=number, hidden_at=None).order_by("-added_at", "name")
    return [read_row(row) for row in rows]


def get_own_document(cases: Cases, number: str, document_id: str) -> StoredDocument:
    """Give a document of a person's own store; raises UNKNOWN_DOCUMENT for any other."""
    del cases
    row = _find_rows([document_id]).filter(hidden_at=None).first() if number else None
    if row is None or row.number != number:
        raise unknown_document(document_id)
    return read_row(row)


def list_case_documents(cases: Cases, case: CaseView) -> list[StoredDocument]:
    """List what belongs to a case: what the applicant handed in with it, and the papers made of it.

    What a filing names and the applicant does not own is left out: naming another person's document gives nothing.
    """
    del cases
    handed_in = [row for row in _find_rows(case.documents) if row.number == case.applicant.number]
    given_out = Document.objects.filter(paper__case_id=case.id)
    return [read_row(row) for row in sorted({*handed_in, *given_out}, key=lambda row: (row.added_at, row.name))]


def find_english_titles(documents: Iterable[StoredDocument]) -> dict[UUID, str]:
    """Give what the papers among some documents are called in English; an upload has one name alone."""
    issued = [document.id for document in documents if document.origin is not Origin.UPLOAD]
    titles = Paper.objects.filter(document__in=issued).values_list("document_id", "title_en") if issued else []
    return {document: title for document, title in titles if title}


def get_case_document(cases: Cases, case: CaseView, document_id: str) -> StoredDocument:
    """Give one document of a case; raises UNKNOWN_DOCUMENT. Whether somebody may see the case, the caller asks."""
    for document in list_case_documents(cases, case):
        if str(document.id) == document_id:
            return document
    raise unknown_document(document_id)


def read_content(cases: Cases, document: StoredDocument) -> bytes:
    """Give a document's bytes; raises DAMAGED."""
    return get_documents(cases).store.read(document.sha256)


def keep_uses(cases: Cases, case: CaseView) -> int:
    """Write down which documents a case uses, so that they stay with it; gives how many were new. Safe to repeat."""
    with transaction.atomic():
        before = DocumentUse.objects.filter(case_id=case.id).count()
        hold_documents(cases, case.id, case.applicant.number, case.documents)
        return DocumentUse.objects.filter(case_id=case.id).count() - before


def hold_documents(cases: Cases, case_id: UUID, number: str, ids: Iterable[str]) -> None:
    """Keep a person's documents with a case, in the transaction of the action that names them.

    Later would be too late: what no case uses yet, the person can remove for good.
    """
    if not number or not (named := tuple(ids)):
        return
    # Locked against the person taking one out of their store meanwhile.
    rows = _find_rows(named).filter(number=number).order_by("pk").select_for_update(no_key=True)
    uses = [DocumentUse(document=row, case_id=case_id, used_at=cases.now()) for row in rows]
    DocumentUse.objects.bulk_create(uses, ignore_conflicts=True)


def remove_own_document(cases: Cases, number: str, document_id: str) -> None:
    """Take a document out of a person's store. One that a case uses stays with the case; else the collection takes it.

    Papers that an office gave out are records: IN_USE.
    """
    with transaction.atomic():
        row = _find_rows([document_id]).filter(hidden_at=None).select_for_update().first() if number else None
        if row is None or row.number != number:
            raise unknown_document(document_id)
        if row.origin != Origin.UPLOAD:
            message = f"document {row.name!r}: an office gave it out, so it stays in your store"
            raise DocumentError(DocumentErrorKind.IN_USE, message)
        if row.uses.exists():
            row.hidden_at = cases.now()
            row.save(update_fields=["hidden_at"])
        else:
            row.delete()


def forget_uses(case_id: UUID) -> int:
    """Let a case that is erased go of what was handed in with it; what nobody else uses is deleted if it was hidden."""
    with transaction.atomic():
        held = list(DocumentUse.objects.filter(case_id=case_id).values_list("document_id", flat=True))
        DocumentUse.objects.filter(case_id=case_id).delete()
        Document.objects.filter(pk__in=held, uses=None, paper=None, hidden_at__isnull=False).delete()
    return len(held)


def collect_files(cases: Cases) -> int:
    """Remove files that no row names any more; gives how many."""
    return get_documents(cases).store.collect(_find_named)


def make_download_headers(document: StoredDocument) -> Mapping[str, str]:
    """Give the headers a document is sent with: saved to disk by its name, shown by no page of ours, kept by nobody."""
    plain = document.name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    return {
        "Content-Type": MEDIA_TYPES[document.kind],
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(document.name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, no-store",
    }


def clean_name(name: str, kind: FileKind) -> str:
    """Give a file's name as it is kept: without folders, controls and a wrong ending, of bounded length."""
    last = _PARTS.split(normalise_text(name))[-1]
    visible = "".join(" " if unicodedata.category(letter)[0] == "C" else letter for letter in last)
    stem = _ENDING.sub("", _SPACES.sub(" ", visible).strip(" ."))
    ending = ENDINGS[kind]
    return f"{stem[: FILE_NAME_CHARACTERS - len(ending)].strip() or NAMELESS}{ending}"


def read_row(row: Document) -> StoredDocument:
    """Read a row as a value."""
    return StoredDocument(
        id=row.pk,
        number=row.number,
        name=row.name,
        kind=FileKind(row.kind),
        sha256=row.sha256,
        size=row.size,
        pages=row.pages,
        origin=Origin(row.origin),
        added_at=row.added_at,
    )


def unknown_document(document_id: str) -> DocumentError:
    """Give the error for a document that is not there, or not for who asks."""
    return DocumentError(DocumentErrorKind.UNKNOWN_DOCUMENT, f"document {document_id[:60]!r}: there is none for you")


def _find_rows(ids: Iterable[str]) -> QuerySet[Document]:
    return Document.objects.filter(pk__in=[parsed for parsed in map(_parse_id, ids) if parsed is not None])


def _parse_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _find_named(digests: Iterable[str]) -> set[str]:
    return set(Document.objects.filter(sha256__in=list(digests)).values_list("sha256", flat=True))
