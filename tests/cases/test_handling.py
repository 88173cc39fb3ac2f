from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from lienthong.cases import actions as told
from lienthong.cases.errors import CasesError, CasesErrorKind
from lienthong.cases.handling import erase_case, perform
from lienthong.cases.models import ActionRecord, Draft, Notice
from lienthong.cases.models import Case as CaseRow
from lienthong.cases.notices import tell_action
from lienthong.cases.reading import find_case_by_code, get_case, list_own
from lienthong.cases.words import ActionKind, CaseRole, NationalStatus
from lienthong.cases.workflow import MOST_COMPLAINTS
from tests.cases.houses import APPLICANT, OTHER, UNIT, SetClock, do, file_case, make_actor, make_cases

pytestmark = pytest.mark.django_db


def refused(kind: CasesErrorKind) -> pytest.RaisesExc[CasesError]:
    return pytest.raises(CasesError, check=lambda error: error.kind is kind)


def test_a_simple_case_goes_from_filing_to_the_applicant() -> None:
    cases = make_cases()
    receipt = file_case(cases)

    do(cases, receipt.case_id, CaseRole.RECEIVER, told.Received())
    do(cases, receipt.case_id, CaseRole.HANDLER, told.Taken())
    do(cases, receipt.case_id, CaseRole.HANDLER, told.HandedOver(for_decision=True))
    do(cases, receipt.case_id, CaseRole.APPROVER, told.Approved())
    do(cases, receipt.case_id, CaseRole.HANDLER, told.Issued())
    state = do(cases, receipt.case_id, CaseRole.RECEIVER, told.ResultReturned())

    assert (state.status, state.is_over, state.number) == (NationalStatus.RETURNED, True, 7)
    row = CaseRow.objects.get(pk=receipt.case_id)
    assert (row.status, row.is_over, row.last_number, row.handler) == (10, True, 7, "handler")
    found = find_case_by_code(cases, receipt.code)
    assert found is not None
    assert found.state == state
    assert [line.code for line in list_own(cases, APPLICANT.number)] == [receipt.code]
    assert list_own(cases, OTHER.number) == []


def test_the_same_key_does_a_thing_once_and_other_content_under_it_is_refused() -> None:
    cases = make_cases()
    case = file_case(cases).case_id

    first = do(cases, case, CaseRole.RECEIVER, told.Received(), "k")
    assert do(cases, case, CaseRole.RECEIVER, told.Received(), "k") == first
    assert first.number == 2

    with refused(CasesErrorKind.KEY_REUSED):
        do(cases, case, CaseRole.RECEIVER, told.Received("other"), "k")


def test_what_a_stale_page_asks_for_is_refused() -> None:
    cases = make_cases()
    case = file_case(cases).case_id
    do(cases, case, CaseRole.RECEIVER, told.Commented("seen"))

    with refused(CasesErrorKind.STALE):
        do(cases, case, CaseRole.RECEIVER, told.Received(), expected_number=1)
    assert do(cases, case, CaseRole.RECEIVER, told.Received(), expected_number=2).number == 3


@pytest.mark.parametrize(
    ("role", "actor"),
    [
        (CaseRole.APPLICANT, make_actor(CaseRole.APPLICANT, account=OTHER.account)),
        (CaseRole.APPLICANT, make_actor(CaseRole.APPLICANT, account="nobody")),
        (CaseRole.RECEIVER, make_actor(CaseRole.RECEIVER, "Z99.02", "elsewhere")),
        (CaseRole.RECEIVER, make_actor(CaseRole.RECEIVER, UNIT, "elsewhere")),
        (CaseRole.RECEIVER, make_actor(CaseRole.HANDLER)),
        (CaseRole.RECEIVER, make_actor(CaseRole.APPLICANT)),
        (CaseRole.HANDLER, make_actor(CaseRole.SYSTEM)),
    ],
)
def test_nobody_acts_as_what_they_are_not(role: CaseRole, actor: told.Actor) -> None:
    cases = make_cases()
    case = file_case(cases).case_id

    with refused(CasesErrorKind.NOT_ALLOWED):
        do(cases, case, role, told.Commented("x"), actor=actor)
    assert get_case(cases, case).state.number == 1


def test_what_is_told_must_belong_to_the_action() -> None:
    cases = make_cases()
    case = file_case(cases).case_id

    with refused(CasesErrorKind.BAD_PAYLOAD):
        perform(cases, case, make_actor(CaseRole.RECEIVER), CaseRole.RECEIVER, ActionKind.RECEIVE, told.Taken(), "k")


