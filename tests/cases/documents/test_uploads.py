from __future__ import annotations

import io
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.cases.actions import SupplementAsked, Supplemented
from lienthong.cases.documents.content import MOST_UPLOAD_BYTES, FileKind
from lienthong.cases.documents.errors import DocumentError, DocumentErrorKind
from lienthong.cases.documents.house import get_documents
from lienthong.cases.documents.kept import (
    clean_name,
    collect_files,
    forget_uses,
    get_case_document,
    get_own_document,
    keep_uses,
    list_case_documents,
    list_own_documents,
    make_download_headers,
    read_content,
    remove_own_document,
)
from lienthong.cases.documents.storage import UNNAMED_SECONDS
from lienthong.cases.documents.uploads import MOST_OWN_DOCUMENTS, store_upload
from lienthong.cases.models import Document, DocumentUse
from lienthong.cases.reading import get_case
from lienthong.cases.words import CaseRole
from tests.cases.documents.files import make_pdf, make_photo
from tests.cases.documents.house import make_documents, make_house
from tests.cases.houses import APPLICANT, OTHER, do, file_case, make_cases

if TYPE_CHECKING:
    from pathlib import Path

    from lienthong.cases.house import Cases

OWN, ELSE = APPLICANT.number, OTHER.number


@pytest.fixture
def cases(tmp_path: Path) -> Cases:
    return make_house(tmp_path)


def _refusal(cases: Cases, content: bytes, number: str = OWN) -> DocumentErrorKind:
    with pytest.raises(DocumentError) as caught:
        store_upload(cases, number, "x", io.BytesIO(content))
    return caught.value.kind


def copy_row(row: Document) -> Document:
    fields = ("number", "origin", "name", "kind", "sha256", "size", "pages", "added_at")
    return Document(**{name: getattr(row, name) for name in fields})


class _Suspicious:
    def require_clean(self, content: bytes) -> None:
        raise DocumentError(DocumentErrorKind.UNSAFE, f"found something in {len(content)} bytes")


@pytest.mark.django_db
def test_an_upload_is_kept_under_a_clean_name_and_read_back_by_its_owner(cases: Cases) -> None:
    stored = store_upload(cases, OWN, "C:\\scan\\Giấy chứng sinh.exe", io.BytesIO(make_pdf()))
    assert (stored.name, stored.kind, stored.pages) == ("Giấy chứng sinh.pdf", FileKind.PDF, 1)
    assert read_content(cases, stored) == make_pdf()
    assert get_own_document(cases, OWN, str(stored.id)) == stored
    assert list_own_documents(cases, OWN) == [stored]


@pytest.mark.django_db
def test_the_same_file_handed_in_again_is_the_same_document(cases: Cases) -> None:
    first = store_upload(cases, OWN, "a.pdf", io.BytesIO(make_pdf()))
    assert store_upload(cases, OWN, "b.pdf", io.BytesIO(make_pdf())) == first
    other = store_upload(cases, ELSE, "c.pdf", io.BytesIO(make_pdf()))
    assert (other.id != first.id, other.sha256) == (True, first.sha256)


@pytest.mark.django_db
@pytest.mark.parametrize("document_id", ["", "x", "00000000-0000-0000-0000-000000000000"])
def test_nobody_reads_or_removes_another_persons_document(cases: Cases, document_id: str) -> None:
    stored = store_upload(cases, OWN, "a.pdf", io.BytesIO(make_pdf()))
    for number, wanted in ((ELSE, str(stored.id)), ("", str(stored.id)), (OWN, document_id)):
        for act in (get_own_document, remove_own_document):
            with pytest.raises(DocumentError) as caught:
                act(cases, number, wanted)
            assert caught.value.kind is DocumentErrorKind.UNKNOWN_DOCUMENT
    assert list_own_documents(cases, "") == []


@pytest.mark.django_db
def test_too_large_suspicious_and_too_many_files_are_refused_and_leave_no_row(cases: Cases, tmp_path: Path) -> None:
    assert _refusal(cases, b"%PDF-" + b"x" * MOST_UPLOAD_BYTES) is DocumentErrorKind.TOO_LARGE
    suspicious = replace(cases, documents=make_documents(tmp_path, scanner=_Suspicious()))
    assert _refusal(suspicious, make_pdf()) is DocumentErrorKind.UNSAFE
    assert not Document.objects.exists()
    stored = store_upload(cases, OWN, "a", io.BytesIO(make_pdf()))
    row = Document.objects.get(pk=stored.id)
    more = [copy_row(row) for _ in range(MOST_OWN_DOCUMENTS - 1)]
    Document.objects.bulk_create(more)
    assert _refusal(cases, make_photo()) is DocumentErrorKind.TOO_MANY
    assert store_upload(cases, ELSE, "a", io.BytesIO(make_photo())).kind is FileKind.JPEG


