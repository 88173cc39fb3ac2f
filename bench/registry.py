"""How fast the population registry is (`python -m bench.registry`): loading, look-ups and allocation of numbers.

Makes 10 million synthetic people (`--quick`: 200,000), loads them into a database server of its own, then asks the
services in this process as a gateway would: whole views, from request to answer, without the network. Numbers are
allocated by several processes at once, each in its own transaction, and so are births. Everything lies in a temporary
folder (about 15 GB for 10 million) and is removed.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import statistics
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import django
from django.conf import settings

from bench.machine import ROOT, find_commit, find_cpu_model
from lienthong.people.load_rows import LoadSource
from lienthong.sandbox.people import AS_OF, make_all_rows, plan_people
from lienthong.sandbox.people_counts import PROVINCE_PEOPLE
from lienthong.site.connection import own_connection
from lienthong.site.database import ensure_database, hold_server
from lienthong.site.roles import Role
from lienthong.site.site_file import Site, SiteSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lienthong.people.registry import Registry

RESULT = ROOT / "build" / "bench" / "registry.json"
PERSONS = 10_000_000
QUICK_PERSONS = 200_000
LOOKUPS = 3_000
WARM_UP = 300
PROCESSES = 4  # more than cores: each waits for the disk at its commit
ALLOCATE_S = 8.0
DATABASE = "bench"
SECRET = "of the bench"  # noqa: S105 # nobody else calls
HEADERS = {"X-Road-Gateway-Secret": SECRET, "X-Road-Client": "DEMO/GOV/Z99.01/BENCH", "X-Road-Purpose": "bench"}


def main() -> None:
    """Measure, print the table and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_PERSONS} people")
    parser.add_argument("--persons", type=int, help="another number of people")
    parser.add_argument("--folder", type=Path, help="where the temporary database is made")
    arguments = parser.parse_args()
    persons = arguments.persons or (QUICK_PERSONS if arguments.quick else PERSONS)
    figures: dict[str, float] = {"persons": persons}
    with tempfile.TemporaryDirectory(dir=arguments.folder) as home:
        # As root, the server runs as another user, who must reach its folder.
        Path(home).chmod(0o755)
        with hold_server(Path(home) / "database") as hold:
            ensure_database(hold.place, DATABASE)
            configure(str(hold.place.socket))
            figures |= measure_making(min(persons, PROVINCE_PEOPLE)) | measure_load(persons)
            figures |= measure_lookups(persons) | measure_allocation(str(hold.place.socket))
            django.db.connections.close_all()
    machine = {"cpu": find_cpu_model(), "cores": os.cpu_count(), "python": platform.python_version()}
    print(f"{machine['cpu']}, {machine['cores']} cores, Python {machine['python']}")
    for name, figure in figures.items():
        print(f"{name:24} {figure:>14,.2f}")
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    report = {"machine": machine, "commit": find_commit(), "figures": figures}
    RESULT.write_text(json.dumps(report, indent=2) + "\n")


def configure(socket: str) -> None:
    """Set Django up with the registry's own houses, on a held server; views are called without middleware."""
    settings.configure(
        SITE=Site(SiteSettings(role=Role.REGISTRY, instance="DEMO"), Path("/nonexistent")),
        IS_SANDBOX=True,
        GATEWAY_SECRET=SECRET,
        SECRET_KEY=SECRET,
        ALLOWED_HOSTS=["testserver"],
        INSTALLED_APPS=["lienthong.areas", "lienthong.people"],
        DATABASES={"default": own_connection(socket, DATABASE)},
        USE_TZ=True,
    )
    django.setup()


def measure_making(persons: int) -> dict[str, float]:
    """Time the making of people alone, a province at most, in two processes."""
    started = time.perf_counter()
    for _rows in make_all_rows(plan_people(persons), _make_source(), 2):
        pass
    return {"made_persons": persons, "make_s": time.perf_counter() - started}


def measure_load(persons: int) -> dict[str, float]:
    """Make the tables and load, making people on the way; a province or less is made before, and then timed alone."""
    from django.core.management import call_command  # noqa: PLC0415 # needs settings

    from lienthong.people.loading import load_people  # noqa: PLC0415 # as above

    call_command("migrate", verbosity=0)
    pieces: Iterator[dict[str, bytes]] = make_all_rows(plan_people(persons), _make_source(), 2)
    if persons <= PROVINCE_PEOPLE:
        pieces = iter(list(pieces))
    started = time.perf_counter()
    report = load_people(make_registry(), pieces)
    return {"load_s": time.perf_counter() - started, "load_copy_s": report.copy_s, "load_rules_s": report.rules_s}


