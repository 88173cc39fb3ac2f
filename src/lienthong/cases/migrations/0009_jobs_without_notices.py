"""No notice to workers goes out with a job: each transaction that sent one held up all others at its end.

PostgreSQL puts transactions that notify in one line, and keeps the line until the disk has the transaction. Filings of
many people would reach the disk one by one, and not together. Workers look for jobs themselves (`site/work.py`).
"""

from __future__ import annotations

from typing import ClassVar, Final

from django.db import migrations

TRIGGER: Final = "procrastinate_jobs_notify_queue_job_inserted_v1"


class Migration(migrations.Migration):
    """The queue's trigger that notifies is off."""

    dependencies: ClassVar = [("cases", "0008_answered_complaints"), ("procrastinate", "0041_post_retry_failed_job")]

    operations: ClassVar = [
        migrations.RunSQL(
            f"ALTER TABLE procrastinate_jobs DISABLE TRIGGER {TRIGGER}",
            f"ALTER TABLE procrastinate_jobs ENABLE TRIGGER {TRIGGER}",
        ),
    ]
