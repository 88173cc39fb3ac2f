"""The one byte form of a value: RFC 8785 JSON, and unpadded base64url for bytes inside it.

What is hashed or signed must have one spelling only; here two spellings of one value are refused, never
repaired.
"""

from __future__ import annotations

import base64
import binascii
from typing import Final

import rfc8785

from lienthong.kernel.errors import KernelError, KernelErrorKind


def canonical_bytes(value: object) -> bytes:
    """Give the RFC 8785 bytes of a value.

    The value is built of dicts with text keys, lists, text, numbers, booleans and None. Integers beyond
    2^53 - 1, NaN, infinities, lone surrogates and other types have no such form: `NOT_CANONICAL`.
    """
    try:
        return rfc8785.dumps(value)  # type: ignore[arg-type] # the library checks the shape and raises
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as error:
        message = f"expected a value with an RFC 8785 form, got {_describe(value)}: {error}"
        raise KernelError(KernelErrorKind.NOT_CANONICAL, message) from error


_TO_URL_ALPHABET: Final = bytes.maketrans(b"+/", b"-_")


def encode_base64url(raw: bytes) -> str:
    """Spell bytes in base64url without padding (RFC 4648 section 5)."""
    # binascii itself: the base64 module takes twice as long, and each message needs some six of these. Cut off here,
    # padding and line end cost less than `translate` takes to leave them out.
    return binascii.b2a_base64(raw).translate(_TO_URL_ALPHABET).rstrip(b"=\n").decode()


def decode_base64url(text: str) -> bytes:
    """Read unpadded base64url and give its bytes.

    Strict (`INVALID_BASE64URL`): padding, foreign characters, an impossible length and unused bits that are
    not zero are refused, so that no two texts give the same bytes.
    """
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise _not_base64url(text) from error
    if encode_base64url(raw) != text:
        raise _not_base64url(text)
    return raw


def _not_base64url(text: str) -> KernelError:
    shown = text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "..."
    return KernelError(
        KernelErrorKind.INVALID_BASE64URL, f"expected unpadded base64url (RFC 4648 section 5), got {shown!r}"
    )


def _describe(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= _SHOWN_CHARACTERS else shown[:_SHOWN_CHARACTERS] + "..."


_SHOWN_CHARACTERS = 80
"""As much of a refused value as a message shows: enough to find it, too little to flood a log."""
