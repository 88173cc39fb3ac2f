from __future__ import annotations

import io
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from lienthong.cases import actions as told
from lienthong.cases.catalogue import Catalogue, load_catalogue
from lienthong.cases.documents.checking import check_kept_signature, compare_paper, find_paper
from lienthong.cases.documents.errors import DocumentError, DocumentErrorKind
from lienthong.cases.documents.form_facts import FORMS_AFTER, SYMBOLS, TITLES, papers_after
from lienthong.cases.documents.house import get_documents
from lienthong.cases.documents.issuing import Withdrawal, issue_outcome, make_due_papers, withdraw_paper
from lienthong.cases.documents.kept import list_case_documents, list_own_documents, read_content, remove_own_document
from lienthong.cases.documents.outcome_facts import find_template, make_initials, write_date
from lienthong.cases.documents.paper_words import DEEDS, REASONS, STATES
from lienthong.cases.documents.papers import draw_paper, list_printable, make_paper, make_reading_aid
from lienthong.cases.documents.register import RegisterSpan, make_register
from lienthong.cases.documents.typesetting import list_templates
from lienthong.cases.documents.words import Comparison, Origin, PaperKind, WithdrawalReason
from lienthong.cases.form_parts import Words
from lienthong.cases.models import Document, Paper
from lienthong.cases.procedure import Outcome
from lienthong.cases.reading import get_case
from lienthong.cases.words import REASONS as LISTS
from lienthong.cases.words import ActionKind, CaseRole, NationalStatus
from tests.cases.documents.house import make_house
from tests.cases.documents.sheets import OFFICE
from tests.cases.houses import (
    APPLICANT,
    LINKED,
    SIMPLE,
    START,
    STEPS,
    UNIT,
    SetClock,
    do,
    file_case,
    make_procedure,
)

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from lienthong.cases.documents.kept import StoredDocument
    from lienthong.cases.documents.sheet import Office
    from lienthong.cases.documents.signing import PaperSigner
    from lienthong.cases.house import Cases
    from lienthong.cases.procedure import Procedure

OWN = Outcome(document="permit", title=Words(vi="Giấy phép thử", en="Test permit"))
CERTIFICATE = Outcome(
    document="birth-certificate", title=Words(vi="Giấy khai sinh", en="Birth certificate"), from_step="birth"
)
BIRTH = {
    "full_name": "Nguyễn Mẫu An",
    "sex": "female",
    "birth_date": "2026-11-20",
    "number": "999326000001",
    "mother": {"full_name": "Nguyễn Thị Mẫu", "birth_date": "1995-01-01"},
    "father": None,
    "certificate": "KS-0001",
    "registered_on": "2026-11-30",
    "office": "Z99.03",
}


@pytest.fixture
def cases(tmp_path: Path) -> Cases:
    simple = replace_outcome(make_procedure(), OWN)
    linked = replace_outcome(make_procedure(LINKED, STEPS), CERTIFICATE)
    return make_house(tmp_path, catalogue=Catalogue((simple, linked)), clock=SetClock())


def replace_outcome(procedure: Procedure, outcome: Outcome) -> Procedure:
    return msgspec.structs.replace(procedure, outcome=(outcome,))


def file_and_receive(cases: Cases, procedure: str = SIMPLE) -> UUID:
    case_id = file_case(cases, procedure).case_id
    do(cases, case_id, CaseRole.RECEIVER, told.Received())
    return case_id


def approve_and_issue(cases: Cases, case_id: UUID) -> None:
    if not get_case(cases, case_id).state.handler:
        do(cases, case_id, CaseRole.HANDLER, told.Taken())
    do(cases, case_id, CaseRole.APPROVER, told.Approved())
    do(cases, case_id, CaseRole.HANDLER, told.Issued())


