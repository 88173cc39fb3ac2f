"""Authorization codes: given for a proven request, spent once, and taken back when somebody tries them again.

One UPDATE spends a code, names the one access token that it turns into, and reads what the token answer needs: of two
requests with the same code one finds nothing (RFC 6749 section 4.1.2; RFC 9700 section 4.5).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from django.db import connection
from oauth2_provider.models import AccessToken

from lienthong.identity.models import Account
from lienthong.identity.provider.configuration import CODE_SECONDS
from lienthong.identity.provider.models import AuthorizationCode
from lienthong.identity.provider.tokens import digest_token, draw_token

if TYPE_CHECKING:
    from oauthlib.common import Request

    from lienthong.identity.provider.models import Client
    from lienthong.identity.provider.signed_in import Signing

_SPEND: Final = """
UPDATE provider_authorizationcode AS code SET spent_at = now(), access_checksum = %s
FROM identity_account AS account
WHERE code.code = %s AND code.application_id = %s AND code.spent_at IS NULL AND account.id = code.user_id
RETURNING account.id, code.expires > now() AND account.is_active, code.redirect_uri, code.scope, code.code_challenge,
  code.nonce, code.signed_in_at, code.level, code.methods
"""

_GIVE: Final = """
INSERT INTO provider_authorizationcode
  (user_id, application_id, code, expires, redirect_uri, scope, code_challenge, code_challenge_method, nonce,
   signed_in_at, level, methods, claims, resource, access_checksum, created, updated)
VALUES (%s, %s, %s, now() + make_interval(secs => %s), %s, %s, %s, %s, %s, %s, %s, %s, '', '[]', '', now(), now())
"""


@dataclass(frozen=True, slots=True)
class SpentCode:
    """What a code stood for. `is_good`: it was not too old, and the account is open. `account` has its id alone."""

    account: Account
    is_good: bool
    redirect_uri: str
    scope: str
    challenge: str
    nonce: str
    signed_in_at: datetime
    level: int
    methods: list[str]


def give_code(request: Request, signing: Signing) -> str:
    """Draw a code for a request that oauthlib has proven, and keep its hash."""
    code = draw_token()
    with connection.cursor() as cursor:
        cursor.execute(
            _GIVE,
            [
                signing.account.pk,
                request.client.pk,
                digest_token(code),
                CODE_SECONDS,
                request.redirect_uri,
                " ".join(request.scopes),
                request.code_challenge,
                request.code_challenge_method,
                request.nonce or "",
                datetime.fromtimestamp(signing.at_ms / 1000, UTC),
                signing.level,
                list(signing.methods),
            ],
        )
    return code


def spend_code(code: str, client: Client, access_token: str) -> SpentCode | None:
    """Spend a code of this client for an access token; None if there is none, or it was spent before."""
    with connection.cursor() as cursor:
        cursor.execute(_SPEND, [digest_token(access_token), digest_token(code), client.pk])
        found = cursor.fetchone()
    return None if found is None else SpentCode(Account(id=found[0]), *found[1:])


def take_back(code: str, client: Client) -> None:
    """Revoke what a code gave to this client: somebody else may hold it."""
    given = AuthorizationCode.objects.filter(code=digest_token(code), application=client).exclude(access_checksum="")
    AccessToken.objects.filter(token_checksum__in=given.values("access_checksum")).delete()
