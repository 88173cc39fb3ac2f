"""The protocol's frame: oauthlib's endpoints with one flow only, and the requests that are refused before any of it.

Beside the flow there is one exchange of tokens, that of `usage_grant.py`.

There is no implicit, hybrid, password, client credentials, refresh or device grant to be switched on by mistake, and
S256 is the only PKCE method: `plain` is as unknown as any other word.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from oauth2_provider.oauth2_backends import OAuthLibCore
from oauthlib.oauth2.rfc6749.endpoints import AuthorizationEndpoint, ResourceEndpoint, TokenEndpoint
from oauthlib.oauth2.rfc6749.errors import (
    CustomOAuth2Error,
    InvalidRequestError,
    InvalidScopeError,
    UnsupportedResponseTypeError,
)
from oauthlib.oauth2.rfc6749.grant_types.authorization_code import code_challenge_method_s256
from oauthlib.oauth2.rfc6749.tokens import BearerToken
from oauthlib.openid import UserInfoEndpoint
from oauthlib.openid.connect.core.grant_types import AuthorizationCodeGrant

from lienthong.identity.provider.configuration import SCOPES
from lienthong.identity.provider.usage_grant import TOKEN_EXCHANGE, UsageGrant

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from oauthlib.common import Request

MOST_NONCE: Final = 255
"""Characters of a nonce; ours to bound, since it is stored and signed."""

_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
"""A SHA-256 in base64url: RFC 7636 section 4.2."""

_VERIFIER: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}")
"""RFC 7636 section 4.1."""

_PLAIN_TEXT: Final = re.compile(r"[\x20-\x7e]*")
"""RFC 6749 appendix A: parameters of requests are printable ASCII."""

PROMPTS: Final = frozenset({"none", "login", "consent", "select_account"})
"""OpenID Connect Core 1.0 section 3.1.2.1; other values are refused rather than passed over."""

_SINGLE: Final = ("nonce", "prompt", "max_age", "acr_values", "code_challenge", "code_challenge_method")
"""Parameters that oauthlib lets a request repeat, and then takes one of (RFC 6749 section 3.1 forbids it)."""


class CodeFlowServer(AuthorizationEndpoint, TokenEndpoint, ResourceEndpoint, UserInfoEndpoint):  # type: ignore[misc] # oauthlib has no types
    """An OpenID server that knows the authorization code flow."""

    def __init__(
        self,
        request_validator: Any,  # noqa: ANN401 # oauthlib has no types
        token_expires_in: int | None = None,
        token_generator: Callable[[Request], str] | None = None,
        *_: Any,  # noqa: ANN401 # what the library passes for other flows
        **__: Any,  # noqa: ANN401 # as above
    ) -> None:
        grant = AuthorizationCodeGrant(request_validator, refresh_token=False)
        target = grant.proxy_target
        target._code_challenge_methods = {"S256": code_challenge_method_s256}  # noqa: SLF001 # no public way
        target.custom_validators.pre_auth.append(require_plain_request)
        target.custom_validators.pre_token.append(require_verifier)
        bearer = BearerToken(request_validator, token_generator, token_expires_in)
        AuthorizationEndpoint.__init__(
            self, default_response_type="code", response_types={"code": grant}, default_token_type=bearer
        )
        TokenEndpoint.__init__(
            self,
            default_grant_type="authorization_code",
            grant_types={"authorization_code": grant, TOKEN_EXCHANGE: UsageGrant(request_validator)},
            default_token_type=bearer,
        )
        ResourceEndpoint.__init__(self, default_token="Bearer", token_types={"Bearer": bearer})  # noqa: S106 # a type
        UserInfoEndpoint.__init__(self, request_validator)
        self.bearer = bearer


class ProviderCore(OAuthLibCore):  # type: ignore[misc] # the library has no types
    """The library's bridge from Django to oauthlib, with the parts of a request that these endpoints read."""

    def extract_headers(self, request: HttpRequest) -> dict[str, str]:
        """Give the two headers that count: the library copies the whole environment, for every call."""
        authorization = request.META.get("HTTP_AUTHORIZATION")
        headers = {"Content-Type": request.META.get("CONTENT_TYPE", "")}
        if authorization:
            headers |= {"Authorization": authorization, "HTTP_AUTHORIZATION": authorization}
        return headers

    def extract_body(self, request: HttpRequest) -> list[tuple[str, str]]:
        """Give all pairs, so that a parameter that stands twice is seen; the library keeps the last of each."""
        return [(name, value) for name, values in request.POST.lists() for value in values]


def require_plain_request(request: Request) -> dict[str, Any]:
    """Refuse an authorization request that asks for what does not exist here; its redirect URI is already proven."""
    duplicates = frozenset(request.duplicate_params)  # each look takes the query apart again
    repeated = [name for name in _SINGLE if name in duplicates]
    if repeated:
        raise InvalidRequestError(description=f"{repeated[0]} stands twice.", request=request)
    for name in ("request", "request_uri", "registration"):
        if getattr(request, name, None) is not None:
            raise CustomOAuth2Error(f"{name}_not_supported", request=request)
    if request.response_type is not None and request.response_type != "code":
        raise UnsupportedResponseTypeError(request=request)
    if getattr(request, "response_mode", None) not in {None, "query"}:
        raise InvalidRequestError(description="response_mode: only query is offered.", request=request)
    # The claims parameter is passed over, as discovery says: oauthlib would read it, and stumble over odd ones.
    request.claims = None
    # A scope that nobody here knows is passed over (OpenID Connect Core 1.0 section 3.1.2.1).
    request.scopes = [scope for scope in request.scopes or () if scope in SCOPES]
    if "openid" not in request.scopes:
        raise InvalidScopeError(description="scope: openid is needed.", request=request)
    _require_pkce(request)
    _require_openid_parameters(request)
    return {}


def _require_pkce(request: Request) -> None:
    """Refuse what is no S256 challenge; oauthlib would take a missing method as `plain`."""
    if request.code_challenge is None:
        raise InvalidRequestError(description="code_challenge is needed (PKCE).", request=request)
    if request.code_challenge_method != "S256":
        raise InvalidRequestError(description="code_challenge_method: only S256 is offered.", request=request)
    if not _CHALLENGE.fullmatch(request.code_challenge):
        raise InvalidRequestError(description="code_challenge: expected a SHA-256 in base64url.", request=request)


def _require_openid_parameters(request: Request) -> None:
    if request.nonce is not None and (len(request.nonce) > MOST_NONCE or not _PLAIN_TEXT.fullmatch(request.nonce)):
        raise InvalidRequestError(description=f"nonce: at most {MOST_NONCE} printable characters.", request=request)
    prompts = (request.prompt or "").split()
    if not PROMPTS.issuperset(prompts) or ("none" in prompts and len(prompts) > 1):
        raise InvalidRequestError(description="prompt: unknown, or none with another.", request=request)
    if request.max_age is not None and not (request.max_age.isascii() and request.max_age.isdecimal()):
        raise InvalidRequestError(description="max_age: expected seconds.", request=request)


def require_verifier(request: Request) -> None:
    """Refuse a token request with a parameter twice, or without a code verifier of the right form (RFC 7636, 4.5)."""
    duplicates = request.duplicate_params
    if duplicates:
        raise InvalidRequestError(description=f"{duplicates[0]} stands twice.", request=request)
    if not _VERIFIER.fullmatch(request.code_verifier or ""):
        raise InvalidRequestError(description="code_verifier: expected 43 to 128 characters.", request=request)
