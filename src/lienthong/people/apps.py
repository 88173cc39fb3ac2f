"""The Django application of the population registry."""

from __future__ import annotations

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Only the role `registry` has it."""

    name = "lienthong.people"
    label = "people"
    verbose_name = "Population registry"
    default_auto_field = "django.db.models.BigAutoField"
