"""The sandbox's federation in one folder: the directory's repository, its members, and their gateways' homes.

`make_federation` may be called again on the same folder: keys and logs stay, a next version of the directory is
published, and ports and settings are chosen and written afresh. The directory's offline keys lie beside what they sign,
which is fit for a sandbox only.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lienthong.directory.members import Directory, verify_directory
from lienthong.directory.repository import OFFLINE_LIFE
from lienthong.kernel.canonical import encode_base64url
from lienthong.kernel.keys import load_signing_key
from lienthong.sandbox.errors import SandboxError, SandboxErrorKind
from lienthong.sandbox.gateway_home import (
    BESIDE,
    FOLDER_MODE,
    GatewayHome,
    describe_operator,
    ensure_keys,
    ensure_log,
    ensure_secret,
    write_private,
    write_settings,
)
from lienthong.sandbox.marks import INSTANCE
from lienthong.sandbox.members import COMMUNE, HOME_AFFAIRS, PAIR
from lienthong.sandbox.ports import LOOPBACK, find_free_ports
from lienthong.sandbox.tuf_directory import UNFINISHED, certify, list_witness, open_office, publish_chained, read_root

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lienthong.directory.office import Office
    from lienthong.kernel.clock import Clock
    from lienthong.kernel.keys import VerifyKey
    from lienthong.sandbox.members import SandboxMember

OFFICE_FOLDER: Final = "directory"
OLDER_ROOT: Final = "root.key"
"""What signed the directory of a sandbox of before the repository: such a folder keeps its members' keys and logs."""

LIFETIME_MS: Final = int(OFFLINE_LIFE.total_seconds() * 1000)

COSIGN_S: Final = 1
"""How often the witness is asked where the directory is served: a package is shown a moment after its exchange."""

CONSUMER: Final = COMMUNE.member
PROVIDER: Final = HOME_AFFAIRS.member
CLIENT: Final = COMMUNE.name_subsystem("PORTAL")
SERVICE: Final = f"{PROVIDER.id}/AREAS/units"
POPULATION: Final = f"{PROVIDER.id}/POPULATION/persons"

PORTS_OF_A_GATEWAY: Final = 3


@dataclass(frozen=True, slots=True)
class Federation:
    """Where everything is: the members and their gateways' homes, in the same order, the first asks the second.

    `directory_address` is where the directory's server is to listen, empty where gateways read it from a file.
    """

    folder: Path
    root: VerifyKey
    members: tuple[SandboxMember, ...]
    homes: tuple[GatewayHome, ...]
    areas_port: int
    directory_address: str = ""

    @property
    def consumer(self) -> GatewayHome:
        """The commune's gateway."""
        return self.homes[0]

    @property
    def provider(self) -> GatewayHome:
        """The gateway of home affairs, which offers areas and people."""
        return self.homes[1]

    @property
    def token(self) -> str:
        """What the commune's portal shows to its own gateway."""
        return self.read_token("PORTAL")

    @property
    def directory(self) -> Path:
        """The signed directory as one document, as last published."""
        return self.folder / "directory.json"

    @property
    def office(self) -> Path:
        """The folder of the directory's operator: keys, repository, and the witness."""
        return self.folder / OFFICE_FOLDER

    @property
    def operator(self) -> str:
        """What an operator signs in with at the gateways' own pages; made now if it is not there."""
        return encode_base64url(ensure_secret(self.folder / "operator.token"))

    @property
    def root_text(self) -> str:
        """The root key as it is given to `--root`."""
        return encode_base64url(self.root.raw)

    def find_home(self, member: SandboxMember) -> GatewayHome:
        """Give the home of a member's gateway."""
        return self.homes[self.members.index(member)]

    def find_token_file(self, subsystem: str) -> Path:
        """Give the file of the token that a subsystem shows to its own gateway."""
        return self.folder / f"{subsystem.lower()}.token"

    def read_token(self, subsystem: str) -> str:
        """Give that token, made now if it is not there."""
        return encode_base64url(ensure_secret(self.find_token_file(subsystem)))


@contextmanager
def hold_folder(folder: Path) -> Iterator[None]:
    """Keep others from using the federation in `folder`, which is made if it is not there.

    Two demos in one folder would take each other's ports and directory away. The lock ends with its process,
    however that ends. Raises `SandboxError` if another holds it.
    """
    folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _lock(descriptor, folder)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, folder: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        message = f"another demo uses {folder}; end it first, or name another folder"
        raise SandboxError(SandboxErrorKind.FEDERATION, message) from error