def text_of(pdf: bytes) -> str:
    return " ".join("\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def text_in(cases: Cases, document: StoredDocument) -> str:
    return text_of(read_content(cases, document))


def code_of(document: StoredDocument) -> str:
    return Paper.objects.get(document_id=document.id).check_code


@pytest.mark.django_db
def test_receiving_a_case_makes_its_signed_receipt_once_however_often_the_job_runs(cases: Cases) -> None:
    case_id = file_and_receive(cases)
    (receipt,) = make_due_papers(cases, case_id)
    assert make_due_papers(cases, case_id) == []

    code = get_case(cases, case_id).code
    text = text_in(cases, receipt)
    assert "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ" in text
    assert code in text
    assert "Số: 01/TNHS" in text
    assert (receipt.origin, receipt.name) == (Origin.FORM, f"Giấy tiếp nhận hồ sơ và hẹn trả kết quả {code}.pdf")
    assert list_own_documents(cases, APPLICANT.number) == [receipt]
    assert list_case_documents(cases, get_case(cases, case_id)) == [receipt]
    report = check_kept_signature(cases, code_of(receipt))
    assert (report.is_valid, report.is_trusted, report.signer) == (True, True, f"{OFFICE.name} (DEMO)")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("payload", "role", "title"),
    [
        (
            told.SupplementAsked("missing-papers", "Thiếu trang hai.", ("child",), date(2026, 12, 10)),
            CaseRole.HANDLER,
            "PHIẾU YÊU CẦU BỔ SUNG",
        ),
        (told.Extended(date(2026, 12, 8), "workload"), CaseRole.HANDLER, "XIN LỖI VÀ ĐỀ NGHỊ GIA HẠN"),
        (told.Refused("not-entitled", "Không thuộc đối tượng."), CaseRole.APPROVER, "PHIẾU TỪ CHỐI GIẢI QUYẾT"),
        (told.Stopped("law", "Theo luật."), CaseRole.APPROVER, "dừng giải quyết hồ sơ"),
    ],
)
def test_each_deed_that_the_applicant_is_told_of_in_writing_makes_its_form(
    cases: Cases, payload: told.Payload, role: CaseRole, title: str
) -> None:
    case_id = file_and_receive(cases)
    if isinstance(payload, told.Stopped):
        payload = told.Stopped("court-or-law", payload.text)
    do(cases, case_id, CaseRole.HANDLER, told.Taken())
    do(cases, case_id, role, payload)
    made = make_due_papers(cases, case_id)
    assert len(made) == 2
    text = text_in(cases, made[-1])
    assert title in text
    assert REASONS[getattr(payload, "reason")].vi in text  # noqa: B009 # every payload here has one
    assert getattr(payload, "text", "") in text


@pytest.mark.django_db
def test_a_case_that_is_not_received_gets_a_refusal_and_no_receipt(cases: Cases) -> None:
    case_id = file_case(cases).case_id
    do(cases, case_id, CaseRole.RECEIVER, told.ReceptionRefused("wrong-authority"))
    (refusal,) = make_due_papers(cases, case_id)
    assert "PHIẾU TỪ CHỐI TIẾP NHẬN" in text_in(cases, refusal)


@pytest.mark.django_db
def test_numbers_of_a_kind_run_on_and_every_paper_has_a_code_of_its_own(cases: Cases) -> None:
    papers = [make_due_papers(cases, file_and_receive(cases))[0] for _ in range(3)]
    rows = list(Paper.objects.order_by("pk"))
    assert [row.number for row in rows] == ["01/TNHS", "02/TNHS", "03/TNHS"]
    assert len({row.check_code for row in rows}) == len({paper.sha256 for paper in papers}) == 3


@pytest.mark.django_db
def test_a_result_is_issued_from_what_the_agency_answered_and_says_whose_entry_it_is(cases: Cases) -> None:
    case_id = file_and_receive(cases, LINKED)
    for step, payload in (("birth", BIRTH), ("residence", {"household": 7}), ("insurance", {"card": "TE1"})):
        do(cases, case_id, CaseRole.HANDLER, told.StepTakenOver(step, "agency-down", "Gọi điện", payload))
    with pytest.raises(DocumentError, match="approve it first"):
        issue_outcome(cases, get_case(cases, case_id), CERTIFICATE)
    approve_and_issue(cases, case_id)
    made = make_due_papers(cases, case_id)
    certificate = next(document for document in made if document.origin is Origin.OUTCOME)
    text = text_in(cases, certificate)
    for expected in ("GIẤY KHAI SINH", "Nguyễn Mẫu An", "20/11/2026", "999326000001", "Người mẹ", "Nữ", "KS-0001"):
        assert expected in text
    assert "Căn cứ: kết quả giải quyết của Cơ quan đăng ký hộ tịch, số KS-0001, ngày 30/11/2026" in text
    assert "Z99.03" not in text
    assert issue_outcome(cases, get_case(cases, case_id), CERTIFICATE) == certificate
    found = find_paper(code_of(certificate))
    assert found is not None
    assert found.initials == "N. M. A."


@pytest.mark.django_db
def test_an_outcome_waits_for_its_step(cases: Cases) -> None:
    case_id = file_and_receive(cases, LINKED)
    with pytest.raises(DocumentError, match="step birth has no result"):
        issue_outcome(cases, get_case(cases, case_id), CERTIFICATE)


