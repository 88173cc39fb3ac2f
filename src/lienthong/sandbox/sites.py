"""The sandbox's two sites beside its gateways: the registry, which the provider offers, and the consumer's province.

Owns their settings files; what they offer is in site_offers.py. Secrets are made once, settings are written anew with
each call; both roles keep their tables in one database server below the same folder.
"""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lienthong.sandbox.agencies.offices import CASES, SERVICE_NAMES
from lienthong.sandbox.delivery_offers import describe_delivery, offer_delivery
from lienthong.sandbox.federation import CLIENT, POPULATION
from lienthong.sandbox.gateway_home import FOLDER_MODE, ensure_secret, write_private
from lienthong.sandbox.marks import COMMUNE_AGENCY, INSTANCE
from lienthong.sandbox.national_portal.office import describe_portal
from lienthong.sandbox.ports import LOOPBACK, find_free_ports
from lienthong.sandbox.site_offers import PROVINCE_SECRET, REGISTRY_SECRET, offer_case_check, offer_registry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lienthong.sandbox.federation import Federation
    from lienthong.sandbox.national_portal.office import PortalOffice
    from lienthong.sandbox.purposes import Purposes

CLIENT_ID: Final = "province"
"""The province as a client of the registry's sign-ins."""

SITES_FOLDER: Final = "sites"
PASSED_MODE: Final = 0o711
END_SECONDS: Final = 20.0
CLIENT_SECRET: Final = "province-client.secret"  # noqa: S105 # a file's name


@dataclass(frozen=True, slots=True)
class SiteHome:
    """One role's site: its settings file and the port that it listens on."""

    role: str
    settings: Path
    port: int

    @property
    def address(self) -> str:
        """The address that it listens on."""
        return f"{LOOPBACK}:{self.port}"

    @property
    def url(self) -> str:
        """Where a browser finds it."""
        return f"http://{self.address}"


@dataclass(frozen=True, slots=True)
class Sites:
    """Both sites, in one folder, and the simulated portal that the province asks, if any."""

    folder: Path
    registry: SiteHome
    province: SiteHome
    portal: PortalOffice | None = None

    @property
    def client_secret(self) -> Path:
        """The file of the province's secret as a client."""
        return self.folder / CLIENT_SECRET

    @property
    def logins(self) -> Path:
        """Where the registry's filling writes who can sign in, for the person who tries the sandbox."""
        return self.folder / "logins.json"

    @property
    def staff_logins(self) -> Path:
        """The same for the registry's clerks and its administrator."""
        return self.folder / "staff-logins.json"

    @property
    def officer_logins(self) -> Path:
        """The same for the province's officers."""
        return self.folder / "officer-logins.json"


def make_sites(federation: Federation, purposes: Purposes, portal: PortalOffice | None = None) -> Sites:
    """Write both sites' settings, and let the provider's gateway offer the registry's services."""
    folder = federation.folder / SITES_FOLDER
    folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
    _let_database_pass(federation.folder, folder)
    ports = find_free_ports(2)
    registry, province = (
        SiteHome(role, folder / f"{role}.toml", port)
        for role, port in zip(("registry", "province"), ports, strict=True)
    )
    sites = Sites(folder, registry, province, portal)
    for secret in (REGISTRY_SECRET, PROVINCE_SECRET):
        ensure_secret(federation.folder / secret)
    ensure_secret(folder / CLIENT_SECRET)
    write_private(registry.settings, _describe_registry(registry).encode())
    at_portal = "" if portal is None else describe_portal(portal)
    write_private(province.settings, f"{_describe_province(sites, federation)}{at_portal}".encode())
    offer_registry(federation, registry.url, purposes)
    offer_case_check(federation, province.url)
    offer_delivery(federation, province.url)
    return sites


@contextmanager
def outlast_database(folder: Path) -> Iterator[None]:
    """Wait, at the end, until the database has ended: it ends by itself a moment after the last who used it.

    A folder taken away before that would be filled again.
    """
    try:
        yield
    finally:
        running = folder / SITES_FOLDER / "data" / "database" / "data" / "postmaster.pid"
        deadline = time.monotonic() + END_SECONDS
        while running.exists() and time.monotonic() < deadline:
            time.sleep(0.05)


def _let_database_pass(*folders: Path) -> None:
    """Where root runs the sandbox the database has a user of its own, which must get through to its data.

    It can pass these folders and not list them; what else lies in them is private by itself.
    """
    if os.geteuid() == 0:
        for folder in folders:
            folder.chmod(PASSED_MODE)


def _describe_site(site: SiteHome) -> str:
    return f"""\
role = "{site.role}"
instance = "{INSTANCE}"
data = "data"
address = "{site.address}"
secret_key_file = "{site.role}.secret"
"""


def _describe_registry(site: SiteHome) -> str:
    return f"""\
{_describe_site(site)}gateway_secret_file = "../{REGISTRY_SECRET}"
openid_approved_clients = ["{CLIENT_ID}"]
"""


def _describe_province(sites: Sites, federation: Federation) -> str:
    agencies = "\n".join(f'{name} = "{subsystem}"' for name, subsystem in SERVICE_NAMES.items())
    return f"""\
{_describe_site(sites.province)}gateway_secret_file = "../{PROVINCE_SECRET}"

[cases]
unit = "{COMMUNE_AGENCY}"

[agencies]
client = "{CASES}"
token_file = "../cases.token"
longest_pause_s = 5.0

[agencies.services]
{agencies}

[office]
phone = "1900 0000 (số mẫu)"
address = "Bộ phận Một cửa (mẫu), nhà số 1, đường Mẫu"
hours = "7:30-11:30, 13:30-17:00"

[relying]
issuer = "{sites.registry.url}"
client_id = "{CLIENT_ID}"
secret_file = "{CLIENT_SECRET}"

[exchange]
address = "{federation.consumer.consumers}"
client = "{CLIENT}"
token_file = "../portal.token"
population = "{POPULATION}"
{describe_delivery(federation)}"""
