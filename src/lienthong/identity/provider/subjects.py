"""Who a person is to a client: a name of theirs in the client's sector that no other sector can tie to another.

OpenID Connect Core 1.0 section 8.1, by HMAC-SHA-256 under a secret of its own: whoever loses that secret gives every
person a new name everywhere, so it lies beside the signing keys and is never rotated.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Final

from lienthong.kernel.canonical import encode_base64url
from lienthong.kernel.errors import KernelError, KernelErrorKind
from lienthong.kernel.keys import load_secret, make_secret, store_secret

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

SECRET_FILE: Final = "subjects.secret"  # noqa: S105 # a file's name


def name_subject(secret: bytes, sector: str, account: UUID) -> str:
    """Give the `sub` of an account in a sector: 43 characters that say nothing."""
    return encode_base64url(hmac.digest(secret, sector.encode() + b"\0" + account.bytes, hashlib.sha256))


def load_subject_secret(folder: Path) -> bytes:
    """Read the secret; the first start makes it."""
    path = folder / SECRET_FILE
    if not path.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            store_secret(path, make_secret())
        except KernelError as error:
            # Another process was quicker; its secret counts.
            if error.kind is not KernelErrorKind.KEY_EXISTS:
                raise
    return load_secret(path)
