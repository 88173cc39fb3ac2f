"""The office's answer to a complaint: a word of actions, one of notices, and since when a case waits for one."""

from django.db import migrations, models

ACTIONS = [
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
    "answer-complaint",
    "comment",
]
NOTICES = [
    "submitted",
    "received",
    "not-received",
    "supplement-asked",
    "completed",
    "payment-asked",
    "paid",
    "extended",
    "refused",
    "stopped",
    "withdrawn",
    "result-ready",
    "reopened",
    "complaint-answered",
    "waiting",
]
# Every word that was allowed still is, so that no row need be looked at.
WIDEN = f"""
ALTER TABLE cases_action DROP CONSTRAINT cases_action_kind;
ALTER TABLE cases_action ADD CONSTRAINT cases_action_kind
    CHECK (kind IN ({", ".join(f"'{kind}'" for kind in ACTIONS)})) NOT VALID;
"""
FIND_COMPLAINED = """
UPDATE cases_case SET complained_at = first.at
FROM (SELECT case_id, min(recorded_at) AS at FROM cases_action WHERE kind = 'complain' GROUP BY case_id) AS first
WHERE first.case_id = cases_case.id;
"""


class Migration(migrations.Migration):
    """Both lists of words anew, and a column with its index: complaints that came before wait for their answers too."""

    dependencies = [
        ("cases", "0007_indexes"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(WIDEN, migrations.RunSQL.noop)],
            state_operations=[
                migrations.RemoveConstraint(model_name="actionrecord", name="cases_action_kind"),
                migrations.AddConstraint(
                    model_name="actionrecord",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("kind__in", ACTIONS)), name="cases_action_kind"
                    ),
                ),
            ],
        ),
        migrations.RemoveConstraint(model_name="notice", name="cases_notice_kind"),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(condition=models.Q(("kind__in", NOTICES)), name="cases_notice_kind"),
        ),
        migrations.AddField(model_name="case", name="complained_at", field=models.DateTimeField(null=True)),
        migrations.RunSQL(FIND_COMPLAINED, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("complained_at__isnull", False)),
                fields=["unit", "complained_at"],
                name="cases_complained",
            ),
        ),
    ]
