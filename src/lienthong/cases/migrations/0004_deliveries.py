"""How far each message to an agency is: working rows, which may be lost."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """The table."""

    dependencies = [
        ("cases", "0003_documents"),
    ]

    operations = [
        migrations.CreateModel(
            name="StepDelivery",
            fields=[
                ("message_id", models.CharField(max_length=255, primary_key=True, serialize=False)),
                ("case_id", models.UUIDField()),
                ("step", models.CharField(max_length=60)),
                ("agency", models.CharField(max_length=60)),
                ("service", models.CharField(max_length=1300)),
                ("stage", models.CharField(max_length=24)),
                ("attempt", models.PositiveIntegerField(default=1)),
                ("sent_as", models.CharField(max_length=255)),
                ("status", models.CharField(blank=True, max_length=200)),
                ("exchange", models.CharField(blank=True, max_length=255)),
                ("tries", models.PositiveIntegerField(default=0)),
                ("code", models.CharField(blank=True, max_length=200)),
                ("failing_since", models.DateTimeField(null=True)),
                ("until", models.DateTimeField(null=True)),
                ("began_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("next_at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("stage", "over"), _negated=True),
                        fields=["next_at"],
                        name="cases_delivery_next",
                    ),
                    models.Index(fields=["case_id"], name="cases_delivery_case"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("stage__in", ["to-send", "sent", "to-enquire", "over"])),
                        name="cases_delivery_stage",
                    )
                ],
            },
        ),
    ]
