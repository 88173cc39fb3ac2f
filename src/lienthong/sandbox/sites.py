"""The sandbox's two sites beside its gateways: the registry, which the provider offers, and the consumer's province.

Owns their settings files and what the provider's gateway offers of the registry. Secrets are made once, settings are
written anew with each call; both roles keep their tables in one database server below the same folder.
"""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lienthong.sandbox.agencies.offices import CASES, SERVICE_NAMES
from lienthong.sandbox.federation import CLIENT, POPULATION
from lienthong.sandbox.gateway_home import FOLDER_MODE, ensure_secret, write_private
from lienthong.sandbox.marks import COMMUNE_AGENCY, INSTANCE
from lienthong.sandbox.members import CIVIL_REGISTRY
from lienthong.sandbox.ports import LOOPBACK, find_free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lienthong.sandbox.federation import Federation

CLIENT_ID: Final = "province"
"""The province as a client of the registry's sign-ins."""

SITES_FOLDER: Final = "sites"
CIVIL: Final = CIVIL_REGISTRY.name_subsystem("CIVIL")
PASSED_MODE: Final = 0o711
END_SECONDS: Final = 20.0
SITE_SECRET: Final = "gateway.secret"  # noqa: S105 # a file's name
PROVINCE_SECRET: Final = "province-gateway.secret"  # noqa: S105 # as above
CLIENT_SECRET: Final = "province-client.secret"  # noqa: S105 # as above
REGISTRY_KEYS: Final = "registry-keys.json"
"""In the provider's gateway's home: the keys of the registry, whose tokens it takes."""


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
    """Both sites, in one folder."""

    folder: Path
    registry: SiteHome
    province: SiteHome

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


def make_sites(federation: Federation) -> Sites:
    """Write both sites' settings, and let the provider's gateway offer the registry's services."""
    folder = federation.folder / SITES_FOLDER
    folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
    _let_database_pass(federation.folder, folder)
    ports = find_free_ports(2)
    registry, province = (
        SiteHome(role, folder / f"{role}.toml", port)
        for role, port in zip(("registry", "province"), ports, strict=True)
    )
    sites = Sites(folder, registry, province)
    for secret in (SITE_SECRET, PROVINCE_SECRET, CLIENT_SECRET):
        ensure_secret(folder / secret)
    write_private(registry.settings, _describe_registry(registry).encode())
    write_private(province.settings, _describe_province(sites, federation).encode())
    _offer_registry(federation, registry)
    _offer_province(federation, province)
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
{_describe_site(site)}gateway_secret_file = "{SITE_SECRET}"
openid_approved_clients = ["{CLIENT_ID}"]
"""


def _describe_province(sites: Sites, federation: Federation) -> str:
    agencies = "\n".join(f'{name} = "{subsystem}"' for name, subsystem in SERVICE_NAMES.items())
    return f"""\
{_describe_site(sites.province)}gateway_secret_file = "{PROVINCE_SECRET}"

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
"""


def _offer_registry(federation: Federation, registry: SiteHome) -> None:
    """Write who offers what to whom: units to all communes, people to the province's own site, with a purpose."""
    secret = f"../{SITES_FOLDER}/{SITE_SECRET}"
    services = f"""\
[services."AREAS/units"]
url = "{registry.url}/services/areas/units"
secret_file = "{secret}"
idempotent = true

[services."POPULATION/persons"]
url = "{registry.url}/services/people/persons"
secret_file = "{secret}"
subject = "path:/{{number}}"
idempotent = true

[services."POPULATION/births"]
url = "{registry.url}/services/people/births"
secret_file = "{secret}"
requires_purpose = true
idempotent = true
"""
    for service in ("deaths", "residences", "cards"):
        services += f"""
[services."POPULATION/{service}"]
url = "{registry.url}/services/people/{service}"
secret_file = "{secret}"
subject = "body:/number"
idempotent = true
"""
    grants = f"""\
[[grant]]
to = "group:communes"
service = "AREAS/units"
methods = ["GET", "HEAD"]
paths = ["/", "/*", "/*/successors"]

[[grant]]
to = "{CLIENT}"
service = "POPULATION/persons"
methods = ["GET"]
paths = ["/*", "/*/facts", "/*/household", "/*/as-parent"]
"""
    told = ((CIVIL, "births", "/"), (CIVIL, "deaths", "/"), (CASES, "residences", "/"), (CASES, "residences", "/end"))
    for client, service, path in (*told, (CASES, "cards", "/")):
        grants += f"""
[[grant]]
to = "{client}"
service = "POPULATION/{service}"
methods = ["POST"]
paths = ["{path}"]
"""
    # Who looked is told to the bearers of this registry's tokens; its key set comes once the site is up.
    settings = (federation.provider.folder / "gateway.toml").read_text("utf-8")
    trust = f'\n[tracker]\nissuer = "{registry.url}"\nkeys = "{REGISTRY_KEYS}"\n'
    write_private(federation.provider.folder / "gateway.toml", (settings + trust).encode())
    write_private(federation.provider.folder / "services.toml", services.encode())
    write_private(federation.provider.folder / "grants.toml", grants.encode())


def _offer_province(federation: Federation, province: SiteHome) -> None:
    """Let the commune's gateway ask the case system about each purpose that names a case, and send none unchecked."""
    settings = (federation.consumer.folder / "gateway.toml").read_text("utf-8")
    check = f"""
[case_check]
url = "{province.url}/services/cases/check"
secret_file = "../{SITES_FOLDER}/{PROVINCE_SECRET}"
required = true
"""
    write_private(federation.consumer.folder / "gateway.toml", (settings + check).encode())
