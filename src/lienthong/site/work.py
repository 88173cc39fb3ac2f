"""The worker: runs the role's background jobs, and gives back jobs whose worker died."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING, Final

from procrastinate.contrib.django import app as django_app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import ConnectorException

from lienthong.site.errors import SiteError, SiteErrorKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from procrastinate import App

FETCH_SECONDS: Final = 0.5
"""How often a worker that has nothing to do looks for jobs: no transaction that leaves one notifies it."""

HEARTBEAT_SECONDS: Final = 5
"""How often a worker says that it lives."""

DEAD_SECONDS: Final = 20
"""After this silence a worker counts as dead: several heartbeats, so that a busy machine kills nobody."""

LOOK_SECONDS: Final = 10
"""How often each worker looks for jobs of dead ones."""

DONE_HOURS: Final = 24
"""How long a job that was done stays in the queue's table, which would grow without end."""

FORGET_SECONDS: Final = 3600
"""How often each worker deletes such jobs."""

STOP_SECONDS: Final = 30
"""How long jobs under way may take once we were told to stop; then they are given back by the next worker."""

_TAKE_BACK_ATTEMPT: Final = (
    "UPDATE procrastinate_jobs SET attempts = greatest(attempts - 1, 0) WHERE id = %(job_id)s AND status = 'todo'"
)


async def work(concurrency: int, say: Callable[[str], None]) -> None:
    """Run jobs until SIGTERM or SIGINT; those under way may end."""
    connector = django_app.connector
    if not isinstance(connector, DjangoConnector):
        raise SiteError(SiteErrorKind.SETTINGS, "the worker runs on Django's database")
    app = django_app.with_connector(connector.get_worker_connector())
    async with app.open_async():
        working = asyncio.ensure_future(
            app.run_worker_async(
                name="lienthong",
                concurrency=concurrency,
                fetch_job_polling_interval=FETCH_SECONDS,
                listen_notify=False,
                update_heartbeat_interval=HEARTBEAT_SECONDS,
                stalled_worker_timeout=DEAD_SECONDS,
                shutdown_graceful_timeout=STOP_SECONDS,
                install_signal_handlers=False,
            )
        )
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            # Ours, so that they stand from the first moment; a cancelled worker ends its jobs first.
            loop.add_signal_handler(number, working.cancel)
        beside = [asyncio.ensure_future(_recover_forever(app, say)), asyncio.ensure_future(_forget_forever(app, say))]
        say("the worker is ready")
        try:
            await working
        except asyncio.CancelledError:
            say("the worker has ended")
        finally:
            for task in beside:
                task.cancel()


async def give_back_stalled(app: App) -> list[int]:
    """Let jobs of dead workers run again; gives their ids.

    A kill is no failure of the job, so the attempt that giving back counts is taken off again. A crash between the two
    leaves one attempt too many, which only brings the job's last one nearer.
    """
    given_back = []
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_SECONDS):
        if job.id is not None:
            await app.job_manager.retry_job(job)
            await app.connector.execute_query_async(_TAKE_BACK_ATTEMPT, job_id=job.id)
            given_back.append(job.id)
    return given_back


async def forget_done(app: App) -> None:
    """Delete jobs that were done a day ago or earlier; those that failed stay, for somebody has to look at them."""
    await app.job_manager.delete_old_jobs(nb_hours=DONE_HOURS)


async def _recover_forever(app: App, say: Callable[[str], None]) -> None:
    while True:
        try:
            for job in await give_back_stalled(app):
                say(f"job {job} of a dead worker is given back")
        except ConnectorException as error:
            # The database may be away for a while; jobs of dead workers are given back when it is there again.
            say(f"jobs of dead workers could not be looked for: {error}")
        await asyncio.sleep(LOOK_SECONDS)


async def _forget_forever(app: App, say: Callable[[str], None]) -> None:
    while True:
        try:
            await forget_done(app)
        except ConnectorException as error:
            say(f"jobs that were done could not be deleted: {error}")
        await asyncio.sleep(FORGET_SECONDS)
