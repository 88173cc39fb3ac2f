"""People's words in reports, in versions that are only ever added."""

from __future__ import annotations

from typing import ClassVar

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

APPEND_ONLY = """
CREATE TRIGGER delivery_reporttext_append_only BEFORE UPDATE OR DELETE ON delivery_reporttext
FOR EACH ROW EXECUTE FUNCTION delivery_refuse_change()
"""
NEVER_EMPTIED = """
CREATE TRIGGER delivery_reporttext_never_emptied BEFORE TRUNCATE ON delivery_reporttext
FOR EACH STATEMENT EXECUTE FUNCTION delivery_refuse_emptying()
"""


class Migration(migrations.Migration):
    """The table and its triggers."""

    dependencies: ClassVar = [
        ("delivery", "0007_changed_cases"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="ReportText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.CharField(max_length=20)),
                ("language", models.CharField(max_length=2)),
                ("version", models.PositiveIntegerField()),
                ("text", models.TextField(blank=True)),
                ("ties", models.JSONField(default=list)),
                ("written_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="texts",
                        to="delivery.workingsession",
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("language__in", ["vi", "en"])), name="delivery_reporttext_language"
                    ),
                    models.UniqueConstraint(
                        fields=("session", "place", "language", "version"), name="delivery_reporttext_version_once"
                    ),
                ]
            },
        ),
        migrations.RunSQL(APPEND_ONLY, "DROP TRIGGER delivery_reporttext_append_only ON delivery_reporttext"),
        migrations.RunSQL(NEVER_EMPTIED, "DROP TRIGGER delivery_reporttext_never_emptied ON delivery_reporttext"),
    ]
