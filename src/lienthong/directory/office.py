"""The folder of a directory's operator: keys, the repository, waiting requests and issued certificates.

offline/            root-N.key, targets-N.key: to be carried away; needed to init, admit and rotate
online/             newest.key, revocations.key, authority.key: what a serving machine holds
public/             all that is served (see repository.py)
requests/           requests that wait for a person
gateways/           public TLS keys of admitted gateways and their certificates, by the pinned key's fingerprint
witness/            the key and the memory of the instance's own witness, which serves beside (see server.py)
root.txt            the trusted root key that every gateway is given
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import msgspec

from lienthong.directory.admission import MAX_PENDING, Admission, admit, verify_admission
from lienthong.directory.authority import Authority, days_left, issue_certificate, make_authority
from lienthong.directory.change import read_change, require_nothing_forgotten
from lienthong.directory.errors import DirectoryError, DirectoryErrorKind
from lienthong.directory.members import Directory
from lienthong.directory.repository import OFFLINE_LIFE, OfflineKeys, OnlineKeys, Repository
from lienthong.directory.revocations import Revocation, Revocations, subtract
from lienthong.directory.store import FolderFiles, Store
from lienthong.kernel.canonical import decode_base64url, encode_base64url
from lienthong.kernel.durable import replace_file
from lienthong.kernel.keys import load_private, load_signing_key, make_signing_key, store_private, store_signing_key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta
    from pathlib import Path

    from lienthong.directory.members import Witness
    from lienthong.kernel.clock import Clock
    from lienthong.kernel.keys import SigningKey

CERTIFICATE_DAYS: Final = 90
RENEW_DAYS: Final = 60
"""A certificate with less than this left is issued anew when its gateway asks; the pinned key stays."""


class Office:
    """One instance's directory; every method that publishes leaves a whole repository."""

    def __init__(self, folder: Path, clock: Clock, offline: Path | None = None) -> None:
        self.folder = folder
        self.public = folder / "public"
        self._offline = offline or folder / "offline"
        self._clock = clock
        self.repository = Repository(Store(FolderFiles(self.public)), clock)

    def create(self, instance: str, root_keys: int, threshold: int, witnesses: tuple[Witness, ...] = ()) -> str:
        """Make keys and a directory without members, and give the trusted root key; refuses a folder that has one."""
        self.require_new()
        _require_threshold(threshold, root_keys)
        for folder in (
            self.folder,
            self._offline,
            *(self.folder / name for name in ("online", "requests", "gateways")),
        ):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        root = tuple(_make_key(self._offline / f"root-{number}.key") for number in range(1, root_keys + 1))
        targets = tuple(_make_key(self._offline / f"targets-{number}.key") for number in range(1, threshold + 1))
        for name in ("newest", "revocations"):
            _make_key(self.folder / "online" / f"{name}.key")
        authority = make_authority(f"Lienthong {instance}", self._clock)
        store_private(self.folder / "online" / "authority.key", authority.key_pem)
        now = self._clock.now_ms()
        pem = authority.certificate_pem.decode("ascii")
        directory = Directory(1, instance, now, now + _ms(OFFLINE_LIFE), pem, witnesses=witnesses)
        self.repository.create(directory, OfflineKeys(root, targets), self._online_keys(), threshold)
        anchor = encode_base64url(root[0].verify_key.raw)
        (self.folder / "root.txt").write_text(f"{anchor}\n")
        return anchor

    def require_new(self) -> None:
        """Refuse a folder that has a directory."""
        if (self.folder / "root.txt").exists():
            message = f"directory {self.folder} exists already; its root key is in root.txt"
            raise DirectoryError(DirectoryErrorKind.CONTRADICTORY, message)

    def live_directory(self) -> Directory:
        """Give the directory as gateways see it: without what is revoked."""
        return subtract(self.repository.directory_content(), self.repository.revocations())

    def receive(self, raw: bytes) -> Admission:
        """Keep a request for a person to look at; raises what is wrong with it, `CONTRADICTORY` if too many wait."""
        admission = verify_admission(raw)
        admit(self.repository.directory_content(), admission, self._clock.now_ms())
        requests = self.folder / "requests"
        path = requests / f"{admission.fingerprint}.json"
        if not path.exists() and sum(1 for _ in requests.iterdir()) >= MAX_PENDING:
            message = f"directory: {MAX_PENDING} requests wait already; admit or remove some in {requests}"
            raise DirectoryError(DirectoryErrorKind.CONTRADICTORY, message)
        path.write_bytes(raw)
        return admission

    def waiting(self) -> list[Admission]:
        """Give the requests that wait, each verified again."""
        return [verify_admission(path.read_bytes()) for path in sorted((self.folder / "requests").glob("*.json"))]

    def admit(self, admission: Admission) -> Directory:
        """Publish the directory with this gateway in; its certificate is issued when it asks."""
        with self._hold():
            now = self._clock.now_ms()
            directory = admit(self.repository.directory_content(), admission, now)
            directory = msgspec.structs.replace(directory, expires=now + _ms(OFFLINE_LIFE))
            # First, for a crash here leaves a public key that nobody asks for.
            (self.folder / "gateways" / f"{admission.tls_fingerprint}.der").write_bytes(decode_base64url(admission.tls))
            self.repository.publish(directory, self._offline_keys(), self._online_keys())
        (self.folder / "requests" / f"{admission.fingerprint}.json").unlink(missing_ok=True)
        return directory

    def publish(self, directory: Directory) -> None:
        """Publish a next version, with the offline keys that are there."""
        with self._hold():
            require_nothing_forgotten(self.repository.directory_content(), directory)
            self.repository.publish(directory, self._offline_keys(), self._online_keys())

    def change(self, raw: bytes) -> Directory:
        """Publish an edited directory: names, subsystems, addresses, groups, witnesses; no key may be forgotten."""
        now = self._clock.now_ms()
        directory = read_change(self.repository.directory_content(), raw, now, now + _ms(OFFLINE_LIFE))
        self.publish(directory)
        return directory

    def revoke(self, names: tuple[str, ...], reason: str) -> Revocations:
        """Publish that these gateways, logs or TLS keys count no more; unknown names are refused."""
        directory = self.repository.directory_content()
        for name in names:
            if not (directory.find_gateway(name) or directory.find_log(name) or directory.find_gateway_by_tls(name)):
                message = f"directory: it lists no gateway, log or TLS key {name!r}"
                raise DirectoryError(DirectoryErrorKind.CONTRADICTORY, message)
        with self._hold():
            before = self.repository.revocations()
            now = self._clock.now_ms()
            known = {each.name for each in before.revoked}
            more = tuple(Revocation(name, now, reason) for name in names if name not in known)
            after = Revocations(before.version + 1, before.instance, (*before.revoked, *more))
            self.repository.revoke(after, self._online_keys())
        return after

    def renew(self) -> None:
        """Sign anew that what is served is the newest."""
        with self._hold():
            self.repository.renew(self._online_keys())

    def certificate(self, fingerprint: str) -> bytes | None:
        """Give the certificate of a pinned key, issued now if there is none or it is over soon; None if not admitted.

        It helps nobody without the key, so anybody may fetch it.
        """
        revoked = {each.name for each in self.repository.revocations().revoked}
        directory = self.repository.directory_content()
        gateway = directory.find_gateway_by_tls(fingerprint)
        if gateway is None or fingerprint in revoked or gateway.id in revoked:
            return None
        public = self.folder / "gateways" / f"{fingerprint}.der"
        kept = self.folder / "gateways" / f"{fingerprint}.pem"
        if kept.exists() and days_left(kept.read_bytes(), self._clock.now_ms()) >= RENEW_DAYS:
            return kept.read_bytes()
        if not public.exists():
            return None
        authority = Authority(
            load_private(self.folder / "online" / "authority.key"), directory.authority.encode("ascii")
        )
        issued = issue_certificate(
            authority, gateway.id, public.read_bytes(), gateway.addresses, CERTIFICATE_DAYS, self._clock
        )
        replace_file(kept, issued)
        return issued

    def rotate_keys(self, threshold: int | None = None, root_keys: int | None = None) -> None:
        """Put new targets and online keys in force, signed by the root keys that are there.

        Root keys stay, or `root_keys` new ones take their place, signed by enough of the old ones. Without a threshold
        the one in force stays. A crash leaves `.next` files beside the keys, and which are in force the repository
        tells: calling this again makes newer ones.
        """
        wanted = self.repository.root_threshold() if threshold is None else threshold
        if root_keys is not None:
            _require_threshold(wanted, root_keys)
        with self._hold():
            online, signers = self.folder / "online", self._offline_keys().root
            targets = sorted(self._offline.glob("targets-*.key"))
            roots = [self._offline / f"root-{number}.key" for number in range(1, (root_keys or 0) + 1)]
            replaced = [*(self._offline.glob("root-*.key") if roots else ()), *targets]
            new_roots = tuple(_make_next(path) for path in roots)
            offline = OfflineKeys(new_roots or signers, tuple(_make_next(path) for path in targets))
            newest, revocations = online / "newest.key", online / "revocations.key"
            keys = OnlineKeys(_make_next(newest), _make_next(revocations))
            self.repository.rotate(signers, offline, keys, wanted)
            for path in (*replaced, newest, revocations):
                path.replace(path.with_suffix(".old"))
            for path in (*roots, *targets, newest, revocations):
                path.with_suffix(".next").replace(path)

    def _offline_keys(self) -> OfflineKeys:
        keys = {
            kind: tuple(load_signing_key(path) for path in sorted(self._offline.glob(f"{kind}-*.key")))
            for kind in ("root", "targets")
        }
        return OfflineKeys(keys["root"], keys["targets"])

    def _online_keys(self) -> OnlineKeys:
        online = self.folder / "online"
        return OnlineKeys(load_signing_key(online / "newest.key"), load_signing_key(online / "revocations.key"))

    @contextmanager
    def _hold(self) -> Iterator[None]:
        """Let one process at a time sign: a command and the server's own renewal share the folder."""
        import fcntl  # noqa: PLC0415 - POSIX only, and only where a directory is kept

        with (self.folder / "lock").open("a") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            yield


def _require_threshold(threshold: int, keys: int) -> None:
    if not 1 <= threshold <= keys:
        message = f"directory: expected a threshold from 1 to {keys}, got {threshold}"
        raise DirectoryError(DirectoryErrorKind.CONTRADICTORY, message)


def _ms(life: timedelta) -> int:
    return int(life.total_seconds() * 1000)


def _make_key(path: Path) -> SigningKey:
    key = make_signing_key()
    store_signing_key(path, key)
    return key


def _make_next(path: Path) -> SigningKey:
    """Make a key beside the one in force."""
    path.with_suffix(".next").unlink(missing_ok=True)
    return _make_key(path.with_suffix(".next"))
