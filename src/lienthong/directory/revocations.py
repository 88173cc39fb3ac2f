"""Revocations: what an online key may say about the directory at once. It can only subtract (rule 7).

A revoked gateway keeps its entry and loses its TLS keys and logs; a revoked log or TLS key is left out alone. Nothing
here adds a name, a key or an address. What was proven before stays proven: offline verification reads the directory
without them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from lienthong.directory.errors import DirectoryError, DirectoryErrorKind
from lienthong.kernel.canonical import canonical_bytes

if TYPE_CHECKING:
    from lienthong.directory.members import Directory, Gateway

MAX_REASON = 500
"""A reason is a sentence for operators."""


class Revocation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is revoked: a gateway's id, a log's origin or a TLS key's fingerprint; when (ms UTC) and why."""

    name: str
    time: int
    reason: str


class Revocations(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="revocations"):
    """All revocations of one instance; each version holds all that are still needed."""

    version: int
    instance: str
    revoked: tuple[Revocation, ...] = ()


def parse_revocations(raw: bytes) -> Revocations:
    """Read `revocations.json`; raises `MALFORMED`. Who signed it is TUF's affair."""
    try:
        found = msgspec.json.decode(raw, type=Revocations)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise DirectoryError(DirectoryErrorKind.MALFORMED, f"revocations: {error}") from error
    if found.version < 1 or any(len(each.reason) > MAX_REASON for each in found.revoked):
        message = f"revocations: expected version 1 or more and reasons of at most {MAX_REASON} characters"
        raise DirectoryError(DirectoryErrorKind.MALFORMED, message)
    return found


def subtract(directory: Directory, revocations: Revocations) -> Directory:
    """Give the directory without what is revoked; names that it does not know change nothing."""
    if revocations.instance != directory.instance:
        message = f"revocations: expected instance {directory.instance}, got {revocations.instance}"
        raise DirectoryError(DirectoryErrorKind.OTHER_INSTANCE, message)
    names = frozenset(each.name for each in revocations.revoked)
    if not names:
        return directory
    gateways = tuple(_subtract(gateway, names) for gateway in directory.gateways)
    return msgspec.structs.replace(directory, gateways=gateways)


def _subtract(gateway: Gateway, names: frozenset[str]) -> Gateway:
    if gateway.id in names:
        return msgspec.structs.replace(gateway, tls=(), logs=())
    tls = tuple(key for key in gateway.tls if key not in names)
    logs = tuple(log for log in gateway.logs if log.origin not in names)
    if len(tls) == len(gateway.tls) and len(logs) == len(gateway.logs):
        return gateway
    return msgspec.structs.replace(gateway, tls=tls, logs=logs)


def format_revocations(revocations: Revocations) -> bytes:
    """Give the target's bytes (RFC 8785)."""
    return canonical_bytes(msgspec.to_builtins(revocations))
