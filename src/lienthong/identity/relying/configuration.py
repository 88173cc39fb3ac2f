"""What the province takes from the site's settings: which provider, as which client, and what its words mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    from pathlib import Path

RELYING_APPS: Final = ("lienthong.identity.relying",)

RELYING_MIDDLEWARE: Final = ("lienthong.identity.relying.session.ProviderSession",)
"""After the accounts' own."""

RELYING_BACKENDS: Final = ("lienthong.identity.relying.backend.ProviderBackend",)
"""After the accounts' own: finds the account of a session, and signs nobody in by itself."""

SIGN_IN_PATH: Final = "/sign-in/provider/"


class RelyingSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The section `[relying]`; without `issuer` nobody signs in at a provider."""

    issuer: str = ""
    client_id: str = ""
    secret_file: str = ""
    scopes: tuple[str, ...] = ("openid", "profile", "personal_number")
    algorithms: tuple[str, ...] = ("ES256", "RS256")
    levels: dict[str, int] = msgspec.field(
        default_factory=lambda: {"urn:lienthong:level:1": 1, "urn:lienthong:level:2": 2}
    )
    number_claim: str = "personal_number"
    name_claim: str = "name"


class RelyingParty(msgspec.Struct, frozen=True):
    """The settings with the client's secret and the address that the provider answers to."""

    settings: RelyingSettings
    secret: str
    callback: str
    start: str


def make_relying_settings(settings: RelyingSettings, folder: Path, public_url: str) -> dict[str, Any]:
    """Give the Django settings of the relying party. An unreadable secret file raises `OSError`."""
    if not settings.issuer:
        return {"RELYING_PARTY": None}
    secret = (folder / settings.secret_file).read_text("ascii").strip()
    party = RelyingParty(settings, secret, f"{public_url}{SIGN_IN_PATH}answer", f"{public_url}/")
    return {"RELYING_PARTY": party, "CITIZEN_LOGIN_URL": SIGN_IN_PATH}
