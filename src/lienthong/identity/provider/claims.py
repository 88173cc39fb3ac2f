"""What a client learns of a person: the ID token, and the claims that its scopes open.

An ID token says who (pairwise), how surely and when; a person's data stands at the user information endpoint alone,
so that nothing of it lies in a token that is logged or kept (OpenID Connect Core 1.0 sections 2 and 5.4).
"""

from __future__ import annotations

import hashlib
import threading
import time
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import msgspec
from django.conf import settings
from jwcrypto import jws
from jwcrypto.common import JWException

from lienthong.identity.provider.configuration import ID_TOKEN_SECONDS
from lienthong.identity.provider.keys import KeyFolder, ensure_keys
from lienthong.identity.provider.levels import name_level
from lienthong.identity.provider.subjects import load_subject_secret, name_subject
from lienthong.kernel.canonical import encode_base64url
from lienthong.kernel.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from lienthong.identity.models import Account
    from lienthong.identity.provider.codes import SpentCode
    from lienthong.identity.provider.models import Client

CLAIMS: Final = ("sub", "name", "personal_number", "auth_time", "acr", "amr")
"""All that a client can learn, beside what every token has."""


_OPENING: Final = threading.Lock()
"""Held while a folder is opened: two threads of a new installation would each make its secrets."""


@lru_cache(maxsize=4)
def open_keys(folder: Path) -> KeyFolder:
    """Give the keys of a folder, the same object once opened; a new installation's are made."""
    with _OPENING:
        ensure_keys(folder, SystemClock().now_ms())
        return KeyFolder(folder)


@lru_cache(maxsize=4)
def _open_subjects(folder: Path) -> bytes:
    with _OPENING:
        return load_subject_secret(folder)


def name_for(client: Client, account: Account) -> str:
    """Give the `sub` of an account as this client's sector sees it."""
    return name_subject(_open_subjects(settings.OPENID_SECRETS), client.sector, account.pk)


def make_claims(client: Client, account: Account, scopes: Iterable[str]) -> dict[str, Any]:
    """Give the claims that the scopes open, `sub` always."""
    claims: dict[str, Any] = {"sub": name_for(client, account)}
    if "profile" in scopes:
        claims["name"] = account.full_name
    if "personal_number" in scopes:
        claims["personal_number"] = account.personal_number
    return claims


def make_id_token(client: Client, spent: SpentCode, access_token: str) -> str:
    """Give the ID token for a code: signed with the client's algorithm, audience the client that was authenticated."""
    now = int(time.time())
    claims: dict[str, Any] = {
        "iss": settings.OPENID_ISSUER,
        "sub": name_for(client, spent.account),
        "aud": client.client_id,
        "iat": now,
        "exp": now + ID_TOKEN_SECONDS,
        "auth_time": int(spent.signed_in_at.timestamp()),
        "acr": name_level(spent.level),
        "amr": spent.methods,
        "at_hash": hash_half(access_token),
    }
    if spent.nonce:
        claims["nonce"] = spent.nonce
    return sign_claims(claims, client.algorithm)


def sign_claims(claims: dict[str, Any], algorithm: str, token_type: str = "JWT") -> str:  # noqa: S107 - a name
    """Give a signed token (JWS compact form) with the key that signs now."""
    key = open_keys(settings.OPENID_SECRETS).get_signing(algorithm, SystemClock().now_ms())
    token = jws.JWS(msgspec.json.encode(claims))
    header = msgspec.json.encode({"alg": algorithm, "kid": key.kid, "typ": token_type}).decode()
    token.add_signature(key.pair, alg=algorithm, protected=header)
    signed: str = token.serialize(compact=True)
    return signed


def find_own_claims(token: str) -> dict[str, Any] | None:
    """Read an ID token that this provider gave, expired or not; None for any other text.

    For hints (`id_token_hint`), which say who was signed in, never that they still are.
    """
    read = jws.JWS()
    read.allowed_algs = ["RS256", "ES256"]
    try:
        read.deserialize(token)
        kid = read.jose_header.get("kid")
        keys = [key for key in open_keys(settings.OPENID_SECRETS).list_keys() if key.kid == kid]
        read.verify(keys[0].pair, alg=keys[0].algorithm)
        claims = msgspec.json.decode(read.payload, type=dict[str, Any])
    except (JWException, msgspec.MsgspecError, IndexError, ValueError, AttributeError):
        return None
    return claims if claims.get("iss") == settings.OPENID_ISSUER else None


def hash_half(token: str) -> str:
    """Give `at_hash`: the left half of SHA-256, in base64url (OpenID Connect Core 1.0 section 3.1.3.6)."""
    digest = hashlib.sha256(token.encode("ascii")).digest()
    return encode_base64url(digest[: len(digest) // 2])
