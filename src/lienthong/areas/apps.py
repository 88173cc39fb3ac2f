"""The Django application of this house."""

from __future__ import annotations

from django.apps import AppConfig


class AreasConfig(AppConfig):
    """Both roles have it."""

    name = "lienthong.areas"
    label = "areas"
    verbose_name = "Places over time"
