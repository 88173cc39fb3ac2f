"""What the sandbox's registry has besides people and units: the province as a client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lienthong.identity.provider.clients import NewClient, register_client
from lienthong.kernel.canonical import encode_base64url
from lienthong.kernel.keys import load_secret
from lienthong.sandbox.sites import CLIENT_ID

if TYPE_CHECKING:
    from pathlib import Path


def register_province(url: str, secret: Path) -> None:
    """Let people sign in to the province by this registry; at another address than last time, at that one."""
    register_client(
        NewClient(
            CLIENT_ID,
            "Cổng dịch vụ công mẫu (sandbox)",
            redirect_uris=(f"{url}/sign-in/provider/answer",),
            sign_out_uris=(f"{url}/",),
            scopes=("profile", "personal_number"),
        ),
        encode_base64url(load_secret(secret)),
    )
