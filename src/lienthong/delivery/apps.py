"""The Django application of this house."""

from __future__ import annotations

from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    """The role `province` has it."""

    name = "lienthong.delivery"
    label = "delivery"
    verbose_name = "Delivery"
    default_auto_field = "django.db.models.BigAutoField"
