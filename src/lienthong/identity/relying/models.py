"""The table: which account a provider's subject is. The provider is the issuer's address, the subject its own word."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

MOST_SUBJECT: int = 255
"""OpenID Connect Core 1.0 section 2 bounds `sub` so."""


class ProviderLink(models.Model):
    """An account's name at a provider. The pair decides who signs in; what else the provider tells never does."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="provider_links")
    issuer = models.CharField(max_length=255)
    subject = models.CharField(max_length=MOST_SUBJECT)
    linked_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="relying_one_account"),
            models.UniqueConstraint(fields=["issuer", "account"], name="relying_one_subject"),
        ]

    def __str__(self) -> str:
        return f"account {self.account_id} at {self.issuer}"
