"""Invented figures stand in invented areas only, and no others do."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0002_guards"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="observation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("area_code__regex", "^9[89]"), ("is_illustrative", True)),
                    models.Q(("is_illustrative", False), models.Q(("area_code__regex", "^9[89]"), _negated=True)),
                    _connector="OR",
                ),
                name="delivery_observation_illustrative",
            ),
        ),
    ]
