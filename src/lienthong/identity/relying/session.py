"""What a session remembers of a sign-in at the provider, and whom it makes of the person at the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec
from django.contrib.auth import login
from django.utils.functional import SimpleLazyObject

from lienthong.identity.signed_in import find_account, find_caller
from lienthong.web.callers import Caller, SignedIn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from lienthong.identity.relying.sign_in import ProvenSignIn

SESSION_KEY: Final = "provider_sign_in"

BACKEND: Final = "lienthong.identity.relying.backend.ProviderBackend"
"""Marks sessions that a provider vouched for; it takes no password."""


class RememberedSignIn(msgspec.Struct, frozen=True):
    """A session's sign-in: bound to issuer and subject, and to the account that they were."""

    issuer: str
    subject: str
    account: str
    level: int
    at: int
    access: str = ""
    """The provider's access token, until `access_until` (seconds since 1970): opens who looked at the person's data."""
    access_until: int = 0


class ProviderSession:
    """Middleware after the accounts' own: in a provider's session the provider's level counts."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, with `request.signed_in` there for whoever asks."""
        request.signed_in = SimpleLazyObject(lambda: _find(request))  # type: ignore[attr-defined] # ours
        return self._get_response(request)


def remember_sign_in(request: HttpRequest, proven: ProvenSignIn) -> None:
    """Begin the session of the person who signed in; nothing of the session before stays, its key least of all."""
    request.session.flush()
    login(request, proven.account, backend=BACKEND)
    remembered = RememberedSignIn(proven.issuer, proven.subject, str(proven.account.pk), proven.level, proven.at)
    remembered = msgspec.structs.replace(remembered, access=proven.access, access_until=proven.access_until)
    request.session[SESSION_KEY] = msgspec.to_builtins(remembered)


def find_remembered(session: Mapping[str, Any]) -> RememberedSignIn | None:
    """Find the provider's sign-in of a session."""
    kept = session.get(SESSION_KEY)
    return None if kept is None else msgspec.convert(kept, RememberedSignIn)


def _find(request: HttpRequest) -> SignedIn | None:
    remembered = find_remembered(request.session)
    if remembered is None:
        return find_caller(request)
    account = find_account(request)
    if account is None or str(account.pk) != remembered.account:
        return None
    return SignedIn(frozenset({Caller.CITIZEN}), remembered.level, remembered.account)
