"""How fast a board is over many cases and figures (`python -m bench.delivery`).

Makes 10 million cases over two years and 54 offices, and 5 million figures (`--cases N`, `--figures N`; `--quick`:
200,000 and 100,000) in a database server of its own, takes them over into the columnar copy, and then times, again and
again:

- a thousand cases that changed, and a hundred new figures, taken over into the copy;
- every count of the board over all cases and figures.

`board_refresh_s` is the two together, from the change in PostgreSQL to the counts as plain rows. Everything lies in a
temporary folder (about 10 GB for 10 million) and is removed. Rows are written by SQL, in the shape that the stories
give them as far as it is counted. `bench.engines` compares DuckDB with Spark.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import tempfile
import time
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import django
from django.conf import settings

from bench.machine import ROOT, find_commit, find_cpu_model
from lienthong.site.compose import SiteSecrets, compose_settings
from lienthong.site.connection import own_connection
from lienthong.site.database import ensure_database, hold_server
from lienthong.site.roles import Role
from lienthong.site.site_file import Site, SiteSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

RESULT = ROOT / "build" / "bench" / "delivery.json"
CASES, FIGURES = 10_000_000, 5_000_000
QUICK_CASES, QUICK_FIGURES = 200_000, 100_000
ROUNDS = 7
CHANGED_CASES, NEW_FIGURES = 1_000, 100
CHUNK = 500_000
DATABASE = "bench"
TODAY = date(2026, 11, 30)
Done = TypeVar("Done")

_FILL_CASES = """
INSERT INTO cases_case (id, month, code, portal_code, procedure, version, channel, unit, number, account, name,
    search_name, status, decision, handler, waiting_role, waiting_reason, is_over, due_on, submitted_at, received_at,
    done_at, ended_at, last_number)
SELECT gen_random_uuid(), date_trunc('month', at)::date, 'BENCH-' || place, '',
    '2.' || lpad((place %% 40)::text, 6, '0'), '2020-01-01',
    CASE WHEN place %% 3 = 0 THEN 'counter' ELSE 'online' END, 'Z99.' || lpad((1 + place %% 54)::text, 2, '0'),
    '', '', '', '', CASE WHEN is_over THEN 10 ELSE 4 END, CASE WHEN is_over THEN 'approved' ELSE 'none' END, '', '', '',
    is_over, (at + interval '5 days')::date, at, at + interval '1 hour',
    CASE WHEN is_over THEN at + (place %% 7) * interval '1 day' END,
    CASE WHEN is_over THEN at + (place %% 7) * interval '1 day' END, 3
FROM (SELECT place, at, at < timestamptz '2026-11-20' OR place %% 25 > 0 AS is_over FROM (
    SELECT place, timestamptz '2024-12-01' + (place::bigint * 7919 %% 1048320) * interval '1 minute' AS at
    FROM generate_series(%s, %s) place) drawn) aged
"""
_FILL_FIGURES = """
INSERT INTO delivery_observation (indicator_id, area_code, area_on, period, period_begin, period_end, breakdown,
    source_id, version, value, decimals, qualifier, wording, status, is_reported, is_illustrative, origin, origin_ref,
    published_on, note)
SELECT i.id, lpad((place %% 33210)::text, 5, '0'), make_date(year, 12, 31), year::text, make_date(year, 1, 1),
    make_date(year + 1, 1, 1), '', s.id, place, place %% 100000, 0, 'exact', '', 'official', false, false, 'file', '',
    make_date(year + 1, 3, 31), ''
FROM (SELECT place, 2000 + (place %% 25)::int AS year FROM generate_series(%s, %s) place) drawn
JOIN delivery_indicator i ON i.code = 'BENCH_' || (place %% 100) JOIN delivery_source s ON s.code = 'bench'
"""
_LIST_INDEXES = """
SELECT i.relname, pg_get_indexdef(x.indexrelid) FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
WHERE x.indrelid IN ('cases_case'::regclass, 'delivery_observation'::regclass)
    AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = x.indexrelid)
"""
_LIST_KEYS = """
SELECT k.conrelid::regclass::text, k.conname, pg_get_constraintdef(k.oid) FROM pg_constraint k
WHERE k.conrelid IN ('cases_case'::regclass, 'delivery_observation'::regclass) AND k.contype IN ('p', 'u')
    AND NOT EXISTS (SELECT FROM pg_constraint f WHERE f.confrelid = k.conrelid AND f.contype = 'f')
"""
_CHANGE = """
UPDATE cases_case SET handler = 'changed' WHERE id IN (
    SELECT id FROM cases_case WHERE NOT is_over AND month >= '2026-10-01' ORDER BY random() LIMIT %s)
"""


def main() -> None:
    """Measure, print the table and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_CASES} cases: shows only that all works")
    parser.add_argument("--cases", type=int, help="another number of cases")
    parser.add_argument("--figures", type=int, help="another number of figures")
    parser.add_argument("--folder", type=Path, help="where the temporary database is made")
    arguments = parser.parse_args()
    cases = arguments.cases or (QUICK_CASES if arguments.quick else CASES)
    figures = arguments.figures or (QUICK_FIGURES if arguments.quick else FIGURES)
    load_before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(dir=arguments.folder) as home:
        # As root, the server runs as another user, who must reach its folder.
        Path(home).chmod(0o755)
        with hold_server(Path(home) / "database") as hold:
            ensure_database(hold.place, DATABASE)
            configure(home, str(hold.place.socket))
            measured = fill(cases, figures) | measure(Path(home) / "columnar")
            django.db.connections.close_all()
    tell(measured, load_before)


