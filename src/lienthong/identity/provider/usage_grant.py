"""Token exchange (RFC 8693): a citizen's access token becomes a token with which one member tells who looked.

The token is for one provider member, lives for minutes, and names the person; it is given only for a sign-in of level
2 to a client that may know the personal number anyway. What a gateway asks of it, `exchange/usage_token.py` says.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

import msgspec
from django.conf import settings
from django.db import connection
from oauthlib.oauth2.rfc6749.errors import (
    CustomOAuth2Error,
    InvalidClientError,
    InvalidGrantError,
    InvalidRequestError,
    OAuth2Error,
)

from lienthong.exchange.errors import ExchangeError
from lienthong.exchange.identifiers import parse_member_id
from lienthong.exchange.usage_token import LEAST_LEVEL, MAX_LIFE_S, TOKEN_TYPE
from lienthong.identity.provider.claims import sign_claims
from lienthong.identity.provider.tokens import digest_token

if TYPE_CHECKING:
    from oauthlib.common import Request

    from lienthong.identity.provider.validator import ProviderValidator

TOKEN_EXCHANGE: Final = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105 - a name
ACCESS_TOKEN: Final = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - a name
JWT: Final = "urn:ietf:params:oauth:token-type:jwt"

_SIGNED_IN: Final = """
SELECT account.personal_number, code.level, token.scope
FROM oauth2_provider_accesstoken AS token
JOIN identity_account AS account ON account.id = token.user_id
JOIN provider_authorizationcode AS code ON code.access_checksum = token.token_checksum
WHERE token.token_checksum = %s AND token.application_id = %s AND token.expires > now() AND account.is_active
"""


class UsageGrant:
    """What oauthlib asks for a request with this grant type."""

    def __init__(self, validator: ProviderValidator) -> None:
        self._validator = validator

    def create_token_response(self, request: Request, token_handler: object) -> tuple[dict[str, str], str, int]:
        """Answer an exchange; every refusal is one of RFC 6749 section 5.2 or RFC 8693 section 2.2.2."""
        del token_handler
        headers = {"Content-Type": "application/json", "Cache-Control": "no-store", "Pragma": "no-cache"}
        try:
            body = self._exchange(request)
        except OAuth2Error as error:
            headers.update(error.headers)
            return headers, error.json, error.status_code
        return headers, msgspec.json.encode(body).decode(), 200

    def _exchange(self, request: Request) -> dict[str, Any]:
        if request.duplicate_params:
            raise InvalidRequestError(description=f"{request.duplicate_params[0]} stands twice.", request=request)
        if not self._validator.authenticate_client(request):
            raise InvalidClientError(request=request)
        audience = _require_form(request)
        with connection.cursor() as cursor:
            cursor.execute(_SIGNED_IN, [digest_token(request.subject_token), request.client.pk])
            found = cursor.fetchone()
        if found is None or not found[0] or "personal_number" not in found[2].split():
            raise InvalidGrantError(description="subject_token: unknown, over, or without the number.", request=request)
        if found[1] < LEAST_LEVEL:
            raise InvalidGrantError(description=f"subject_token: expected level {LEAST_LEVEL}.", request=request)
        now = int(time.time())
        claims = {
            "iss": settings.OPENID_ISSUER,
            "aud": audience,
            "number": found[0],
            "level": found[1],
            "iat": now,
            "exp": now + MAX_LIFE_S,
            "azp": request.client.client_id,
        }
        token = sign_claims(claims, "ES256", TOKEN_TYPE)
        return {"access_token": token, "issued_token_type": JWT, "token_type": "Bearer", "expires_in": MAX_LIFE_S}


def _require_form(request: Request) -> str:
    """Give the member that the token is for; what else can be asked for (RFC 8693 section 2.1) does not exist here."""
    for name in ("actor_token", "resource", "scope"):
        if getattr(request, name, None):
            raise InvalidRequestError(description=f"{name}: not offered.", request=request)
    if getattr(request, "subject_token_type", None) != ACCESS_TOKEN or not getattr(request, "subject_token", None):
        raise InvalidRequestError(description="subject_token: expected an access token and its type.", request=request)
    if getattr(request, "requested_token_type", None) not in {None, JWT}:
        raise InvalidRequestError(description=f"requested_token_type: only {JWT}.", request=request)
    audience = getattr(request, "audience", None) or ""
    try:
        return parse_member_id(audience).text
    except ExchangeError as error:
        raise CustomOAuth2Error(
            "invalid_target", description="audience: expected a member.", request=request
        ) from error