@pytest.mark.django_db
def test_a_new_decision_makes_a_new_result_and_takes_the_old_one_back(cases: Cases) -> None:
    case_id = file_and_receive(cases)
    approve_and_issue(cases, case_id)
    old = next(document for document in make_due_papers(cases, case_id) if document.origin is Origin.OUTCOME)
    do(cases, case_id, CaseRole.APPROVER, told.Reopened("12/QĐ-UBND", "mistake"))
    assert make_due_papers(cases, case_id) == []
    approve_and_issue(cases, case_id)
    (new,) = make_due_papers(cases, case_id)
    found_old, found_new = find_paper(code_of(old)), find_paper(code_of(new))
    assert found_old is not None
    assert found_new is not None
    assert (found_old.is_valid, found_old.withdrawn_because) == (False, WithdrawalReason.REPLACED)
    assert found_new.is_valid


@pytest.mark.django_db
def test_a_result_is_taken_back_when_its_reopened_case_is_refused(cases: Cases) -> None:
    case_id = file_and_receive(cases)
    approve_and_issue(cases, case_id)
    result = next(document for document in make_due_papers(cases, case_id) if document.origin is Origin.OUTCOME)
    do(cases, case_id, CaseRole.APPROVER, told.Reopened("12/QĐ-UBND", "mistake"))
    make_due_papers(cases, case_id)
    found = find_paper(code_of(result))
    assert found is not None
    assert found.is_valid
    do(cases, case_id, CaseRole.APPROVER, told.Refused("false-data"))
    make_due_papers(cases, case_id)
    found = find_paper(code_of(result))
    assert found is not None
    assert found.withdrawn_because is WithdrawalReason.TAKEN_BACK


@pytest.mark.django_db
def test_the_check_page_is_told_no_more_of_a_person_than_initials(cases: Cases) -> None:
    (receipt,) = make_due_papers(cases, file_and_receive(cases))
    found = find_paper(code_of(receipt).lower().replace("-", " "))
    assert found is not None
    assert (found.title.en, found.number, found.issuer) == ("Receipt of an application", "01/TNHS", OFFICE.name)
    assert (found.issued_at, found.sha256, found.initials) == (START, receipt.sha256, "N. T. M.")
    assert APPLICANT.name not in repr(found)
    assert APPLICANT.number not in repr(found)
    assert find_paper("0000-0000-0000-0000") is None
    assert find_paper("") is None