@pytest.mark.django_db
def test_a_document_of_the_store_is_reused_in_another_case_without_a_new_upload(cases: Cases) -> None:
    stored = store_upload(cases, OWN, "a.pdf", io.BytesIO(make_pdf()))
    views = [get_case(cases, file_case(cases, documents=(str(stored.id),)).case_id) for _ in range(2)]
    for view in views:
        assert keep_uses(cases, view) == 0
        assert list_case_documents(cases, view) == [stored]
        assert get_case_document(cases, view, str(stored.id)) == stored


@pytest.mark.django_db
def test_naming_another_persons_document_in_a_filing_gives_nothing(cases: Cases) -> None:
    stranger = store_upload(cases, ELSE, "a.pdf", io.BytesIO(make_pdf()))
    view = get_case(cases, file_case(cases, documents=(str(stranger.id), "rubbish")).case_id)
    assert keep_uses(cases, view) == 0
    assert list_case_documents(cases, view) == []
    with pytest.raises(DocumentError) as caught:
        get_case_document(cases, view, str(stranger.id))
    assert caught.value.kind is DocumentErrorKind.UNKNOWN_DOCUMENT


@pytest.mark.django_db
def test_a_document_that_is_supplemented_is_held_before_any_job_runs(cases: Cases) -> None:
    filed = file_case(cases)
    do(cases, filed.case_id, CaseRole.RECEIVER, SupplementAsked(reason="missing-papers", items=("notice",)))
    stored = store_upload(cases, OWN, "a.pdf", io.BytesIO(make_pdf()))
    do(
        cases,
        filed.case_id,
        CaseRole.APPLICANT,
        Supplemented(answers={"notice": str(stored.id)}, documents=(str(stored.id),)),
    )
    remove_own_document(cases, OWN, str(stored.id))
    assert list_case_documents(cases, get_case(cases, filed.case_id)) == [stored]


@pytest.mark.django_db
def test_a_document_that_a_case_uses_leaves_the_store_and_stays_with_the_case(cases: Cases) -> None:
    stored = store_upload(cases, OWN, "a.pdf", io.BytesIO(make_pdf()))
    # Held in the filing's own transaction: nothing ran since.
    view = get_case(cases, file_case(cases, documents=(str(stored.id),)).case_id)
    remove_own_document(cases, OWN, str(stored.id))
    assert list_own_documents(cases, OWN) == []
    assert list_case_documents(cases, view) == [stored]

    assert forget_uses(view.id) == 1
    assert not DocumentUse.objects.exists()
    assert not Document.objects.exists()


@pytest.mark.django_db
def test_the_file_of_a_removed_document_is_collected_after_a_day_and_no_other(cases: Cases) -> None:
    removed = store_upload(cases, OWN, "a.pdf", io.BytesIO(make_pdf()))
    kept = store_upload(cases, OWN, "b.pdf", io.BytesIO(make_pdf(pages=2)))
    remove_own_document(cases, OWN, str(removed.id))
    store = get_documents(cases).store
    assert collect_files(cases) == 0
    named = Document.objects.values_list("sha256", flat=True)
    assert store.collect(lambda digests: set(named) & set(digests), time.time() + UNNAMED_SECONDS + 60) == 1
    assert (store.holds(removed.sha256), store.holds(kept.sha256)) == (False, True)


@pytest.mark.django_db
def test_a_download_is_an_attachment_that_runs_nothing(cases: Cases) -> None:
    headers = make_download_headers(store_upload(cases, OWN, 'Giấy "chứng sinh".jpg', io.BytesIO(make_photo())))
    assert headers["Content-Type"] == "image/jpeg"
    assert headers["Content-Disposition"].startswith('attachment; filename="')
    assert "filename*=UTF-8''Gi%E1%BA%A5y" in headers["Content-Disposition"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]
    assert all(value.isascii() and value.isprintable() for value in headers.values())


@given(st.text(max_size=300))
def test_any_name_becomes_one_that_is_safe_to_save_under(name: str) -> None:
    cleaned = clean_name(name, FileKind.PDF)
    assert cleaned.endswith(".pdf")
    assert 4 < len(cleaned) <= 120
    assert not set(cleaned) & set("/\\\n\r\x00")
    assert clean_name(cleaned, FileKind.PDF) == cleaned


def test_a_house_without_a_place_for_documents_says_so() -> None:
    with pytest.raises(DocumentError) as caught:
        get_documents(make_cases())
    assert caught.value.kind is DocumentErrorKind.NOT_SET_UP