def configure(home: str, socket: str) -> None:
    """Set Django up as a province's site on a held server."""
    site = Site(SiteSettings(role=Role.PROVINCE, instance="DEMO", data=home), Path(home))
    settings.configure(**compose_settings(site, SiteSecrets("of the bench " * 4), own_connection(socket, DATABASE)))
    django.setup()


def fill(cases: int, figures: int) -> dict[str, float]:
    """Make the tables and write the rows."""
    from django.core.management import call_command  # noqa: PLC0415 # needs settings
    from django.db import connection  # noqa: PLC0415 # as above

    from lienthong.delivery.models import Indicator, Source  # noqa: PLC0415 # as above

    call_command("migrate", verbosity=0, interactive=False)
    Source.objects.create(code="bench", kind="statistics", title="Bench")
    texts = {"topic": "bench", "name": "Bench", "name_en": "Bench", "definition": "Bench", "definition_en": "Bench"}
    words = {"unit": "person", "source": "Bench", "frequency": "A", "direction": "none", "carry": "sum"}
    Indicator.objects.bulk_create(Indicator(code=f"BENCH_{number}", **texts, **words) for number in range(100))
    begun = time.perf_counter()
    with connection.cursor() as cursor, fill_quickly(cursor):
        for statement, count in ((_FILL_CASES, cases), (_FILL_FIGURES, figures)):
            for first in range(1, count + 1, CHUNK):
                cursor.execute(statement, [first, min(first + CHUNK - 1, count)])
    with connection.cursor() as cursor:
        # What autovacuum would do in the middle of the measurement.
        cursor.execute("VACUUM ANALYZE")
    return {"cases": cases, "figures": figures, "fill_s": time.perf_counter() - begun}


@contextmanager
def fill_quickly(cursor: Any) -> Iterator[None]:  # noqa: ANN401 # Django's wrapper of a cursor
    """Write without triggers, and make indexes when all rows are there.

    So nothing is noted as changed; the first copy takes over everything in any case, and what changes later is noted.
    """
    cursor.execute(_LIST_INDEXES)
    indexes = cursor.fetchall()
    cursor.execute(_LIST_KEYS)
    keys = cursor.fetchall()
    for table, name, _ in keys:
        cursor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"')
    for name, _ in indexes:
        cursor.execute(f'DROP INDEX "{name}"')
    cursor.execute("SET session_replication_role = replica")
    yield
    cursor.execute("RESET session_replication_role")
    for table, name, definition in keys:
        cursor.execute(f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" {definition}')
    for _, definition in indexes:
        cursor.execute(definition)


def measure(folder: Path) -> dict[str, float]:
    """Make the copy, then change, refresh and count, several times."""
    from lienthong.delivery.aggregates import count_all  # noqa: PLC0415 # needs settings
    from lienthong.delivery.columnar import refresh_copy  # noqa: PLC0415 # as above
    from lienthong.delivery.columnar_reading import open_with_duckdb  # noqa: PLC0415 # as above

    folder.mkdir()
    first_s, _ = take_time(lambda: refresh_copy(folder, TODAY))
    refresh, count, both = [], [], []
    for number in range(ROUNDS):
        change(number)
        refreshed_s, done = take_time(lambda: refresh_copy(folder, TODAY))
        counted_s, rows = take_time(lambda: count_all(open_with_duckdb(folder), TODAY))
        if done.figures != NEW_FIGURES or not rows["months"]:
            raise SystemExit(f"expected {NEW_FIGURES} new figures and counts, got {done}")
        if number:  # the first round loads the libraries
            refresh.append(refreshed_s)
            count.append(counted_s)
            both.append(refreshed_s + counted_s)
    return {
        "board_refresh_s": statistics.median(both),
        "copy_refresh_s": statistics.median(refresh),
        "count_s": statistics.median(count),
        "first_copy_s": first_s,
        "copy_mb": sum(file.stat().st_size for file in folder.rglob("*.parquet")) / 1e6,
    }


def change(number: int) -> None:
    """Change cases of the last two months, and add figures."""
    from django.db import connection  # noqa: PLC0415 # needs settings

    with connection.cursor() as cursor:
        cursor.execute(_CHANGE, [CHANGED_CASES])
        first = 10**9 + number * NEW_FIGURES
        cursor.execute(_FILL_FIGURES, [first, first + NEW_FIGURES - 1])


def take_time(work: Callable[[], Done]) -> tuple[float, Done]:
    """Give how long something took, and what it gave."""
    begun = time.perf_counter()
    done = work()
    return time.perf_counter() - begun, done


def tell(figures: dict[str, float], load_before: float) -> None:
    """Print the table and put the figures beside those that are there already."""
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
    before = json.loads(RESULT.read_text())["figures"] if RESULT.exists() else {}
    report = {"machine": machine, "commit": find_commit(), "figures": before | figures}
    RESULT.write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
