"""Codes, tokens and secrets: how they are drawn, and what is kept of them."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from oauthlib.common import Request

TOKEN_BYTES: Final = 32
"""256 random bits cannot be guessed, so a plain hash keeps them safe at rest: a slow one would protect nothing more,
and cost most of a sign-in's time (measured: 2 to 3 flows a second)."""


def draw_token() -> str:
    """Draw 256 random bits, in base64url."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def digest_token(token: str) -> str:
    """Give what is kept of a code, a token or a client's secret: SHA-256 in hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()


def give_reserved_token(request: Request) -> str:
    """Give the access token that was drawn when the code was spent (oauthlib asks for it here)."""
    token: str = request.reserved_token
    return token