@pytest.mark.django_db
def test_a_file_is_compared_with_the_paper_to_the_byte(cases: Cases) -> None:
    (receipt,) = make_due_papers(cases, file_and_receive(cases))
    code, pdf = code_of(receipt), read_content(cases, receipt)
    changed = bytearray(pdf)
    changed[len(pdf) // 2] ^= 1
    for content, expected in (
        (pdf, Comparison.SAME),
        (pdf + b"\n% added", Comparison.CHANGED),
        (bytes(changed), Comparison.OTHER),
        (pdf[:-1], Comparison.OTHER),
        (b"", Comparison.OTHER),
    ):
        assert compare_paper(cases, code, io.BytesIO(content)) is expected
    with pytest.raises(DocumentError) as caught:
        compare_paper(cases, "0000-0000-0000-0000", io.BytesIO(pdf))
    assert caught.value.kind is DocumentErrorKind.UNKNOWN_DOCUMENT


@pytest.mark.django_db
def test_a_paper_taken_back_says_so_and_stays_taken_back(cases: Cases) -> None:
    (receipt,) = make_due_papers(cases, file_and_receive(cases))
    withdraw_paper(cases, code_of(receipt), Withdrawal(WithdrawalReason.MISTAKE, "officer-1", "Sai tên"))
    withdraw_paper(cases, code_of(receipt), Withdrawal(WithdrawalReason.DECISION, "officer-2"))
    found = find_paper(code_of(receipt))
    assert found is not None
    assert (found.is_valid, found.withdrawn_because) == (False, WithdrawalReason.MISTAKE)
    with pytest.raises(DocumentError, match="no paper has"):
        withdraw_paper(cases, "x", Withdrawal(WithdrawalReason.MISTAKE, "officer-1"))


@pytest.mark.django_db
def test_a_paper_that_an_office_gave_out_cannot_be_removed_from_the_store(cases: Cases) -> None:
    (receipt,) = make_due_papers(cases, file_and_receive(cases))
    with pytest.raises(DocumentError) as caught:
        remove_own_document(cases, APPLICANT.number, str(receipt.id))
    assert caught.value.kind is DocumentErrorKind.IN_USE


@pytest.mark.django_db
def test_printing_gives_the_signed_paper_and_a_reading_aid_in_english(cases: Cases) -> None:
    case_id = file_and_receive(cases)
    before = make_paper(cases, get_case(cases, case_id), PaperKind.RECEIPT)
    assert "Ký số bởi" not in text_of(before)
    (receipt,) = make_due_papers(cases, case_id)
    case = get_case(cases, case_id)
    assert make_paper(cases, case, PaperKind.RECEIPT) == read_content(cases, receipt)
    english = text_of(make_paper(cases, case, PaperKind.RECEIPT, "en"))
    assert "Receipt of an application" in english
    assert code_of(receipt) in english
    assert list_printable(case) == (PaperKind.RECEIPT, PaperKind.CONTROL_SLIP)
    assert "PHIẾU KIỂM SOÁT" in text_of(make_paper(cases, case, PaperKind.CONTROL_SLIP))
    assert draw_paper(cases, case, PaperKind.RECEIPT, "vi", 30)[0].startswith(b"\x89PNG")
    with pytest.raises(DocumentError, match="Mẫu số 05"):
        make_paper(cases, case, PaperKind.STOP)


@pytest.mark.django_db
def test_any_paper_of_a_case_can_be_read_with_english_beside_it_and_says_that_it_is_not_the_signed_one(
    cases: Cases,
) -> None:
    case_id = file_and_receive(cases)
    approve_and_issue(cases, case_id)
    make_due_papers(cases, case_id)
    case = get_case(cases, case_id)
    for document in list_case_documents(cases, case):
        text = text_of(make_reading_aid(cases, case, str(document.id)))
        assert "A reading aid without a signature" in text
        assert "Ký số bởi" not in text
        assert code_of(document) in text
        assert "A reading aid" not in text_in(cases, document)
    with pytest.raises(DocumentError) as caught:
        make_reading_aid(cases, case, str(case_id))
    assert caught.value.kind is DocumentErrorKind.UNKNOWN_DOCUMENT


@pytest.mark.django_db
def test_the_register_lists_the_cases_that_an_office_received_in_some_days(cases: Cases) -> None:
    code = get_case(cases, file_and_receive(cases)).code
    day = cases.today()
    assert code in text_of(make_register(cases, RegisterSpan(UNIT, day, day)))
    for span in (RegisterSpan(UNIT, day - timedelta(1), day - timedelta(1)), RegisterSpan("Z99.02", day, day)):
        assert "Không có hồ sơ" in text_of(make_register(cases, span))


@pytest.mark.django_db(transaction=True)
def test_two_jobs_at_once_make_one_paper(cases: Cases) -> None:
    case_id = file_and_receive(cases)

    def run(_number: int) -> int:
        try:
            return len(make_due_papers(cases, case_id))
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, range(2)))
    assert Paper.objects.get().number == "01/TNHS"
    assert Document.objects.count() == 1


@pytest.mark.django_db
def test_a_paper_that_cannot_be_signed_leaves_no_number_behind(cases: Cases) -> None:
    case_id = file_and_receive(cases)

    def refuse(office: Office) -> PaperSigner:
        raise DocumentError(DocumentErrorKind.NO_KEY, f"no key for {office.code}")

    keyless = replace(cases, documents=replace(get_documents(cases), find_signer=refuse))
    with pytest.raises(DocumentError, match="no key"):
        make_due_papers(keyless, case_id)
    make_due_papers(cases, case_id)
    assert Paper.objects.get().number == "01/TNHS"


def test_every_reason_that_a_paper_can_give_and_every_deed_and_state_has_words() -> None:
    for kind in FORMS_AFTER:
        assert set(LISTS.get(kind, ())) <= set(REASONS), kind
    assert set(DEEDS) == set(ActionKind)
    assert set(STATES) == set(NationalStatus)
    assert set(TITLES) == set(PaperKind)
    assert set(SYMBOLS) == set(FORMS_AFTER.values())
    assert papers_after(ActionKind.RECEIVE) == (PaperKind.RECEIPT,)
    assert papers_after(ActionKind.COMMENT) == ()


def test_every_outcome_of_the_catalogue_has_a_template() -> None:
    outcomes = [outcome for procedure in load_catalogue().procedures for outcome in procedure.outcome]
    assert outcomes
    assert {find_template(outcome.document) for outcome in outcomes} <= list_templates()


@given(st.text(max_size=60))
def test_initials_never_spell_a_name(name: str) -> None:
    assert all(re.fullmatch(r"\S{1,3}\.", part) for part in make_initials(name).split())


def test_a_day_is_written_as_papers_write_it_and_anything_else_as_it_is() -> None:
    assert write_date("2026-01-09") == "09/01/2026"
    assert write_date("tháng 1") == "tháng 1"
