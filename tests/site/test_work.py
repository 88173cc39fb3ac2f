from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

import pytest
from django.db import connection
from procrastinate.contrib.django import app as django_app
from procrastinate.contrib.django.django_connector import DjangoConnector

from lienthong.site.work import DEAD_SECONDS, DONE_HOURS, forget_done, give_back_stalled

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from procrastinate import App

Answer = TypeVar("Answer")


def run(act: Callable[[App], Awaitable[Answer]]) -> Answer:
    """Do something with the queue as a worker does."""

    async def open_and_act() -> Answer:
        connector = django_app.connector
        assert isinstance(connector, DjangoConnector)
        app = django_app.with_connector(connector.get_worker_connector())
        async with app.open_async():
            return await act(app)

    return asyncio.run(open_and_act())


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

    assert run(give_back_stalled) == [dead]
    assert _state(dead) == ("todo", 2)
    assert _state(live) == ("doing", 2)


@pytest.mark.django_db(transaction=True)
def test_what_was_done_long_ago_leaves_the_queue_and_what_failed_stays() -> None:
    jobs = [_add_job(silent_seconds=1) for _ in range(4)]
    done, failed, young, _ = jobs
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = ANY(%s)", [[done, young]])
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE id = %s", [failed])
        old = "UPDATE procrastinate_events SET at = at - %s * interval '1 hour' WHERE job_id <> %s"
        cursor.execute(old, [DONE_HOURS + 1, young])

    run(forget_done)

    assert [_state(job)[0] for job in jobs] == ["", "failed", "succeeded", "doing"]
