"""Where the simulated portal is: its settings, secret and behaviour, and the province's settings for it.

Made again with each call; its book and its secret stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lienthong.kernel.canonical import encode_base64url
from lienthong.kernel.keys import make_secret
from lienthong.sandbox.gateway_home import FOLDER_MODE, write_private
from lienthong.sandbox.marks import COMMUNE_AGENCY
from lienthong.sandbox.ports import LOOPBACK, find_free_ports

if TYPE_CHECKING:
    from pathlib import Path

PORTAL_FOLDER: Final = "national-portal"
ACCOUNT: Final = "tinh-mau"
UNIT: Final = "Z99.01.MOT"
"""The portal's code of the sample commune, another than ours on purpose."""


@dataclass(frozen=True, slots=True)
class PortalOffice:
    """The simulated portal: its folder and port."""

    folder: Path
    port: int

    @property
    def settings(self) -> Path:
        """The settings of its process."""
        return self.folder / "portal.toml"

    @property
    def secret_file(self) -> Path:
        """The secret of the province's account."""
        return self.folder / "account.secret"

    @property
    def behaviour(self) -> Path:
        """What it is told to do otherwise than usual."""
        return self.folder / "behaviour.json"

    @property
    def url(self) -> str:
        """Where a browser finds it."""
        return f"http://{LOOPBACK}:{self.port}"


def make_portal_office(above: Path) -> PortalOffice:
    """Write the settings of the simulated portal in a folder below one."""
    folder = above / PORTAL_FOLDER
    folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
    office = PortalOffice(folder, find_free_ports(1)[0])
    if not office.secret_file.exists():
        write_private(office.secret_file, encode_base64url(make_secret()).encode())
    text = f"""\
port = {office.port}
folder = "{folder}"
account = "{ACCOUNT}"
secret_file = "{office.secret_file}"
unit = "{UNIT}"
"""
    write_private(office.settings, text.encode())
    return office


def describe_portal(office: PortalOffice) -> str:
    """Give the section of a province's settings by which it asks the simulated portal."""
    return f"""
[national_portal]
address = "{office.url}/api"
account = "{ACCOUNT}"
secret_file = "{office.secret_file}"

[national_portal.units]
"{UNIT}" = "{COMMUNE_AGENCY}"
"""