def make_federation(
    folder: Path, clock: Clock, members: tuple[SandboxMember, ...] = PAIR, *, is_served: bool = False
) -> Federation:
    """Make the federation of `members` in `folder`, or bring one that is there up to date; raises `SandboxError`.

    With `is_served` gateways get the directory from its server, which cosigns their logs' heads as a witness and is to
    be started at `directory_address`; else they read it from a file, and nobody cosigns.
    """
    _require_ours_or_empty(folder)
    folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    office = open_office(folder / OFFICE_FOLDER, INSTANCE, clock)
    federation = _choose_addresses(folder, read_root(office), members, is_served=is_served)
    earlier = _find_earlier(federation, office)
    for home in federation.homes:
        ensure_keys(home)
        if earlier is None or earlier.find_log(home.origin) is None:
            ensure_log(home)
    # The directory comes before the settings: a crash between leaves settings with the old ports, which the
    # next call replaces; no gateway runs meanwhile.
    directory = _describe(federation, office, earlier, clock.now_ms())
    write_private(federation.directory, publish_chained(office, directory))
    for home in federation.homes:
        certify(office, home)
    _write_settings(federation)
    _write_offers(federation)
    return federation


def _require_ours_or_empty(folder: Path) -> None:
    is_ours = any((folder / name).exists() for name in (OFFICE_FOLDER, UNFINISHED, OLDER_ROOT))
    if folder.exists() and not is_ours and any(folder.iterdir()):
        message = f"expected an empty folder or an earlier sandbox at {folder}; name another one"
        raise SandboxError(SandboxErrorKind.FEDERATION, message)


def _choose_addresses(
    folder: Path, root: VerifyKey, members: tuple[SandboxMember, ...], *, is_served: bool
) -> Federation:
    *ports, areas_port, directory_port = find_free_ports(PORTS_OF_A_GATEWAY * len(members) + 2)
    addresses = iter([f"{LOOPBACK}:{port}" for port in ports])
    homes = tuple(
        GatewayHome(f"{each.member.id}/GW1", folder / each.folder, next(addresses), next(addresses), next(addresses))
        for each in members
    )
    return Federation(folder, root, members, homes, areas_port, f"{LOOPBACK}:{directory_port}" if is_served else "")


def _describe(federation: Federation, office: Office, earlier: Directory | None, now_ms: int) -> Directory:
    gateways = []
    for home in federation.homes:
        log = earlier.find_log(home.origin) if earlier else None
        gateways.append(home.list_in_directory(log.since if log else now_ms))
    address = federation.directory_address
    return Directory(
        version=earlier.version + 1 if earlier else 1,
        instance=INSTANCE,
        issued=now_ms,
        expires=now_ms + LIFETIME_MS,
        authority=office.repository.directory_content().authority,
        members=tuple(each.member for each in federation.members),
        gateways=tuple(gateways),
        groups={"communes": (CLIENT,)},
        witnesses=(list_witness(office, address),) if address else (),
    )


def _write_settings(federation: Federation) -> None:
    address = federation.directory_address
    source = f'url = "http://{address}"\ncosign_s = {COSIGN_S}' if address else BESIDE
    for member, home in zip(federation.members, federation.homes, strict=True):
        # One that only answers is listed all the same, without a token that would let it ask.
        codes = member.asking or (member.member.subsystems[0].code,)
        tokens = {code: (federation.read_token(code),) if member.asking else () for code in codes}
        operator = describe_operator(federation.operator) if address else ""
        write_settings(home, federation.root, tokens, source, operator)


def _write_offers(federation: Federation) -> None:
    """Write who offers what to whom: the provider its one service to all communes, all others nothing.

    What a site or an agency offers is written over it by what starts that.
    """
    services = f"""\
[services."AREAS/units"]
url = "http://{LOOPBACK}:{federation.areas_port}/units"
idempotent = true
"""
    grants = """\
[[grant]]
to = "group:communes"
service = "AREAS/units"
methods = ["GET", "HEAD"]
paths = ["/", "/*", "/*/successors"]
"""
    nothing = b"# This member offers no services.\n"
    for home in federation.homes:
        is_provider = home is federation.provider
        write_private(home.folder / "services.toml", services.encode() if is_provider else nothing)
        write_private(home.folder / "grants.toml", grants.encode() if is_provider else nothing)


def _find_earlier(federation: Federation, office: Office) -> Directory | None:
    """Give what was published last, be it by a sandbox of before the repository; None in a new folder."""
    published = office.repository.directory_content()
    if published.gateways:
        return published
    older = federation.folder / OLDER_ROOT
    if not (older.exists() and federation.directory.exists()):
        return None
    return verify_directory(federation.directory.read_bytes(), load_signing_key(older).verify_key)
