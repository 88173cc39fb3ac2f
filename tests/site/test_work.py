from __future__ import annotations

import asyncio

import pytest
from django.db import connection
from procrastinate.contrib.django import app as django_app
from procrastinate.contrib.django.django_connector import DjangoConnector

from lienthong.site.work import DEAD_SECONDS, give_back_stalled


def _add_job(*, silent_seconds: float) -> int:
    """Add a job that a worker was doing when it was last heard of so long ago."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s * interval '1 second') RETURNING id",
            [silent_seconds],
        )
        (worker,) = cursor.fetchone() or (0,)
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status, attempts, worker_id) "
            "VALUES ('default', 'x', 'doing', 2, %s) RETURNING id",
            [worker],
        )
        (job,) = cursor.fetchone() or (0,)
    return int(job)


def _state(job: int) -> tuple[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status::text, attempts FROM procrastinate_jobs WHERE id = %s", [job])
        status, attempts = cursor.fetchone() or ("", 0)
    return str(status), int(attempts)


@pytest.mark.django_db(transaction=True)
def test_a_job_of_a_dead_worker_runs_again_without_counting_the_kill_and_a_live_ones_stays() -> None:
    dead = _add_job(silent_seconds=DEAD_SECONDS + 5)
    live = _add_job(silent_seconds=1)

    async def give_back() -> list[int]:
        connector = django_app.connector
        assert isinstance(connector, DjangoConnector)
        app = django_app.with_connector(connector.get_worker_connector())
        async with app.open_async():
            return await give_back_stalled(app)

    assert asyncio.run(give_back()) == [dead]
    assert _state(dead) == ("todo", 2)
    assert _state(live) == ("doing", 2)
