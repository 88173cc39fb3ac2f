"""A site's own settings: the TOML file named by `LIENTHONG_SITE`, with `LIENTHONG_*` variables laid over it.

Owns the shape of that file and what its values mean together. Django's settings are computed from it in
`compose.py`, never written by an operator.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, urlsplit

import msgspec

from lienthong.cases.agency_settings import AgencySettings
from lienthong.cases.case_settings import CaseSettings
from lienthong.cases.documents.paper_settings import PaperSettings
from lienthong.cases.errors import CasesError
from lienthong.cases.mailing import MailSettings
from lienthong.cases.national_portal.settings import NationalPortalSettings, verify_portal_settings
from lienthong.delivery.counting_settings import CountingSettings
from lienthong.exchange.client import ClientSettings
from lienthong.identity.relying.configuration import RelyingSettings
from lienthong.kernel.errors import KernelError, KernelErrorKind
from lienthong.kernel.keys import load_secret, make_secret, store_secret
from lienthong.kernel.settings import load_settings
from lienthong.portal.cases.office import OfficeSettings, Profile
from lienthong.site.errors import SiteError, SiteErrorKind
from lienthong.site.roles import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

SITE_VARIABLE: Final = "LIENTHONG_SITE"
"""Names the settings file; every other `LIENTHONG_*` variable is a setting."""

LOOPBACK_HOSTS: Final = ("127.0.0.1", "localhost", "::1")
"""Hosts at which a site may be reached without TLS: the traffic stays in this machine."""


MOST_PORT: Final = 65535


class SiteSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an operator sets; docs/operate.md says each in a line."""

    role: Role
    instance: str
    data: str = ""
    database_url: str = ""
    address: str = "127.0.0.1:8000"
    public_url: str = ""
    hosts: tuple[str, ...] = ()
    behind_proxy: bool = False
    hsts_seconds: int = 31_536_000
    language: str = "vi"
    processes: int = 1
    threads: int = 8
    secret_key_file: str = "site.secret"  # noqa: S105 # a file's name
    gateway_secret_file: str = ""
    openid_issuer: str = ""
    openid_keys: str = "openid"
    openid_approved_clients: tuple[str, ...] = ()
    relying: RelyingSettings = RelyingSettings()
    exchange: ClientSettings = ClientSettings()
    cases: CaseSettings = CaseSettings()
    counting: CountingSettings = CountingSettings()
    agencies: AgencySettings = AgencySettings()
    profile: Profile | None = None
    office: OfficeSettings = OfficeSettings()
    papers: PaperSettings = PaperSettings()
    mail: MailSettings = MailSettings()
    national_portal: NationalPortalSettings = NationalPortalSettings()


class Site(msgspec.Struct, frozen=True):
    """A site's settings with the folder that its relative paths start from."""

    settings: SiteSettings
    folder: Path

    @property
    def data(self) -> Path:
        """Where the embedded database and the generated secrets lie."""
        return self.folder / self.settings.data if self.settings.data else default_data_folder()

    @property
    def public_url(self) -> SplitResult:
        """The address under which people reach the site."""
        return urlsplit(self.settings.public_url or f"http://{self.settings.address}")

    @property
    def issuer(self) -> str:
        """The name under which the OpenID provider gives tokens; fixed, whatever host a request names."""
        return (self.settings.openid_issuer or self.public_url.geturl()).rstrip("/")

    @property
    def is_secure(self) -> bool:
        """Whether people reach it by TLS."""
        return self.public_url.scheme == "https"

    @property
    def profile(self) -> Profile:
        """Where people file: unless the settings say otherwise, a sandbox's own pages, in earnest the State's."""
        return self.settings.profile or (Profile.STANDALONE if self.is_sandbox else Profile.VIETNAM)

    @property
    def is_sandbox(self) -> bool:
        """Whether everything here is synthetic, which every page then says."""
        return self.settings.instance == "DEMO"


def load_site(environ: Mapping[str, str]) -> Site:
    """Read the settings; raises `KernelError` for the file, `SiteError` for what contradicts itself."""
    named = environ.get(SITE_VARIABLE, "")
    if not named:
        message = f"no site is named: give --settings FILE or set {SITE_VARIABLE}; docs/operate.md has an example"
        raise SiteError(SiteErrorKind.SETTINGS, message)
    path = Path(named).absolute()
    laid_over = {name: text for name, text in environ.items() if name != SITE_VARIABLE}
    site = Site(load_settings(path, SiteSettings, laid_over), path.parent)
    require_consistent(site)
    return site


def require_consistent(site: Site) -> None:
    """Refuse a public address that would send passwords in clear text over a network."""
    split_address(site.settings.address)
    url = site.public_url
    if url.scheme not in {"http", "https"} or not url.hostname or url.path not in {"", "/"}:
        message = (
            f"public_url {url.geturl()!r}: expected https://HOST or http://HOST:PORT of this machine, without a path"
        )
        raise SiteError(SiteErrorKind.SETTINGS, message)
    try:
        verify_portal_settings(site.settings.national_portal)
    except CasesError as error:
        raise SiteError(SiteErrorKind.SETTINGS, error.message) from error
    if not site.is_secure and url.hostname not in LOOPBACK_HOSTS:
        message = f"public_url {url.geturl()!r}: people would sign in without TLS; put a proxy with TLS before the site"
        raise SiteError(SiteErrorKind.SETTINGS, message)


def split_address(address: str) -> tuple[str, int]:
    """Read `HOST:PORT`, an IPv6 host in brackets."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or int(port) > MOST_PORT:
        raise SiteError(SiteErrorKind.SETTINGS, f"address {address!r}: expected HOST:PORT, such as 127.0.0.1:8000")
    return host.strip("[]"), int(port)


def load_secret_key(site: Site) -> str:
    """Give the key that signs sessions and forms; the first start makes it.

    Several machines of one site need the same file.
    """
    path = site.data / site.settings.secret_key_file
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            store_secret(path, make_secret())
        except KernelError as error:
            # Another process of this site was quicker; its key counts.
            if error.kind is not KernelErrorKind.KEY_EXISTS:
                raise
    return load_secret(path).hex()


def load_gateway_secret(site: Site) -> str:
    """Give the secret by which the member's gateway is known; empty text: this site offers no services."""
    if not site.settings.gateway_secret_file:
        return ""
    path = site.folder / site.settings.gateway_secret_file
    try:
        return path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        message = (
            f"gateway_secret_file {path} cannot be read ({error}); it holds what services.toml names as secret_file"
        )
        raise SiteError(SiteErrorKind.SETTINGS, message) from error


def load_exchange_token(site: Site) -> str:
    """Give the token by which the member's gateway knows this site; empty text: it asks no other member."""
    return _read_token(site, "token_file", site.settings.exchange.token_file, "the subsystem's token")


def load_admin_token(site: Site) -> str:
    """Give the token by which the gateway gives this site packages and counts; empty text: it gives none."""
    named = site.settings.exchange.admin_token_file
    return _read_token(site, "admin_token_file", named, "a token of the gateway's admin.exporters")


def _read_token(site: Site, setting: str, named: str, what: str) -> str:
    if not named:
        return ""
    path = site.folder / named
    try:
        return path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        message = f"[exchange] {setting} {path} cannot be read ({error}); it holds {what}"
        raise SiteError(SiteErrorKind.SETTINGS, message) from error


def default_data_folder() -> Path:
    """Give the folder of a site that names none."""
    if os.geteuid() == 0:
        return Path("/var/lib/lienthong")
    home = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(home) / "lienthong"
