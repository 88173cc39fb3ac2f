"""What a gateway's TLS key file tells: the public key and the text under which the directory pins it."""

from __future__ import annotations

import hashlib

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from lienthong.directory.errors import DirectoryError, DirectoryErrorKind
from lienthong.kernel.canonical import encode_base64url


def public_der(private_pem: bytes) -> bytes:
    """Give the public key of a private one, as DER (SPKI); raises `INVALID_CERTIFICATE`."""
    try:
        key = load_pem_private_key(private_pem, password=None)
    except (ValueError, TypeError) as error:
        message = f"TLS: expected a private key in PEM ({type(error).__name__})"
        raise DirectoryError(DirectoryErrorKind.INVALID_CERTIFICATE, message) from error
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def public_fingerprint(private_pem: bytes) -> str:
    """Give the pinned text of a private key."""
    return encode_base64url(hashlib.sha256(public_der(private_pem)).digest())
