"""Who ended a post, and when: it stays in the record."""

from __future__ import annotations

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """The end of a post."""

    dependencies: ClassVar = [("identity", "0004_post_area")]

    operations: ClassVar = [
        migrations.AddField(
            "post",
            "ended_by",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.account"
            ),
        ),
        migrations.AddField("post", "ended_at", models.DateTimeField(null=True)),
    ]