def measure_lookups(persons: int) -> dict[str, float]:
    """Time whole views for people drawn at random."""
    from django.test import RequestFactory  # noqa: PLC0415 # needs settings

    from lienthong.people.models import Person  # noqa: PLC0415 # as above
    from lienthong.people.service_views import match_persons, show_person  # noqa: PLC0415 # as above

    chance = random.Random(1)  # noqa: S311 # the same people each time
    drawn = list(Person.objects.filter(pk__in=chance.sample(range(1, persons + 1), LOOKUPS + WARM_UP)))
    chance.shuffle(drawn)
    factory = RequestFactory(headers=HEADERS)

    def ask_by_number(person: Any) -> None:  # noqa: ANN401 # a Person, which needs settings to be imported
        require_answer(show_person(factory.get("/"), person.number), person.number)

    def ask_by_name(person: Any) -> None:  # noqa: ANN401 # as above
        query = urlencode({"full_name": person.full_name, "birth_date": person.birth_date.isoformat()})
        require_answer(match_persons(factory.get(f"/?{query}")), person.number)

    return time_each("by_number", ask_by_number, drawn) | time_each("by_name_date", ask_by_name, drawn)


def time_each(name: str, ask: Callable[[Any], None], drawn: list[Any]) -> dict[str, float]:
    """Give the median and the 95th percentile in milliseconds."""
    times = []
    for place, person in enumerate(drawn):
        started = time.perf_counter()
        ask(person)
        if place >= WARM_UP:
            times.append((time.perf_counter() - started) * 1e3)
    cuts = statistics.quantiles(times, n=100)
    return {f"{name}_p50_ms": cuts[49], f"{name}_p95_ms": cuts[94]}


def require_answer(response: Any, number: str) -> None:  # noqa: ANN401 # of a view
    """Refuse to time anything but right answers."""
    if response.status_code != 200 or number.encode() not in response.content:  # noqa: PLR2004 # OK
        message = f"a look-up of {number} was answered {response.status_code}: {response.content[:200]!r}"
        raise SystemExit(message)


def measure_allocation(socket: str) -> dict[str, float]:
    """Count numbers allocated, and then births registered, by several processes at once."""
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        numbers = sum(pool.map(allocate_for, [socket] * PROCESSES, range(PROCESSES), [False] * PROCESSES))
        births = sum(pool.map(allocate_for, [socket] * PROCESSES, range(PROCESSES), [True] * PROCESSES))
    return {"allocate_per_s": numbers, "births_per_s": births}


def allocate_for(socket: str, worker: int, is_birth: bool) -> float:  # noqa: FBT001 # mapped over
    """Allocate for some seconds, each number in its own transaction; gives how many a second."""
    if not settings.configured:
        configure(socket)
    from django.db import transaction  # noqa: PLC0415 # needs settings

    from lienthong.people.allocation import allocate_number  # noqa: PLC0415 # as above
    from lienthong.people.births import BirthRequest, register_birth  # noqa: PLC0415 # as above
    from lienthong.people.words import Sex  # noqa: PLC0415 # as above

    registry = make_registry()
    born = date(2026, 11, 1)
    count, started = 0, time.perf_counter()
    while (spent := time.perf_counter() - started) < ALLOCATE_S:
        if is_birth:
            certificate = f"{worker}/{count}"
            request = BirthRequest("Trần Gia Bảo", Sex.MALE, born, "bench", certificate, without_parents="bench")
            register_birth(registry, request, "bench")
        else:
            with transaction.atomic():
                allocate_number(registry, Sex.MALE, 2026, worker + 1)
        count += 1
    return count / spent


def make_registry() -> Registry:
    """Give the sandbox's registry; every commune is known."""
    from lienthong.kernel.clock import SystemClock  # noqa: PLC0415 # with the next
    from lienthong.people.registry import Registry  # noqa: PLC0415 # needs settings

    return Registry("DEMO", SystemClock(), lambda code, _day: code)


def _make_source() -> LoadSource:
    return LoadSource("load:bench", datetime.now(UTC), AS_OF)


if __name__ == "__main__":
    main()
