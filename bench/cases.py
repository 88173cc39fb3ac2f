"""How fast cases are when there are many (`python -m bench.cases`): filing them, an office's queue, and jobs.

Writes a million cases with eleven actions for each that is over (`--cases N`) by COPY into a database server of its
own, over two years and 54 offices. Then times, in this machine's processes and without the network:

- the page of an officer's queue: one page of lines and the counts of what is due, filters drawn at random; and apart
  from it looking for a part of a name in all that is over at an office, which no index helps;
- filing: 50 people at once, each filing drafts one after the other and waiting for each, done by as many processes as
  there are cores with the threads and the connections of a site; form checked, receipt signed, jobs deferred, every
  filing a commit of its own;
- jobs: how many a second one worker process does, and two.

Everything lies in a temporary folder and is removed. What it measures is the stories; a web server comes on top.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import random
import statistics
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
from django.conf import settings

from bench.case_rows import ACTION_COLUMNS, CASE_COLUMNS, DAYS, HANDLERS, PROCEDURE, UNITS, make_rows
from bench.machine import ROOT, find_commit, find_cpu_model
from lienthong.cases.case_settings import CaseSettings
from lienthong.site.compose import SiteSecrets, compose_settings
from lienthong.site.connection import make_connection
from lienthong.site.database import ensure_database, hold_server
from lienthong.site.roles import Role
from lienthong.site.site_file import Site, SiteSettings

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from lienthong.cases.drafts import Applicant
    from lienthong.cases.house import Cases

RESULT = ROOT / "build" / "bench" / "cases.json"
CASES = 1_000_000
QUICK_CASES = 20_000
CONCURRENT = 50
SUBMITS_EACH = 20
WARM_UP_EACH = 2
QUEUE_PAGES = 2_000
JOBS = 3_000
COPY_LINES = 2_000
_PAST_MONTHS = "SELECT cases_make_partition((now() - m * interval '1 month')::date) FROM generate_series(0, %s) m"
NAMES = ("nguyen an", "le minh", "binh", "pham", "ha lan")
ANSWERS: dict[str, Any] = {
    "applicant_name": "Trần Thị Mẫu",
    "applicant_birth_date": "1995-04-12",
    "applicant_residence": {"area_code": "06799", "line": "Thôn Mẫu"},
    "extract_kind": "birth",
    "copies": 2,
    "about_me": True,
}


def main() -> None:
    """Measure, print the table and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_CASES} cases: shows only that all works")
    parser.add_argument("--cases", type=int, help="another number of cases")
    parser.add_argument("--folder", type=Path, help="where the temporary database is made")
    arguments = parser.parse_args()
    cases = arguments.cases or (QUICK_CASES if arguments.quick else CASES)
    load_before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(dir=arguments.folder) as home:
        # As root, the server runs as another user, who must reach its folder.
        Path(home).chmod(0o755)
        with hold_server(Path(home) / "database") as hold:
            ensure_database(hold.place, f"lienthong_{Role.PROVINCE}")
            configure(home)
            figures = fill(cases) | measure_queue() | measure_filing(home) | measure_workers(home)
            django.db.connections["default"].close_pool()  # type: ignore[attr-defined] # of PostgreSQL's
    machine = {
        "cpu": find_cpu_model(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "load_before": round(load_before, 2),
    }
    print(f"{machine['cpu']}, {machine['cores']} cores, Python {machine['python']}, load before {load_before:.1f}")
    for name, figure in figures.items():
        print(f"{name:24} {figure:>14,.2f}")
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    report = {"machine": machine, "commit": find_commit(), "figures": figures}
    RESULT.write_text(json.dumps(report, indent=2) + "\n")


def configure(home: str) -> None:
    """Set Django up as a province's site on the held server, with the connections that a site keeps."""
    own = SiteSettings(role=Role.PROVINCE, instance="DEMO", data=home, cases=CaseSettings(unit=UNITS[0]))
    site = Site(own, Path(home))
    settings.configure(**compose_settings(site, SiteSecrets("of the bench " * 4), make_connection(site)))
    django.setup()


def fill(count: int) -> dict[str, float]:
    """Make the tables and write the cases, in the caller's one process."""
    from django.core.management import call_command  # noqa: PLC0415 # needs settings
    from django.db import connection  # noqa: PLC0415 # as above

    from lienthong.cases.site_cases import make_site_cases  # noqa: PLC0415 # as above

    call_command("migrate", verbosity=0)
    today = make_site_cases().today()
    started, actions = time.perf_counter(), 0
    with connection.cursor() as cursor:
        cursor.execute(_PAST_MONTHS, [DAYS // 28])
    lines: list[str] = []
    action_lines: list[str] = []
    for line, more in make_rows(count, today):
        lines.append(line)
        action_lines += more
        if len(lines) == COPY_LINES:
            actions += copy(lines, action_lines)
    actions += copy(lines, action_lines)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return {"cases": count, "actions": actions, "fill_s": time.perf_counter() - started}


def copy(lines: list[str], action_lines: list[str]) -> int:
    """Write lines into both tables and empty the lists; gives how many actions there were."""
    from django.db import connection  # noqa: PLC0415 # needs settings

    count = len(action_lines)
    with connection.cursor() as cursor:
        for table, columns, told in (("case", CASE_COLUMNS, lines), ("action", ACTION_COLUMNS, action_lines)):
            with cursor.copy(f"COPY cases_{table} ({columns}) FROM STDIN") as writer:
                writer.write("".join(told))
            told.clear()
    return count


def measure_queue() -> dict[str, float]:
    """Time the page of an officer's queue, lines and counts, as filters come; and looking for a name in the past."""
    from lienthong.cases.queue import Due, QueueFilter, count_due, list_queue  # noqa: PLC0415 # needs settings
    from lienthong.cases.site_cases import make_site_cases  # noqa: PLC0415 # as above
    from lienthong.cases.words import NationalStatus  # noqa: PLC0415 # as above

    cases, chance = make_site_cases(), random.Random(2)  # noqa: S311 # the same pages each time

    def draw() -> QueueFilter:
        unit = chance.choice(UNITS)
        filters = (
            QueueFilter(unit),
            QueueFilter(unit, handler=f"handler-{unit}-{chance.randrange(HANDLERS)}"),
            QueueFilter(unit, due=chance.choice(list(Due))),
            QueueFilter(unit, status=chance.choice(list(NationalStatus))),
            QueueFilter(unit, procedure=PROCEDURE, text=chance.choice(NAMES)),
        )
        return chance.choice(filters)

    def show() -> None:
        wanted = draw()
        list_queue(cases, wanted, chance.choice((1, 1, 1, 2, 3)))
        count_due(cases, QueueFilter(wanted.unit))

    def look() -> None:
        list_queue(cases, QueueFilter(chance.choice(UNITS), is_over=True, text=chance.choice(NAMES)))

    pages = [time_once(show) for _ in range(QUEUE_PAGES)][QUEUE_PAGES // 10 :]
    looks = [time_once(look) for _ in range(QUEUE_PAGES // 10)]
    return summarise("queue", pages) | summarise("search_over", looks)


def measure_filing(home: str) -> dict[str, float]:
    """File drafts for many people at once; what each waits counts, and not the time of filling the drafts in."""
    from lienthong.cases.site_cases import make_site_cases  # noqa: PLC0415 # needs settings

    cases = make_site_cases()
    processes = os.cpu_count() or 1
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        list(pool.map(warm_up, [home] * processes))
        drafts = [[fill_in(cases, place) for _ in range(WARM_UP_EACH + SUBMITS_EACH)] for place in range(CONCURRENT)]
        begins = [time.time() + 2] * processes
        shares = [drafts[place::processes] for place in range(processes)]
        times = [each for share in pool.map(file_share, shares, begins) for each in share]
    spent = max(end for _, end in times) - min(end - took for took, end in times)
    return summarise("submit", [took for took, _ in times]) | {"submits_per_s": len(times) / spent}


Filled = tuple["UUID", "Applicant"]


def file_share(drafts: list[list[Filled]], begins: float) -> list[tuple[float, float]]:
    """Let a list's person file each of its drafts; gives what they waited for each, in seconds, and when it ended.

    The process has the threads of a web server's, which take what waits longest: whoever comes stands in that line.
    """
    with ThreadPoolExecutor(len(drafts)) as people, ThreadPoolExecutor(settings.SITE.settings.threads) as threads:
        done = list(people.map(lambda some: file_some(threads, some, begins), drafts))
    return [each for some in done for each in some]


def file_some(threads: ThreadPoolExecutor, drafts: list[Filled], begins: float) -> list[tuple[float, float]]:
    """Wait for the others and file one draft after the other; the first ones are not counted."""
    time.sleep(max(0.0, begins - time.time()))
    times = []
    for place, filled in enumerate(drafts):
        started = time.perf_counter()
        threads.submit(file_one, filled).result()
        if place >= WARM_UP_EACH:
            times.append((time.perf_counter() - started, time.time()))
    return times


def file_one(filled: Filled) -> None:
    """File a draft as the page does: the house is made for it, and its connection given back."""
    from django.db import connection  # noqa: PLC0415 # needs settings

    from lienthong.cases.filing import submit  # noqa: PLC0415 # as above
    from lienthong.cases.site_cases import make_site_cases  # noqa: PLC0415 # as above
    from lienthong.cases.words import Channel  # noqa: PLC0415 # as above

    draft, applicant = filled
    submit(make_site_cases(), draft, applicant, str(draft), Channel.ONLINE)
    connection.close()


def fill_in(cases: Cases, place: int) -> Filled:
    """Open a draft of one of the applicants, at an office drawn at random, and fill it in."""
    from lienthong.cases.drafts import Applicant, open_draft, save_answers  # noqa: PLC0415 # needs settings

    number = f"999195{place:06d}"
    applicant = Applicant(number, f"account-{number}", ANSWERS["applicant_name"], 2)
    draft = open_draft(cases, applicant, PROCEDURE, cases.today(), random.choice(UNITS))  # noqa: S311 # any
    save_answers(cases, draft.id, applicant, {**ANSWERS, "applicant_number": number})
    return draft.id, applicant


def measure_workers(home: str) -> dict[str, float]:
    """Count the jobs that one worker process does in a second, and that two do; each tells an applicant of a filing."""
    rates = {count: measure_worker_rate(home, count) for count in (1, 2)}
    return {"jobs_per_s_1": rates[1], "jobs_per_s_2": rates[2], "workers_2_over_1": rates[2] / rates[1]}


def measure_worker_rate(home: str, workers: int) -> float:
    """Put jobs into the queue that were not done before, and let so many processes do them."""
    from django.db import connection, transaction  # noqa: PLC0415 # needs settings

    from lienthong.cases.jobs import tell_people  # noqa: PLC0415 # as above
    from lienthong.cases.models import Case  # noqa: PLC0415 # as above

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    jobs = min(JOBS, Case.objects.filter(is_over=False).count() // 2)
    fresh = Case.objects.filter(is_over=False).order_by("id").values_list("id", flat=True)
    chosen = list(fresh[(workers - 1) * jobs : workers * jobs])
    with transaction.atomic():
        for case in chosen:
            tell_people.configure(lock=f"notice:{case}").defer(case_id=str(case), number=1)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        list(pool.map(warm_up, [home] * workers))
        started = time.perf_counter()
        list(pool.map(run_worker, range(workers)))
        spent = time.perf_counter() - started
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'succeeded'")
        (done,) = cursor.fetchone() or (0,)
    if done < len(chosen):
        raise SystemExit(f"{workers} workers did {done} of {len(chosen)} jobs")
    return float(done) / spent


def warm_up(home: str) -> None:
    """Start a process before it is timed; both of a pair get one each."""
    if not settings.configured:
        configure(home)
    time.sleep(1)


def run_worker(_: int) -> None:
    """Do jobs until none is left."""
    asyncio.run(work_until_none_is_left())


async def work_until_none_is_left() -> None:
    """Run the site's worker, as `lienthong worker` does, to the end of the queue."""
    from procrastinate.contrib.django import app as django_app  # noqa: PLC0415 # needs settings
    from procrastinate.contrib.django.django_connector import DjangoConnector  # noqa: PLC0415 # as above

    connector = django_app.connector
    if not isinstance(connector, DjangoConnector):
        raise SystemExit("the worker runs on Django's database")
    app = django_app.with_connector(connector.get_worker_connector())
    async with app.open_async():
        await app.run_worker_async(wait=False, concurrency=4, install_signal_handlers=False, listen_notify=False)


def time_once(act: Callable[[], Any]) -> float:
    """Give the seconds that something takes."""
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def summarise(name: str, seconds: list[float]) -> dict[str, float]:
    """Give the median and the 95th percentile in milliseconds."""
    cuts = statistics.quantiles([each * 1e3 for each in seconds], n=100)
    return {f"{name}_p50_ms": cuts[49], f"{name}_p95_ms": cuts[94]}


if __name__ == "__main__":
    main()
