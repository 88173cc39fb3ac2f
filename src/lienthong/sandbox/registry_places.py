"""What the sandbox's registry has besides people: the country's units, and the province as a client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lienthong.areas.loading import load_extract
from lienthong.areas.models import Load
from lienthong.identity.provider.clients import NewClient, register_client
from lienthong.kernel.canonical import encode_base64url
from lienthong.kernel.keys import load_secret
from lienthong.sandbox.sites import CLIENT_ID

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def fill_places(say: Callable[[str], None]) -> None:
    """Load the country's units, unless they are there."""
    if Load.objects.exists():
        return
    say("loading the country's units before and since 1 July 2025")
    counts = load_extract(lambda _: None, with_sandbox=True).counts
    say(f"loaded {counts['units added']} units and {counts['successions added']} successions")


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
