"""What the provider takes from the site's settings, and what it sets in the library. Pure.

Everything that RFC 9700 advises against is off in the library too, though our own server (`server.py`) has no path
to it: two locks, since the library's defaults change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

CODE_SECONDS: Final = 60
"""A code's life. RFC 6749 section 4.1.2 allows ten minutes; a browser needs a few seconds."""

ACCESS_SECONDS: Final = 300
"""An access token's life: long enough to ask for the person's data once, right after the sign-in."""

ID_TOKEN_SECONDS: Final = 300
"""An ID token's life: it is read once, when it comes."""

SCOPES: Final = {
    "openid": "Know that it is you",
    "profile": "Your name",
    "personal_number": "Your personal number",
}
"""The scopes and what each gives; the wording is that of the consent page."""

PROVIDER_APPS: Final = ("lienthong.identity.provider", "oauth2_provider")
"""Ours first: the library's first migration needs our tables."""


def make_provider_settings(issuer: str, secrets: Path, approved_clients: Sequence[str]) -> dict[str, Any]:
    """Give the Django settings of the provider.

    `issuer` is the fixed name under which tokens are given (RFC 9207; never taken from a request's Host header),
    `secrets` the folder of the signing keys, `approved_clients` the client ids whose people are not asked for consent.
    """
    return {
        "OPENID_ISSUER": issuer,
        "OPENID_SECRETS": secrets,
        "OPENID_APPROVED_CLIENTS": tuple(approved_clients),
        "OAUTH2_PROVIDER_APPLICATION_MODEL": "provider.Client",
        "OAUTH2_PROVIDER_GRANT_MODEL": "provider.AuthorizationCode",
        "OAUTH2_PROVIDER": {
            "OIDC_ENABLED": True,
            "OIDC_ISS_ENDPOINT": issuer,
            "OAUTH2_SERVER_CLASS": "lienthong.identity.provider.server.CodeFlowServer",
            "OAUTH2_VALIDATOR_CLASS": "lienthong.identity.provider.validator.ProviderValidator",
            "OAUTH2_BACKEND_CLASS": "lienthong.identity.provider.server.ProviderCore",
            "ACCESS_TOKEN_GENERATOR": "lienthong.identity.provider.tokens.give_reserved_token",
            "SCOPES": dict(SCOPES),
            "DEFAULT_SCOPES": ["openid"],
            "AUTHORIZATION_CODE_EXPIRE_SECONDS": CODE_SECONDS,
            "ACCESS_TOKEN_EXPIRE_SECONDS": ACCESS_SECONDS,
            "ID_TOKEN_EXPIRE_SECONDS": ID_TOKEN_SECONDS,
            "PKCE_REQUIRED": True,
            "ALLOWED_REDIRECT_URI_SCHEMES": ["https", "http"],
            "REFRESH_TOKEN_REUSE_PROTECTION": True,
            "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
            "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
            "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
            "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
            "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
            "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
        },
    }
