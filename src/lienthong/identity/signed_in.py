"""Who is at the screen: read once per request, when first asked for, and put on the request for `open_to`.

A citizen counts at the lower of two levels: how well the account was checked, and how this session was signed in (2
needs a second factor or a passkey). Staff count as signed in only with a second factor: a password alone opens no
page of an agency. In a counter session the officer's own roles rest, and the citizen is at the screen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from lienthong.identity.counter import find_counter, note_act
from lienthong.identity.models import Account
from lienthong.identity.posts import find_roles
from lienthong.identity.sessions import read_proof
from lienthong.identity.words import Level
from lienthong.web.callers import Caller, SignedIn, find_signed_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from lienthong.identity.models import CounterSession

COUNTER_KEY: Final = "identity.counter"
"""In an officer's session: the counter session that is open in it."""

_UNNOTED_ROUTES: Final = frozenset({"asset", "health", "counter-over"})
"""Files of pages, and what asks nobody who they are."""


class SignedInAccount:
    """Middleware after the library's own: sets `request.signed_in` and `request.counter`, notes a counter's acts."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, with `request.signed_in` there for whoever asks, and note what a counter session did."""
        # Lazy: a page that asks for nobody reads no session and stays free of database queries.
        request.signed_in = SimpleLazyObject(lambda: find_caller(request))  # type: ignore[attr-defined] # ours
        request.counter = SimpleLazyObject(lambda: find_open_counter(request))  # type: ignore[attr-defined] # as above
        response = self._get_response(request)
        noted: CounterSession | None = getattr(request, "noted_counter", None)
        if noted is not None:
            note_act(noted, (request.method or "", request.path, response.status_code), timezone.now())
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: object, kwargs: object
    ) -> HttpResponseBase | None:
        """Find the counter session; one that is over sends the officer to a page that says so, and does nothing."""
        del args, kwargs
        route = request.resolver_match.url_name if request.resolver_match else None
        if route in _UNNOTED_ROUTES or settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return None
        if COUNTER_KEY not in request.session:
            return None
        found = find_open_counter(request)
        if found is None:
            del request.session[COUNTER_KEY]
            return HttpResponseRedirect(reverse("counter-over"))
        # Kept for this request: it stays the citizen's to its end, also when it ends the session itself.
        request.counter = request.noted_counter = found  # type: ignore[attr-defined] # as above
        if getattr(view, "is_own_account_only", False):
            return HttpResponseRedirect(reverse("counter"))
        return None


def find_open_counter(request: HttpRequest) -> CounterSession | None:
    """Find the counter session that is open in this request's session, and is this very officer's."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    key = request.session.get(COUNTER_KEY, "")
    officer = find_account(request) if key else None
    return None if officer is None else find_counter(officer, key, timezone.now())


def get_own_number(request: HttpRequest) -> str:
    """Get the number of the citizen at the screen, for a view that only citizens reach.

    At a counter it is the citizen's: the session itself, and `request.user`, are the officer's.
    """
    found = find_signed_in(request)
    if found is None:
        raise PermissionDenied
    return Account.objects.get(pk=found.account).personal_number


def find_account(request: HttpRequest) -> Account | None:
    """Find whose session it is, whatever its level; None for nobody, and for an account that was closed."""
    user = getattr(request, "user", None)
    return user if isinstance(user, Account) and user.is_active else None


def find_caller(request: HttpRequest) -> SignedIn | None:
    """Say as whom the request counts; None: nobody, or staff without their second factor."""
    account = find_account(request)
    if account is None:
        return None
    counter: CounterSession | None = getattr(request, "counter", None)
    if counter:
        # The officer has just seen the card, so the citizen stands at the highest level.
        return SignedIn(frozenset({Caller.CITIZEN}), Level.CARD, str(counter.citizen_id), str(account.pk))
    proof = read_proof(request, account)
    if account.is_citizen:
        return SignedIn(frozenset({Caller.CITIZEN}), min(account.level, proof.level), str(account.pk))
    if not proof.has_second_factor:
        return None
    roles = find_roles(account, timezone.localdate())
    return SignedIn(roles, min(account.level, proof.level), str(account.pk))
