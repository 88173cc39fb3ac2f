"""The citizen's token for one member: the access token of their sign-in, exchanged at the provider (RFC 8693)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from django.conf import settings

from lienthong.identity.relying.errors import RelyingError, RelyingErrorKind
from lienthong.identity.relying.metadata import open_provider
from lienthong.identity.relying.session import find_remembered
from lienthong.identity.relying.transport import post_form

if TYPE_CHECKING:
    from django.http import HttpRequest

    from lienthong.identity.relying.configuration import RelyingParty

TOKEN_EXCHANGE: Final = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105 - a name
ACCESS_TOKEN: Final = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - a name
LEAST_SECONDS: Final = 20
"""An access token that ends sooner is not used any more: the page asks several members with it."""


def is_sign_in_fresh(request: HttpRequest) -> bool:
    """Tell whether this session's own sign-in still has an access token; at a counter there is none."""
    remembered = find_remembered(request.session)
    return remembered is not None and bool(remembered.access) and remembered.access_until > time.time() + LEAST_SECONDS


def fetch_usage_token(request: HttpRequest, member: str) -> str:
    """Give a token with which `member` tells this citizen who looked; `REFUSED` or `UNREACHABLE` if there is none."""
    party: RelyingParty | None = settings.RELYING_PARTY
    remembered = find_remembered(request.session)
    if party is None or remembered is None or not remembered.access:
        raise RelyingError(RelyingErrorKind.REFUSED, "this session has no sign-in of the citizen's own")
    form = {
        "grant_type": TOKEN_EXCHANGE,
        "subject_token": remembered.access,
        "subject_token_type": ACCESS_TOKEN,
        "audience": member,
    }
    endpoint = open_provider(party.settings.issuer).get_metadata().token_endpoint
    told = post_form(endpoint, form, (party.settings.client_id, party.secret)).get("access_token")
    if not isinstance(told, str):
        raise RelyingError(RelyingErrorKind.BAD_TOKEN, "the token answer: expected an access token")
    return told
