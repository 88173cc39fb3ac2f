"""Who may operate a gateway: whose token has its hash in `admin.operators`, sent as bearer or typed into the page."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from lienthong.kernel.canonical import encode_base64url

if TYPE_CHECKING:
    from starlette.requests import Request


def is_operator(request: Request, operators: tuple[str, ...]) -> bool:
    """Say whether a request carries an operator's bearer token; a cookie never counts here."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return scheme.lower() == "bearer" and is_token(token.strip(), operators)


def is_token(offered: str, operators: tuple[str, ...]) -> bool:
    """Say whether a token is an operator's; compared in the same time whichever it is."""
    digest = encode_base64url(hashlib.sha256(offered.encode()).digest())
    found = [hmac.compare_digest(digest, each) for each in operators]
    return bool(offered) and any(found)
