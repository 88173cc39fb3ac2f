"""Joining: what a new gateway asks for, signed by its own log key, and the directory with it in.

The request proves that its sender has the log key that it names. Who that is, a person finds out: the fingerprint that
`lienthong gateway init` prints is compared with what `lienthong directory admit` shows, over another way.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

import msgspec

from lienthong.directory.errors import DirectoryError, DirectoryErrorKind
from lienthong.directory.members import Directory, Gateway, LogKey, Member, Subsystem
from lienthong.kernel.canonical import canonical_bytes, decode_base64url, encode_base64url
from lienthong.kernel.errors import KernelError
from lienthong.kernel.keys import VerifyKey

if TYPE_CHECKING:
    from lienthong.kernel.keys import SigningKey

MAX_REQUEST_BYTES: Final = 64 * 1024
"""A gateway with many subsystems; the server keeps no more of a stranger."""
MAX_PENDING: Final = 256
"""Requests that wait for a person at once."""
_FINGERPRINT_CHARACTERS: Final = 24


class Admission(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="admission"):
    """A gateway that wants in: its member as it should be listed, its keys and addresses.

    `tls` is the public TLS key (base64url DER), `log` the origin of its log, `key` that log's key (base64url).
    """

    instance: str
    member: str
    name: str
    subsystems: tuple[Subsystem, ...]
    gateway: str
    addresses: tuple[str, ...]
    tls: str
    log: str
    key: str

    @property
    def tls_fingerprint(self) -> str:
        """The text under which the directory pins the TLS key."""
        return encode_base64url(hashlib.sha256(decode_base64url(self.tls)).digest())

    @property
    def fingerprint(self) -> str:
        """What two people compare: 96 bits over all that the request says, in groups of four."""
        digest = hashlib.sha256(canonical_bytes(msgspec.to_builtins(self))).hexdigest()[:_FINGERPRINT_CHARACTERS]
        return "-".join(digest[start : start + 4] for start in range(0, len(digest), 4))


class _Signed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    request: dict[str, Any]
    signature: str


def sign_admission(admission: Admission, key: SigningKey) -> bytes:
    """Give the request file."""
    request = msgspec.to_builtins(admission)
    signature = encode_base64url(key.sign(canonical_bytes(request)))
    return canonical_bytes({"request": request, "signature": signature})


def verify_admission(raw: bytes) -> Admission:
    """Give what a request asks for if the log key that it names signed it; raises `MALFORMED` or `BAD_SIGNATURE`."""
    if len(raw) > MAX_REQUEST_BYTES:
        raise _malformed(f"expected at most {MAX_REQUEST_BYTES} bytes, got {len(raw)}")
    try:
        signed = msgspec.json.decode(raw, type=_Signed)
        admission = msgspec.convert(signed.request, Admission)
        key = VerifyKey(decode_base64url(admission.key))
        decode_base64url(admission.tls)
        content = canonical_bytes(signed.request)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, KernelError) as error:
        raise _malformed(str(error)) from error
    try:
        key.verify(content, decode_base64url(signed.signature))
    except KernelError as error:
        raise DirectoryError(DirectoryErrorKind.BAD_SIGNATURE, f"request: {error.message}") from error
    return admission


def admit(directory: Directory, admission: Admission, now_ms: int) -> Directory:
    """Give the next version with the gateway in; raises `CONTRADICTORY` where a name or a key is taken.

    A member's further gateway may bring further subsystems; a gateway that is listed already is refused: its keys
    change by `rotate`.
    """
    if directory.find_gateway(admission.gateway) is not None:
        message = (
            f"gateway {admission.gateway} is listed already; its log's key changes by `lienthong directory rotate`"
        )
        raise DirectoryError(DirectoryErrorKind.CONTRADICTORY, f"directory: {message}")
    if admission.instance != directory.instance:
        message = f"request: expected instance {directory.instance}, got {admission.instance}"
        raise DirectoryError(DirectoryErrorKind.OTHER_INSTANCE, message)
    log = LogKey(admission.log, VerifyKey(decode_base64url(admission.key)), now_ms)
    gateway = Gateway(admission.gateway, admission.addresses, (admission.tls_fingerprint,), (log,))
    return msgspec.structs.replace(
        directory,
        version=directory.version + 1,
        issued=now_ms,
        members=_join_member(directory, admission),
        gateways=(*directory.gateways, gateway),
    )


def _join_member(directory: Directory, admission: Admission) -> tuple[Member, ...]:
    known = directory.find_member(admission.member)
    if known is None:
        return (*directory.members, Member(admission.member, admission.name, admission.subsystems))
    codes = {subsystem.code for subsystem in known.subsystems}
    more = tuple(subsystem for subsystem in admission.subsystems if subsystem.code not in codes)
    joined = msgspec.structs.replace(known, subsystems=(*known.subsystems, *more))
    return tuple(joined if member.id == known.id else member for member in directory.members)


def _malformed(reason: str) -> DirectoryError:
    return DirectoryError(DirectoryErrorKind.MALFORMED, f"request: not a signed request of a gateway: {reason}")
