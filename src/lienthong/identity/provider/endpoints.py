"""The endpoints that clients call by themselves: token, user information, key set and discovery."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe
from oauth2_provider.views.mixins import OAuthLibMixin

from lienthong.identity.provider.claims import open_keys
from lienthong.identity.provider.discovery import describe_provider
from lienthong.identity.provider.keys import KEY_SET_SECONDS, choose_published
from lienthong.kernel.clock import SystemClock
from lienthong.web.callers import Caller, open_to

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest

JSON: Final = "application/json"

UNAUTHORIZED: Final = 401


@open_to(Caller.ANYONE)
@csrf_exempt
@require_http_methods(["POST"])
def give_tokens(request: HttpRequest) -> HttpResponse:
    """Turn a code into tokens, for the client that it was given to. One transaction: spent and given together."""
    with transaction.atomic():
        _, headers, body, status = OAuthLibMixin.get_oauthlib_core().create_token_response(request)
    return _answer(headers, body, status, "Basic realm=openid")


@open_to(Caller.ANYONE)
@csrf_exempt
@require_http_methods(["GET", "POST"])
def tell_user(request: HttpRequest) -> HttpResponse:
    """Give a person's claims to who holds an access token, in the header alone (RFC 6750 section 2.1)."""
    if "access_token" in request.GET or "access_token" in request.POST:
        body = msgspec.json.encode({"error": "invalid_request", "error_description": "Give the token in the header."})
        return _answer({}, body, 400, "")
    _, headers, body, status = OAuthLibMixin.get_oauthlib_core().create_userinfo_response(request)
    return _answer(headers, body, status, 'Bearer error="invalid_token"')


@open_to(Caller.ANYONE)
@require_safe
def show_keys(request: HttpRequest) -> HttpResponse:
    """Give the public keys that ID tokens may be signed with."""
    del request
    keys = choose_published(open_keys(settings.OPENID_SECRETS).list_keys(), SystemClock().now_ms())
    body = msgspec.json.encode({"keys": [key.describe() for key in keys]})
    return HttpResponse(body, content_type=JSON, headers=_make_public())


@open_to(Caller.ANYONE)
@require_safe
def show_discovery(request: HttpRequest) -> HttpResponse:
    """Give what this provider can do (OpenID Connect Discovery 1.0 section 4)."""
    del request
    body = msgspec.json.encode(describe_provider(settings.OPENID_ISSUER))
    return HttpResponse(body, content_type=JSON, headers=_make_public())


def _make_public() -> dict[str, str]:
    return {"Cache-Control": f"public, max-age={KEY_SET_SECONDS}", "Cross-Origin-Resource-Policy": "cross-origin"}


def _answer(headers: Mapping[str, str], body: str | bytes, status: int, challenge: str) -> HttpResponse:
    """Give oauthlib's answer; RFC 6749 section 5.2 and RFC 6750 section 3 ask for a challenge with a 401."""
    response = HttpResponse(body, status=status, content_type=JSON)
    for name, value in headers.items():
        response.headers[name] = value
    if status == UNAUTHORIZED:
        response.headers.setdefault("WWW-Authenticate", challenge)
    response.headers["Cache-Control"] = "no-store"
    return response
