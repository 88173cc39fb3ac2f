"""The Django application of this house."""

from __future__ import annotations

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """The role `province` has it."""

    name = "lienthong.cases"
    label = "cases"
    verbose_name = "Cases"
    default_auto_field = "django.db.models.BigAutoField"
