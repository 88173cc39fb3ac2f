"""A worker that takes a job walks the queue in its order and stops at the first, however long the queue has become.

Left to its statistics, which lag behind a burst by a minute, PostgreSQL sorts all that waits for each job that is
taken, and looks for each of those whether another of its lock waits or runs: with 3,000 jobs a second and a half.
"""

from __future__ import annotations

from typing import ClassVar, Final

from django.db import migrations

FETCH: Final = "procrastinate_fetch_job_v2(character varying[], bigint)"
INDEX: Final = "cases_job_lock"
WAYS: Final = ("sort", "seqscan", "bitmapscan", "hashjoin", "mergejoin")
"""Ways to the first job that look at all of them."""


class Migration(migrations.Migration):
    """The queue's function goes by its indexes alone; locks have one too."""

    dependencies: ClassVar = [("cases", "0009_jobs_without_notices")]

    operations: ClassVar = [
        migrations.RunSQL(
            f"ALTER FUNCTION {FETCH} {' '.join(f'SET enable_{way} TO off' for way in WAYS)}",
            f"ALTER FUNCTION {FETCH} {' '.join(f'RESET enable_{way}' for way in WAYS)}",
        ),
        migrations.RunSQL(
            f"CREATE INDEX {INDEX} ON procrastinate_jobs (lock) WHERE status IN ('todo', 'doing')",
            f"DROP INDEX {INDEX}",
        ),
    ]