def test_erasing_leaves_what_was_done_and_the_hash_of_what_was_told() -> None:
    cases = make_cases()
    case = file_case(cases).case_id
    with refused(CasesErrorKind.NOT_NOW):
        erase_case(cases, case, make_actor(CaseRole.APPROVER), "decision 1")
    do(cases, case, CaseRole.APPLICANT, told.Withdrawn("Tôi đổi ý"))
    before = list(ActionRecord.objects.order_by("number").values_list("payload_hash", flat=True))
    assert tell_action(cases, case, 1)

    assert erase_case(cases, case, make_actor(CaseRole.APPROVER), "decision 1") == 2

    view = get_case(cases, case)
    assert (view.applicant.number, view.answers, view.state.status) == ("", {}, NationalStatus.WITHDRAWN)
    assert {"salt", "answers", "number"} & set(ActionRecord.objects.get(number=1).payload) == set()
    assert "Mẫu" not in str(list(ActionRecord.objects.values_list("payload", flat=True)))
    assert (Notice.objects.get().number, Draft.objects.count()) == ("", 0)
    row = CaseRow.objects.get(pk=case)
    assert (row.number, row.name, row.search_name, row.account) == ("", "", "", "")
    assert list(ActionRecord.objects.order_by("number").values_list("payload_hash", flat=True))[:2] == before


def test_two_who_tell_the_same_leave_hashes_of_which_neither_tells_the_other() -> None:
    cases = make_cases()
    for _ in range(2):
        do(cases, file_case(cases).case_id, CaseRole.APPLICANT, told.Complained("chậm"))
    records = ActionRecord.objects.filter(kind=ActionKind.COMPLAIN)
    assert len({bytes(record.payload_hash) for record in records}) == 2
    for record in records:
        assert bytes(record.payload_hash) == told.hash_payload(told.read_payload(record.payload))


def test_nothing_is_promised_or_asked_for_until_a_day_that_is_over_in_vietnam() -> None:
    clock = SetClock(datetime(2026, 12, 1, 17, 30, tzinfo=UTC))
    cases = make_cases(clock)
    case = file_case(cases).case_id
    do(cases, case, CaseRole.RECEIVER, told.Received())
    # In Vietnam it is half past midnight of the second.
    over, today = date(2026, 12, 1), date(2026, 12, 2)
    for role, payload in (
        (CaseRole.HANDLER, told.Extended(over, "workload")),
        (CaseRole.HANDLER, told.SupplementAsked("missing-papers", until=over)),
    ):
        with refused(CasesErrorKind.BAD_PAYLOAD):
            do(cases, case, role, payload)
    assert do(cases, case, CaseRole.HANDLER, told.Extended(today, "workload")).extended_to == today


def test_nobody_makes_a_case_grow_without_end_by_complaining() -> None:
    cases = make_cases()
    case = file_case(cases).case_id
    for _ in range(MOST_COMPLAINTS):
        do(cases, case, CaseRole.APPLICANT, told.Complained("again"))
    with refused(CasesErrorKind.NOT_NOW):
        do(cases, case, CaseRole.APPLICANT, told.Complained("again"))


def test_a_complaint_waits_for_whoever_decides_and_is_answered_once() -> None:
    cases = make_cases()
    case = file_case(cases).case_id
    do(cases, case, CaseRole.APPLICANT, told.Withdrawn())
    for text in ("slow", "and rude"):
        do(cases, case, CaseRole.APPLICANT, told.Complained(text))
    first, second = get_case(cases, case).state.unanswered
    assert CaseRow.objects.get(pk=case).complained_at == first.at
    with refused(CasesErrorKind.NOT_ALLOWED):
        do(cases, case, CaseRole.HANDLER, told.ComplaintAnswered(first.number, "I was not"))
    with refused(CasesErrorKind.NOT_NOW):
        erase_case(cases, case, make_actor(CaseRole.APPROVER), "decision 1")

    do(cases, case, CaseRole.APPROVER, told.ComplaintAnswered(first.number, "Sorry."))
    with refused(CasesErrorKind.BAD_PAYLOAD):
        do(cases, case, CaseRole.APPROVER, told.ComplaintAnswered(first.number, "Sorry again."))
    assert CaseRow.objects.get(pk=case).complained_at == second.at
    state = do(cases, case, CaseRole.APPROVER, told.ComplaintAnswered(second.number, "Sorry."))

    assert (state.unanswered, state.complaints, state.is_over) == ((), 2, True)
    assert CaseRow.objects.get(pk=case).complained_at is None
    with refused(CasesErrorKind.NOT_NOW):
        do(cases, case, CaseRole.APPROVER, told.ComplaintAnswered(second.number, "Once more."))


def test_an_officer_at_the_counter_does_not_say_for_the_applicant_how_content_they_are() -> None:
    cases = make_cases()
    case = file_case(cases).case_id
    do(cases, case, CaseRole.APPLICANT, told.Withdrawn())
    beside = replace(make_actor(CaseRole.APPLICANT), officer="receiver")
    with refused(CasesErrorKind.NOT_ALLOWED):
        do(cases, case, CaseRole.APPLICANT, told.Rated(5), actor=beside)
    assert do(cases, case, CaseRole.APPLICANT, told.Rated(2)).stars == 2


def test_text_that_the_database_cannot_keep_is_refused_before_it_comes_there() -> None:
    cases = make_cases()
    case = file_case(cases).case_id
    with refused(CasesErrorKind.BAD_PAYLOAD):
        do(cases, case, CaseRole.APPLICANT, told.Complained("a\x00b"))
