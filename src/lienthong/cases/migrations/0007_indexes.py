"""Indexes for what recurring jobs look for: mails that are due, and what was filed at a portal of late."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Two partial indexes."""

    dependencies = [
        ("cases", "0006_portal_tellings"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("portal_code", ""), _negated=True),
                fields=["submitted_at"],
                name="cases_portal_filed",
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(condition=models.Q(("mail", "due")), fields=["id"], name="cases_notice_due"),
        ),
    ]
