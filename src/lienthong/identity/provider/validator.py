"""What oauthlib asks while it follows the protocol: who the client is, what a code stands for, what a token says.

A code is spent by one UPDATE that also draws its access token's checksum: of two requests with the same code one
finds it spent, and what the other got is taken back (RFC 6749 section 4.1.2; RFC 9700 section 4.5).
"""

from __future__ import annotations

import hmac
import re
from typing import TYPE_CHECKING, Any, Final

from django.db import DEFAULT_DB_ALIAS, connection
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauthlib.oauth2.rfc6749.errors import InvalidGrantError

from lienthong.identity.models import Account
from lienthong.identity.provider.claims import make_claims, make_id_token
from lienthong.identity.provider.codes import spend_code, take_back
from lienthong.identity.provider.configuration import ACCESS_SECONDS
from lienthong.identity.provider.models import Client
from lienthong.identity.provider.tokens import digest_token, draw_token

if TYPE_CHECKING:
    from collections.abc import Mapping

    from oauthlib.common import Request


# Written out: making them from models takes longer than the database needs to answer, in every flow. A column of the
# client that is left out would cost a question of its own when oauthlib looks at it.
_CLIENT: Final = """
SELECT id, client_id, client_type, client_secret, name, redirect_uris, algorithm, least_level, sector, allowed_scopes
FROM provider_client WHERE client_id = %s
"""

_INSERT: Final = """
INSERT INTO oauth2_provider_accesstoken
  (user_id, application_id, token, token_checksum, expires, scope, resource, created, updated)
VALUES (%s, %s, '', %s, now() + make_interval(secs => %s), %s, '[]', now(), now())
"""

_BEARER: Final = """
SELECT account.id, account.full_name, account.personal_number, client.sector, token.scope
FROM oauth2_provider_accesstoken AS token
JOIN identity_account AS account ON account.id = token.user_id
JOIN provider_client AS client ON client.id = token.application_id
WHERE token.token_checksum = %s AND token.expires > now() AND account.is_active
"""

CLIENT_ID: Final = re.compile(r"[A-Za-z0-9.-]{1,100}")
"""What a client can be called."""

SECRET_MARK: Final = "sha256$"  # noqa: S105 # begins what is kept of a secret
"""Says how a client's secret is kept."""


