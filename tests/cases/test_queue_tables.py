"""The table of jobs: leaving one holds up nobody, and taking one costs the same however many wait."""

from __future__ import annotations

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db

WAITING = 3_000
MOST_ROWS = 30
"""That taking one job may look at, of the table of jobs: some for the job itself, none for each that waits."""

_LOOKED_AT = "SELECT idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'procrastinate_jobs'"


def ask(statement: str, *values: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        (answer,) = cursor.fetchone() or (None,)
    assert isinstance(answer, int)
    return answer


def test_a_job_is_taken_without_looking_at_all_that_wait_and_in_their_order() -> None:
    # A burst of which the database's statistics know nothing yet.
    with connection.cursor() as cursor:
        # Without the triggers that keep the history of jobs, which take long.
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, lock) "
            "SELECT 'default', 'a task', 'case:' || place FROM generate_series(1, %s) AS place",
            [WAITING],
        )
        cursor.execute("SET LOCAL session_replication_role = origin")
    first = ask("SELECT min(id) FROM procrastinate_jobs WHERE status = 'todo'")
    worker = ask("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id")
    before = ask(_LOOKED_AT)
    assert ask("SELECT id FROM procrastinate_fetch_job_v2(NULL, %s)", worker) == first
    assert ask(_LOOKED_AT) - before < MOST_ROWS


def test_no_transaction_that_leaves_a_job_notifies_workers_and_so_waits_for_all_others_at_its_end() -> None:
    notifying = (
        "SELECT count(*) FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid WHERE tgenabled <> 'D' "
        "AND tgrelid = 'procrastinate_jobs'::regclass AND prosrc LIKE '%%pg_notify%%' AND (tgtype & 4) > 0"
    )
    assert ask(notifying) == 0
