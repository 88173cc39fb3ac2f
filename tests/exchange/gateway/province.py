"""Three members, each with a gateway's home: its keys and log are real, and a test runs it or plays it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from lienthong.directory.authority import issue_certificate, make_authority
from lienthong.directory.members import Directory, Gateway, LogKey, Member, Subsystem, sign_directory
from lienthong.directory.tls_files import public_der
from lienthong.evidence.check import check_log
from lienthong.evidence.log import LogSettings, create_log
from lienthong.evidence.reader import read_batches
from lienthong.evidence.statement import decode_statement
from lienthong.evidence.store import load_store_key
from lienthong.kernel.clock import SystemClock
from lienthong.kernel.keys import load_signing_key, make_signing_key
from lienthong.sandbox.gateway_home import GatewayHome, ensure_keys, hash_token, write_private, write_settings
from lienthong.sandbox.ports import find_free_ports
from tests.simulators.files import QuickFiles
from tests.simulators.peer import Peer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lienthong.evidence.segment import StoredEntry
    from lienthong.evidence.statement import Statement

COMMUNE = "DEMO/GOV/Z99.01"
AGENCY = "DEMO/GOV/Z99.02"
STRANGER = "DEMO/GOV/Z99.03"
CLIENT = f"{COMMUNE}/PORTAL"
OTHER_CLIENT = f"{COMMUNE}/CLERK"
SERVICE = f"{AGENCY}/AREAS/units"
PERSONS = f"{AGENCY}/AREAS/persons"
CERTIFICATE_DAYS = 365
TOKEN = "token-of-the-portal"  # noqa: S105 # of nobody
OTHER_TOKEN = "token-of-the-clerk"  # noqa: S105 # of nobody

GRANTS = f"""
[[grant]]
to = "{CLIENT}"
service = "AREAS/units"
methods = ["GET", "HEAD", "POST", "PUT"]
paths = ["/granted/*", "/granted"]

[[grant]]
to = "{CLIENT}"
service = "AREAS/persons"
methods = ["GET", "POST"]
paths = ["/**"]

[[grant]]
to = "{CLIENT}"
service = "AREAS/procedure"
methods = ["GET"]
paths = ["**"]
purposes = ["1.001193"]

[[grant]]
to = "{CLIENT}"
service = "AREAS/past"
methods = ["GET"]
paths = ["**"]
until = 2020-01-01T00:00:00+07:00

