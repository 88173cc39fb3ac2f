"""The Django application of places over time."""

from __future__ import annotations

from django.apps import AppConfig


class AreasConfig(AppConfig):
    """Every role has it."""

    name = "lienthong.areas"
    label = "areas"
    verbose_name = "Places over time"
    default_auto_field = "django.db.models.BigAutoField"
