"""The Django application of this house."""

from __future__ import annotations

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Both roles have it; each has a folder of pages of its own."""

    name = "lienthong.portal"
    label = "portal"
    verbose_name = "Pages"