class ProviderValidator(OAuth2Validator):  # type: ignore[misc] # the library has no types
    """The library's validator, with clients, codes and tokens as this provider keeps them."""

    # Clients

    def _load_application(self, client_id: str | None, request: Request) -> Client | None:
        """Find the client once per request; an id that none can have is not looked for."""
        if not isinstance(request.client, Client) or request.client.client_id != client_id:
            is_possible = CLIENT_ID.fullmatch(client_id or "") is not None
            request.client = next(iter(Client.objects.raw(_CLIENT, [client_id])), None) if is_possible else None
        return request.client

    def authenticate_client(self, request: Request, *_: Any, **__: Any) -> bool:  # noqa: ANN401 # oauthlib's
        """Take one way of authentication per request (RFC 6749 section 2.3); a header given and wrong stays wrong."""
        has_header = self._extract_basic_auth(request) is not None
        if has_header and getattr(request, "client_secret", None):
            return False
        named = request.client_id
        is_known = self._authenticate_basic_auth(request) if has_header else self._authenticate_request_body(request)
        # A body that names another client than the header would give that other one's name to the tokens.
        return bool(is_known and (named is None or named == request.client.client_id))

    def authenticate_client_id(self, *_: Any, **__: Any) -> bool:  # noqa: ANN401 # oauthlib's
        """Refuse: every client here has a secret."""
        return False

    def client_authentication_required(self, *_: Any, **__: Any) -> bool:  # noqa: ANN401 # oauthlib's
        """Say so for every request."""
        return True

    def _check_secret(self, provided_secret: str, stored_secret: str) -> bool:
        digest = SECRET_MARK + digest_token(provided_secret)
        return hmac.compare_digest(digest.encode(), stored_secret.encode())

    # The authorization request

    def get_default_redirect_uri(self, *_: Any, **__: Any) -> None:  # noqa: ANN401 # oauthlib's
        """Give none: a request must name its redirect URI (OpenID Connect Core 1.0 section 3.1.2.1)."""

    def validate_response_type(self, client_id: str, response_type: str, *_: Any, **__: Any) -> bool:  # noqa: ANN401 # oauthlib's
        """Take `code` alone."""
        del client_id
        return response_type == "code"

    def validate_grant_type(self, client_id: str, grant_type: str, *_: Any, **__: Any) -> bool:  # noqa: ANN401 # oauthlib's
        """Take `authorization_code` alone."""
        del client_id
        return grant_type == "authorization_code"

    def validate_scopes(self, client_id: str, scopes: list[str], client: Client, *_: Any, **__: Any) -> bool:  # noqa: ANN401 # oauthlib's
        """Take the scopes that the client was given."""
        del client_id
        return set(scopes) <= {"openid", *client.allowed_scopes}

    def is_pkce_required(self, *_: Any, **__: Any) -> bool:  # noqa: ANN401 # oauthlib's
        """Say so for every client."""
        return True

    def validate_silent_login(self, request: Request) -> bool:
        """Leave it to the view, which knows the session: `interaction.py` decides."""
        del request
        return True

    def validate_silent_authorization(self, request: Request) -> bool:
        """Leave it to the view, as above."""
        del request
        return True

    # The code

    def save_authorization_code(self, *_: Any, **__: Any) -> None:  # noqa: ANN401 # oauthlib's
        """Refuse: codes are given by `codes.py` alone, which knows how the person signed in."""
        raise NotImplementedError("codes are given by codes.py")

    def validate_code(self, client_id: str, code: str, client: Client, request: Request, *_: Any, **__: Any) -> bool:  # noqa: ANN401 # oauthlib's
        """Spend the code; a second use takes back what the first gave.

        A code is spent before PKCE is checked: whoever stole one has a single guess.
        """
        del client_id
        request.reserved_token = draw_token()
        spent = spend_code(code, client, request.reserved_token)
        if spent is None:
            take_back(code, client)
            return False
        request.user, request.scopes, request.spent = spent.account, spent.scope.split(), spent
        return spent.is_good

    def get_code_challenge(self, code: str, request: Request) -> str:
        """Give the challenge that the request for the code had."""
        del code
        return request.spent.challenge  # type: ignore[no-any-return] # oauthlib has no types

    def get_code_challenge_method(self, code: str, request: Request) -> str:
        """Give its method, which is S256 (the table holds no other)."""
        del code, request
        return "S256"

    def confirm_redirect_uri(
        self, client_id: str, code: str, redirect_uri: str, client: Client, request: Request
    ) -> bool:
        """Compare as text with the one that the code was sent to."""
        del client_id, code, client
        if redirect_uri != request.spent.redirect_uri:
            # oauthlib's own error here is no word of RFC 6749 section 5.2.
            raise InvalidGrantError(description="redirect_uri: not the one of the request.", request=request)
        return True

    def invalidate_authorization_code(self, *_: Any, **__: Any) -> None:  # noqa: ANN401 # oauthlib's
        """Do nothing: the code was spent before the token was made, and is kept so that a second use is seen."""

    def get_authorization_code_nonce(
        self, client_id: str, code: str, redirect_uri: str, request: Request
    ) -> str | None:
        """Give the nonce that the request for the code had."""
        del client_id, code, redirect_uri
        return str(request.spent.nonce) or None

    # The tokens

    def save_bearer_token(self, token: Mapping[str, Any], request: Request, *_: Any, **__: Any) -> None:  # noqa: ANN401 # oauthlib's
        """Keep the access token's checksum."""
        del token
        checksum, scope = digest_token(request.reserved_token), " ".join(request.scopes)
        with connection.cursor() as cursor:
            cursor.execute(_INSERT, [request.user.pk, request.client.pk, checksum, ACCESS_SECONDS, scope])

    def get_id_token(self, token: Mapping[str, Any], token_handler: object, request: Request) -> str:
        """Give the signed ID token; oauthlib would otherwise begin one with the body's `client_id` as audience."""
        del token_handler
        return make_id_token(request.client, request.spent, token["access_token"])

    def get_userinfo_claims(self, request: Request) -> dict[str, Any]:
        """Give what the token's scopes open; always with `sub`."""
        return make_claims(request.client, request.user, request.scopes)

    def validate_bearer_token(self, token: str | None, scopes: list[str], request: Request) -> bool:
        """Find who the token speaks of: unexpired, of an open account, with the scopes asked for."""
        if not token:
            return False
        with connection.cursor() as cursor:
            cursor.execute(_BEARER, [digest_token(token)])
            found = cursor.fetchone()
        if found is None or not set(scopes) <= set(found[4].split()):
            return False
        # As rows that were read: a new row would draw itself a name and a secret first.
        request.user = Account.from_db(DEFAULT_DB_ALIAS, ("id", "full_name", "personal_number"), found[:3])
        request.client = Client.from_db(DEFAULT_DB_ALIAS, ("sector",), found[3:4])
        request.scopes = found[4].split()
        return True
