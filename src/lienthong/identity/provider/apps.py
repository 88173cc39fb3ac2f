"""The Django application of the OpenID provider."""

from __future__ import annotations

from django.apps import AppConfig


class ProviderConfig(AppConfig):
    """Only the role `registry` has it."""

    name = "lienthong.identity.provider"
    label = "provider"
    verbose_name = "OpenID provider"
