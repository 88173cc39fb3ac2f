"""The sandbox's federation in one folder: a signed directory, its members, and their gateways' homes.

`make_federation` may be called again on the same folder: keys and logs stay, the directory is signed anew
with a higher version and a new lifetime, and ports and settings are chosen and written afresh. The root key
lies beside what it signs, which is fit for a sandbox only.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lienthong.directory.authority import Authority, make_authority
from lienthong.directory.members import Directory, sign_directory, verify_directory
from lienthong.kernel.canonical import encode_base64url
from lienthong.kernel.keys import SigningKey, VerifyKey, load_signing_key, make_signing_key, store_signing_key
from lienthong.sandbox.errors import SandboxError, SandboxErrorKind
from lienthong.sandbox.gateway_home import (
    FOLDER_MODE,
    GatewayHome,
    ensure_keys,
    ensure_log,
    ensure_secret,
    write_private,
    write_settings,
)
from lienthong.sandbox.marks import INSTANCE
from lienthong.sandbox.members import COMMUNE, HOME_AFFAIRS, PAIR
from lienthong.sandbox.ports import LOOPBACK, find_free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lienthong.kernel.clock import Clock
    from lienthong.sandbox.members import SandboxMember

LIFETIME_MS: Final = 7 * 24 * 60 * 60 * 1000
"""A directory's default lifetime: seven days."""

CONSUMER: Final = COMMUNE.member
PROVIDER: Final = HOME_AFFAIRS.member
CLIENT: Final = COMMUNE.name_subsystem("PORTAL")
SERVICE: Final = f"{PROVIDER.id}/AREAS/units"
POPULATION: Final = f"{PROVIDER.id}/POPULATION/persons"

PORTS_OF_A_GATEWAY: Final = 3


@dataclass(frozen=True, slots=True)
class Federation:
    """Where everything is: the members and their gateways' homes, in the same order, the first asks the second."""

    folder: Path
    root: VerifyKey
    members: tuple[SandboxMember, ...]
    homes: tuple[GatewayHome, ...]
    areas_port: int

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
        """The signed directory's file."""
        return self.folder / "directory.json"

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


def make_federation(folder: Path, clock: Clock, members: tuple[SandboxMember, ...] = PAIR) -> Federation:
    """Make the federation of `members` in `folder`, or bring one that is there up to date; raises `SandboxError`."""
    _require_ours_or_empty(folder)
    folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    root = _ensure_root(folder / "root.key")
    authority = _ensure_authority(folder)
    federation = _choose_addresses(folder, root.verify_key, members)
    earlier = _find_earlier(federation)
    for home in federation.homes:
        ensure_keys(home, authority)
        if earlier is None or earlier.find_log(home.origin) is None:
            ensure_log(home)
    # The directory comes before the settings: a crash between leaves settings with the old ports, which the
    # next call replaces; no gateway runs meanwhile.
    directory = _describe(federation, authority, earlier, clock.now_ms())
    write_private(federation.directory, sign_directory(directory, root))
    for member, home in zip(members, federation.homes, strict=True):
        # One that only answers is listed all the same, without a token that would let it ask.
        codes = member.asking or (member.member.subsystems[0].code,)
        tokens = {code: (federation.read_token(code),) if member.asking else () for code in codes}
        write_settings(home, federation.root, tokens)
    _write_offers(federation)
    return federation


def _require_ours_or_empty(folder: Path) -> None:
    if folder.exists() and not (folder / "root.key").exists() and any(folder.iterdir()):
        message = f"expected an empty folder or an earlier sandbox at {folder}; name another one"
        raise SandboxError(SandboxErrorKind.FEDERATION, message)


def _ensure_root(path: Path) -> SigningKey:
    if not path.exists():
        store_signing_key(path, make_signing_key())
    return load_signing_key(path)


def _ensure_authority(folder: Path) -> Authority:
    key, certificate = folder / "authority.key", folder / "authority.pem"
    # The certificate is written last: with it there, its key is there too.
    if not certificate.exists():
        made = make_authority(f"{INSTANCE} sandbox authority")
        write_private(key, made.key_pem)
        write_private(certificate, made.certificate_pem)
    return Authority(key.read_bytes(), certificate.read_bytes())


def _choose_addresses(folder: Path, root: VerifyKey, members: tuple[SandboxMember, ...]) -> Federation:
    *ports, areas_port = find_free_ports(PORTS_OF_A_GATEWAY * len(members) + 1)
    addresses = iter([f"{LOOPBACK}:{port}" for port in ports])
    homes = tuple(
        GatewayHome(f"{each.member.id}/GW1", folder / each.folder, next(addresses), next(addresses), next(addresses))
        for each in members
    )
    return Federation(folder, root, members, homes, areas_port)


def _describe(federation: Federation, authority: Authority, earlier: Directory | None, now_ms: int) -> Directory:
    gateways = []
    for home in federation.homes:
        log = earlier.find_log(home.origin) if earlier else None
        gateways.append(home.list_in_directory(log.since if log else now_ms))
    return Directory(
        version=earlier.version + 1 if earlier else 1,
        instance=INSTANCE,
        issued=now_ms,
        expires=now_ms + LIFETIME_MS,
        authority=authority.certificate_pem.decode("ascii"),
        members=tuple(each.member for each in federation.members),
        gateways=tuple(gateways),
        groups={"communes": (CLIENT,)},
    )


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


def _find_earlier(federation: Federation) -> Directory | None:
    if not federation.directory.exists():
        return None
    return verify_directory(federation.directory.read_bytes(), federation.root)
