"""Who is at the screen: read once per request, when first asked for, and put on the request for `open_to`.

A citizen counts at the lower of two levels: how well the account was checked, and how this session was signed in (2
needs a second factor or a passkey). Staff count as signed in only with a second factor: a password alone opens no
page of an agency. In a counter session the officer's own roles rest, and the citizen is at the screen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from lienthong.identity.models import Account
from lienthong.identity.posts import find_roles
from lienthong.identity.sessions import read_proof
from lienthong.web.callers import Caller, SignedIn

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase


class SignedInAccount:
    """Middleware after the library's own: sets `request.signed_in`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, with `request.signed_in` there for whoever asks."""
        # Lazy: a page that asks for nobody reads no session and stays free of database queries.
        request.signed_in = SimpleLazyObject(lambda: find_caller(request))  # type: ignore[attr-defined] # ours
        return self._get_response(request)


def find_account(request: HttpRequest) -> Account | None:
    """Find whose session it is, whatever its level; None for nobody, and for an account that was closed."""
    user = getattr(request, "user", None)
    return user if isinstance(user, Account) and user.is_active else None


def find_caller(request: HttpRequest) -> SignedIn | None:
    """Say as whom the request counts; None: nobody, or staff without their second factor."""
    account = find_account(request)
    if account is None:
        return None
    proof = read_proof(request, account)
    if account.is_citizen:
        return SignedIn(frozenset({Caller.CITIZEN}), min(account.level, proof.level), str(account.pk))
    if not proof.has_second_factor:
        return None
    roles = find_roles(account, timezone.localdate())
    return SignedIn(roles, min(account.level, proof.level), str(account.pk))
