"""The directory's repository: TUF metadata and the two targets, made and signed in one folder.

Roles (docs/adr/0016-directory-as-tuf.md): root and targets offline with a threshold, revocations, snapshot and
timestamp online. What only says "less" or "this is the newest" is signed by online keys; what says "more" never is.
The folder: `public/` is all that is served; `offline/` holds the offline keys until they are carried away; `online/`
holds the keys of a running server. Files are replaced whole and `timestamp.json` last: a crash before it leaves what
was served until then.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import (
    DelegatedRole,
    Delegations,
    Metadata,
    MetaFile,
    Root,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)

from lienthong.directory.chain import DIRECTORY_TARGET
from lienthong.directory.errors import DirectoryError, DirectoryErrorKind
from lienthong.directory.members import Directory, format_directory
from lienthong.directory.revocations import Revocations, format_revocations, parse_revocations

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lienthong.directory.store import Store
    from lienthong.kernel.clock import Clock
    from lienthong.kernel.keys import SigningKey

T = TypeVar("T", Root, Targets, Snapshot, Timestamp)

REVOCATIONS_ROLE: Final = "revocations"
REVOCATIONS_TARGET: Final = "revocations.json"
OFFLINE_LIFE: Final = timedelta(days=730)
"""Root and targets are signed by people: every `admit` does it anew."""
ONLINE_LIFE: Final = timedelta(days=7)
"""How long gateways go on when the directory is away, and so the latest moment at which a revocation acts."""


@dataclass(frozen=True, slots=True)
class OfflineKeys:
    """What people bring for an admission or a rotation: some root keys, some targets keys."""

    root: tuple[SigningKey, ...]
    targets: tuple[SigningKey, ...]


@dataclass(frozen=True, slots=True)
class OnlineKeys:
    """What the server holds: one key says what is newest, another subtracts."""

    newest: SigningKey
    revocations: SigningKey


class Repository:
    """Signs into a store; each public method leaves a whole, consistent repository behind."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def create(self, directory: Directory, offline: OfflineKeys, online: OnlineKeys, threshold: int) -> None:
        """Make the first root (signed by all given root keys), the directory as first target, and no revocation."""
        root = Root(version=1, expires=self._in(OFFLINE_LIFE))
        _set_keys(root, offline, online, threshold)
        self._put_root(root, offline.root)
        targets = Targets(delegations=_delegate(online.revocations))
        self._put_directory(targets, 1, directory, offline)
        self._put_revocations(1, Revocations(1, directory.instance), online)
        self._seal(online)

    def publish(self, directory: Directory, offline: OfflineKeys, online: OnlineKeys) -> None:
        """Publish the next version of the directory, signed by the targets keys."""
        targets = self._load(Targets).signed
        self._put_directory(targets, targets.version + 1, directory, offline)
        self._seal(online)

    def revoke(self, revocations: Revocations, online: OnlineKeys) -> None:
        """Publish the next version of the revocations; needs no offline key."""
        self._put_revocations(self._load_role(REVOCATIONS_ROLE).signed.version + 1, revocations, online)
        self._seal(online)

    def rotate(self, signers: Sequence[SigningKey], offline: OfflineKeys, online: OnlineKeys, threshold: int) -> None:
        """Put new keys in force: a next root, signed by the old root keys (`signers`) and the new ones.

        Raises `BAD_SIGNATURE` if the signers are fewer than the old root's threshold.
        """
        before = self._load(Root).signed
        root = copy.deepcopy(before)
        root.version += 1
        root.expires = self._in(OFFLINE_LIFE)
        root.keys = {}
        for role in root.roles.values():
            role.keyids = []
        _set_keys(root, offline, online, threshold)
        self._put_root(root, (*signers, *offline.root), before)
        targets = self._load(Targets).signed
        targets.delegations = _delegate(online.revocations)
        self._put_directory(targets, targets.version + 1, self.directory_content(), offline)
        self.renew(online)

    def renew(self, online: OnlineKeys) -> None:
        """Sign revocations, snapshot and timestamp anew, so that their lifetime starts again."""
        self.revoke(self.revocations(), online)

    def root_threshold(self) -> int:
        """Give how many root keys must sign."""
        return self._load(Root).signed.roles[Root.type].threshold

    def directory_content(self) -> Directory:
        """Give the directory as last published."""
        return self._store.load_directory(self._load(Targets).signed.targets[DIRECTORY_TARGET])

    def revocations(self) -> Revocations:
        """Give the revocations as last published."""
        listed = self._load_role(REVOCATIONS_ROLE).signed.targets[REVOCATIONS_TARGET]
        return parse_revocations(self._store.load_target(listed))

    def _seal(self, online: OnlineKeys) -> None:
        """Say by snapshot and timestamp that what is here now is the newest."""
        previous = self._store.find_newest("snapshot")
        version = 1 if previous is None else previous + 1
        snapshot = Snapshot(version=version, expires=self._in(ONLINE_LIFE))
        for role in (Targets.type, REVOCATIONS_ROLE):
            snapshot.meta[f"{role}.json"] = MetaFile(self._load_role(role).signed.version)
        self._store.put_metadata("snapshot", version, _sign(snapshot, (online.newest,)))
        timestamp = Timestamp(
            version=self._next_timestamp(), expires=self._in(ONLINE_LIFE), snapshot_meta=MetaFile(version)
        )
        # A crash before this leaves files that nothing served names yet; the next turn writes over them or goes on.
        self._store.put_timestamp(_sign(timestamp, (online.newest,)))

    def _put_root(self, root: Root, keys: Sequence[SigningKey], before: Root | None = None) -> None:
        raw = _sign(root, keys)
        signed = Metadata[Root].from_bytes(raw)
        verdict = root.get_root_verification_result(before, signed.signed_bytes, signed.signatures)
        if not verdict:
            message = f"directory: root {root.version} needs more root keys: {root.roles['root'].threshold} of its own"
            raise DirectoryError(DirectoryErrorKind.BAD_SIGNATURE, message)
        self._store.put_metadata("root", root.version, raw)

    def _put_directory(self, targets: Targets, version: int, directory: Directory, offline: OfflineKeys) -> None:
        targets.version = version
        targets.expires = self._in(OFFLINE_LIFE)
        self._put_target(targets, DIRECTORY_TARGET, format_directory(directory))
        raw = _sign(targets, offline.targets)
        signed = Metadata[Targets].from_bytes(raw)
        role = self._load(Root).signed
        if not role.get_verification_result(Targets.type, signed.signed_bytes, signed.signatures):
            message = f"directory: expected {role.roles['targets'].threshold} targets keys of the root, got fewer"
            raise DirectoryError(DirectoryErrorKind.BAD_SIGNATURE, message)
        self._store.put_metadata(Targets.type, targets.version, raw)

    def _put_revocations(self, version: int, revocations: Revocations, online: OnlineKeys) -> None:
        targets = Targets(version=version, expires=self._in(ONLINE_LIFE))
        self._put_target(targets, REVOCATIONS_TARGET, format_revocations(revocations))
        self._store.put_metadata(REVOCATIONS_ROLE, targets.version, _sign(targets, (online.revocations,)))

    def _put_target(self, targets: Targets, name: str, content: bytes) -> None:
        listed = TargetFile.from_data(name, content, ["sha256"])
        targets.targets[name] = listed
        self._store.put_target(listed, content)

    def _next_timestamp(self) -> int:
        raw = self._store.find_timestamp()
        return 1 if raw is None else Metadata[Timestamp].from_bytes(raw).signed.version + 1

    def _load(self, kind: type[T]) -> Metadata[T]:
        return Metadata[T].from_bytes(self._store.load_newest(kind.type))

    def _load_role(self, role: str) -> Metadata[Targets]:
        return Metadata[Targets].from_bytes(self._store.load_newest(role))

    def _in(self, life: timedelta) -> datetime:
        now = datetime.fromtimestamp(self._clock.now_ms() // 1000, UTC)
        return now + life


def _sign(signed: Root | Targets | Snapshot | Timestamp, keys: Sequence[SigningKey]) -> bytes:
    metadata: Metadata[Any] = Metadata(signed)
    for key in keys:
        metadata.sign(_signer(key), append=True)
    return metadata.to_bytes()


def _signer(key: SigningKey) -> CryptoSigner:
    return CryptoSigner(Ed25519PrivateKey.from_private_bytes(key.seed()))


def _set_keys(root: Root, offline: OfflineKeys, online: OnlineKeys, threshold: int) -> None:
    for key in offline.root:
        root.add_key(_signer(key).public_key, Root.type)
    for key in offline.targets:
        root.add_key(_signer(key).public_key, Targets.type)
    for role in (Snapshot.type, Timestamp.type):
        root.add_key(_signer(online.newest).public_key, role)
    root.roles[Root.type].threshold = threshold
    root.roles[Targets.type].threshold = min(threshold, len(offline.targets))


def _delegate(key: SigningKey) -> Delegations:
    public = _signer(key).public_key
    role = DelegatedRole(REVOCATIONS_ROLE, [public.keyid], threshold=1, terminating=True, paths=[REVOCATIONS_TARGET])
    return Delegations({public.keyid: public}, {REVOCATIONS_ROLE: role})
