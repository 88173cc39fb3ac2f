from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from lienthong.cases.drafts import (
    DRAFT_DAYS,
    LONGEST_DRAFT_DAYS,
    Applicant,
    choose_unit,
    discard_draft,
    expire_drafts,
    find_draft,
    get_draft,
    list_drafts,
    open_draft,
    save_answers,
)
from lienthong.cases.errors import CasesError, CasesErrorKind
from lienthong.cases.filing import Filing, file_from_portal, submit
from lienthong.cases.models import ActionRecord, FiledReceipt, IdempotencyKey
from lienthong.cases.models import Case as CaseRow
from lienthong.cases.models import Draft as DraftRow
from lienthong.cases.reading import get_case
from lienthong.cases.receipts import verify_receipt
from lienthong.cases.words import ActionKind, Channel, NationalStatus
from lienthong.kernel.canonical import encode_base64url
from lienthong.kernel.keys import make_signing_key
from tests.cases.houses import APPLICANT, KEY, LINKED, OTHER, SIMPLE, UNIT, VALID_FROM, SetClock, file_case, make_cases

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any
    from uuid import UUID

    from lienthong.cases.house import Cases
    from lienthong.cases.procedure import Procedure
    from lienthong.cases.receipts import Receipt


def refused(kind: CasesErrorKind) -> pytest.RaisesExc[CasesError]:
    return pytest.raises(CasesError, check=lambda error: error.kind is kind)


def open_filled(cases: Cases, procedure: str = SIMPLE) -> UUID:
    draft = open_draft(cases, APPLICANT, procedure, VALID_FROM)
    save_answers(cases, draft.id, APPLICANT, {"child": "An"})
    return draft.id


@pytest.mark.django_db
def test_a_draft_is_not_filed_at_a_lower_level_than_it_was_opened_at() -> None:
    cases = make_cases()
    draft = open_filled(cases)
    low = replace(APPLICANT, level=1)
    with refused(CasesErrorKind.NOT_ALLOWED):
        submit(cases, draft, low, "key-1", Channel.ONLINE)
    assert CaseRow.objects.count() == 0
    assert submit(cases, draft, APPLICANT, "key-1", Channel.ONLINE).code


@pytest.mark.django_db
def test_no_draft_is_kept_for_ever_by_saving_it_again() -> None:
    clock = SetClock()
    cases = make_cases(clock)
    draft = open_filled(cases)
    for _ in range(LONGEST_DRAFT_DAYS // 20 - 1):
        clock.pass_time(days=20)
        save_answers(cases, draft, APPLICANT, {"child": "An"})
    clock.pass_time(days=20)
    assert find_draft(cases, draft) is None
    with refused(CasesErrorKind.UNKNOWN_DRAFT):
        save_answers(cases, draft, APPLICANT, {"child": "An"})


@pytest.mark.django_db
def test_filing_gives_a_code_a_receipt_and_a_case_with_the_answers_of_the_draft() -> None:
    cases = make_cases()
    draft = open_filled(cases, LINKED)

    receipt = submit(cases, draft, APPLICANT, "k", Channel.ONLINE, ("d1",))

    view = get_case(cases, receipt.case_id)
    assert (view.code, receipt.code) == ("Z99.01-261130-0001",) * 2
    assert (view.answers, view.documents, view.draft) == ({"child": "An"}, ("d1",), str(draft))
    assert view.state.status is NationalStatus.NEW
    assert [step.state for step in view.state.steps.values()] == ["ready", "waiting", "waiting"]
    assert (view.applicant, view.purpose) == (APPLICANT, f"{LINKED}#{receipt.code}")
    assert DraftRow.objects.get(pk=draft).answers == {}


@pytest.mark.django_db
def test_a_retry_gives_the_same_receipt_under_the_same_key_and_under_another() -> None:
    cases = make_cases()
    draft = open_filled(cases)
    receipt = submit(cases, draft, APPLICANT, "k", Channel.ONLINE)

    assert submit(cases, draft, APPLICANT, "k", Channel.ONLINE) == receipt
    assert submit(cases, draft, APPLICANT, "other", Channel.ONLINE) == receipt
    assert (CaseRow.objects.count(), ActionRecord.objects.count()) == (1, 1)


@pytest.mark.django_db
def test_a_key_belongs_to_one_draft_and_to_one_person() -> None:
    cases = make_cases()
    submit(cases, open_filled(cases), APPLICANT, "k", Channel.ONLINE)
    with refused(CasesErrorKind.KEY_REUSED):
        submit(cases, open_filled(cases), APPLICANT, "k", Channel.ONLINE)

    theirs = open_draft(cases, OTHER, SIMPLE, VALID_FROM)
    assert submit(cases, theirs.id, OTHER, "k", Channel.ONLINE).code.endswith("-0002")
    with refused(CasesErrorKind.UNKNOWN_DRAFT):
        submit(cases, theirs.id, APPLICANT, "mine", Channel.ONLINE)


@pytest.mark.django_db
def test_whose_a_key_is_cannot_be_found_by_trying_numbers() -> None:
    file_case(make_cases())
    file_case(make_cases(signing_key=make_signing_key()))
    scopes = set(IdempotencyKey.objects.values_list("scope", flat=True))
    assert len(scopes) == 2
    tried = {sha256(text.encode()).hexdigest() for text in (APPLICANT.number, f"DEMO/{APPLICANT.number}")}
    assert not any(digest in scope for scope in scopes for digest in tried)


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "k" * 256])
def test_a_key_that_cannot_be_kept_is_refused(key: str) -> None:
    cases = make_cases()
    with refused(CasesErrorKind.BAD_PAYLOAD):
        submit(cases, open_filled(cases), APPLICANT, key, Channel.ONLINE)


