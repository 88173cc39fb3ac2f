"""A role of its own for who takes figures and targets in."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models

ROLES = ["officer", "clerk", "leader", "statistician", "administrator", "operator"]


class Migration(migrations.Migration):
    """The roles that a post can carry."""

    dependencies: ClassVar = [("identity", "0005_post_end")]

    operations: ClassVar = [
        migrations.RemoveConstraint("post", "identity_post_roles"),
        migrations.AddConstraint(
            "post",
            models.CheckConstraint(
                condition=models.Q(roles__contained_by=ROLES) & models.Q(roles__len__gt=0), name="identity_post_roles"
            ),
        ),
    ]
