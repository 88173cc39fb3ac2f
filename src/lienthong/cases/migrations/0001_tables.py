"""The tables of cases; actions are partitioned by the month in which their case was filed.

A partition is made ahead by a job. What comes for a month without one goes to the rest, and stays there.
"""

import uuid

from django.db import migrations, models

CREATE_ACTIONS = """
CREATE TABLE cases_action (
    case_month date NOT NULL,
    case_id uuid NOT NULL,
    number integer NOT NULL CONSTRAINT cases_action_number CHECK (number > 0),
    kind varchar(24) NOT NULL CONSTRAINT cases_action_kind CHECK (kind IN ('submit', 'receive', 'refuse-to-receive',
        'ask-supplement', 'supplement', 'ask-payment', 'pay', 'take', 'hand-over', 'ask-agency', 'agency-accepted',
        'agency-done', 'agency-refused', 'agency-unknown', 'resend-step', 'replace-step', 'take-over-step',
        'undo-step', 'approve', 'refuse', 'extend', 'stop', 'withdraw', 'issue', 'return-result', 'reopen', 'rate',
        'complain', 'comment')),
    role varchar(24) NOT NULL CONSTRAINT cases_action_role
        CHECK (role IN ('applicant', 'receiver', 'handler', 'approver', 'agency', 'system')),
    actor_kind varchar(24) NOT NULL CONSTRAINT cases_action_actor
        CHECK (actor_kind IN ('citizen', 'officer', 'agency', 'system', 'portal')),
    actor_id varchar(255) NOT NULL,
    actor_unit varchar(35) NOT NULL,
    actor_name varchar(100) NOT NULL,
    officer varchar(40) NOT NULL,
    recorded_at timestamptz NOT NULL,
    payload jsonb NOT NULL,
    payload_hash bytea NOT NULL,
    erased_at timestamptz,
    PRIMARY KEY (case_month, case_id, number)
) PARTITION BY RANGE (case_month);
CREATE TABLE cases_action_rest PARTITION OF cases_action DEFAULT;
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="DaySerial",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "unit", "day", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("unit", models.CharField(max_length=35)),
                ("day", models.DateField()),
                ("last", models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="FiledReceipt",
            fields=[
                ("case_id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("body", models.BinaryField()),
                ("signature", models.BinaryField(max_length=64)),
                ("key", models.BinaryField(max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name="Absence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("account", models.CharField(max_length=40)),
                ("substitute", models.CharField(max_length=40)),
                ("unit", models.CharField(max_length=35)),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                ("said_by", models.CharField(max_length=40)),
                ("said_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["substitute", "last_day"], name="cases_absence_substitute")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("last_day__gte", models.F("first_day"))), name="cases_absence_days"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("substitute", models.F("account")), _negated=True),
                        name="cases_absence_of_two",
                    ),
                ],
            },
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(CREATE_ACTIONS, "DROP TABLE cases_action"),
            ],
            state_operations=[
                migrations.CreateModel(
                    name="ActionRecord",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "case_month",
                                "case_id",
                                "number",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("case_month", models.DateField()),
                        ("case_id", models.UUIDField()),
                        ("number", models.PositiveIntegerField()),
                        ("kind", models.CharField(max_length=24)),
                        ("role", models.CharField(max_length=24)),
                        ("actor_kind", models.CharField(max_length=24)),
                        ("actor_id", models.CharField(max_length=255)),
                        ("actor_unit", models.CharField(blank=True, max_length=35)),
                        ("actor_name", models.CharField(blank=True, max_length=100)),
                        ("officer", models.CharField(blank=True, max_length=40)),
                        ("recorded_at", models.DateTimeField()),
                        ("payload", models.JSONField()),
                        ("payload_hash", models.BinaryField(max_length=32)),
                        ("erased_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "db_table": "cases_action",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "kind__in",
                                        [
                                            "submit",
                                            "receive",
                                            "refuse-to-receive",
                                            "ask-supplement",
                                            "supplement",
                                            "ask-payment",
                                            "pay",
                                            "take",
                                            "hand-over",
                                            "ask-agency",
                                            "agency-accepted",
                                            "agency-done",
                                            "agency-refused",
                                            "agency-unknown",
                                            "resend-step",
                                            "replace-step",
                                            "take-over-step",
                                            "undo-step",
                                            "approve",
                                            "refuse",
                                            "extend",
                                            "stop",
                                            "withdraw",
                                            "issue",
                                            "return-result",
                                            "reopen",
                                            "rate",
                                            "complain",
                                            "comment",
                                        ],
                                    )
                                ),
                                name="cases_action_kind",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("role__in", ["applicant", "receiver", "handler", "approver", "agency", "system"])
                                ),
                                name="cases_action_role",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("actor_kind__in", ["citizen", "officer", "agency", "system", "portal"])
                                ),
                                name="cases_action_actor",
                            ),
                        ],
                    },
                ),
            ],
        ),
        migrations.CreateModel(
            name="Case",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("month", models.DateField()),
                ("code", models.CharField(max_length=50)),
                ("portal_code", models.CharField(blank=True, max_length=50)),
                ("procedure", models.CharField(max_length=20)),
                ("version", models.DateField()),
                ("channel", models.CharField(max_length=24)),
                ("unit", models.CharField(max_length=35)),
                ("number", models.CharField(blank=True, max_length=12)),
                ("account", models.CharField(blank=True, max_length=40)),
                ("name", models.CharField(blank=True, max_length=100)),
                ("search_name", models.CharField(blank=True, max_length=100)),
                ("status", models.PositiveSmallIntegerField()),
                ("decision", models.CharField(max_length=24)),
                ("handler", models.CharField(blank=True, max_length=255)),
                ("waiting_role", models.CharField(blank=True, max_length=24)),
                ("waiting_reason", models.CharField(blank=True, max_length=24)),
                ("is_over", models.BooleanField()),
                ("due_on", models.DateField(null=True)),
                ("submitted_at", models.DateTimeField()),
                ("received_at", models.DateTimeField(null=True)),
                ("done_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("last_number", models.PositiveIntegerField()),
                ("erased_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("is_over", False)), fields=["unit", "due_on", "id"], name="cases_queue"
                    ),
                    models.Index(fields=["unit", "status", "due_on", "id"], name="cases_status"),
                    models.Index(
                        condition=models.Q(("is_over", False)), fields=["handler", "due_on", "id"], name="cases_handler"
                    ),
                    models.Index(fields=["number", "-submitted_at"], name="cases_number"),
                    models.Index(fields=["procedure", "submitted_at"], name="cases_procedure"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("code",), name="cases_code_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("portal_code", ""), _negated=True),
                        fields=("portal_code",),
                        name="cases_portal_code_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])), name="cases_status_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ["counter", "online", "post"])), name="cases_channel_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("decision__in", ["none", "approved", "refused"])),
                        name="cases_decision_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("number", models.CharField(max_length=12)),
                ("account", models.CharField(max_length=40)),
                ("name", models.CharField(max_length=100)),
                ("level", models.PositiveSmallIntegerField()),
                ("officer", models.CharField(blank=True, max_length=40)),
                ("procedure", models.CharField(max_length=20)),
                ("version", models.DateField()),
                ("unit", models.CharField(max_length=35)),
                ("answers", models.JSONField(default=dict)),
                ("case_id", models.UUIDField(null=True)),
                ("opened_at", models.DateTimeField()),
                ("saved_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["number", "procedure"], name="cases_draft_number"),
                    models.Index(fields=["expires_at"], name="cases_draft_expiry"),
                ],
            },
        ),
        migrations.CreateModel(
            name="FilingDifference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=24)),
                ("portal_code", models.CharField(max_length=50)),
                ("case_id", models.UUIDField(null=True)),
                ("detail", models.CharField(blank=True, max_length=300)),
                ("found_at", models.DateTimeField()),
                ("looked_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(null=True)),
                ("settled_by", models.CharField(blank=True, max_length=40)),
                ("text", models.CharField(blank=True, max_length=500)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("settled_at", None)),
                        fields=("kind", "portal_code"),
                        name="cases_difference_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="IdempotencyKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("scope", models.CharField(max_length=80)),
                ("key", models.CharField(max_length=255)),
                ("content_hash", models.BinaryField(max_length=32)),
                ("case_id", models.UUIDField()),
                ("number", models.PositiveIntegerField()),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("scope", "key"), name="cases_key_once")],
            },
        ),
    ]
