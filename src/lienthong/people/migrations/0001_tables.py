"""The tables of the registry, and the extension that its exclusion constraints need."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.fields.json
import django.db.models.functions.datetime
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        BtreeGistExtension(),
        migrations.CreateModel(
            name="Household",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ],
        ),
        migrations.CreateModel(
            name="AnsweredMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("client", models.CharField(max_length=1100)),
                ("message_id", models.CharField(max_length=255)),
                ("content_hash", models.BinaryField(max_length=32)),
                ("answer", models.BinaryField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("client", "message_id"), name="people_message_once")],
            },
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=12)),
                ("full_name", models.CharField(max_length=100)),
                ("search_name", models.CharField(max_length=100)),
                ("sex", models.CharField(max_length=20)),
                ("birth_date", models.DateField()),
                ("birth_place", models.CharField(blank=True, max_length=200)),
                ("nationality", models.CharField(max_length=2)),
                ("ethnicity", models.CharField(blank=True, max_length=40)),
                ("marital_status", models.CharField(max_length=20)),
                ("died_on", models.DateField(null=True)),
                ("verified", models.BooleanField()),
                (
                    "father",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.person",
                    ),
                ),
                (
                    "mother",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.person",
                    ),
                ),
                (
                    "spouse",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.person",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20)),
                ("valid_from", models.DateField()),
                ("recorded_at", models.DateTimeField()),
                ("source", models.CharField(max_length=300)),
                ("body", models.JSONField()),
                (
                    "household",
                    models.ForeignKey(
                        db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to="people.household"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to="people.person"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CardApplication",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20)),
                ("area_code", models.CharField(max_length=5)),
                ("applied_on", models.DateField()),
                ("due_on", models.DateField()),
                ("state", models.CharField(max_length=20)),
                ("state_on", models.DateField()),
                ("issued_on", models.DateField(null=True)),
                ("expires_on", models.DateField(null=True)),
                ("delivered_on", models.DateField(null=True)),
                (
                    "replaces",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.cardapplication",
                    ),
                ),
                ("person", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="people.person")),
            ],
        ),
        migrations.CreateModel(
            name="AllocatedNumber",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="numbers",
                        to="people.person",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Residence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("relation", models.CharField(max_length=20)),
                ("kind", models.CharField(max_length=20)),
                ("valid", django.contrib.postgres.fields.ranges.DateRangeField()),
                ("household", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="people.household")),
                (
                    "person",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="people.person"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CardStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.PositiveIntegerField()),
                ("state", models.CharField(max_length=20)),
                ("done_on", models.DateField()),
                ("recorded_at", models.DateTimeField()),
                ("actor", models.CharField(max_length=200)),
                ("note", models.CharField(blank=True, max_length=500)),
                (
                    "application",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="people.cardapplication",
                    ),
                ),
            ],
            options={
                "ordering": ["application", "place"],
                "constraints": [
                    models.UniqueConstraint(fields=("application", "place"), name="people_card_step_place"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "applied",
                                    "checked",
                                    "approved",
                                    "personalised",
                                    "delivered",
                                    "active",
                                    "lost",
                                    "expired",
                                    "replaced",
                                    "refused",
                                ],
                            )
                        ),
                        name="people_card_step_state",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HouseholdPlace",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("area_code", models.CharField(max_length=5)),
                ("line", models.CharField(max_length=200)),
                ("valid", django.contrib.postgres.fields.ranges.DateRangeField()),
                (
                    "household",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="places",
                        to="people.household",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["household"], name="people_place_household")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("valid__upper_inf", True)),
                        fields=("household",),
                        name="people_one_open_place",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(fields=["birth_date", "search_name"], name="people_birth_and_name"),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.UniqueConstraint(fields=("number",), name="people_person_number_once"),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=models.Q(("sex__in", ["male", "female"])), name="people_person_sex"
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=models.Q(("marital_status__in", ["single", "married", "widowed", "divorced"])),
                name="people_person_marital_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__regex", "^[0-9]{12}$")), name="people_person_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("died_on__isnull", True), ("died_on__gte", models.F("birth_date")), _connector="OR"
                ),
                name="people_person_life",
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(("person__isnull", False)), fields=["person", "id"], name="people_event_person"
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(("household__isnull", False)),
                fields=["household", "id"],
                name="people_event_household",
            ),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.UniqueConstraint(
                django.db.models.fields.json.KeyTextTransform("office", "body"),
                django.db.models.fields.json.KeyTextTransform("certificate", "body"),
                condition=models.Q(("kind", "born")),
                name="people_birth_certificate_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "loaded",
                            "born",
                            "died",
                            "death-reversed",
                            "corrected",
                            "renamed",
                            "status-told",
                            "moved-in",
                            "moved-out",
                            "verified",
                            "household-loaded",
                            "household-formed",
                            "household-placed",
                        ],
                    )
                ),
                name="people_event_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(("person__isnull", True), ("household__isnull", True), _connector="XOR"),
                name="people_event_one_subject",
            ),
        ),
        migrations.AddIndex(
            model_name="cardapplication",
            index=models.Index(fields=["area_code", "state"], name="people_card_area_state"),
        ),
        migrations.AddConstraint(
            model_name="cardapplication",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["first", "renewal", "replacement"])), name="people_card_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="cardapplication",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "applied",
                            "checked",
                            "approved",
                            "personalised",
                            "delivered",
                            "active",
                            "lost",
                            "expired",
                            "replaced",
                            "refused",
                        ],
                    )
                ),
                name="people_card_state",
            ),
        ),
        migrations.AddIndex(
            model_name="residence",
            index=models.Index(fields=["person"], name="people_residence_person"),
        ),
        migrations.AddConstraint(
            model_name="residence",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "relation__in",
                        ["head", "spouse", "child", "parent", "child-in-law", "grandchild", "sibling", "other"],
                    )
                ),
                name="people_residence_relation",
            ),
        ),
        migrations.AddConstraint(
            model_name="residence",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["permanent", "temporary"])), name="people_residence_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="residence",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("kind", "permanent")),
                expressions=[("person", "="), ("valid", "&&")],
                name="people_one_permanent_residence",
            ),
        ),
    ]
