"""The papers of a case as pages link them: what was handed in, results, and forms that can be printed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.urls import reverse
from django.utils.translation import get_language

from lienthong.cases.documents.kept import find_english_titles
from lienthong.cases.documents.papers import list_printable
from lienthong.cases.documents.words import Origin, PaperKind
from lienthong.portal.cases.paper_words import PAPERS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from lienthong.cases.documents.kept import StoredDocument
    from lienthong.cases.reading import CaseView

INSIDE: Final = frozenset({PaperKind.CONTROL_SLIP, PaperKind.REGISTER})
"""Papers of the office for itself."""


@dataclass(frozen=True, slots=True)
class PaperLink:
    """A paper that a page links: what it is called, where it is, and how large, if it is kept.

    `english` is where it can be read with English beside it, `withdrawal` where an officer takes it back.
    """

    title: str
    href: str
    size: str = ""
    is_outcome: bool = False
    english: str = ""
    withdrawal: str = ""


def list_own_papers(case: CaseView, documents: Sequence[StoredDocument]) -> list[PaperLink]:
    """List what an applicant can take of a case: results first, then the office's papers about it."""
    names = name_documents(documents)
    kept = [
        PaperLink(
            names[document.id],
            reverse("my-paper", args=[document.id]),
            tell_size(document.size),
            document.origin is Origin.OUTCOME,
            reverse("my-case-english", args=[case.id, document.id]),
        )
        for document in documents
        if document.origin is not Origin.UPLOAD
    ]
    issued = any(not link.is_outcome for link in kept)
    forms = [] if issued else [kind for kind in list_printable(case) if kind not in INSIDE]
    links = [_link_form(kind, reverse("my-case-paper", args=[case.id, kind.value])) for kind in forms]
    return sorted([*kept, *links], key=lambda link: not link.is_outcome)


def name_documents(documents: Sequence[StoredDocument]) -> dict[UUID, str]:
    """Give what documents are called in the page's language: a paper by its English title, with the case's code."""
    titles = find_english_titles(documents) if get_language() == "en" else {}
    return {document.id: _name(document, titles.get(document.id, "")) for document in documents}


def _name(document: StoredDocument, english: str) -> str:
    name = document.name.removesuffix(".pdf") if document.origin is not Origin.UPLOAD else document.name
    code = name.rpartition(" ")[2]
    return f"{english} {code}" if english else name


def _link_form(kind: PaperKind, href: str) -> PaperLink:
    return PaperLink(str(PAPERS[kind]), href, english=f"{href}?language=en")


def list_desk_papers(
    case: CaseView, documents: Sequence[StoredDocument], *, may_withdraw: bool = False
) -> list[PaperLink]:
    """List what an officer can open or print of a case; who decides can take a paper back."""
    names = name_documents(documents)
    kept = [
        PaperLink(
            names[document.id],
            reverse("case-document", args=[case.id, document.id]),
            tell_size(document.size),
            withdrawal=reverse("paper-withdrawal", args=[case.id, document.id])
            if may_withdraw and document.origin is not Origin.UPLOAD
            else "",
        )
        for document in documents
    ]
    forms = [_link_form(kind, reverse("case-paper", args=[case.id, kind.value])) for kind in list_printable(case)]
    return [*kept, *forms]


def tell_size(size: int) -> str:
    """Write a file's size as people read it."""
    kilobytes = max(1, round(size / 1024))
    return f"{kilobytes} kB" if kilobytes < 1024 else f"{size / 1024 / 1024:.1f} MB"  # noqa: PLR2004 # of a megabyte
