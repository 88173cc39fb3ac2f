"""Who files and follows cases: the citizen at the screen, alone or with an officer beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect

from lienthong.cases.actions import Actor
from lienthong.cases.drafts import Applicant
from lienthong.cases.words import ActorKind, Channel
from lienthong.identity.models import Account
from lienthong.portal.cases.pages import is_filing_open
from lienthong.web.callers import Caller, find_signed_in, open_to

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from lienthong.web.callers import SignedIn

for_citizens: Final = open_to(Caller.CITIZEN)
"""Every page of a person's own cases; what a service needs beyond level 1 is asked when it is begun."""


def get_applicant(request: HttpRequest) -> Applicant:
    """Get who files: the citizen's number and account, and whoever sits beside them."""
    found = _get_signed_in(request)
    account = Account.objects.get(pk=found.account)
    return Applicant(account.personal_number, found.account, account.full_name, found.level, found.officer)


def get_citizen_actor(request: HttpRequest) -> Actor:
    """Get who acts on a case of their own."""
    applicant = get_applicant(request)
    return Actor(ActorKind.CITIZEN, applicant.account, name=applicant.name, officer=applicant.officer)


def find_channel(request: HttpRequest) -> Channel:
    """Say how a case comes in that is filed now."""
    return Channel.COUNTER if _get_signed_in(request).officer else Channel.ONLINE


def ask_for_level(request: HttpRequest, level: int) -> HttpResponse | None:
    """Send whoever signed in at too low a level to sign in again; None where the level is enough."""
    if _get_signed_in(request).level >= level:
        return None
    query = urlencode({"next": request.get_full_path(), "level": level})
    return HttpResponseRedirect(f"{settings.CITIZEN_LOGIN_URL}?{query}")


def _get_signed_in(request: HttpRequest) -> SignedIn:
    found = find_signed_in(request)
    if found is None:
        raise PermissionDenied
    return found


def may_file(request: HttpRequest) -> bool:
    """Say whether a case can be filed on these pages now: where people file here, and always at a counter."""
    return is_filing_open() or bool(_get_signed_in(request).officer)
