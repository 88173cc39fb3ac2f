"""The directory: members, their gateways and keys, in one signed document; and the file it is read from.

A `Directory` exists only if it agrees with itself: every name is in its normal spelling and in its place,
nothing is listed twice, and no key serves two logs. Log keys are closed, never forgotten. Look-ups take names
in the spelling of `format_identifier` and cost the same however many members there are.
"""

from __future__ import annotations

import hashlib
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from lienthong.directory.agreement import require_agreement
from lienthong.directory.chain import CHAIN_START, verify_chain
from lienthong.directory.errors import DirectoryError, DirectoryErrorKind
from lienthong.kernel.canonical import canonical_bytes, decode_base64url, encode_base64url
from lienthong.kernel.errors import KernelError
from lienthong.kernel.keys import VerifyKey

if TYPE_CHECKING:
    from pathlib import Path

    from lienthong.kernel.keys import SigningKey

MAX_ENVELOPE_BYTES: Final = 32 * 1024 * 1024
"""About 50,000 gateways; more than this is not read into memory on a stranger's word."""


class Subsystem(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A system that a member runs: its code (one percent-encoded segment) and its name for people."""

    code: str
    name: str


class Member(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An organisation, `INSTANCE/CLASS/CODE`, and its subsystems."""

    id: str
    name: str
    subsystems: tuple[Subsystem, ...] = ()


class LogClosure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a log ended: size and root (base64url) of its last head that counts, when (ms UTC) and why."""

    size: int
    root: str
    time: int
    reason: str


class LogKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A log's origin, `INSTANCE/CLASS/CODE/GATEWAY/SERIAL`, its checkpoints' key, and since when (ms UTC).

    A closed log stays listed, so that what it proved can be verified for ever.
    """

    origin: str
    key: VerifyKey
    since: int = msgspec.field(name="from")
    closed: LogClosure | None = None


class Gateway(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A member's door, `INSTANCE/CLASS/CODE/GATEWAY`.

    It has `host:port` addresses, fingerprints of its TLS keys (see `authority.spki_fingerprint`) and its
    logs.
    """

    id: str
    addresses: tuple[str, ...]
    tls: tuple[str, ...]
    logs: tuple[LogKey, ...] = ()

    @property
    def member(self) -> str:
        """The id of the member that this gateway serves."""
        return self.id.rpartition("/")[0]

    def find_open_log(self) -> LogKey | None:
        """Give the one log that this gateway appends to, if any."""
        return next((log for log in self.logs if log.closed is None), None)


class Witness(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who cosigns heads (C2SP tlog-witness): its name, its Ed25519 key, and the url before `/add-checkpoint`.

    A name below a member's id, as in `INSTANCE/CLASS/CODE/...`, says whose gateway it is; it does not count for that
    member's own logs.
    """

    name: str
    key: VerifyKey
    url: str


class Directory(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True, tag_field="type", tag="directory"):
    """All of one instance.

    `issued` and `expires` are ms UTC, `authority` is the PEM of the TLS authority's certificate, `groups`
    name subsystems that are granted things together. Making one that contradicts itself raises
    `DirectoryError`.
    """

    version: int
    instance: str
    issued: int
    expires: int
    authority: str
    members: tuple[Member, ...] = ()
    gateways: tuple[Gateway, ...] = ()
    groups: dict[str, tuple[str, ...]] = {}
    witnesses: tuple[Witness, ...] = ()

    def __post_init__(self) -> None:
        require_agreement(self)

    def is_expired(self, now_ms: int) -> bool:
        """Tell whether the lifetime of this directory is over."""
        return now_ms >= self.expires

    def find_member(self, member: str) -> Member | None:
        """Give the member with this id."""
        return self._members.get(member)

    def find_subsystem(self, subsystem: str) -> Subsystem | None:
        """Give the subsystem `INSTANCE/CLASS/CODE/SUBSYSTEM`."""
        return self._subsystems.get(subsystem)

    def find_gateway(self, gateway: str) -> Gateway | None:
        """Give the gateway with this id."""
        return self._gateways.get(gateway)

    def gateways_of(self, member: str) -> tuple[Gateway, ...]:
        """Give the gateways that serve a member, in the directory's order; none for an unknown member."""
        return self._gateways_of.get(member, ())

    def open_gateways_of(self, member: str) -> tuple[Gateway, ...]:
        """Give the gateways of a member that have an open log, in the directory's order."""
        return self._open_gateways_of.get(member, ())

    def find_log(self, origin: str) -> LogKey | None:
        """Give the log with this origin, open or closed."""
        return self._logs.get(origin)

    def gateway_of_log(self, origin: str) -> Gateway | None:
        """Give the gateway that keeps the log with this origin."""
        return self._gateways.get(origin.rpartition("/")[0]) if origin in self._logs else None

    def find_gateway_by_tls(self, fingerprint: str) -> Gateway | None:
        """Give the gateway that a TLS key (see `authority.spki_fingerprint`) is pinned for."""
        return self._gateways_by_tls.get(fingerprint)

    def members_of_group(self, group: str) -> frozenset[str]:
        """Give the ids of the subsystems in a group; none for an unknown group."""
        return self._groups.get(group, frozenset())

    @cached_property
    def _members(self) -> dict[str, Member]:
        return {member.id: member for member in self.members}

    @cached_property
    def _subsystems(self) -> dict[str, Subsystem]:
        return {f"{member.id}/{part.code}": part for member in self.members for part in member.subsystems}

    @cached_property
    def _gateways(self) -> dict[str, Gateway]:
        return {gateway.id: gateway for gateway in self.gateways}

    @cached_property
    def _gateways_of(self) -> dict[str, tuple[Gateway, ...]]:
        found: dict[str, tuple[Gateway, ...]] = {}
        for gateway in self.gateways:
            found[gateway.member] = (*found.get(gateway.member, ()), gateway)
        return found

    @cached_property
    def _open_gateways_of(self) -> dict[str, tuple[Gateway, ...]]:
        return {
            member: tuple(gateway for gateway in gateways if gateway.find_open_log() is not None)
            for member, gateways in self._gateways_of.items()
        }

    @cached_property
    def _logs(self) -> dict[str, LogKey]:
        return {log.origin: log for gateway in self.gateways for log in gateway.logs}

    @cached_property
    def _gateways_by_tls(self) -> dict[str, Gateway]:
        return {fingerprint: gateway for gateway in self.gateways for fingerprint in gateway.tls}

    @cached_property
    def _groups(self) -> dict[str, frozenset[str]]:
        return {name: frozenset(subsystems) for name, subsystems in self.groups.items()}


class _Signature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    keyid: str
    sig: str


class _Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    signed: dict[str, Any]
    signatures: tuple[_Signature, ...]


def sign_directory(directory: Directory, key: SigningKey) -> bytes:
    """Give the envelope: the directory and one Ed25519 signature over its RFC 8785 bytes."""
    signed = msgspec.to_builtins(directory, enc_hook=_write_key)
    signature = _Signature(key_id(key.verify_key), encode_base64url(key.sign(canonical_bytes(signed))))
    return canonical_bytes(msgspec.to_builtins(_Envelope(signed, (signature,))))


def verify_directory(envelope: bytes, root: VerifyKey) -> Directory:
    """Give the directory if `root` signed it; expiry is not looked at, signatures by others are ignored.

    The document is the plain envelope, or the chain of `chain.verify_chain`. Raises `MALFORMED`, `BAD_SIGNATURE` or
    `CONTRADICTORY`. Only what the signature covers is read on.
    """
    _require_length(envelope)
    if envelope.startswith(CHAIN_START):
        return parse_directory(verify_chain(envelope, root))
    opened = _open_envelope(envelope)
    _require_signed(opened, root)
    return parse_directory(opened.signed)


def parse_directory(content: dict[str, Any]) -> Directory:
    """Read a directory's signed content; raises `MALFORMED` or `CONTRADICTORY`."""
    if content.get("type") != "directory":
        raise DirectoryError(
            DirectoryErrorKind.MALFORMED,
            f"directory: expected type 'directory', got {content.get('type')!r}",
        )
    try:
        return msgspec.convert(content, Directory, dec_hook=_read_key)
    except msgspec.ValidationError as error:
        raise DirectoryError(DirectoryErrorKind.MALFORMED, f"directory: {error}") from error


def format_directory(directory: Directory) -> bytes:
    """Give the content that is signed, as its RFC 8785 bytes."""
    return canonical_bytes(msgspec.to_builtins(directory, enc_hook=_write_key))


def key_id(key: VerifyKey) -> str:
    """Give the name of a root key in signatures: SHA-256 of its bytes, in hex."""
    return hashlib.sha256(key.raw).hexdigest()


def _require_length(envelope: bytes) -> None:
    if len(envelope) > MAX_ENVELOPE_BYTES:
        message = f"directory: expected at most {MAX_ENVELOPE_BYTES} bytes, got {len(envelope)}"
        raise DirectoryError(DirectoryErrorKind.MALFORMED, message)


def _open_envelope(envelope: bytes) -> _Envelope:
    try:
        return msgspec.json.decode(envelope, type=_Envelope)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise DirectoryError(DirectoryErrorKind.MALFORMED, f"directory: not a signed document: {error}") from error


def _require_signed(envelope: _Envelope, root: VerifyKey) -> None:
    wanted = key_id(root)
    found = next((signature for signature in envelope.signatures if signature.keyid == wanted), None)
    if found is None:
        message = f"directory: expected a signature by the trusted key {wanted}, got none; check the root key"
        raise DirectoryError(DirectoryErrorKind.BAD_SIGNATURE, message)
    try:
        root.verify(canonical_bytes(envelope.signed), decode_base64url(found.sig))
    except KernelError as error:
        raise DirectoryError(DirectoryErrorKind.BAD_SIGNATURE, f"directory: {error.message}") from error


def _write_key(value: object) -> str:
    if isinstance(value, VerifyKey):
        return encode_base64url(value.raw)
    message = f"no directory field is a {type(value).__name__}"
    raise TypeError(message)


def _read_key(expected: type, value: object) -> VerifyKey:
    if expected is not VerifyKey or not isinstance(value, str):
        message = "expected a base64url key"
        raise TypeError(message)
    try:
        return VerifyKey(decode_base64url(value))
    except KernelError as error:
        raise ValueError(error.message) from error


class _Stamp(NamedTuple):
    """What changes when a file is replaced or rewritten."""

    modified_ns: int
    size: int
    inode: int


class DirectoryFile:
    """The last good directory from a file, trusted for the signature of `root`.

    Making one reads the file and raises `DirectoryError` if it is not good. Not for several threads at once.
    """

    def __init__(self, path: Path, root: VerifyKey) -> None:
        self._path = path
        self._root = root
        self._stamp = self._look()
        self._current = self._read()

    def current(self) -> Directory:
        """Give the last good directory; the caller looks at its expiry."""
        return self._current

    def fetch(self) -> None:
        """Nothing is asked of anybody: who publishes puts the file here."""

    def refresh(self) -> bool:
        """Read the file again if it changed, and tell whether a newer directory is in use now.

        A file that cannot be read or is not good, an older version, another content of the same version, and
        another instance raise `DirectoryError`; the last good directory stays. A bad file is reported once
        per change.
        """
        stamp = self._look()
        if stamp == self._stamp:
            return False
        self._stamp = stamp
        offered = self._read()
        self._require_successor(offered)
        is_newer = offered.version > self._current.version
        self._current = offered
        return is_newer

    def _require_successor(self, offered: Directory) -> None:
        current = self._current
        if offered.instance != current.instance:
            message = f"directory {self._path}: expected instance {current.instance}, got {offered.instance}"
            raise DirectoryError(DirectoryErrorKind.OTHER_INSTANCE, message)
        if offered.version < current.version or (offered.version == current.version and offered != current):
            message = (
                f"directory {self._path}: expected a version above {current.version}, "
                f"got version {offered.version} with other content; the last good one stays in use"
            )
            raise DirectoryError(DirectoryErrorKind.ROLLBACK, message)

    def _look(self) -> _Stamp:
        try:
            status = self._path.stat()
        except OSError as error:
            raise self._unreadable(error) from error
        return _Stamp(status.st_mtime_ns, status.st_size, status.st_ino)

    def _read(self) -> Directory:
        try:
            envelope = self._path.read_bytes()
        except OSError as error:
            raise self._unreadable(error) from error
        return verify_directory(envelope, self._root)

    def _unreadable(self, error: OSError) -> DirectoryError:
        message = f"directory {self._path} cannot be read ({error.strerror}); fetch it or correct the path"
        return DirectoryError(DirectoryErrorKind.UNREADABLE, message)
