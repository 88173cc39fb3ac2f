from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from lienthong.cases import actions as told
from lienthong.cases.models import ActionRecord
from lienthong.cases.partitions import list_partitions, make_coming_partitions
from lienthong.cases.words import CaseRole
from tests.cases.houses import START, SetClock, do, file_case, make_cases

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE cases_action SET payload = '{}'",
        "UPDATE cases_action SET erased_at = now(), payload = '{}', kind = 'pay'",
        "UPDATE cases_action SET erased_at = now(), payload = '{}', payload_hash = ''",
        "DELETE FROM cases_action",
        "UPDATE cases_idempotencykey SET key = 'x'",
        "DELETE FROM cases_idempotencykey",
        "UPDATE cases_filedreceipt SET body = ''",
        "DELETE FROM cases_filedreceipt",
        "DELETE FROM cases_case",
        "DELETE FROM cases_dayserial",
    ],
)
def test_the_record_is_not_changed_whatever_asks(statement: str) -> None:
    cases = make_cases()
    file_case(cases)
    with pytest.raises(DatabaseError, match=r"only ever added|never deleted"), transaction.atomic():
        _execute(statement)


def test_an_action_is_erased_once() -> None:
    file_case(make_cases())
    assert ActionRecord.objects.update(payload={}, erased_at=timezone.now()) == 1
    with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
        ActionRecord.objects.update(payload={"x": 1}, erased_at=timezone.now())


def test_two_actions_never_have_one_number() -> None:
    cases = make_cases()
    case = file_case(cases).case_id
    do(cases, case, CaseRole.RECEIVER, told.Received())
    record = ActionRecord.objects.get(number=2)
    with pytest.raises(DatabaseError, match="duplicate key"), transaction.atomic():
        record.save(force_insert=True)


def test_coming_months_have_their_table_and_what_comes_before_it_lies_in_the_rest() -> None:
    assert make_coming_partitions(3) == 0
    assert make_coming_partitions(5) == 2
    assert make_coming_partitions(5) == 0
    assert len(list_partitions()) == 5 + 2 + 1

    far = SetClock(START.replace(year=2051))
    cases = make_cases(far)
    case = file_case(cases).case_id
    assert do(cases, case, CaseRole.RECEIVER, told.Received()).number == 2
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tableoid::regclass::text FROM cases_action WHERE case_id = %s", [case])
        assert cursor.fetchall() == [("cases_action_rest",)]
        cursor.execute("SELECT cases_make_partition('2051-11-01')")
        assert cursor.fetchone() == (False,)
    assert do(cases, case, CaseRole.HANDLER, told.Taken()).number == 3


def test_actions_lie_in_the_month_in_which_their_case_was_filed() -> None:
    clock = SetClock(timezone.now())
    cases = make_cases(clock)
    case = file_case(cases).case_id
    clock.pass_time(days=62)
    do(cases, case, CaseRole.RECEIVER, told.Received())
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tableoid::regclass::text FROM cases_action WHERE case_id = %s", [case])
        assert cursor.fetchall() == [(f"cases_action_{timezone.now():%Y_%m}",)]


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
