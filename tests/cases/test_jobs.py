from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction
from django.utils import timezone
from typer.testing import CliRunner

from lienthong.cases import actions as told
from lienthong.cases.case_commands import make_cases_app
from lienthong.cases.errors import CasesError
from lienthong.cases.jobs import defer_follow_up, end_drafts, look_after_agencies, make_partitions, reconcile_filings
from lienthong.cases.models import Draft as DraftRow
from lienthong.cases.models import Stage, StepDelivery
from lienthong.cases.words import CaseRole
from tests.cases.houses import APPLICANT, LINKED, SIMPLE, VALID_FROM, do, file_case, make_cases
from tests.cases.test_reconciling import Portal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lienthong.cases.house import Cases

pytestmark = pytest.mark.django_db


def list_jobs() -> list[tuple[str, str | None]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name, lock FROM procrastinate_jobs ORDER BY id")
        return [(name, lock) for name, lock in cursor.fetchall()]


def test_jobs_are_handed_over_with_the_action_and_taken_back_with_it() -> None:
    cases = make_cases(follow_up=defer_follow_up)
    case = file_case(cases, LINKED).case_id
    assert [name for name, _ in list_jobs()] == ["cases.tell_people"]

    point = transaction.savepoint()
    do(cases, case, CaseRole.RECEIVER, told.Received())
    transaction.savepoint_rollback(point)
    assert len(list_jobs()) == 1

    do(cases, case, CaseRole.RECEIVER, told.Received())
    assert ("cases.advance_case", f"case:{case}") in list_jobs()
    count = len(list_jobs())
    with pytest.raises(CasesError):
        do(cases, case, CaseRole.RECEIVER, told.Received())
    assert len(list_jobs()) == count


def test_a_simple_case_asks_no_agency() -> None:
    cases = make_cases(follow_up=defer_follow_up)
    do(cases, file_case(cases, SIMPLE).case_id, CaseRole.RECEIVER, told.Received())
    assert "cases.advance_case" not in {name for name, _ in list_jobs()}


def test_what_recurs_may_run_at_any_time() -> None:
    old = file_case(make_cases())
    DraftRow.objects.update(expires_at=old.submitted_at - timedelta(days=400))
    for job in (make_partitions, end_drafts, reconcile_filings):
        job(0)
        job(0)
    assert DraftRow.objects.count() == 0


def test_a_case_that_is_overdue_and_fails_each_time_does_not_fill_the_queue() -> None:
    case, now = file_case(make_cases(), LINKED).case_id, timezone.now()
    past = dict.fromkeys(("began_at", "changed_at", "next_at"), now - timedelta(minutes=10))
    StepDelivery.objects.create(message_id="m", case_id=case, stage=Stage.TO_SEND, sent_as="m", **past)
    for status in ("todo", "doing"):
        look_after_agencies(0)
        look_after_agencies(0)
        assert list_jobs() == [("cases.advance_case", f"case:{case}")]
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET status = %s", [status])


def test_jobs_that_failed_for_good_are_told_and_run_again_at_an_operators_word() -> None:
    cases = make_cases(follow_up=defer_follow_up)
    case = file_case(cases).case_id
    assert run(cases, "jobs") == (0, "0 failed")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed', attempts = 8")
    code, output = run(cases, "jobs")
    assert code == 1
    assert f"cases.tell_people number=1 case_id={case}" in output or f"case_id={case} number=1" in output
    assert run(cases, "jobs", "--again")[0] == 0
    assert run(cases, "jobs") == (0, "0 failed")
    assert len(list_jobs()) == 1


def run(cases: Cases, *command: str) -> tuple[int, str]:
    @contextmanager
    def open_cases(settings: Path | None) -> Iterator[Cases]:
        assert settings is None
        yield cases

    done = CliRunner().invoke(make_cases_app(open_cases), list(command))
    return done.exit_code, done.output.strip()


def test_the_commands_say_what_they_found() -> None:
    cases, portal = make_cases(), Portal()
    file_case(cases, applicant=APPLICANT)
    assert cases.today() > VALID_FROM
    assert run(cases, "rebuild") == (0, "1 cases: 0 rows differed and were written, 0 were made")

    portal.has_lost.add(portal.file(cases, 1, is_lost=True))
    with_portal = make_cases(portal=portal)
    code, output = run(with_portal, "reconcile")
    assert code == 1
    assert "1 filings compared, 0 mended, 1 left for a person" in output
    assert "it cannot find" in output
    portal.has_lost.clear()
    assert run(with_portal, "reconcile") == (0, "1 filings compared, 1 mended, 0 left for a person")
    code, _ = run(cases, "reconcile")
    assert code == 1
