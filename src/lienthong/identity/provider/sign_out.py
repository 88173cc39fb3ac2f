"""Signing out on a relying party's behalf (OpenID Connect RP-Initiated Logout 1.0).

A hint that names the person at the screen is enough; without one they are asked, so that no page can sign anybody out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth import logout
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from oauth2_provider.models import AccessToken
from oauthlib.common import add_params_to_uri

from lienthong.identity.provider.claims import find_own_claims, name_for
from lienthong.identity.provider.models import Client
from lienthong.identity.signed_in import find_account
from lienthong.web.callers import Caller, open_to

if TYPE_CHECKING:
    from django.http import HttpRequest


@dataclass(frozen=True)
class Wish:
    """What a relying party wants: who it is (if that is proven), whom its hint names, and where to go afterwards."""

    client: Client | None
    subject: str
    back: str


@open_to(Caller.ANYONE)
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign the person out, or ask them first; a posted request is asked again by address, as for a sign-in."""
    if request.method == "POST":
        return HttpResponseRedirect(f"{reverse('openid-sign-out')}?{request.POST.urlencode()}", status=303)
    wish = _read_wish(request)
    if wish is None:
        return render(request, "openid/refused.html", {"reason": ""}, status=400)
    account = find_account(request)
    if account is None:
        return _leave(wish)
    if wish.client is not None and wish.subject and wish.subject == name_for(wish.client, account):
        return _end(request, wish)
    action = f"{reverse('openid-sign-out-confirm')}?{request.META.get('QUERY_STRING', '')}"
    return render(request, "openid/sign_out.html", {"action": action})


@open_to(Caller.ANYONE)
@require_http_methods(["POST"])
def confirm_sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out whoever said yes on our own page."""
    wish = _read_wish(request)
    if wish is None:
        return render(request, "openid/refused.html", {"reason": ""}, status=400)
    if request.POST.get("decision") != "allow":
        return HttpResponseRedirect(reverse("start"))
    return _end(request, wish)


def _read_wish(request: HttpRequest) -> Wish | None:
    """Read the request; None for one that names a client we do not know, or an address that is not that client's."""
    hint = request.GET.get("id_token_hint", "")
    claims = find_own_claims(hint) if hint else {}
    named = request.GET.get("client_id", "")
    if claims is None or (claims and named and claims["aud"] != named):
        return None
    client_id = str(claims.get("aud", named))
    client = Client.objects.filter(client_id=client_id).first() if client_id and "\0" not in client_id else None
    back = request.GET.get("post_logout_redirect_uri", "")
    if back and (client is None or not client.post_logout_redirect_uri_allowed(back)):
        return None
    state = request.GET.get("state", "")
    return Wish(
        client, str(claims.get("sub", "")), add_params_to_uri(back, [("state", state)]) if back and state else back
    )


def _end(request: HttpRequest, wish: Wish) -> HttpResponse:
    """End the session, and take back what the client could still ask with."""
    account = find_account(request)
    if account is not None and wish.client is not None:
        AccessToken.objects.filter(user=account, application=wish.client).delete()
    logout(request)
    if request.method != "POST":
        return _leave(wish)
    # As after consent: a form of ours may not lead to another site by a redirect.
    response = render(request, "openid/return.html", {"uri": wish.back or reverse("start")})
    response.headers["Refresh"] = f"0;url={wish.back or reverse('start')}"
    return response


def _leave(wish: Wish) -> HttpResponse:
    return HttpResponseRedirect(wish.back or reverse("start"))
