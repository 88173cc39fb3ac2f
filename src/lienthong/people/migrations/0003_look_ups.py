"""Look-ups by clerks, append-only by the trigger of 0002; and an index for the queue of cards."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0002_append_only")]

    operations = [
        migrations.CreateModel(
            name="LookUp",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("account", models.CharField(max_length=40)),
                ("clerk", models.CharField(max_length=200)),
                ("purpose", models.CharField(max_length=20)),
                ("reference", models.CharField(blank=True, max_length=200)),
                ("looked_at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="people.person",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("person__isnull", False)),
                        fields=["person", "id"],
                        name="people_look_up_person",
                    ),
                    models.Index(fields=["account", "id"], name="people_look_up_account"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("purpose__in", ["counter", "card", "residence", "correction", "case", "other"])
                        ),
                        name="people_look_up_purpose",
                    )
                ],
            },
        ),
        migrations.RunSQL(
            "CREATE TRIGGER people_lookup_append_only BEFORE UPDATE OR DELETE ON people_lookup "
            "FOR EACH ROW EXECUTE FUNCTION people_refuse_change()",
            "DROP TRIGGER people_lookup_append_only ON people_lookup",
        ),
        migrations.AddIndex(
            model_name="cardapplication",
            index=models.Index(
                condition=models.Q(("state__in", ["applied", "checked", "approved", "personalised"])),
                fields=["due_on", "id"],
                name="people_card_queue",
            ),
        ),
    ]
