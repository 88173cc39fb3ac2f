"""Registering clients: their secret is drawn here and shown once, their redirect URIs are taken as they stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from lienthong.identity.errors import IdentityError, IdentityErrorKind
from lienthong.identity.provider.configuration import SCOPES
from lienthong.identity.provider.models import Client, SigningAlgorithm
from lienthong.identity.provider.tokens import digest_token, draw_token
from lienthong.identity.provider.validator import CLIENT_ID, SECRET_MARK

if TYPE_CHECKING:
    from collections.abc import Sequence

LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
"""Hosts whose redirect URIs may be without TLS: a sandbox on one machine."""

LEVELS: Final = (1, 2)


@dataclass(frozen=True)
class NewClient:
    """What is told of a client. Without `sector` it is the one host of its redirect URIs."""

    client_id: str
    name: str
    redirect_uris: Sequence[str]
    sign_out_uris: Sequence[str] = ()
    scopes: Sequence[str] = ("profile",)
    least_level: int = 1
    algorithm: str = SigningAlgorithm.RS256
    sector: str = ""


def register_client(told: NewClient, secret: str = "") -> str:
    """Register a client, or change what is registered under its id; gives its secret.

    A secret that is given (32 random bytes or more, for several sites that are set up together) is kept as it is.
    Errors: `BAD_CLIENT`.
    """
    _require_sound(told, secret)
    secret = secret or draw_token()
    Client.objects.update_or_create(
        client_id=told.client_id,
        defaults={
            "name": told.name,
            "client_type": Client.CLIENT_CONFIDENTIAL,
            "authorization_grant_type": Client.GRANT_AUTHORIZATION_CODE,
            "redirect_uris": " ".join(told.redirect_uris),
            "post_logout_redirect_uris": " ".join(told.sign_out_uris),
            "allowed_scopes": sorted(set(told.scopes) - {"openid"}),
            "least_level": told.least_level,
            "algorithm": told.algorithm,
            "sector": told.sector or urlsplit(told.redirect_uris[0]).hostname or "",
            # The library would take its slow hash for what is 256 random bits (see tokens.py).
            "hash_client_secret": False,
            "client_secret": SECRET_MARK + digest_token(secret),
        },
    )
    return secret


def _require_sound(told: NewClient, secret: str) -> None:
    """Refuse what would be unsafe or never work."""
    problem = _find_uri_problem([*told.redirect_uris, *told.sign_out_uris])
    hosts = {urlsplit(uri).hostname for uri in told.redirect_uris}
    if CLIENT_ID.fullmatch(told.client_id) is None:
        problem = "client_id: expected at most 100 letters, digits, dots and hyphens"
    elif not told.redirect_uris:
        problem = "a redirect URI is needed"
    elif len(hosts) > 1 and not told.sector:
        problem = f"redirect URIs of several hosts ({', '.join(sorted(map(str, hosts)))}) need a sector"
    elif unknown := set(told.scopes) - set(SCOPES):
        problem = f"unknown scopes {sorted(unknown)}; known are {list(SCOPES)}"
    elif told.least_level not in LEVELS or told.algorithm not in SigningAlgorithm.values:
        problem = f"least level {told.least_level}, algorithm {told.algorithm}: not offered"
    elif secret and len(secret) < len(draw_token()):
        problem = "a secret needs 32 random bytes in base64url"
    if problem:
        raise IdentityError(IdentityErrorKind.BAD_CLIENT, f"client {told.client_id}: {problem}")


def _find_uri_problem(uris: Sequence[str]) -> str:
    for uri in uris:
        parts = urlsplit(uri)
        is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
        if not is_safe or not parts.hostname or parts.fragment or "#" in uri or "*" in uri or not uri.isascii():
            return f"{uri!r}: expected https://HOST/PATH without a fragment (http on this machine only)"
        if any(character.isspace() for character in uri) or parts.username is not None:
            return f"{uri!r}: expected no blanks and no user name"
    return ""
