"""The token with which a person asks one member who looked at their data: made by the registry, verified offline.

A JWT (RFC 7519) of type `usage+jwt`, signed with ES256 (RFC 7518) by the registry's key, for one provider member as
audience, for one person, for some minutes. It is what a person's own sign-in of level 2 is exchanged for (RFC 8693).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind, Side

if TYPE_CHECKING:
    from pathlib import Path

TOKEN_TYPE: Final = "usage+jwt"  # noqa: S105 - a name
MAX_LIFE_S: Final = 300
"""The longest life of a token: what a log or a screen keeps of it is soon worth nothing."""
LEEWAY_S: Final = 60
LEAST_LEVEL: Final = 2
MAX_TOKEN: Final = 4096
_BEARER = re.compile(rb"[Bb]earer ([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)")


class UsageClaims(msgspec.Struct, frozen=True):
    """What a token says: who made it, for which member, of whom (personal number), until when, and how sure."""

    iss: str
    aud: str
    number: str
    iat: int
    exp: int
    level: int


class UsageTrust(NamedTuple):
    """Whose tokens a gateway takes: the issuer, the file of its public keys (a JWK set), and the own member."""

    issuer: str
    keys: Path
    member: str


def read_bearer(authorization: bytes | None) -> str:
    """Give the token of an Authorization header (RFC 6750 section 2.1); else raise TOKEN_REFUSED."""
    found = _BEARER.fullmatch(authorization or b"")
    if found is None or len(found[1]) > MAX_TOKEN:
        raise refused("expected Authorization: Bearer with the token of the person who asks")
    return found[1].decode("ascii")


def verify_usage_token(token: str, trust: UsageTrust, now_s: int) -> str:
    """Give the personal number of the person who asks; else raise TOKEN_REFUSED, without saying anything of them."""
    # Only gateways whose members keep data on persons load it.
    from jwcrypto import jwk, jws  # noqa: PLC0415 - as said above
    from jwcrypto.common import JWException  # noqa: PLC0415 - as above

    try:
        keys = jwk.JWKSet.from_json(trust.keys.read_text("utf-8"))
    except (OSError, ValueError, JWException) as error:
        raise refused("this gateway cannot read the registry's keys; its operator sees why") from error
    try:
        signed = jws.JWS()
        signed.allowed_algs = ["ES256"]
        signed.deserialize(token)
        header = signed.jose_header
        key = keys.get_key(str(header.get("kid", "")))
        if header.get("typ") != TOKEN_TYPE or key is None:
            raise refused("it is of another type, or signed by a key that is not the registry's")
        signed.verify(key)
        claims = msgspec.json.decode(signed.payload, type=UsageClaims)
    except (ValueError, JWException, msgspec.MsgspecError) as error:
        raise refused("it cannot be read, or its signature does not hold") from error
    _require_claims(claims, trust, now_s)
    return claims.number


def _require_claims(claims: UsageClaims, trust: UsageTrust, now_s: int) -> None:
    if claims.iss != trust.issuer:
        raise refused("it is not of the registry that this gateway trusts")
    if claims.aud != trust.member:
        raise refused(f"it is for another member than {trust.member}")
    if not claims.iat - LEEWAY_S <= now_s < claims.exp or claims.exp - claims.iat > MAX_LIFE_S:
        raise refused("it is not valid now")
    if claims.level < LEAST_LEVEL:
        raise refused(f"its person signed in at a level below {LEAST_LEVEL}")


def refused(why: str) -> ExchangeError:
    """Make the error of a token that is not taken."""
    return ExchangeError(
        ExchangeErrorKind.TOKEN_REFUSED, f"who looked is told to the person alone: {why}", Side.PROVIDER
    )
