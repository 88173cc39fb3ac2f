from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from oauth2_provider.models import AccessToken

from lienthong.identity.provider.jobs import KEPT, forget_codes
from lienthong.identity.provider.models import AuthorizationCode

if TYPE_CHECKING:
    from tests.identity.provider.flows import Browser, Party


def test_codes_and_tokens_are_forgotten_a_day_after_their_end_and_not_before(browser: Browser, party: Party) -> None:
    party.exchange(browser.ask().told["code"])
    end = timezone.now() - KEPT
    for ended, left in ((end + timedelta(minutes=5), 1), (end - timedelta(minutes=5), 0)):
        AuthorizationCode.objects.update(expires=ended)
        AccessToken.objects.update(expires=ended)
        forget_codes(0)
        assert (AuthorizationCode.objects.count(), AccessToken.objects.count()) == (left, left)
