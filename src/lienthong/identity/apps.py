"""The Django application of this house."""

from __future__ import annotations

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """Both roles have it: the registry gives sign-ins, the province takes them."""

    name = "lienthong.identity"
    label = "identity"
    verbose_name = "Accounts and sign-in"
    default_auto_field = "django.db.models.BigAutoField"
