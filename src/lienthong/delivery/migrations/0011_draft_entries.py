"""Drafts of targets and figures that were entered: by whom, when, and what each became. Rows are only ever added."""

from __future__ import annotations

from typing import ClassVar, Final

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

APPEND_ONLY: Final = """
CREATE TRIGGER delivery_draftentry_append_only BEFORE UPDATE OR DELETE ON delivery_draftentry
FOR EACH ROW EXECUTE FUNCTION delivery_refuse_change()
"""
NEVER_EMPTIED: Final = """
CREATE TRIGGER delivery_draftentry_never_emptied BEFORE TRUNCATE ON delivery_draftentry
FOR EACH STATEMENT EXECUTE FUNCTION delivery_refuse_emptying()
"""


class Migration(migrations.Migration):
    """One table."""

    dependencies: ClassVar = [
        ("delivery", "0010_withdrawn"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="DraftEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("entered_at", models.DateTimeField()),
                ("is_cited", models.BooleanField()),
                (
                    "candidate",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="entry", to="delivery.candidate"
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "observation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="delivery.observation",
                    ),
                ),
                (
                    "target",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="delivery.target"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("observation__isnull", True), ("target__isnull", False)),
                            models.Q(("observation__isnull", False), ("target__isnull", True)),
                            _connector="OR",
                        ),
                        name="delivery_draftentry_one_row",
                    )
                ],
            },
        ),
        migrations.RunSQL(APPEND_ONLY, "DROP TRIGGER delivery_draftentry_append_only ON delivery_draftentry"),
        migrations.RunSQL(NEVER_EMPTIED, "DROP TRIGGER delivery_draftentry_never_emptied ON delivery_draftentry"),
    ]
