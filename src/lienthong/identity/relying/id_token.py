"""Checking an ID token: every rule of OpenID Connect Core 1.0 section 3.1.3.7, and the stricter ones of ours.

Pure but for the key, which is looked up by the id that the token names, among the provider's own keys only. Nothing in
the token chooses how it is checked: the algorithms are those of settings, never `none` or a shared-key one.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec
from jwcrypto import jws
from jwcrypto.common import JWException

from lienthong.identity.relying.errors import RelyingError, RelyingErrorKind
from lienthong.kernel.canonical import decode_base64url, encode_base64url
from lienthong.kernel.errors import KernelError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from jwcrypto import jwk

SKEW_SECONDS: Final = 60
"""How far two clocks may differ."""

OLDEST_SECONDS: Final = 600
"""How long ago a token may have been made: it came straight from the provider."""

KEY_TYPES: Final = {"RS256": "RSA", "ES256": "EC"}
"""What can be allowed at all, and the key type of each; HS256 would make the client's secret a signing key."""

MOST_SUBJECT: Final = 255
"""OpenID Connect Core 1.0 section 2."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What the token of this sign-in must say; `now` in seconds since 1970."""

    issuer: str
    client_id: str
    nonce: str
    algorithms: Collection[str]
    levels: Mapping[str, int]
    level: int
    access_token: str
    now: int


class IdToken(msgspec.Struct, frozen=True):
    """The claims of an ID token that we read."""

    iss: str
    sub: str
    aud: str | tuple[str, ...]
    exp: int
    iat: int
    nonce: str
    auth_time: int = 0
    acr: str = ""
    amr: tuple[str, ...] = ()
    azp: str | None = None
    at_hash: str | None = None
    nbf: int = 0


class _Header(msgspec.Struct, frozen=True):
    alg: str
    kid: str
    crit: tuple[str, ...] | None = None


def verify_id_token(token: str, expected: Expected, find_key: Callable[[str], jwk.JWK | None]) -> IdToken:
    """Return the claims of a token that is right in every respect.

    Errors: `BAD_TOKEN`, and `LEVEL_NOT_REACHED` for one that is right but not as sure as it must be.
    """
    claims = _read_signed(token, expected, find_key)
    _require(claims.iss == expected.issuer, "iss: another issuer")
    # Audiences that we do not know could use the token as well as we: none but ourselves are accepted.
    audience = (claims.aud,) if isinstance(claims.aud, str) else claims.aud
    _require(audience == (expected.client_id,), "aud: not this client alone")
    _require(claims.azp in {None, expected.client_id}, "azp: another client")
    _require(claims.exp > expected.now - SKEW_SECONDS, "exp: over")
    _require(claims.iat <= expected.now + SKEW_SECONDS, "iat: in the future")
    _require(claims.iat >= expected.now - OLDEST_SECONDS, "iat: too long ago")
    _require(claims.nbf <= expected.now + SKEW_SECONDS, "nbf: not yet")
    _require(claims.auth_time <= expected.now + SKEW_SECONDS, "auth_time: in the future")
    _require(hmac.compare_digest(claims.nonce.encode(), expected.nonce.encode()), "nonce: of another sign-in")
    _require(0 < len(claims.sub) <= MOST_SUBJECT, "sub: empty or too long")
    if claims.at_hash is not None:
        _require(claims.at_hash == _hash_half(expected.access_token), "at_hash: of another access token")
    if expected.levels.get(claims.acr, 0) < expected.level:
        message = f"ID token: expected level {expected.level}, got acr {claims.acr!r}"
        raise RelyingError(RelyingErrorKind.LEVEL_NOT_REACHED, message)
    return claims


def _read_signed(token: str, expected: Expected, find_key: Callable[[str], jwk.JWK | None]) -> IdToken:
    """Return the claims once the signature is proven; before that only the header is read, to find the key."""
    parts = token.split(".")
    _require(len(parts) == 3, "expected header.claims.signature")  # noqa: PLR2004 # the compact form
    try:
        header = msgspec.json.decode(decode_base64url(parts[0]), type=_Header)
    except (KernelError, msgspec.MsgspecError) as error:
        raise _refused("header: no JSON object with alg and kid") from error
    _require(header.alg in expected.algorithms and header.alg in KEY_TYPES, "alg: not allowed")
    _require(header.crit is None, "crit: unknown extensions")
    key = find_key(header.kid)
    if key is None or key.get("kty") != KEY_TYPES[header.alg] or key.get("alg", header.alg) != header.alg:
        raise _refused("kid: no key of the provider for this algorithm")
    signed = jws.JWS()
    signed.allowed_algs = [header.alg]
    try:
        signed.deserialize(token, key, alg=header.alg)
        return msgspec.json.decode(signed.payload, type=IdToken)
    except JWException as error:
        raise _refused("signature: not by the provider's key") from error
    except (msgspec.MsgspecError, ValueError) as error:
        raise _refused("claims: one is missing or has another type") from error


def _hash_half(token: str) -> str:
    digest = hashlib.sha256(token.encode()).digest()
    return encode_base64url(digest[: len(digest) // 2])


def _require(condition: bool, reason: str) -> None:  # noqa: FBT001 # the condition is what is required
    if not condition:
        raise _refused(reason)


def _refused(reason: str) -> RelyingError:
    return RelyingError(RelyingErrorKind.BAD_TOKEN, f"ID token: {reason}")
