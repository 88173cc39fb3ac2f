"""Background work of the provider: forgetting codes and tokens that are over."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.utils import timezone
from oauth2_provider.models import AccessToken
from procrastinate.contrib.django import app

from lienthong.identity.provider.models import AuthorizationCode

KEPT: Final = timedelta(days=1)
"""A spent code stays known this long, so that its second use is seen and what it gave is taken back."""


@app.periodic(cron="17 * * * *")
@app.task(queueing_lock="openid_forget")
def forget_codes(timestamp: int) -> None:
    """Remove codes and access tokens that ended a day ago. Safe to repeat."""
    del timestamp
    before = timezone.now() - KEPT
    AuthorizationCode.objects.filter(expires__lt=before).delete()
    AccessToken.objects.filter(expires__lt=before).delete()
