"""A process that bears workers, each of which may be told to die; its first argument is a file with a `Nursery`.

A worker is a fork, so that it starts at once; it runs the site's own jobs until none is left. Told a number, it kills
itself with SIGKILL before that statement to the database, counted over all of its threads: between two statements lies
every step that a job takes, what it sends among them. Each line of input is a number, 0 for a worker that lives; each
line of output is how that worker ended.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
import msgspec
from django.conf import settings

from lienthong.cases.agency_settings import AgencySettings
from lienthong.cases.case_settings import CaseSettings
from lienthong.exchange.client import ClientSettings
from lienthong.site.compose import SiteSecrets, compose_settings
from lienthong.site.roles import Role
from lienthong.site.site_file import Site, SiteSettings

if TYPE_CHECKING:
    from collections.abc import Callable

_MAKE_STALE = "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'"


class Nursery(msgspec.Struct, frozen=True):
    """What the workers run on: the database in Django's form, a folder, and the way to the agencies."""

    database: dict[str, Any]
    folder: str
    address: str
    client: str
    token_file: str
    services: dict[str, str]


def main() -> None:
    """Bear one worker for each line of input."""
    configure(msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=Nursery))
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            live(int(line))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201 # to who asked


def configure(nursery: Nursery) -> None:
    """Set Django up as a province's site on the tests' database."""
    site = Site(
        SiteSettings(
            role=Role.PROVINCE,
            instance="DEMO",
            data=nursery.folder,
            cases=CaseSettings(unit="Z99.01"),
            exchange=ClientSettings(address=nursery.address),
            agencies=AgencySettings(nursery.client, nursery.token_file, nursery.services, longest_pause_s=0.2),
        ),
        Path(nursery.folder),
    )
    settings.configure(**compose_settings(site, SiteSecrets("key of tests " * 4), nursery.database))
    django.setup()


def live(dies_at: int) -> None:
    """Work until nothing is left to do, or until the statement before which to die."""
    from django.db.backends.signals import connection_created  # noqa: PLC0415 # needs settings

    counter = itertools.count(1)

    def count(execute: Callable[..., Any], *arguments: Any) -> Any:  # noqa: ANN401 # as Django calls it
        if next(counter) == dies_at:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(*arguments)

    def watch(connection: Any, **_: Any) -> None:  # noqa: ANN401 # a connection of Django's
        connection.execute_wrappers.append(count)

    connection_created.connect(watch)
    asyncio.run(work_once())


async def work_once() -> None:
    """Take over from the dead, whose silence is long, and do all that waits."""
    from procrastinate.contrib.django import app as django_app  # noqa: PLC0415 # needs settings
    from procrastinate.contrib.django.django_connector import DjangoConnector  # noqa: PLC0415 # as above

    from lienthong.site.work import give_back_stalled  # noqa: PLC0415 # as above

    connector = django_app.connector
    if not isinstance(connector, DjangoConnector):
        raise TypeError(connector)
    app = django_app.with_connector(connector.get_worker_connector())
    async with app.open_async():
        await app.connector.execute_query_async(_MAKE_STALE)
        await give_back_stalled(app)
        await app.run_worker_async(wait=False, concurrency=1, install_signal_handlers=False, listen_notify=False)