[[grant]]
to = "{CLIENT}"
service = "AREAS/quick"
methods = ["GET"]
paths = ["**"]
"""


def describe_services(port: int) -> str:
    """Give services.toml; all services listen on one port."""
    return "".join(
        f'[services."AREAS/{name}"]\nurl = "http://127.0.0.1:{port}/{name}"\n{more}\n'
        for name, more in (
            ("units", ""),
            ("persons", 'subject = "path:/{number}"'),
            ("procedure", ""),
            ("past", ""),
            ("quick", "timeout_s = 0.2"),
        )
    )


class Province:
    """The members' homes, and the directory that lists them."""

    def __init__(self, folder: Path, service_port: int) -> None:
        self.folder = folder
        self.root = make_signing_key()
        self.authority = make_authority("test authority")
        ports = find_free_ports(3)
        members = zip(("commune", "agency", "stranger"), (COMMUNE, AGENCY, STRANGER), ports, strict=True)
        self.homes = {
            member: GatewayHome(f"{member}/GW1", folder / name, "127.0.0.1:0", f"127.0.0.1:{port}", "127.0.0.1:0")
            for name, member, port in members
        }
        for member, home in self.homes.items():
            self._make_home(home, "PORTAL" if member == COMMUNE else "AREAS", service_port)
        self.commune, self.agency, self.stranger = self.homes.values()
        self.directory = self._describe()
        self.publish(self.directory)

    def _make_home(self, home: GatewayHome, subsystem: str, service_port: int) -> None:
        ensure_keys(home)
        public = public_der((home.keys / "tls.key").read_bytes())
        certificate = issue_certificate(self.authority, home.gateway, public, (home.peers,), CERTIFICATE_DAYS)
        write_private(home.keys / "tls.pem", certificate)
        key = load_signing_key(home.keys / "log.key")
        create_log(home.folder / "log", home.origin, key, files=QuickFiles(), settings=LogSettings(256 * 1024))
        write_settings(home, self.root.verify_key, {subsystem: (TOKEN,) if subsystem == "PORTAL" else ()})
        more = "\n[limits]\nsegment_bytes = 262144\nanswer_s = 8.0\n"
        if subsystem == "PORTAL":
            more += f'\n[subsystems.CLERK]\ntokens = ["{hash_token(OTHER_TOKEN)}"]\n'
        with (home.folder / "gateway.toml").open("a") as settings:
            settings.write(more)
        is_agency = home.gateway.startswith(AGENCY)
        (home.folder / "services.toml").write_text(describe_services(service_port) if is_agency else "")
        (home.folder / "grants.toml").write_text(GRANTS if is_agency else "")

    def _describe(self) -> Directory:
        now = SystemClock().now_ms()
        codes = {COMMUNE: ("PORTAL", "CLERK"), AGENCY: ("AREAS",), STRANGER: ("PORTAL",)}
        return Directory(
            version=1,
            instance="DEMO",
            issued=now,
            expires=now + 3_600_000,
            authority=self.authority.certificate_pem.decode("ascii"),
            members=tuple(
                Member(member, member, tuple(Subsystem(code, code) for code in parts))
                for member, parts in codes.items()
            ),
            gateways=tuple(home.list_in_directory(now) for home in self.homes.values()),
        )

    def publish(self, directory: Directory) -> None:
        """Sign a directory and put it where all gateways read it."""
        self.directory = directory
        unfinished = self.folder / "directory.new"
        unfinished.write_bytes(sign_directory(directory, self.root))
        unfinished.replace(self.folder / "directory.json")

    def change_gateway(self, member: str, change: Callable[[Gateway], Gateway]) -> None:
        """Publish a directory with one gateway listed otherwise."""
        wanted = self.homes[member].gateway
        gateways = tuple(change(each) if each.id == wanted else each for each in self.directory.gateways)
        version = self.directory.version + 1
        self.publish(msgspec.structs.replace(self.directory, gateways=gateways, version=version))

    def change_log(self, member: str, change: Callable[[LogKey], LogKey]) -> None:
        """Publish a directory with one log listed otherwise."""
        self.change_gateway(
            member, lambda each: msgspec.structs.replace(each, logs=tuple(change(log) for log in each.logs))
        )

    def add_gateway(self, member: str, folder: Path) -> GatewayHome:
        """Publish a directory with a second gateway of a member."""
        (port,) = find_free_ports(1)
        home = GatewayHome(f"{member}/GW2", folder, "127.0.0.1:0", f"127.0.0.1:{port}", "127.0.0.1:0")
        self._make_home(home, "AREAS", 1)
        gateways = (*self.directory.gateways, home.list_in_directory(self.directory.issued))
        self.publish(msgspec.structs.replace(self.directory, gateways=gateways, version=self.directory.version + 1))
        return home

    def play(self, member: str) -> Peer:
        """Play a member's gateway."""
        home = self.homes[member]
        return Peer(home.gateway, home.folder, self.directory.authority)


def read_entries(home: GatewayHome) -> list[StoredEntry]:
    """Give all entries of a gateway's log."""
    return [entry for batch in read_batches(home.folder / "log") for entry in batch.entries]


def read_statements(home: GatewayHome) -> list[Statement]:
    """Give all statements of a gateway's log."""
    return [decode_statement(entry.statement) for entry in read_entries(home)]


def read_kinds(home: GatewayHome) -> list[str]:
    """Give the kinds of all statements of a gateway's log, in order."""
    return [statement.kind for statement in read_statements(home)]


def require_sound(home: GatewayHome) -> None:
    """Check a gateway's whole log."""
    key = load_signing_key(home.keys / "log.key").verify_key
    report = check_log(home.folder / "log", key, load_store_key(home.keys / "store.key"))
    assert report.problem is None, report.problem
