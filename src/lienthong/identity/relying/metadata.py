"""What a provider says of itself, proven before use, and its keys; both kept for a while by each process."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import msgspec
from jwcrypto import jwk

from lienthong.identity.relying.errors import RelyingError, RelyingErrorKind
from lienthong.identity.relying.transport import ask_json, require_safe_address

KEPT_SECONDS: Final = 900
"""How long the document and the keys are believed."""

UNKNOWN_KEY_SECONDS: Final = 30
"""How often an unknown key id may make us ask for the keys again: tokens of strangers shall not make us a hammer."""


class Metadata(msgspec.Struct, frozen=True):
    """The parts of a provider's document that we use (OpenID Connect Discovery 1.0 section 3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str
    response_types_supported: tuple[str, ...]
    code_challenge_methods_supported: tuple[str, ...] = ()
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False
    end_session_endpoint: str = ""


def require_metadata(document: dict[str, Any], issuer: str) -> Metadata:
    """Return the proven document of `issuer`; `BAD_METADATA` otherwise.

    The issuer must be the very one that settings name (a mix-up begins with a document that names another), every
    address safe, and PKCE with S256 offered: a provider that does not say so might pass the challenge over.
    """
    try:
        metadata = msgspec.convert(document, Metadata)
    except msgspec.ValidationError as error:
        raise RelyingError(RelyingErrorKind.BAD_METADATA, f"the document of {issuer}: {error}") from error
    if metadata.issuer != issuer:
        message = f"the document of {issuer} names the issuer {metadata.issuer!r}"
        raise RelyingError(RelyingErrorKind.BAD_METADATA, message)
    if "code" not in metadata.response_types_supported or "S256" not in metadata.code_challenge_methods_supported:
        message = f"{issuer}: expected the code flow with PKCE S256 to be offered"
        raise RelyingError(RelyingErrorKind.BAD_METADATA, message)
    for address in (
        metadata.authorization_endpoint,
        metadata.token_endpoint,
        metadata.jwks_uri,
        metadata.userinfo_endpoint,
    ):
        require_safe_address(address)
    if metadata.end_session_endpoint:
        require_safe_address(metadata.end_session_endpoint)
    return metadata


@dataclass
class _Kept:
    """What was fetched, and when (monotonic seconds)."""

    metadata: Metadata
    keys: dict[str, jwk.JWK]
    at: float


class Provider:
    """A provider as this process knows it. Threads may share it."""

    def __init__(self, issuer: str) -> None:
        self.issuer: Final = issuer
        self._lock = threading.Lock()
        self._kept: _Kept | None = None

    def get_metadata(self) -> Metadata:
        """Give the proven document."""
        return self._keep(KEPT_SECONDS).metadata

    def find_key(self, kid: str) -> jwk.JWK | None:
        """Find a key by its id; an unknown id asks for the key set again, now and then (keys rotate)."""
        found = self._keep(KEPT_SECONDS).keys.get(kid)
        return found if found is not None else self._keep(UNKNOWN_KEY_SECONDS).keys.get(kid)

    def _keep(self, seconds: float) -> _Kept:
        with self._lock:
            if self._kept is None or time.monotonic() - self._kept.at > seconds:
                self._kept = self._fetch()
            return self._kept

    def _fetch(self) -> _Kept:
        document = ask_json(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        metadata = require_metadata(document, self.issuer)
        return _Kept(metadata, read_keys(ask_json(metadata.jwks_uri)), time.monotonic())


def read_keys(document: dict[str, Any]) -> dict[str, jwk.JWK]:
    """Read a key set by key id; what is no public signing key with an id is passed over (RFC 7517 section 5)."""
    keys: dict[str, jwk.JWK] = {}
    for entry in document.get("keys", ()):
        if not isinstance(entry, dict) or entry.get("use", "sig") != "sig" or entry.get("kty") not in {"RSA", "EC"}:
            continue
        try:
            key = jwk.JWK(**entry)
        except (jwk.InvalidJWKValue, jwk.InvalidJWKType, jwk.InvalidJWKUsage, ValueError, TypeError):
            continue
        if isinstance(entry.get("kid"), str):
            keys[entry["kid"]] = key
    return keys


@lru_cache(maxsize=4)
def open_provider(issuer: str) -> Provider:
    """Give this process's knowledge of a provider, the same object each time."""
    return Provider(issuer)