@pytest.mark.django_db(transaction=True)
def test_ten_retries_at_once_make_one_case_and_get_one_receipt() -> None:
    cases = make_cases()
    drafts = [open_filled(cases) for _ in range(3)]
    together = threading.Barrier(10)

    def retry(number: int) -> Receipt:
        together.wait()
        try:
            return submit(cases, drafts[number % 3], APPLICANT, f"k{number % 3}", Channel.ONLINE)
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        receipts = list(pool.map(retry, range(10)))

    assert len({receipt.signature for receipt in receipts}) == 3
    assert {receipt.code for receipt in receipts} == {f"Z99.01-261130-000{serial}" for serial in (1, 2, 3)}
    assert [CaseRow.objects.count(), FiledReceipt.objects.count(), IdempotencyKey.objects.count()] == [3, 3, 3]


@pytest.mark.django_db
def test_a_form_that_is_wrong_files_nothing_and_takes_no_number() -> None:
    def refuse(procedure: Procedure, answers: Mapping[str, Any]) -> None:
        raise CasesError(CasesErrorKind.BAD_FORM, f"{procedure.code}: {sorted(answers)}")

    cases = make_cases()
    draft = open_filled(cases)
    with refused(CasesErrorKind.BAD_FORM):
        submit(make_cases(verify_answers=refuse), draft, APPLICANT, "k", Channel.ONLINE)
    assert CaseRow.objects.count() == 0
    assert submit(cases, draft, APPLICANT, "k", Channel.ONLINE).code.endswith("-0001")


@pytest.mark.django_db
def test_a_receipt_is_verified_by_its_key_and_a_changed_one_is_not() -> None:
    cases = make_cases()
    receipt = file_case(cases)

    assert verify_receipt(receipt.body, receipt.signature, KEY.verify_key) == receipt
    assert APPLICANT.number.encode() not in receipt.body
    assert b"Nguy" not in receipt.body
    changed = receipt.body.replace(b"-0001", b"-0002")
    other = ("B" if receipt.signature[0] == "A" else "A") + receipt.signature[1:]
    spaced = receipt.body.replace(b":", b": ", 1)
    spaced_signature = encode_base64url(KEY.sign(b"lienthong/case-receipt/1\n" + spaced))
    for body, signature, key in (
        (changed, receipt.signature, KEY.verify_key),
        (receipt.body, other, KEY.verify_key),
        (receipt.body, receipt.signature, make_signing_key().verify_key),
        (spaced, spaced_signature, KEY.verify_key),
    ):
        with refused(CasesErrorKind.BAD_RECEIPT):
            verify_receipt(body, signature, key)


