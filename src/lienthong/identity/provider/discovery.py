"""What the provider says of itself. A test walks through it: nothing stands here that does not work."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from lienthong.identity.provider.claims import CLAIMS
from lienthong.identity.provider.configuration import SCOPES
from lienthong.identity.provider.keys import ALGORITHMS
from lienthong.identity.provider.levels import LEVEL_URNS
from lienthong.identity.provider.server import PROMPTS
from lienthong.identity.provider.usage_grant import TOKEN_EXCHANGE


def describe_provider(issuer: str) -> dict[str, Any]:
    """Give the document of `/.well-known/openid-configuration` for the issuer, which has no path."""
    return {
        "issuer": issuer,
        "authorization_endpoint": issuer + reverse("openid-authorize"),
        "token_endpoint": issuer + reverse("openid-token"),
        "userinfo_endpoint": issuer + reverse("openid-user"),
        "jwks_uri": issuer + reverse("openid-keys"),
        "end_session_endpoint": issuer + reverse("openid-sign-out"),
        "scopes_supported": list(SCOPES),
        "claims_supported": ["iss", "aud", "exp", "iat", "nonce", "at_hash", *CLAIMS],
        "acr_values_supported": list(LEVEL_URNS.values()),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", TOKEN_EXCHANGE],
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": sorted(PROMPTS),
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": list(ALGORITHMS),
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "authorization_response_iss_parameter_supported": True,
    }
