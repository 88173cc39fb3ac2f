"""The tables of places, and the extension that their exclusion constraints need."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.datetime
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        BtreeGistExtension(),
        migrations.CreateModel(
            name="Load",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(max_length=200)),
                ("digest", models.CharField(max_length=64)),
                ("counts", models.JSONField()),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name="Agency",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=30)),
                ("name", models.CharField(max_length=300)),
                ("english", models.CharField(max_length=300)),
                ("parent_code", models.CharField(blank=True, max_length=30)),
                ("area_code", models.CharField(blank=True, max_length=5)),
                ("source", models.CharField(max_length=200)),
                ("validity", django.contrib.postgres.fields.ranges.DateRangeField()),
            ],
            options={
                "verbose_name_plural": "agencies",
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[("code", "="), ("validity", "&&")], name="areas_agency_code_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Unit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=5)),
                ("level", models.CharField(max_length=10)),
                ("kind", models.CharField(max_length=10)),
                ("name", models.CharField(max_length=100)),
                ("english", models.CharField(max_length=100)),
                ("english_is_derived", models.BooleanField(default=True)),
                ("order", models.CharField(max_length=300)),
                ("validity", django.contrib.postgres.fields.ranges.DateRangeField()),
                (
                    "parent",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="children", to="areas.unit"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Succession",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("share", models.CharField(blank=True, max_length=60)),
                ("share_back", models.CharField(blank=True, max_length=60)),
                ("measure", models.CharField(blank=True, max_length=100)),
                ("document", models.CharField(blank=True, max_length=100)),
                ("source", models.CharField(max_length=200)),
                (
                    "new",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="origins", to="areas.unit"
                    ),
                ),
                (
                    "old",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="onward", to="areas.unit"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="unit",
            index=models.Index(fields=["level", "order"], name="areas_unit_by_name"),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[("code", "="), ("validity", "&&")], name="areas_unit_code_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.CheckConstraint(
                condition=models.Q(("level__in", ["province", "district", "commune"])), name="areas_unit_level"
            ),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        ["tỉnh", "thành phố", "quận", "thị xã", "huyện", "phường", "xã", "thị trấn", "đặc khu"],
                    )
                ),
                name="areas_unit_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.CheckConstraint(
                condition=models.Q(("code__regex", "^([0-9]{2}|[0-9]{3}|[0-9]{5})$")), name="areas_unit_code"
            ),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.CheckConstraint(
                condition=models.Q(("validity__startswith__isnull", False), ("validity__isempty", False)),
                name="areas_unit_validity",
            ),
        ),
        migrations.AddConstraint(
            model_name="succession",
            constraint=models.UniqueConstraint(fields=("old", "new"), name="areas_succession_once"),
        ),
        migrations.AddConstraint(
            model_name="succession",
            constraint=models.CheckConstraint(
                condition=models.Q(("old", models.F("new")), _negated=True), name="areas_succession_of_two"
            ),
        ),
        migrations.AddConstraint(
            model_name="succession",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("share__regex", "^([0-9]+(/[1-9][0-9]*)?)?$"), ("share_back__regex", "^([0-9]+(/[1-9][0-9]*)?)?$")
                ),
                name="areas_succession_share",
            ),
        ),
    ]
