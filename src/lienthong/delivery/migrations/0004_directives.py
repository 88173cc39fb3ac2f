"""Directives, tasks, working sessions, and what was found in documents."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import lienthong.delivery.directive_words


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0003_illustrative"),
        ("identity", "0005_post_end"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ReadDocument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=300)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("text", models.TextField()),
                ("read_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name="Directive",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=60)),
                ("issuer", models.CharField(max_length=300)),
                ("issued_on", models.DateField(null=True)),
                ("kind", models.CharField(max_length=20)),
                ("side", models.CharField(max_length=20)),
                ("tier", models.CharField(max_length=20)),
                ("title", models.CharField(max_length=500)),
                ("short_name", models.CharField(blank=True, max_length=300)),
                ("valid_from", models.DateField(null=True)),
                ("valid_until", models.DateField(null=True)),
                ("note", models.TextField(blank=True)),
                ("is_illustrative", models.BooleanField(default=False)),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="delivery.source"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DirectivePart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("path", models.CharField(max_length=20)),
                ("place", models.PositiveSmallIntegerField()),
                ("heading", models.CharField(max_length=500)),
                ("text", models.TextField(blank=True)),
                (
                    "directive",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="parts", to="delivery.directive"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DirectiveRelation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20)),
                ("other_path", models.CharField(blank=True, max_length=20)),
                (
                    "directive",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="relations", to="delivery.directive"
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="related", to="delivery.directive"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Candidate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.PositiveIntegerField()),
                ("kind", models.CharField(max_length=20)),
                ("start", models.PositiveIntegerField()),
                ("end", models.PositiveIntegerField()),
                ("sentence", models.TextField()),
                ("found", models.JSONField()),
                (
                    "state",
                    models.CharField(default=lienthong.delivery.directive_words.CandidateState["OPEN"], max_length=20),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("accepted", models.JSONField(blank=True, default=dict)),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("became", models.CharField(blank=True, max_length=300)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="candidates",
                        to="delivery.readdocument",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Task",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=60, unique=True)),
                ("directive_path", models.CharField(blank=True, max_length=20)),
                ("title", models.CharField(max_length=500)),
                ("deliverable", models.CharField(blank=True, max_length=500)),
                ("plan", models.CharField(blank=True, max_length=60)),
                ("target", models.CharField(blank=True, max_length=60)),
                ("due_on", models.DateField(null=True)),
                (
                    "state",
                    models.CharField(default=lienthong.delivery.directive_words.TaskState["OPEN"], max_length=20),
                ),
                ("is_illustrative", models.BooleanField(default=False)),
                (
                    "directive",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tasks",
                        to="delivery.directive",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.post"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TaskAsk",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("service", models.CharField(max_length=200)),
                ("path", models.CharField(blank=True, max_length=200)),
                ("purpose", models.CharField(max_length=200)),
                ("body", models.JSONField()),
                ("message", models.UUIDField(unique=True)),
                ("asked_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "state",
                    models.CharField(default=lienthong.delivery.directive_words.AskState["WAITING"], max_length=20),
                ),
                ("status_path", models.CharField(blank=True, max_length=300)),
                ("exchange", models.CharField(blank=True, max_length=100)),
                ("answer_status", models.PositiveSmallIntegerField(null=True)),
                ("answer", models.TextField(blank=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="asks", to="delivery.task"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TaskCoOwner",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "post",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.post"
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="helpers", to="delivery.task"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="task",
            name="co_owners",
            field=models.ManyToManyField(related_name="+", through="delivery.TaskCoOwner", to="identity.post"),
        ),
        migrations.CreateModel(
            name="TaskStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("act", models.CharField(max_length=20)),
                ("at", models.DateTimeField()),
                ("due_on", models.DateField(null=True)),
                ("text", models.TextField(blank=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="delivery.task"
                    ),
                ),
                (
                    "to_post",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.post"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TaskProof",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=300)),
                ("media_type", models.CharField(max_length=100)),
                ("digest", models.CharField(max_length=64)),
                ("content", models.BinaryField()),
                (
                    "step",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="proof", to="delivery.taskstep"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="WorkingSession",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=60, unique=True)),
                ("title", models.CharField(max_length=500)),
                ("held_on", models.DateField()),
                ("place", models.CharField(blank=True, max_length=300)),
                (
                    "stage",
                    models.CharField(default=lienthong.delivery.directive_words.SessionStage["DRAFT"], max_length=20),
                ),
                ("data_on", models.DateField(null=True)),
                ("frozen_at", models.DateTimeField(null=True)),
                ("frozen_digest", models.CharField(blank=True, max_length=64)),
                ("is_illustrative", models.BooleanField(default=False)),
                (
                    "chair",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.post"
                    ),
                ),
                (
                    "frozen_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Material",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=300)),
                ("media_type", models.CharField(max_length=100)),
                ("digest", models.CharField(max_length=64)),
                ("content", models.BinaryField()),
                ("added_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="materials",
                        to="delivery.workingsession",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Conclusion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.PositiveSmallIntegerField()),
                ("text", models.TextField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "task",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="conclusion",
                        to="delivery.task",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="conclusions",
                        to="delivery.workingsession",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AgendaItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.PositiveSmallIntegerField()),
                ("directive_path", models.CharField(blank=True, max_length=20)),
                ("title", models.CharField(max_length=500)),
                (
                    "directive",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="delivery.directive"
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="agenda", to="delivery.workingsession"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="directive",
            index=models.Index(fields=["short_name"], name="delivery_directive_short"),
        ),
        migrations.AddConstraint(
            model_name="directive",
            constraint=models.UniqueConstraint(
                fields=("number", "issuer", "issued_on"), name="delivery_directive_key", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="directive",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "resolution",
                            "decision",
                            "instruction",
                            "conclusion",
                            "regulation",
                            "law",
                            "decree",
                            "circular",
                            "scheme",
                            "programme",
                            "plan",
                            "guidance",
                            "report",
                            "letter",
                            "other",
                        ],
                    )
                ),
                name="delivery_directive_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="directive",
            constraint=models.CheckConstraint(
                condition=models.Q(("side__in", ["party", "state"])), name="delivery_directive_side"
            ),
        ),
        migrations.AddConstraint(
            model_name="directive",
            constraint=models.CheckConstraint(
                condition=models.Q(("tier__in", ["centre", "province", "commune"])), name="delivery_directive_tier"
            ),
        ),
        migrations.AddConstraint(
            model_name="directive",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_until", None),
                    ("valid_from", None),
                    ("valid_until__gte", models.F("valid_from")),
                    _connector="OR",
                ),
                name="delivery_directive_valid",
            ),
        ),
        migrations.AddConstraint(
            model_name="directivepart",
            constraint=models.UniqueConstraint(fields=("directive", "path"), name="delivery_directivepart_path_once"),
        ),
        migrations.AddConstraint(
            model_name="directiverelation",
            constraint=models.UniqueConstraint(
                fields=("directive", "kind", "other", "other_path"), name="delivery_directiverelation_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="directiverelation",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["implements", "amends", "replaces", "cites"])),
                name="delivery_directiverelation_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="directiverelation",
            constraint=models.CheckConstraint(
                condition=models.Q(("directive", models.F("other")), _negated=True),
                name="delivery_directiverelation_other",
            ),
        ),
        migrations.AddIndex(
            model_name="candidate",
            index=models.Index(
                condition=models.Q(("state", "open")), fields=["document", "place"], name="delivery_candidate_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="candidate",
            constraint=models.UniqueConstraint(fields=("document", "place"), name="delivery_candidate_place_once"),
        ),
        migrations.AddConstraint(
            model_name="candidate",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["directive", "task", "target", "observation"])),
                name="delivery_candidate_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="candidate",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["open", "accepted", "corrected", "rejected"])),
                name="delivery_candidate_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="candidate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_at", None),
                        ("decided_by", None),
                        ("state", lienthong.delivery.directive_words.CandidateState["OPEN"]),
                    ),
                    models.Q(
                        models.Q(("state", lienthong.delivery.directive_words.CandidateState["OPEN"]), _negated=True),
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="delivery_candidate_decided",
            ),
        ),
        migrations.AddIndex(
            model_name="taskask",
            index=models.Index(fields=["state"], name="delivery_taskask_state_idx"),
        ),
        migrations.AddConstraint(
            model_name="taskask",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["waiting", "handed-over", "answered", "failed"])),
                name="delivery_taskask_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="taskcoowner",
            constraint=models.UniqueConstraint(fields=("task", "post"), name="delivery_taskcoowner_once"),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(fields=["state", "due_on"], name="delivery_task_due"),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(fields=["plan", "target"], name="delivery_task_target"),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["open", "reported", "done", "cancelled"])), name="delivery_task_state"
            ),
        ),
        migrations.AddConstraint(
            model_name="taskstep",
            constraint=models.UniqueConstraint(fields=("task", "number"), name="delivery_taskstep_number_once"),
        ),
        migrations.AddConstraint(
            model_name="taskstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "act__in",
                        [
                            "given",
                            "started",
                            "proof-added",
                            "reported-done",
                            "returned",
                            "accepted",
                            "moved",
                            "cancelled",
                            "asked",
                            "answered",
                            "unanswered",
                            "reminded",
                            "escalated",
                        ],
                    )
                ),
                name="delivery_taskstep_act",
            ),
        ),
        migrations.AddConstraint(
            model_name="workingsession",
            constraint=models.CheckConstraint(
                condition=models.Q(("stage__in", ["draft", "frozen", "concluded"])),
                name="delivery_workingsession_stage",
            ),
        ),
        migrations.AddConstraint(
            model_name="workingsession",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("frozen_digest", ""), ("stage", lienthong.delivery.directive_words.SessionStage["DRAFT"])
                    ),
                    models.Q(
                        models.Q(("stage", lienthong.delivery.directive_words.SessionStage["DRAFT"]), _negated=True),
                        models.Q(("frozen_digest", ""), _negated=True),
                        ("data_on__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="delivery_workingsession_frozen",
            ),
        ),
        migrations.AddConstraint(
            model_name="material",
            constraint=models.UniqueConstraint(fields=("session", "name"), name="delivery_material_name_once"),
        ),
        migrations.AddConstraint(
            model_name="conclusion",
            constraint=models.UniqueConstraint(fields=("session", "place"), name="delivery_conclusion_place_once"),
        ),
        migrations.AddConstraint(
            model_name="agendaitem",
            constraint=models.UniqueConstraint(fields=("session", "place"), name="delivery_agendaitem_place_once"),
        ),
    ]
