"""Signing in: the page, the step up to a level that a page asks for, and the library's own views behind our guard.

Everybody who lacks something for a page arrives here with `next` and `level`, and is led to what is missing: a
password, a second factor, a data check, or a counter.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from allauth.account.internal.flows.login import record_authentication
from allauth.account.views import login as library_sign_in
from allauth.mfa.adapter import get_adapter as get_factor_adapter
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from lienthong.identity.own_sessions import end_other_sessions
from lienthong.identity.places import NEXT, find_next
from lienthong.identity.sessions import SECOND_FACTOR_METHOD, read_proof
from lienthong.identity.signed_in import find_account
from lienthong.identity.words import Level
from lienthong.web.callers import Caller, open_to

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

    from lienthong.identity.models import Account
    from lienthong.identity.sessions import SessionProof

    View = Callable[..., HttpResponseBase]


@open_to(Caller.ANYONE)
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """Show the sign-in page; whoever is signed in already is led to what the page they want still needs."""
    account = find_account(request)
    if account is None:
        return library_sign_in(request)  # type: ignore[no-any-return] # the library has no types
    missing = find_missing_step(account, read_proof(request, account), read_level(request))
    target = find_next(request)
    if missing is None:
        return HttpResponseRedirect(target or reverse("my-account"))
    return HttpResponseRedirect(f"{reverse(missing)}?{urlencode({NEXT: target})}" if target else reverse(missing))


def read_level(request: HttpRequest) -> Level:
    """Read the level that a page asked for; anything else counts as none."""
    text = request.GET.get("level", "")
    return Level(int(text)) if text in {str(level.value) for level in Level} else Level.NONE


def find_missing_step(account: Account, proof: SessionProof, wanted: Level) -> str | None:
    """Name the page of what is missing: a second factor, one's proof again, a check of the person; None: nothing."""
    needs_factor = account.is_staff_account or wanted is Level.CARD
    if account.is_citizen and account.level < wanted:
        return "my-level"
    if not needs_factor or proof.has_second_factor:
        return None
    return "step-up" if has_factor(account) else "mfa_index"


def has_factor(account: Account) -> bool:
    """Say whether an account has a passkey or an authenticator app."""
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    return bool(Authenticator.objects.filter(user=account, type__in=kinds).exists())


@open_to(Caller.ANYONE)
def step_up(request: HttpRequest) -> HttpResponse:
    """Send to the second factor that the account has: the app's code, or the passkey where there is no app."""
    account = find_account(request)
    if account is None:
        return HttpResponseRedirect(reverse("account_login"))
    has_app = Authenticator.objects.filter(user=account, type=Authenticator.Type.TOTP).exists()
    page = reverse("mfa_reauthenticate" if has_app else "mfa_reauthenticate_webauthn")
    target = find_next(request) or reverse("my-account")
    return HttpResponseRedirect(f"{page}?{urlencode({NEXT: target})}")


def own_account(view: View) -> View:
    """Guard a view of the library that works on the account of the session itself.

    The library asks for a signed-in account; such a view is closed while the officer acts for a citizen.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ANN401 # of the route
        if find_account(request) is None:
            return HttpResponseRedirect(f"{reverse('account_login')}?{urlencode({NEXT: request.path})}")
        return view(request, *args, **kwargs)

    opened = open_to(Caller.ANYONE)(guarded)
    opened.is_own_account_only = True  # type: ignore[attr-defined] # read by the middleware
    return opened


def changing_password(view: View) -> View:
    """Guard the view that changes a password: who signs in at a provider has none here to change."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ANN401 # of the route
        account = find_account(request)
        if account is not None and not account.has_usable_password():
            return HttpResponseRedirect(reverse("my-account"))
        return view(request, *args, **kwargs)

    return guarded


def adding_factor(view: View) -> View:
    """Guard a view that adds a second factor: a password alone never gives an account of level 2 its first one.

    Else whoever learned the password of somebody checked at a counter would reach level 2 by adding a factor of their
    own. The first one needs a session opened with a one-time code; more need one opened with a factor. Once one is
    added, this session counts as signed in with it, and all others end.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ANN401 # of the route
        account = find_account(request)
        if account is None or not may_add_factor(account, read_proof(request, account)):
            return render(request, "identity/no_first_factor.html", status=403)
        before = _newest_factor(account)
        response = view(request, *args, **kwargs)
        added = _newest_factor(account)
        if added is not None and added != before:
            record_authentication(request, account, SECOND_FACTOR_METHOD, id=added.pk, type=added.type)
            request.session.cycle_key()
            end_other_sessions(account, request.session.session_key)
        return response

    return guarded


def removing_factor(view: View) -> View:
    """Guard a view that removes a passkey: staff keep their last second factor, which the library does not check."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ANN401 # of the route
        account = find_account(request)
        factor = Authenticator.objects.filter(user=account, pk=kwargs.get("pk")).first()
        adapter = get_factor_adapter()
        if request.method == "POST" and factor is not None and not adapter.can_delete_authenticator(factor):
            messages.error(request, str(adapter.error_messages["cannot_delete_authenticator"]))
            return HttpResponseRedirect(reverse("mfa_list_webauthn"))
        return view(request, *args, **kwargs)

    return guarded


def may_add_factor(account: Account, proof: SessionProof) -> bool:
    """Say whether this session may add a second factor to its account."""
    if has_factor(account):
        return proof.has_second_factor
    return proof.has_code or (account.is_citizen and account.level < Level.CARD)


def _newest_factor(account: Account) -> Authenticator | None:
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    return Authenticator.objects.filter(user=account, type__in=kinds).order_by("pk").last()
