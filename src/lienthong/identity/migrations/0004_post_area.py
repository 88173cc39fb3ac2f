"""A post may be of one commune: whoever holds it works for its people only."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """The commune of a post; posts made before are of the whole registry or province."""

    dependencies: ClassVar = [("identity", "0003_no_truncate")]

    operations: ClassVar = [
        migrations.AddField(
            "post", "area_code", models.CharField(blank=True, default="", max_length=5), preserve_default=False
        ),
    ]
