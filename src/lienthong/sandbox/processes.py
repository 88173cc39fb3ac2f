"""The sandbox's processes, each started as an operator would: directory, gateways, sites, agencies, what fills them."""

from __future__ import annotations

import socket
import sys
from typing import TYPE_CHECKING, Final

import msgspec

from lienthong.sandbox.children import Program
from lienthong.sandbox.ports import LOOPBACK

if TYPE_CHECKING:
    from pathlib import Path

    from lienthong.sandbox.agencies.offices import AgencyOffice
    from lienthong.sandbox.children import Child, Children
    from lienthong.sandbox.federation import Federation
    from lienthong.sandbox.gateway_home import GatewayHome
    from lienthong.sandbox.sites import SiteHome, Sites

FILL_SECONDS: Final = 600.0
"""How long a site may take to be filled; half a minute is usual."""

SITE_SECONDS: Final = 60.0
"""How long a site may take to listen; its database may have to recover first."""


class RunFile(msgspec.Struct, frozen=True):
    """What a gateway writes to `run.json` once it listens: its process, and the addresses it is bound to."""

    pid: int
    consumers: str
    peers: str
    admin: str


def fill_registry(children: Children, sites: Sites, people: int, logs: Path) -> Child:
    """Start the filling of the registry, which ends by itself."""
    command = (
        *(sys.executable, "-m", "lienthong.sandbox.registry_setup", "--settings", str(sites.registry.settings)),
        *("--province", sites.province.url, "--client-secret", str(sites.client_secret), "--logins", str(sites.logins)),
        *("--staff-logins", str(sites.staff_logins), "--people", str(people)),
    )
    return children.start(Program("the filling of the registry", command, logs / "registry-setup.log"))


def fill_province(children: Children, sites: Sites, logs: Path) -> Child:
    """Start the filling of the province, which ends by itself: tables, units, and officers who can sign in."""
    words = ("--settings", str(sites.province.settings), "--staff-logins", str(sites.officer_logins))
    command = (sys.executable, "-m", "lienthong.sandbox.province_setup", *words)
    return children.start(Program("the filling of the province", command, logs / "province-setup.log"))


def start_agency(children: Children, office: AgencyOffice, logs: Path) -> Child:
    """Start a sample agency; it listens only when `require_office_open` has returned."""
    command = (sys.executable, "-m", "lienthong.sandbox.agencies.serve", str(office.settings))
    name = f"the agency {office.member.folder}"
    return children.start(Program(name, command, logs / f"agency-{office.folder.name}.log"))


def require_office_open(child: Child, office: AgencyOffice) -> None:
    """Wait until a sample agency listens; raises `SandboxError`."""
    require_port(child, office.port)


def require_port(child: Child, port: int) -> None:
    """Wait until a child listens at a port; raises `SandboxError`."""
    child.require_ready(lambda: _is_listening(port))


def start_worker(children: Children, site: SiteHome, logs: Path) -> Child:
    """Start the background work of a site."""
    command = (sys.executable, "-m", "lienthong", "worker", "--settings", str(site.settings))
    return children.start(Program(f"the worker of the {site.role}", command, logs / f"{site.role}-worker.log"))


def start_site(children: Children, site: SiteHome, logs: Path) -> Child:
    """Start a site; it listens only when `require_serving` has returned."""
    command = (sys.executable, "-m", "lienthong", "web", "--settings", str(site.settings))
    return children.start(Program(f"the site of the {site.role}", command, logs / f"{site.role}-web.log"))


def require_serving(child: Child, site: SiteHome) -> None:
    """Wait until a site listens; raises `SandboxError`."""
    child.require_ready(lambda: _is_listening(site.port), SITE_SECONDS)


def start_directory(children: Children, federation: Federation, logs: Path) -> Child:
    """Start the directory's server and its witness; it listens only when `require_directory` has returned."""
    address = ("--address", federation.directory_address)
    command = (sys.executable, "-m", "lienthong", "directory", "serve", str(federation.office), *address)
    return children.start(Program("the directory", command, logs / "directory.log"))


def require_directory(child: Child, federation: Federation) -> None:
    """Wait until the directory's server listens; raises `SandboxError`."""
    require_port(child, int(federation.directory_address.rpartition(":")[2]))


def start_gateway(children: Children, home: GatewayHome, logs: Path) -> Child:
    """Start the gateway of `home`; it listens only when `require_listening` has returned."""
    command = (sys.executable, "-m", "lienthong", "gateway", "serve", "--home", str(home.folder))
    name = f"the gateway {home.gateway}"
    return children.start(Program(name, command, logs / f"gateway-{home.folder.name}.log"))


def require_listening(child: Child, home: GatewayHome) -> RunFile:
    """Wait until the gateway says that it listens, and return where; raises `SandboxError`."""
    found: list[RunFile] = []

    def look() -> bool:
        run = _find_run(child, home)
        found.extend([run] if run else [])
        return bool(found)

    child.require_ready(look)
    return found[0]


def _find_run(child: Child, home: GatewayHome) -> RunFile | None:
    try:
        run = msgspec.json.decode((home.folder / "run.json").read_bytes(), type=RunFile)
    except (FileNotFoundError, msgspec.MsgspecError):
        # Not there yet, or half written.
        return None
    # A file that an earlier process left behind says another process number.
    return run if run.pid == child.pid else None


def _is_listening(port: int) -> bool:
    try:
        socket.create_connection((LOOPBACK, port), timeout=1).close()
    except OSError:
        return False
    return True
