"""Whether a directory agrees with itself: pure, and it raises at the first contradiction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lienthong.directory.errors import DirectoryError, DirectoryErrorKind
from lienthong.kernel.canonical import decode_base64url
from lienthong.kernel.errors import KernelError
from lienthong.kernel.ids import format_identifier, parse_identifier

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lienthong.directory.members import Directory, Gateway, LogKey

_HASH_BYTES: Final = 32
_MEMBER_SEGMENTS, _GATEWAY_SEGMENTS, _ORIGIN_SEGMENTS = 3, 4, 5
_MAX_PORT: Final = 65535


def require_agreement(directory: Directory) -> None:
    """Return when every name is well spelt, in its place and listed once, else raise `CONTRADICTORY`."""
    _require_name(directory.instance, 1)
    if directory.version < 1 or not 0 <= directory.issued < directory.expires:
        raise _contradiction(
            f"expected version 1 or higher and issued before expires, got version {directory.version}, "
            f"issued {directory.issued}, expires {directory.expires}"
        )
    _require_members(directory)
    _require_gateways(directory)
    _require_groups(directory)
    _require_once("witness", (witness.name for witness in directory.witnesses))
    _require_once("witness's key", (repr(witness.key) for witness in directory.witnesses))


def _require_members(directory: Directory) -> None:
    _require_once("member", (member.id for member in directory.members))
    for member in directory.members:
        _require_name(member.id, _MEMBER_SEGMENTS)
        _require_inside(member.id, directory.instance)
        _require_once(f"subsystem of {member.id}", (subsystem.code for subsystem in member.subsystems))
        for subsystem in member.subsystems:
            _require_name(subsystem.code, 1)


def _require_gateways(directory: Directory) -> None:
    members = {member.id for member in directory.members}
    logs = [log for gateway in directory.gateways for log in gateway.logs]
    _require_once("gateway", (gateway.id for gateway in directory.gateways))
    _require_once("TLS key", (fingerprint for gateway in directory.gateways for fingerprint in gateway.tls))
    _require_once("log", (log.origin for log in logs))
    # One key for two logs would let a checkpoint of the one be shown as history of the other.
    _require_once("log key", (repr(log.key) for log in logs))
    for gateway in directory.gateways:
        _require_name(gateway.id, _GATEWAY_SEGMENTS)
        if gateway.member not in members:
            raise _contradiction(f"gateway {gateway.id}: its member {gateway.member} is not listed")
        _require_gateway(gateway)


def _require_gateway(gateway: Gateway) -> None:
    for address in gateway.addresses:
        _require_address(gateway, address)
    for fingerprint in gateway.tls:
        _require_hash(f"TLS key of {gateway.id}", fingerprint)
    for log in gateway.logs:
        _require_log(gateway, log)
    still_open = [log.origin for log in gateway.logs if log.closed is None]
    if len(still_open) > 1:
        raise _contradiction(f"gateway {gateway.id}: expected at most one open log, got {', '.join(still_open)}")


def _require_log(gateway: Gateway, log: LogKey) -> None:
    _require_name(log.origin, _ORIGIN_SEGMENTS)
    _require_inside(log.origin, gateway.id)
    if log.since < 0:
        raise _contradiction(f"log {log.origin}: expected a time after 1970, got {log.since}")
    if log.closed is not None:
        _require_hash(f"closing root of {log.origin}", log.closed.root)
        if log.closed.size < 0 or log.closed.time < log.since:
            raise _contradiction(f"log {log.origin}: it cannot close at size {log.closed.size}, time {log.closed.time}")


def _require_groups(directory: Directory) -> None:
    known = {f"{member.id}/{subsystem.code}" for member in directory.members for subsystem in member.subsystems}
    for group, subsystems in directory.groups.items():
        _require_once(f"subsystem of group {group}", subsystems)
        for subsystem in subsystems:
            if subsystem not in known:
                raise _contradiction(f"group {group}: its subsystem {subsystem} is not listed")


def _require_name(name: str, segments: int) -> None:
    try:
        normal = format_identifier(parse_identifier(name, segments, segments))
    except KernelError as error:
        raise _contradiction(error.message) from error
    if normal != name:
        raise _contradiction(f"expected the spelling {normal!r}, got {name!r}")


def _require_inside(name: str, outer: str) -> None:
    if not name.startswith(outer + "/"):
        raise _contradiction(f"expected a name under {outer!r}, got {name!r}")


def _require_address(gateway: Gateway, address: str) -> None:
    host, colon, port = address.rpartition(":")
    if not (host and colon and port.isascii() and port.isdecimal() and 0 < int(port) <= _MAX_PORT):
        raise _contradiction(f"gateway {gateway.id}: expected an address host:port, got {address!r}")


def _require_hash(what: str, text: str) -> None:
    try:
        size = len(decode_base64url(text))
    except KernelError as error:
        raise _contradiction(f"{what}: {error.message}") from error
    if size != _HASH_BYTES:
        raise _contradiction(f"{what}: expected a SHA-256 of {_HASH_BYTES} bytes, got {size}")


def _require_once(what: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise _contradiction(f"{what} {name} is listed twice")
        seen.add(name)


def _contradiction(reason: str) -> DirectoryError:
    return DirectoryError(DirectoryErrorKind.CONTRADICTORY, f"directory: {reason}")
