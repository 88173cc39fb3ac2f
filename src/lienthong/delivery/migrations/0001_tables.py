"""The tables: sources, indicators, observations, plans, targets."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import lienthong.delivery.target_words
import lienthong.delivery.words


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Indicator",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=60, unique=True)),
                ("topic", models.CharField(max_length=20)),
                ("name", models.CharField(max_length=300)),
                ("name_en", models.CharField(max_length=300)),
                ("definition", models.TextField()),
                ("definition_en", models.TextField()),
                ("unit", models.CharField(max_length=60)),
                ("decimals", models.PositiveSmallIntegerField(default=0)),
                ("method", models.TextField(blank=True)),
                ("method_en", models.TextField(blank=True)),
                ("formula", models.TextField(blank=True)),
                ("source", models.CharField(max_length=300)),
                ("owner", models.CharField(blank=True, max_length=30)),
                ("frequency", models.CharField(max_length=20)),
                ("direction", models.CharField(max_length=20)),
                ("dimensions", models.CharField(blank=True, max_length=300)),
                ("carry", models.CharField(max_length=20)),
                ("rule", models.CharField(default=lienthong.delivery.words.Rule["ORDINARY"], max_length=20)),
                ("part_of", models.CharField(blank=True, max_length=60)),
                ("sdg", models.CharField(blank=True, max_length=20)),
                ("is_illustrative", models.BooleanField(default=False)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("frequency__in", ["A", "S", "Q", "M", "D", "N"])),
                        name="delivery_indicator_frequency",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("direction__in", ["up", "down", "none"])),
                        name="delivery_indicator_direction",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("carry__in", ["sum", "recompute", "never"])),
                        name="delivery_indicator_carry",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rule__in", ["ordinary", "public-order", "published-only"])),
                        name="delivery_indicator_rule",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("rule", lienthong.delivery.words.Rule["PUBLIC_ORDER"]), _negated=True),
                            models.Q(("carry", lienthong.delivery.words.Carry["NEVER"]), ("dimensions", "")),
                            _connector="OR",
                        ),
                        name="delivery_indicator_public_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("rule", lienthong.delivery.words.Rule["PUBLISHED_ONLY"]), _negated=True),
                            models.Q(
                                ("carry", lienthong.delivery.words.Carry["NEVER"]), ("dimensions", ""), ("formula", "")
                            ),
                            _connector="OR",
                        ),
                        name="delivery_indicator_published_only",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("carry", lienthong.delivery.words.Carry["RECOMPUTE"]), _negated=True),
                            models.Q(("formula", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="delivery_indicator_recomputed",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Source",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=60, unique=True)),
                ("kind", models.CharField(max_length=20)),
                ("title", models.CharField(max_length=300)),
                ("title_en", models.CharField(blank=True, max_length=300)),
                ("publisher", models.CharField(blank=True, max_length=300)),
                ("address", models.CharField(blank=True, max_length=500)),
                ("published_on", models.DateField(null=True)),
                ("is_cited", models.BooleanField(default=False)),
                ("note", models.TextField(blank=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["document", "press", "statistics", "file", "own-records", "invented"])
                        ),
                        name="delivery_source_kind",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Plan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=60, unique=True)),
                ("title", models.CharField(max_length=300)),
                ("title_en", models.CharField(max_length=300)),
                ("directive_number", models.CharField(blank=True, max_length=60)),
                ("directive_issuer", models.CharField(blank=True, max_length=300)),
                ("directive_date", models.DateField(null=True)),
                ("area_code", models.CharField(max_length=5)),
                ("begins_on", models.DateField()),
                ("ends_on", models.DateField()),
                ("is_illustrative", models.BooleanField(default=False)),
                ("note", models.TextField(blank=True)),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="delivery.source"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Observation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("area_code", models.CharField(max_length=5)),
                ("area_on", models.DateField()),
                ("period", models.CharField(max_length=10)),
                ("period_begin", models.DateField()),
                ("period_end", models.DateField()),
                ("breakdown", models.CharField(blank=True, max_length=200)),
                ("version", models.PositiveIntegerField()),
                ("value", models.DecimalField(decimal_places=12, max_digits=38)),
                ("decimals", models.PositiveSmallIntegerField()),
                ("qualifier", models.CharField(default=lienthong.delivery.words.Qualifier["EXACT"], max_length=20)),
                ("wording", models.CharField(blank=True, max_length=300)),
                ("status", models.CharField(max_length=20)),
                ("is_reported", models.BooleanField(default=False)),
                ("is_illustrative", models.BooleanField(default=False)),
                ("origin", models.CharField(max_length=20)),
                ("origin_ref", models.CharField(blank=True, max_length=500)),
                ("published_on", models.DateField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("note", models.TextField(blank=True)),
                (
                    "indicator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="observations",
                        to="delivery.indicator",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="observations", to="delivery.source"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Target",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=60)),
                ("version", models.PositiveIntegerField()),
                ("place", models.PositiveSmallIntegerField()),
                ("name", models.CharField(max_length=300)),
                ("name_en", models.CharField(max_length=300)),
                ("indicator", models.CharField(blank=True, max_length=60)),
                ("breakdown", models.CharField(blank=True, max_length=200)),
                ("kind", models.CharField(max_length=20)),
                ("comparison", models.CharField(max_length=20)),
                ("measure", models.CharField(default=lienthong.delivery.target_words.Measure["LATEST"], max_length=20)),
                ("unit", models.CharField(max_length=60)),
                ("goal", models.DecimalField(decimal_places=12, max_digits=38)),
                ("goal_high", models.DecimalField(decimal_places=12, max_digits=38, null=True)),
                ("baseline", models.DecimalField(decimal_places=12, max_digits=38, null=True)),
                ("baseline_period", models.CharField(blank=True, max_length=10)),
                ("due", models.CharField(max_length=10)),
                ("path", models.JSONField(blank=True, default=dict)),
                ("owner", models.CharField(blank=True, max_length=30)),
                ("is_verified", models.BooleanField(default=False)),
                ("published_on", models.DateField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("note", models.TextField(blank=True)),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="targets", to="delivery.plan"
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="delivery.source"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=models.Q(("area_code__regex", "^(VN|[0-9]{2}|[0-9]{3}|[0-9]{5})$")), name="delivery_plan_area"
            ),
        ),
        migrations.AddIndex(
            model_name="observation",
            index=models.Index(fields=["indicator", "area_code", "period_begin"], name="delivery_observation_series"),
        ),
        migrations.AddIndex(
            model_name="observation",
            index=models.Index(fields=["published_on"], name="delivery_observation_published"),
        ),
        migrations.AddConstraint(
            model_name="observation",
            constraint=models.UniqueConstraint(
                fields=("indicator", "area_code", "area_on", "period", "breakdown", "source", "version"),
                name="delivery_observation_version_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="observation",
            constraint=models.CheckConstraint(
                condition=models.Q(("qualifier__in", ["exact", "over", "at-least", "under", "at-most", "about"])),
                name="delivery_observation_qualifier",
            ),
        ),
        migrations.AddConstraint(
            model_name="observation",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["official", "estimate", "unverified"])),
                name="delivery_observation_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="observation",
            constraint=models.CheckConstraint(
                condition=models.Q(("origin__in", ["document", "file", "cases", "exchange", "seed"])),
                name="delivery_observation_origin",
            ),
        ),
        migrations.AddConstraint(
            model_name="observation",
            constraint=models.CheckConstraint(
                condition=models.Q(("area_code__regex", "^(VN|[0-9]{2}|[0-9]{3}|[0-9]{5})$")),
                name="delivery_observation_area",
            ),
        ),
        migrations.AddConstraint(
            model_name="observation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "breakdown__regex",
                        "^((?:age|channel|field|procedure|residence|sector|sex)=[A-Za-z0-9_.-]+(?:;(?:age|channel|field|procedure|residence|sector|sex)=[A-Za-z0-9_.-]+)*)?$",
                    )
                ),
                name="delivery_observation_breakdown",
            ),
        ),
        migrations.AddConstraint(
            model_name="observation",
            constraint=models.CheckConstraint(
                condition=models.Q(("period_begin__lt", models.F("period_end"))), name="delivery_observation_period"
            ),
        ),
        migrations.AddConstraint(
            model_name="observation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("qualifier", lienthong.delivery.words.Qualifier["EXACT"]), ("is_reported", True), _connector="OR"
                ),
                name="delivery_observation_reported",
            ),
        ),
        migrations.AddConstraint(
            model_name="target",
            constraint=models.UniqueConstraint(fields=("plan", "code", "version"), name="delivery_target_version_once"),
        ),
        migrations.AddConstraint(
            model_name="target",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "breakdown__regex",
                        "^((?:age|channel|field|procedure|residence|sector|sex)=[A-Za-z0-9_.-]+(?:;(?:age|channel|field|procedure|residence|sector|sex)=[A-Za-z0-9_.-]+)*)?$",
                    )
                ),
                name="delivery_target_breakdown",
            ),
        ),
        migrations.AddConstraint(
            model_name="target",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["value", "range", "trend", "rank"])), name="delivery_target_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="target",
            constraint=models.CheckConstraint(
                condition=models.Q(("comparison__in", ["at-least", "over", "at-most", "under", "within"])),
                name="delivery_target_comparison",
            ),
        ),
        migrations.AddConstraint(
            model_name="target",
            constraint=models.CheckConstraint(
                condition=models.Q(("measure__in", ["latest", "mean"])), name="delivery_target_measure"
            ),
        ),
        migrations.AddConstraint(
            model_name="target",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", lienthong.delivery.target_words.TargetKind["RANGE"]), _negated=True),
                    ("goal_high__isnull", False),
                    _connector="OR",
                ),
                name="delivery_target_range",
            ),
        ),
    ]
