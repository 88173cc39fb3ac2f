"""Questions of other agencies: received once, never deleted, answered once; and the state of ours that are received."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

ANSWER_ONCE = """
CREATE FUNCTION delivery_answer_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.answered_at IS NOT NULL OR ROW(NEW.client, NEW.message, NEW.content_digest, NEW.question)
        IS DISTINCT FROM ROW(OLD.client, OLD.message, OLD.content_digest, OLD.question) THEN
        RAISE EXCEPTION 'a question stays as it came, and is answered once';
    END IF;
    RETURN NEW;
END
$$
"""
TABLE = "delivery_incomingask"
TRIGGERS = (
    ("answered_once", "BEFORE UPDATE", "ROW", "delivery_answer_once"),
    ("kept", "BEFORE DELETE", "ROW", "delivery_refuse_deletion"),
    ("never_emptied", "BEFORE TRUNCATE", "STATEMENT", "delivery_refuse_emptying"),
)


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0008_report_texts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="IncomingAsk",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("client", models.CharField(max_length=1100)),
                ("message", models.CharField(max_length=255)),
                ("content_digest", models.CharField(max_length=64)),
                ("purpose", models.CharField(blank=True, max_length=200)),
                ("question", models.TextField()),
                ("due_on", models.DateField(null=True)),
                ("received_at", models.DateTimeField()),
                ("answer", models.TextField(blank=True)),
                ("answered_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="taskask",
            name="delivery_taskask_state",
        ),
        migrations.AddConstraint(
            model_name="taskask",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["waiting", "handed-over", "received", "answered", "failed"])),
                name="delivery_taskask_state",
            ),
        ),
        migrations.AddField(
            model_name="incomingask",
            name="answered_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="incomingask",
            constraint=models.UniqueConstraint(fields=("client", "message"), name="delivery_incomingask_once"),
        ),
        migrations.AddConstraint(
            model_name="incomingask",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer", ""), ("answered_at", None), ("answered_by", None)),
                    models.Q(
                        ("answered_at__isnull", False),
                        ("answered_by__isnull", False),
                        models.Q(("answer", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="delivery_incomingask_answered",
            ),
        ),
        migrations.RunSQL(ANSWER_ONCE, "DROP FUNCTION delivery_answer_once()"),
        *(
            migrations.RunSQL(
                f"CREATE TRIGGER {TABLE}_{name} {when} ON {TABLE} FOR EACH {scope} EXECUTE FUNCTION {does}()",
                f"DROP TRIGGER {TABLE}_{name} ON {TABLE}",
            )
            for name, when, scope, does in TRIGGERS
        ),
    ]
