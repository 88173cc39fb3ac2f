"""The backend of sessions that a provider vouched for: it finds their account, and knows no way to sign in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.backends import BaseBackend

from lienthong.identity.models import Account

if TYPE_CHECKING:
    from uuid import UUID


class ProviderBackend(BaseBackend):
    """Only `session.py` signs in with it, after the provider's answer was proven."""

    def get_user(self, user_id: UUID) -> Account | None:
        """Find the account of a session; None for one that was closed, which ends the session."""
        return Account.objects.filter(pk=user_id, is_active=True).first()
