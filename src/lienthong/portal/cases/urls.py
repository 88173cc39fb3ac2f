"""The URLs of the pages of cases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import path

from lienthong.portal.cases import (
    check_answers,
    deeds,
    desk,
    differences,
    documents,
    fill_in,
    find_service,
    own_case,
    own_deeds,
    paper_check,
)
from lienthong.portal.cases.absence import show_absence
from lienthong.portal.cases.known import show_dispute
from lienthong.portal.cases.paper_withdrawal import show_withdrawal
from lienthong.portal.cases.queue import show_queue
from lienthong.portal.cases.receipt import show_receipt
from lienthong.portal.cases.register import show_register
from lienthong.portal.cases.status_by_code import show_status
from lienthong.portal.cases.supplement import show_supplement

if TYPE_CHECKING:
    from django.urls import URLPattern, URLResolver

_CASE = "my-cases/<uuid:case_id>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("find/", find_service.show_find, name="find-service"),
    path("procedures/<str:code>/", find_service.show_service, name="service"),
    path("procedures/<str:code>/begin/", fill_in.show_begin, name="begin"),
    path("drafts/<uuid:draft_id>/", fill_in.show_draft, name="draft"),
    path("drafts/<uuid:draft_id>/check/", check_answers.show_check, name="check-answers"),
    path("drafts/<uuid:draft_id>/pages/<str:page>/", fill_in.show_fill_in, name="fill-in"),
    path("drafts/<uuid:draft_id>/dispute/<str:name>/", show_dispute, name="dispute"),
    path("my-cases/", own_case.show_my_cases, name="my-cases"),
    path(_CASE, own_case.show_my_case, name="my-case"),
    path(f"{_CASE}answers/", own_case.show_my_answers, name="my-answers"),
    path(f"{_CASE}receipt/", show_receipt, name="receipt"),
    path(f"{_CASE}supplement/", show_supplement, name="supplement"),
    *(path(f"{_CASE}{deed}/", own_deeds.show_own_deed, {"deed": deed}, name=deed) for deed in own_deeds.OWN_DEEDS),
    path(f"{_CASE}english/<uuid:document_id>/", documents.send_reading_aid, name="my-case-english"),
    path(f"{_CASE}papers/<str:kind>/", documents.send_own_paper, name="my-case-paper"),
    path("my-papers/", documents.show_own_documents, name="my-papers"),
    path("my-papers/<uuid:document_id>/", documents.send_own_document, name="my-paper"),
    path("check/", paper_check.show_check, name="paper-check"),
    path("check/<str:code>", paper_check.show_found, name="paper-found"),
    path("work/", show_queue, name="case-queue"),
    path("work/differences/", differences.show_differences, name="case-differences"),
    path("work/differences/<int:difference>/", differences.show_settle, name="case-difference"),
    path("work/register/", show_register, name="case-register"),
    path("work/away/", show_absence, name="case-absence"),
    path("work/<uuid:case_id>/", desk.show_desk, name="case-desk"),
    path("work/<uuid:case_id>/documents/<uuid:document_id>/", documents.send_case_document, name="case-document"),
    path("work/<uuid:case_id>/withdraw-paper/<uuid:document_id>/", show_withdrawal, name="paper-withdrawal"),
    path("work/<uuid:case_id>/papers/<str:kind>/", documents.send_case_paper, name="case-paper"),
    path("work/<uuid:case_id>/<str:kind>/", deeds.show_deed, name="case-deed"),
    path("work/<uuid:case_id>/<str:kind>/<str:step>/", deeds.show_deed, name="step-deed"),
    path("status/", show_status, name="case-status"),
]
