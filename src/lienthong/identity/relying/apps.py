"""The Django application of the relying party."""

from __future__ import annotations

from django.apps import AppConfig


class RelyingConfig(AppConfig):
    """Only the role `province` has it."""

    name = "lienthong.identity.relying"
    label = "relying"
    verbose_name = "Sign-in at a provider"
