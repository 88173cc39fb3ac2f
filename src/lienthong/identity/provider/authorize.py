"""The authorization endpoint: reads a client's request, sees who is there, and answers with a code or an error.

1. The request is proven (client, exact redirect URI, code flow, S256); before the redirect URI is, nothing leaves.
2. `interaction.py` says what the person must do first; they come back to this address, stamped.
3. Consent is asked where needed, in a form of our own.
4. A code goes to the redirect URI, with the issuer's name (RFC 9207).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from oauth2_provider.exceptions import FatalClientError, OAuthToolkitError
from oauth2_provider.views.mixins import OAuthLibMixin
from oauthlib.common import add_params_to_uri
from oauthlib.oauth2.rfc6749.errors import AccessDeniedError, CustomOAuth2Error, OAuth2Error

from lienthong.identity.provider.claims import find_own_claims, name_for
from lienthong.identity.provider.codes import give_code
from lienthong.identity.provider.interaction import ERRORS, Asked, Found, Step, choose_step
from lienthong.identity.provider.levels import find_needed_level
from lienthong.identity.provider.models import Client, Consent
from lienthong.identity.provider.signed_in import Signing, find_signing, is_other_account
from lienthong.identity.provider.stamps import find_stamp, stamp_query
from lienthong.kernel.clock import SystemClock
from lienthong.web.callers import Caller, open_to

if TYPE_CHECKING:
    from django.http import HttpRequest

MOST_AGE_DIGITS: Final = 10
"""Of `max_age`: three hundred years, and no number that takes long to read."""


@dataclass(frozen=True)
class Pending:
    """A proven request: its client, scopes, what it asks for, and the credentials that oauthlib made of it."""

    client: Client
    scopes: tuple[str, ...]
    credentials: dict[str, Any]
    asked: Asked
    hint: str

    @property
    def redirect_uri(self) -> str:
        """Where the answer goes; one of the client's own."""
        return str(self.credentials["redirect_uri"])


@open_to(Caller.ANYONE)
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def authorize(request: HttpRequest) -> HttpResponse:
    """Answer an authorization request; one that was posted is asked again by address, which a session comes with."""
    if request.method == "POST":
        # A form from another site brings no session cookie (SameSite); the address that follows does.
        return HttpResponseRedirect(f"{reverse('openid-authorize')}?{request.POST.urlencode()}", status=303)
    pending = _prove(request)
    if isinstance(pending, HttpResponse):
        return pending
    return _go_on(request, pending)


@open_to(Caller.CITIZEN)
@require_http_methods(["POST"])
def decide_consent(request: HttpRequest) -> HttpResponse:
    """Take the person's answer to the consent page, and go on with the request that its address repeats."""
    pending, signing = _prove(request), find_signing(request)
    if isinstance(pending, HttpResponse):
        return pending
    if signing is None or request.POST.get("decision") != "allow":
        return _send_error(request, pending, AccessDeniedError(request=pending.credentials["request"]))
    _store_consent(pending, signing)
    asked = replace(pending.asked, prompts=pending.asked.prompts - {"consent"})
    return _go_on(request, replace(pending, asked=asked))


def _prove(request: HttpRequest) -> Pending | HttpResponse:
    """Read the request; what is wrong with it goes to the client, or to the person if that cannot be trusted."""
    try:
        scopes, credentials = OAuthLibMixin.get_oauthlib_core().validate_authorization_request(request)
    except FatalClientError as error:
        return render(request, "openid/refused.html", {"reason": error.oauthlib_error.description}, status=400)
    except OAuthToolkitError as error:
        return _redirect_error(request, error.oauthlib_error, error.oauthlib_error.redirect_uri)
    asked = credentials["request"]
    prompts = frozenset((asked.prompt or "").split())
    max_age = None if asked.max_age is None else int(asked.max_age[:MOST_AGE_DIGITS])
    level = find_needed_level(asked.acr_values or "", asked.client.least_level)
    stamp = find_stamp(request.META.get("QUERY_STRING", ""))
    hint = asked.id_token_hint or ""
    return Pending(asked.client, tuple(scopes), credentials, Asked(prompts, max_age, level, stamp), hint)


