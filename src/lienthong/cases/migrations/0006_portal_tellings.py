"""How far the national portal was told of each case: working rows, which may be lost."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """The table."""

    dependencies = [
        ("cases", "0005_notice_words"),
    ]

    operations = [
        migrations.CreateModel(
            name="PortalTelling",
            fields=[
                ("case_id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("portal_code", models.CharField(blank=True, max_length=50)),
                ("is_made", models.BooleanField(default=False)),
                ("told", models.PositiveIntegerField(default=0)),
                ("tries", models.PositiveIntegerField(default=0)),
                ("fault", models.CharField(blank=True, max_length=300)),
                ("failing_since", models.DateTimeField(null=True)),
                ("next_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_at__isnull", False)),
                        fields=["next_at"],
                        name="cases_telling_next",
                    )
                ],
            },
        ),
    ]
