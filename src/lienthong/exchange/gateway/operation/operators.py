"""Who may operate a gateway: whose token has its hash in `admin.operators`, sent as bearer or in the page's cookie."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Final

from lienthong.kernel.canonical import encode_base64url

if TYPE_CHECKING:
    from starlette.requests import Request

COOKIE: Final = "lienthong-operator"


def is_operator(request: Request, operators: tuple[str, ...], *, by_cookie: bool = False) -> bool:
    """Say whether a request comes from an operator; a cookie counts for the page alone, never for the API."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    offered = token.strip() if scheme.lower() == "bearer" else ""
    if by_cookie and not offered:
        offered = request.cookies.get(COOKIE, "")
    return is_token(offered, operators)


def is_token(offered: str, operators: tuple[str, ...]) -> bool:
    """Say whether a token is an operator's; compared in the same time whichever it is."""
    digest = encode_base64url(hashlib.sha256(offered.encode()).digest())
    found = [hmac.compare_digest(digest, each) for each in operators]
    return bool(offered) and any(found)
