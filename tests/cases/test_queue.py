from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from lienthong.cases import actions as told
from lienthong.cases.errors import CasesError, CasesErrorKind
from lienthong.cases.models import Case as CaseRow
from lienthong.cases.queue import Due, QueueFilter, count_complained, count_due, count_queue, list_queue, set_absence
from lienthong.cases.words import CaseRole, NationalStatus
from tests.cases.houses import APPLICANT, OTHER, UNIT, SetClock, do, file_case, make_actor, make_cases

if TYPE_CHECKING:
    from uuid import UUID

    from lienthong.cases.house import Cases

pytestmark = pytest.mark.django_db


def file_due(cases: Cases, days: int | None) -> UUID:
    """File a case and put its last day so many days from today."""
    case = file_case(cases).case_id
    CaseRow.objects.filter(pk=case).update(due_on=None if days is None else cases.today() + timedelta(days=days))
    return case


def listed(cases: Cases, wanted: QueueFilter) -> list[UUID]:
    return [line.id for line in list_queue(cases, wanted).lines]


def test_the_first_due_come_first_and_what_has_no_day_comes_last() -> None:
    cases = make_cases()
    without, later, late, today = (file_due(cases, days) for days in (None, 9, -1, 0))

    assert listed(cases, QueueFilter(UNIT)) == [late, today, later, without]
    assert listed(cases, QueueFilter("Z99.02")) == []


def test_what_is_due_is_counted_while_it_is_the_offices_turn() -> None:
    cases = make_cases()
    late, today, *_ = [file_due(cases, days) for days in (-2, 0, 1, 3, 4)]
    waiting = file_due(cases, -5)
    do(cases, waiting, CaseRole.RECEIVER, told.SupplementAsked("missing-papers"))
    CaseRow.objects.filter(pk=waiting).update(due_on=cases.today() - timedelta(days=5))

    counts = count_due(cases, QueueFilter(UNIT))

    assert (counts.late, counts.today, counts.soon, counts.total) == (1, 1, 2, 6)
    assert counts.by_status == {NationalStatus.NEW: 5, NationalStatus.SUPPLEMENT: 1}
    assert listed(cases, QueueFilter(UNIT, due=Due.LATE)) == [late]
    assert listed(cases, QueueFilter(UNIT, due=Due.TODAY)) == [today]
    assert len(listed(cases, QueueFilter(UNIT, due=Due.SOON))) == 2


def test_unanswered_complaints_are_listed_the_oldest_first_also_of_cases_that_are_over() -> None:
    clock = SetClock()
    cases = make_cases(clock)
    over, running, _quiet = (file_case(cases).case_id for _ in range(3))
    do(cases, over, CaseRole.APPLICANT, told.Withdrawn())
    do(cases, over, CaseRole.APPLICANT, told.Complained("slow"))
    clock.pass_time(minutes=1)
    do(cases, running, CaseRole.APPLICANT, told.Complained("slow"))

    assert listed(cases, QueueFilter(UNIT, is_complained=True)) == [over, running]
    assert (count_complained(UNIT), count_complained("Z99.02")) == (2, 0)
    do(cases, over, CaseRole.APPROVER, told.ComplaintAnswered(3, "Sorry."))
    assert listed(cases, QueueFilter(UNIT, is_complained=True)) == [running]


def test_a_case_is_found_by_code_number_and_name_without_accents() -> None:
    cases = make_cases()
    one = file_case(cases)
    two = file_case(cases, applicant=OTHER)

    assert listed(cases, QueueFilter(UNIT, text=one.code)) == [one.case_id]
    assert listed(cases, QueueFilter(UNIT, text=OTHER.number)) == [two.case_id]
    assert listed(cases, QueueFilter(UNIT, text="thi MAU")) == [one.case_id]
    assert listed(cases, QueueFilter(UNIT, text="100%")) == []


def test_pages_are_turned_and_counted_and_one_beyond_the_last_is_empty() -> None:
    cases = make_cases()
    for _ in range(27):
        file_case(cases)

    first, second, third = (list_queue(cases, QueueFilter(UNIT), page) for page in (1, 2, 3))

    assert [len(page.lines) for page in (first, second, third)] == [25, 2, 0]
    assert {page.total for page in (first, second, third)} == {27}
    assert first.pages == 2
    assert {line.id for line in first.lines}.isdisjoint(line.id for line in second.lines)
    assert count_queue(cases, QueueFilter(UNIT, status=NationalStatus.RECEIVED)) == 0


def test_a_substitute_sees_and_takes_the_cases_of_who_is_away_and_only_meanwhile() -> None:
    cases = make_cases()
    case = file_case(cases).case_id
    do(cases, case, CaseRole.RECEIVER, told.Received())
    do(cases, case, CaseRole.HANDLER, told.Taken())
    wanted = QueueFilter(UNIT, substitute="handler-2")
    today = cases.today()
    assert listed(cases, wanted) == []

    set_absence(cases, make_actor(CaseRole.HANDLER), "handler", "handler-2", (today, today))
    assert listed(cases, wanted) == [case]

    second = make_actor(CaseRole.HANDLER, account="handler-2")
    with pytest.raises(CasesError, check=lambda error: error.kind is CasesErrorKind.NOT_NOW):
        do(cases, case, CaseRole.HANDLER, told.Extended(today, "workload"), actor=second)
    assert do(cases, case, CaseRole.HANDLER, told.Taken(), actor=second).handler == "handler-2"


@pytest.mark.parametrize(
    ("actor", "account", "substitute", "days", "kind"),
    [
        (make_actor(CaseRole.RECEIVER), "handler", "handler-2", (0, 1), CasesErrorKind.NOT_ALLOWED),
        (make_actor(CaseRole.HANDLER, account="handler-2"), "handler", "handler-2", (0, 1), CasesErrorKind.NOT_ALLOWED),
        (make_actor(CaseRole.APPROVER), "handler", "receiver", (0, 1), CasesErrorKind.BAD_PAYLOAD),
        (make_actor(CaseRole.APPROVER), "handler", "handler", (0, 1), CasesErrorKind.BAD_PAYLOAD),
        (make_actor(CaseRole.HANDLER), "handler", "handler-2", (1, 0), CasesErrorKind.BAD_PAYLOAD),
    ],
)
def test_an_absence_is_said_by_oneself_or_who_decides_and_names_another_handler(
    actor: told.Actor, account: str, substitute: str, days: tuple[int, int], kind: CasesErrorKind
) -> None:
    cases = make_cases()
    first, last = (cases.today() + timedelta(days=day) for day in days)
    with pytest.raises(CasesError, check=lambda error: error.kind is kind):
        set_absence(cases, actor, account, substitute, (first, last))


def test_the_applicants_own_name_is_never_in_a_filter_for_another_office() -> None:
    cases = make_cases()
    file_case(cases)
    assert listed(cases, QueueFilter("Z99.02", text=APPLICANT.number)) == []
