"""Papers and files to take home: one's own store, those of a case, and forms that are printed as they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lienthong.cases.documents.errors import DocumentError, DocumentErrorKind
from lienthong.cases.documents.kept import (
    get_case_document,
    get_own_document,
    list_own_documents,
    make_download_headers,
    read_content,
    remove_own_document,
)
from lienthong.cases.documents.papers import make_paper, make_reading_aid
from lienthong.cases.documents.words import PaperKind
from lienthong.cases.site_cases import make_site_cases
from lienthong.identity.words import Level
from lienthong.portal.cases.citizens import get_applicant
from lienthong.portal.cases.desk import get_case_at_desk
from lienthong.portal.cases.officers import for_officers
from lienthong.portal.cases.own_case import for_own_case
from lienthong.portal.cases.pages import show_page
from lienthong.portal.cases.paper_links import INSIDE, name_documents, tell_size
from lienthong.web.callers import Caller, open_to

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest

    from lienthong.cases.documents.kept import StoredDocument
    from lienthong.cases.house import Cases
    from lienthong.cases.reading import CaseView

for_owners: Final = open_to(Caller.CITIZEN, level=Level.CARD)
"""A person's papers open at the level that the services need which ask for and give them."""

LANGUAGES: Final = ("vi", "en")


@for_owners
@require_http_methods(["GET", "HEAD", "POST"])
def show_own_documents(request: HttpRequest) -> HttpResponse:
    """List one's own papers, to be used again, saved or removed."""
    cases, number = make_site_cases(), get_applicant(request).number
    if request.method == "POST":
        _remove(request, cases, number)
        return HttpResponseRedirect(reverse("my-papers"))
    documents = list_own_documents(cases, number)
    told = {"documents": documents, "names": name_documents(documents), "size": tell_size, "place": "papers"}
    return show_page(request, "own_documents", told)


@for_owners
@require_GET
def send_own_document(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Send a document of one's own store."""
    cases = make_site_cases()
    try:
        document = get_own_document(cases, get_applicant(request).number, str(document_id))
    except DocumentError as error:
        raise Http404 from error
    return _send(cases, document)


@for_own_case
@require_GET
def send_own_paper(request: HttpRequest, cases: Cases, case: CaseView, kind: str) -> HttpResponse:
    """Send a form about a case of one's own."""
    return _print(request, cases, case, _read_kind(kind, allowed=set(PaperKind) - INSIDE))


@for_own_case
@require_GET
def send_reading_aid(_request: HttpRequest, cases: Cases, case: CaseView, document_id: UUID) -> HttpResponse:
    """Send a paper of a case of one's own with English beside it; it says itself that it is not the signed one."""
    try:
        pdf = make_reading_aid(cases, case, str(document_id))
    except DocumentError as error:
        if error.kind not in {DocumentErrorKind.UNKNOWN_DOCUMENT, DocumentErrorKind.NOT_TYPESET}:
            raise
        raise Http404 from error
    return _show_pdf(pdf, f"english-{case.code}")


@for_officers
@require_GET
def send_case_document(request: HttpRequest, case_id: UUID, document_id: UUID) -> HttpResponse:
    """Send a document of a case to an officer of its agency."""
    cases, _officer, case = get_case_at_desk(request, case_id)
    try:
        return _send(cases, get_case_document(cases, case, str(document_id)))
    except DocumentError as error:
        raise Http404 from error


@for_officers
@require_GET
def send_case_paper(request: HttpRequest, case_id: UUID, kind: str) -> HttpResponse:
    """Print a form about a case."""
    cases, _officer, case = get_case_at_desk(request, case_id)
    return _print(request, cases, case, _read_kind(kind, allowed=set(PaperKind)))


def _remove(request: HttpRequest, cases: Cases, number: str) -> None:
    try:
        remove_own_document(cases, number, request.POST.get("document", ""))
    except DocumentError as error:
        if error.kind not in {DocumentErrorKind.IN_USE, DocumentErrorKind.UNKNOWN_DOCUMENT}:
            raise
        messages.warning(request, _("This paper cannot be removed: an office issued it."))
    else:
        messages.success(request, _("The paper is removed from your store. Cases that use it keep it."))


def _read_kind(kind: str, allowed: set[PaperKind]) -> PaperKind:
    found = next((each for each in allowed if each.value == kind), None)
    if found is None:
        raise Http404
    return found


def _print(request: HttpRequest, cases: Cases, case: CaseView, kind: PaperKind) -> HttpResponse:
    language = request.GET.get("language", LANGUAGES[0])
    try:
        pdf = make_paper(cases, case, kind, language if language in LANGUAGES else LANGUAGES[0])
    except DocumentError as error:
        if error.kind is not DocumentErrorKind.NOT_TYPESET:
            raise
        raise Http404 from error
    return _show_pdf(pdf, f"{kind.value}-{case.code}")


def _show_pdf(pdf: bytes, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"'}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)


def _send(cases: Cases, document: StoredDocument) -> HttpResponse:
    return HttpResponse(read_content(cases, document), headers=dict(make_download_headers(document)))
