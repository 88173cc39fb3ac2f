"""Sign-ins that a browser began: kept in its own session, each for one answer only.

`state` finds the entry, so an answer that this browser did not ask for has none; the entry holds what must not go
through the browser (`code_verifier`) and what the answer is checked against (`nonce`, the issuer that was asked).
"""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

import msgspec

from lienthong.identity.relying.errors import RelyingError, RelyingErrorKind
from lienthong.kernel.canonical import encode_base64url

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from lienthong.identity.relying.configuration import RelyingParty
    from lienthong.identity.relying.metadata import Metadata

SESSION_KEY: Final = "provider_requests"

MOST_REQUESTS: Final = 5
"""Open tabs that sign in at once; the oldest gives way."""

REQUEST_SECONDS: Final = 1800
"""As long as signing in at the provider may take."""

TOKEN_BYTES: Final = 32


class SignInRequest(msgspec.Struct, frozen=True):
    """A sign-in that was begun; `at` in seconds since 1970, `back` a path of this site."""

    issuer: str
    nonce: str
    verifier: str
    back: str
    level: int
    at: int


def begin_request(
    session: MutableMapping[str, Any], issuer: str, back: str, level: int, now: int
) -> tuple[str, SignInRequest]:
    """Keep a new sign-in in the session; gives its `state` and itself."""
    state, nonce, verifier = (secrets.token_urlsafe(TOKEN_BYTES) for _ in range(3))
    request = SignInRequest(issuer, nonce, verifier, back, level, now)
    kept = dict(list(session.get(SESSION_KEY, {}).items())[1 - MOST_REQUESTS :])
    session[SESSION_KEY] = {**kept, state: msgspec.to_builtins(request)}
    return state, request


def take_request(session: MutableMapping[str, Any], state: str, now: int) -> SignInRequest:
    """Take a sign-in out of the session: it has one answer. Errors: `UNKNOWN_STATE`."""
    kept = dict(session.get(SESSION_KEY, {}))
    found = kept.pop(state, None)
    session[SESSION_KEY] = kept
    request = None if found is None else msgspec.convert(found, SignInRequest)
    if request is None or now - request.at > REQUEST_SECONDS:
        message = "the answer of a provider: this browser began no such sign-in, or ended it already"
        raise RelyingError(RelyingErrorKind.UNKNOWN_STATE, message)
    return request


def make_address(party: RelyingParty, metadata: Metadata, state: str, request: SignInRequest) -> str:
    """Give the address at the provider where the person signs in."""
    challenge = encode_base64url(hashlib.sha256(request.verifier.encode("ascii")).digest())
    enough = sorted(acr for acr, level in party.settings.levels.items() if level >= request.level)
    query = {
        "response_type": "code",
        "client_id": party.settings.client_id,
        "redirect_uri": party.callback,
        "scope": " ".join(party.settings.scopes),
        "state": state,
        "nonce": request.nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "acr_values": " ".join(enough),
    }
    separator = "&" if "?" in metadata.authorization_endpoint else "?"
    return f"{metadata.authorization_endpoint}{separator}{urlencode(query)}"
