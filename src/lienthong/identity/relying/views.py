"""The pages of a sign-in at the provider: begin it, take its answer, sign out again."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import structlog
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST
from oauthlib.common import add_params_to_uri

from lienthong.identity.relying.errors import RelyingError, RelyingErrorKind
from lienthong.identity.relying.metadata import open_provider
from lienthong.identity.relying.requests import begin_request, make_address, take_request
from lienthong.identity.relying.session import find_remembered, remember_sign_in
from lienthong.identity.relying.sign_in import finish_sign_in
from lienthong.web.callers import Caller, open_to

if TYPE_CHECKING:
    from django.http import HttpRequest

    from lienthong.identity.relying.configuration import RelyingParty

_log = structlog.get_logger()

HIGHEST_LEVEL: Final = 2

STATUSES: Final = {
    RelyingErrorKind.NOT_CONFIGURED: 404,
    RelyingErrorKind.UNREACHABLE: 503,
    RelyingErrorKind.BAD_METADATA: 503,
    RelyingErrorKind.UNKNOWN_STATE: 400,
    RelyingErrorKind.MIXED_UP: 400,
    RelyingErrorKind.REFUSED: 403,
    RelyingErrorKind.BAD_TOKEN: 403,
    RelyingErrorKind.LEVEL_NOT_REACHED: 403,
    RelyingErrorKind.NO_NUMBER: 403,
    RelyingErrorKind.OTHER_PERSON: 403,
}
"""The status of the page for each kind."""


@open_to(Caller.ANYONE)
@require_GET
def begin(request: HttpRequest) -> HttpResponse:
    """Send the person to the provider, with the level that the page they came from needs."""
    try:
        party = _get_party()
        provider = open_provider(party.settings.issuer)
        metadata = provider.get_metadata()
    except RelyingError as error:
        return _show(request, error)
    given = request.GET.get("level", "1")
    level = int(given) if given in {"1", "2"} else HIGHEST_LEVEL
    back = _require_own_path(request.GET.get("next", ""))
    state, begun = begin_request(request.session, provider.issuer, back, level, int(time.time()))
    return HttpResponseRedirect(make_address(party, metadata, state, begun))


@open_to(Caller.ANYONE)
@require_GET
def take_answer(request: HttpRequest) -> HttpResponse:
    """Take the provider's answer, begin the person's session, and lead back to the page they wanted."""
    try:
        party = _get_party()
        begun = take_request(request.session, request.GET.get("state", ""), int(time.time()))
        proven = finish_sign_in(party, open_provider(party.settings.issuer), begun, request.GET.dict())
    except RelyingError as error:
        return _show(request, error)
    remember_sign_in(request, proven)
    return HttpResponseRedirect(_require_own_path(begun.back))


@open_to(Caller.ANYONE)
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session here, and lead to the provider, which asks whether to end the one there too.

    No token is sent along: it would stand in an address.
    """
    remembered = find_remembered(request.session)
    logout(request)
    if remembered is None or settings.RELYING_PARTY is None:
        return HttpResponseRedirect("/")
    uri = _find_sign_out_address(settings.RELYING_PARTY)
    if not uri:
        return HttpResponseRedirect("/")
    # A page leads there: browsers apply `form-action` to the redirects that follow a form.
    response = render(request, "openid/return.html", {"uri": uri})
    response.headers["Refresh"] = f"0;url={uri}"
    return response


def _find_sign_out_address(party: RelyingParty) -> str:
    try:
        end = open_provider(party.settings.issuer).get_metadata().end_session_endpoint
    except RelyingError:
        # Signed out here; a provider that is away cannot be asked.
        return ""
    told = [("client_id", party.settings.client_id), ("post_logout_redirect_uri", party.start)]
    return str(add_params_to_uri(end, told)) if end else ""


def _get_party() -> RelyingParty:
    party: RelyingParty | None = settings.RELYING_PARTY
    if party is None:
        raise RelyingError(RelyingErrorKind.NOT_CONFIGURED, "no provider of sign-ins is set ([relying] issuer)")
    return party


def _require_own_path(path: str) -> str:
    """Return a path of this site; anything that leads elsewhere becomes the start page."""
    return path if path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None) else "/"


def _show(request: HttpRequest, error: RelyingError) -> HttpResponse:
    # The kind and our own sentence; never the answer itself, which holds a code.
    _log.warning("provider_sign_in_failed", kind=str(error.kind), reason=error.message)
    return render(request, "openid/failed.html", {"kind": str(error.kind)}, status=STATUSES[error.kind])