def _go_on(request: HttpRequest, pending: Pending) -> HttpResponse:
    """Do the next step of a proven request."""
    if is_other_account(request):
        # An agency's people are not known to other sites by their posts' accounts.
        return _send_error(request, pending, AccessDeniedError(request=pending.credentials["request"]))
    signing = find_signing(request)
    step = choose_step(
        pending.asked,
        None if signing is None else Found(signing.level, signing.at_ms, _is_hinted(pending, signing)),
        has_consent=signing is not None and _has_consent(pending, signing),
        now_ms=SystemClock().now_ms(),
    )
    if step in ERRORS:
        return _send_error(request, pending, CustomOAuth2Error(step.value, request=pending.credentials["request"]))
    if signing is None or step in {Step.SIGN_IN, Step.SIGN_IN_AGAIN, Step.RAISE_LEVEL}:
        return _ask_to_sign_in(request, pending, step)
    if step is Step.ASK_CONSENT:
        return _ask_consent(request, pending)
    return _send_code(request, pending, signing)


def _is_hinted(pending: Pending, signing: Signing) -> bool:
    """Say whether the person is the one of the request's `id_token_hint`; a hint that we did not give is nobody's."""
    if not pending.hint:
        return True
    claims = find_own_claims(pending.hint)
    return claims is not None and claims.get("sub") == name_for(pending.client, signing.account)


def _has_consent(pending: Pending, signing: Signing) -> bool:
    if pending.client.client_id in settings.OPENID_APPROVED_CLIENTS:
        return True
    given = Consent.objects.filter(account=signing.account, client=pending.client).first()
    return given is not None and set(pending.scopes) <= set(given.scopes)


def _store_consent(pending: Pending, signing: Signing) -> None:
    given = Consent.objects.filter(account=signing.account, client=pending.client).first()
    scopes = sorted({*pending.scopes, *(given.scopes if given else ())})
    Consent.objects.update_or_create(
        account=signing.account,
        client=pending.client,
        defaults={"scopes": scopes, "given_at": timezone.now()},
    )


def _ask_to_sign_in(request: HttpRequest, pending: Pending, step: Step) -> HttpResponse:
    """Send the person to the sign-in, which brings them back to this request with a stamp."""
    query = stamp_query(request.META.get("QUERY_STRING", ""), SystemClock().now_ms())
    back = {"next": f"{reverse('openid-authorize')}?{query}"}
    if step is Step.SIGN_IN_AGAIN:
        return HttpResponseRedirect(f"{reverse('account_reauthenticate')}?{urlencode(back)}")
    return HttpResponseRedirect(f"{settings.LOGIN_URL}?{urlencode({**back, 'level': pending.asked.level})}")


def _ask_consent(request: HttpRequest, pending: Pending) -> HttpResponse:
    action = f"{reverse('openid-consent')}?{request.META.get('QUERY_STRING', '')}"
    facts = {"client": pending.client.name, "scopes": pending.scopes, "action": action}
    return render(request, "openid/consent.html", facts)


def _send_code(request: HttpRequest, pending: Pending, signing: Signing) -> HttpResponse:
    # Not by oauthlib's own step, which would prove the same request a second time first.
    code = give_code(pending.credentials["request"], signing)
    state = pending.credentials["state"]
    told = [("code", code), *([("state", state)] if state is not None else []), ("iss", settings.OPENID_ISSUER)]
    return _leave(request, add_params_to_uri(pending.redirect_uri, told))


def _send_error(request: HttpRequest, pending: Pending, error: OAuth2Error) -> HttpResponse:
    return _redirect_error(request, error, pending.redirect_uri)


def _redirect_error(request: HttpRequest, error: OAuth2Error, redirect_uri: str) -> HttpResponse:
    """Send an error to a proven redirect URI, named by the issuer as a code would be."""
    return _leave(request, add_params_to_uri(redirect_uri, [*error.twotuples, ("iss", settings.OPENID_ISSUER)]))


def _leave(request: HttpRequest, uri: str) -> HttpResponse:
    """Send the browser to the client.

    After a form of ours a page does it: browsers apply that form's `form-action` to the redirects that follow, and
    ours allows no other site.
    """
    if request.method != "POST" and find_stamp(request.META.get("QUERY_STRING", "")) is None:
        return HttpResponseRedirect(uri)
    response = render(request, "openid/return.html", {"uri": uri})
    response.headers["Refresh"] = f"0;url={uri}"
    return response
