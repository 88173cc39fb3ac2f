from __future__ import annotations

import pytest
from django.db import connection

from lienthong.cases import actions as told
from lienthong.cases.handling import erase_case
from lienthong.cases.models import Case as CaseRow
from lienthong.cases.rebuilding import RebuildReport, rebuild_cases
from lienthong.cases.words import CaseRole
from tests.cases.houses import LINKED, do, file_case, make_actor, make_cases

pytestmark = pytest.mark.django_db


def read_rows() -> list[dict[str, object]]:
    return [dict(row) for row in CaseRow.objects.order_by("pk").values()]


def test_rows_that_were_changed_or_lost_come_back_from_the_record_and_the_others_are_left() -> None:
    cases = make_cases()
    first, lost, erased = (file_case(cases, code).case_id for code in ("9.000001", LINKED, "9.000001"))
    do(cases, first, CaseRole.RECEIVER, told.Received())
    do(cases, erased, CaseRole.APPLICANT, told.Withdrawn())
    erase_case(cases, erased, make_actor(CaseRole.APPROVER), "decision 1")
    right = read_rows()
    heard: list[tuple[int, int]] = []

    assert rebuild_cases(cases, lambda done, of: heard.append((done, of))) == RebuildReport(3, 0, 0)
    assert heard == [(3, 3)]

    CaseRow.objects.filter(pk=first).update(status=9, name="somebody else", is_over=True)
    with connection.cursor() as cursor:
        # What nobody may do: the table's guard is taken off, as who owns the database can.
        cursor.execute("ALTER TABLE cases_case DISABLE TRIGGER cases_case_kept")
        cursor.execute("DELETE FROM cases_case WHERE id = %s", [lost])
        cursor.execute("ALTER TABLE cases_case ENABLE TRIGGER cases_case_kept")
    CaseRow.objects.filter(pk=erased).update(code="x")

    assert rebuild_cases(cases, lambda _done, _of: None) == RebuildReport(3, 2, 1)
    assert read_rows() == right
