"""Documents, papers and notices. Papers and withdrawals are only ever added; serials and notices are never deleted."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

APPEND_ONLY = ("cases_paper", "cases_paperwithdrawal")
NEVER_DELETED = ("cases_paperserial", "cases_notice")

TRIGGERS = (
    *((table, "append_only", "UPDATE OR DELETE", "ROW", "cases_refuse_change") for table in APPEND_ONLY),
    *((table, "kept", "DELETE", "ROW", "cases_refuse_deletion") for table in NEVER_DELETED),
    *(
        (table, "never_emptied", "TRUNCATE", "STATEMENT", "cases_refuse_emptying")
        for table in (*APPEND_ONLY, *NEVER_DELETED)
    ),
)


class Migration(migrations.Migration):
    """The tables, and the triggers on those that are kept."""

    dependencies = [
        ("cases", "0002_kept"),
    ]

    operations = [
        migrations.CreateModel(
            name="PaperSerial",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "unit", "year", "symbol", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("unit", models.CharField(max_length=35)),
                ("year", models.PositiveSmallIntegerField()),
                ("symbol", models.CharField(max_length=24)),
                ("last", models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Document",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("number", models.CharField(blank=True, max_length=12)),
                ("origin", models.CharField(max_length=24)),
                ("name", models.CharField(max_length=120)),
                ("kind", models.CharField(max_length=24)),
                ("sha256", models.CharField(max_length=64)),
                ("size", models.PositiveIntegerField()),
                ("pages", models.PositiveIntegerField()),
                ("added_at", models.DateTimeField()),
                ("hidden_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["number", "-added_at"], name="cases_document_number"),
                    models.Index(fields=["sha256"], name="cases_document_sha256"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("origin__in", ["upload", "outcome", "form"])), name="cases_document_origin"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["pdf", "jpeg", "png"])), name="cases_document_kind"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("case_id", models.UUIDField()),
                ("action_number", models.PositiveIntegerField()),
                ("code", models.CharField(max_length=50)),
                ("number", models.CharField(blank=True, max_length=12)),
                ("kind", models.CharField(max_length=24)),
                ("text_vi", models.CharField(max_length=1000)),
                ("text_en", models.CharField(max_length=1000)),
                ("told_at", models.DateTimeField()),
                ("mail", models.CharField(max_length=24)),
                ("mailed_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["case_id", "action_number"], name="cases_notice_case"),
                    models.Index(fields=["number", "-told_at"], name="cases_notice_number"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("case_id", "action_number", "kind"), name="cases_notice_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "submitted",
                                    "received",
                                    "not-received",
                                    "supplement-asked",
                                    "payment-asked",
                                    "paid",
                                    "extended",
                                    "refused",
                                    "stopped",
                                    "withdrawn",
                                    "result-ready",
                                    "reopened",
                                    "waiting",
                                ],
                            )
                        ),
                        name="cases_notice_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("mail__in", ["none", "due", "sending", "sent"])), name="cases_notice_mail"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Paper",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("check_code", models.CharField(max_length=19)),
                ("kind", models.CharField(max_length=60)),
                ("title", models.CharField(max_length=200)),
                ("title_en", models.CharField(max_length=200)),
                ("number", models.CharField(max_length=40)),
                ("unit", models.CharField(max_length=35)),
                ("issuer", models.CharField(max_length=200)),
                ("initials", models.CharField(blank=True, max_length=40)),
                ("case_id", models.UUIDField()),
                ("action_number", models.PositiveIntegerField()),
                ("issued_at", models.DateTimeField()),
                (
                    "document",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="paper", to="cases.document"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PaperWithdrawal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=24)),
                ("text", models.CharField(blank=True, max_length=500)),
                ("withdrawn_by", models.CharField(max_length=40)),
                ("withdrawn_at", models.DateTimeField()),
                (
                    "paper",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="withdrawal", to="cases.paper"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DocumentUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("case_id", models.UUIDField()),
                ("used_at", models.DateTimeField()),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="uses", to="cases.document"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["case_id"], name="cases_use_case")],
                "constraints": [models.UniqueConstraint(fields=("document", "case_id"), name="cases_use_once")],
            },
        ),
        migrations.AddIndex(
            model_name="paper",
            index=models.Index(fields=["case_id"], name="cases_paper_case"),
        ),
        migrations.AddConstraint(
            model_name="paper",
            constraint=models.UniqueConstraint(fields=("check_code",), name="cases_paper_check_code"),
        ),
        migrations.AddConstraint(
            model_name="paper",
            constraint=models.UniqueConstraint(fields=("case_id", "kind", "action_number"), name="cases_paper_once"),
        ),
        migrations.AddConstraint(
            model_name="paperwithdrawal",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason__in", ["replaced", "mistake", "taken-back", "decision"])),
                name="cases_withdrawal_reason",
            ),
        ),
        *(
            migrations.RunSQL(
                f"CREATE TRIGGER {table}_{name} BEFORE {events} ON {table} FOR EACH {each} "
                f"EXECUTE FUNCTION {function}()",
                f"DROP TRIGGER {table}_{name} ON {table}",
            )
            for table, name, events, each, function in TRIGGERS
        ),
    ]
