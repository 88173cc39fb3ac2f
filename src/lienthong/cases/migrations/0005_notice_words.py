"""Two more words of notices: what was missing came in, and a mail that nobody took."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """The constraints of both lists of words, anew."""

    dependencies = [
        ("cases", "0004_deliveries"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="notice",
            name="cases_notice_kind",
        ),
        migrations.RemoveConstraint(
            model_name="notice",
            name="cases_notice_mail",
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
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
                            "waiting",
                        ],
                    )
                ),
                name="cases_notice_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(("mail__in", ["none", "due", "sending", "sent", "failed"])), name="cases_notice_mail"
            ),
        ),
    ]
