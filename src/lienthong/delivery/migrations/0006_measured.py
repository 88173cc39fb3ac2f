"""What is measured for a target, as sentences call it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0005_directive_guards"),
    ]

    operations = [
        migrations.AddField(
            model_name="target",
            name="measured",
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name="target",
            name="measured_en",
            field=models.CharField(blank=True, max_length=300),
        ),
    ]