@pytest.mark.django_db
def test_a_filing_that_the_database_would_not_take_is_refused_and_holds_up_no_other() -> None:
    cases = make_cases()
    nobody = replace(APPLICANT, name="Nguyễn\x00Mẫu")
    code = "G09.20-20261130-0000008"
    for applicant, answers in ((nobody, {"child": "An"}), (APPLICANT, {"child": "A\x00n"})):
        filing = Filing(applicant, SIMPLE, VALID_FROM, UNIT, Channel.ONLINE, answers, portal_code=code)
        with refused(CasesErrorKind.BAD_PAYLOAD):
            file_from_portal(cases, filing, "national")
    assert CaseRow.objects.count() == 0


@pytest.mark.django_db
def test_what_a_portal_numbered_is_filed_once_under_its_code() -> None:
    cases = make_cases()
    filing = Filing(
        APPLICANT, SIMPLE, VALID_FROM, UNIT, Channel.ONLINE, {"child": "An"}, portal_code="G09.20-20261130-0000007"
    )
    receipt = file_from_portal(cases, filing, "national")

    assert file_from_portal(cases, filing, "national") == receipt
    view = get_case(cases, receipt.case_id)
    assert (view.portal_code, view.code) == ("G09.20-20261130-0000007", "Z99.01-261130-0001")
    assert view.actions[0].kind is ActionKind.SUBMIT
    assert view.actions[0].actor.kind == "portal"


@pytest.mark.django_db
def test_a_draft_is_its_owners_and_is_gone_when_its_days_are_over() -> None:
    clock = SetClock()
    cases = make_cases(clock)
    draft = open_filled(cases)
    filed = open_filled(cases)
    submit(cases, filed, APPLICANT, "k", Channel.ONLINE)

    assert get_draft(cases, draft, APPLICANT).answers == {"child": "An"}
    assert [each.id for each in list_drafts(cases, APPLICANT.number)] == [draft]
    assert list_drafts(cases, OTHER.number) == []
    with refused(CasesErrorKind.UNKNOWN_DRAFT):
        get_draft(cases, draft, OTHER)
    with refused(CasesErrorKind.UNKNOWN_DRAFT):
        save_answers(cases, draft, OTHER, {"child": "x"})
    with refused(CasesErrorKind.NOT_NOW):
        save_answers(cases, filed, APPLICANT, {"child": "x"})
    assert expire_drafts(cases) == 0

    clock.pass_time(days=DRAFT_DAYS)
    assert find_draft(cases, draft) is None
    with refused(CasesErrorKind.UNKNOWN_DRAFT):
        submit(cases, draft, APPLICANT, "k2", Channel.ONLINE)
    assert expire_drafts(cases) == 2
    assert DraftRow.objects.count() == 0


@pytest.mark.django_db
def test_saving_prolongs_a_draft_and_takes_answers_away_that_are_none() -> None:
    clock = SetClock()
    cases = make_cases(clock)
    draft = open_filled(cases)
    clock.pass_time(days=DRAFT_DAYS - 1)

    saved = save_answers(cases, draft, APPLICANT, {"child": None, "other": 1})
    assert (saved.answers, saved.expires_at) == ({"other": 1}, clock.moment + timedelta(days=DRAFT_DAYS))
    assert choose_unit(cases, draft, APPLICANT, "Z99.07").unit == "Z99.07"
    assert submit(cases, draft, APPLICANT, "k", Channel.COUNTER).code == "Z99.07-261229-0001"


@pytest.mark.django_db
def test_a_draft_that_is_discarded_is_gone_and_a_level_too_low_opens_none() -> None:
    cases = make_cases()
    draft = open_filled(cases)
    discard_draft(cases, draft, APPLICANT)
    assert find_draft(cases, draft) is None
    with refused(CasesErrorKind.NOT_ALLOWED):
        open_draft(cases, Applicant("999000000001", "citizen-1", "x", 1), SIMPLE, VALID_FROM)
