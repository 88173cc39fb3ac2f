"""The call by which a gateway tells its member's own system that a reliable message has ended: its form and signature.

Pure, and both ends use it: the gateway signs, the system verifies (docs/clients.md). The signature is an HMAC-SHA256
over the time and the body under a secret that these two alone have; an old one is refused, so that a copy that somebody
kept tells nothing anew.
"""

from __future__ import annotations

import hmac
import re
from typing import Final

import msgspec

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind

SIGNATURE_HEADER: Final = "X-Road-Callback-Signature"
LIFE_S: Final = 300
"""How old a signature may be, or how far in the future by the other clock."""
_FORM: Final = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})")


class Callback(msgspec.Struct, frozen=True):
    """What is told. `status` is the address that the 202 gave, at the own gateway; the answer is fetched there."""

    status: str
    exchange: str
    service: str
    state: str
    changed: int
    """When it came to its end, milliseconds UTC."""


def sign_callback(secret: bytes, body: bytes, now_s: int) -> str:
    """Give the signature's header value."""
    return f"t={now_s},v1={_digest(secret, body, now_s)}"


def verify_callback(secret: bytes, signature: str, body: bytes, now_s: int) -> Callback:
    """Give what a gateway tells; raises `caller_unauthenticated` where it is not signed now with this secret."""
    found = _FORM.fullmatch(signature)
    if found is None:
        raise _refused(f"expected {SIGNATURE_HEADER}: t=SECONDS,v1=HEX")
    signed_s = int(found[1])
    if not hmac.compare_digest(found[2], _digest(secret, body, signed_s)):
        raise _refused("its signature is not one of this secret over this body")
    if abs(now_s - signed_s) > LIFE_S:
        raise _refused(f"it was signed {abs(now_s - signed_s)} seconds away from now, at most {LIFE_S} may be")
    try:
        return msgspec.json.decode(body, type=Callback)
    except msgspec.MsgspecError as error:
        raise _refused(f"its body is no callback: {error}") from error


def _digest(secret: bytes, body: bytes, at_s: int) -> str:
    return hmac.digest(secret, b"%d." % at_s + body, "sha256").hex()


def _refused(why: str) -> ExchangeError:
    return ExchangeError(ExchangeErrorKind.CALLER_UNAUTHENTICATED, f"callback: {why}")
