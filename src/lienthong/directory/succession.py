"""One log follows another (rule 6.4): what a gateway asks of the directory, and the directory that comes of it."""

from __future__ import annotations

import msgspec

from lienthong.directory.errors import DirectoryError, DirectoryErrorKind
from lienthong.directory.members import Directory, Gateway, LogClosure, LogKey
from lienthong.kernel.canonical import decode_base64url, encode_base64url
from lienthong.kernel.errors import KernelError
from lienthong.kernel.keys import VerifyKey

MAX_SUCCESSION_BYTES = 64 * 1024
"""A request has less than a kibibyte, and a note with its cosignatures."""


class Succession(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A gateway's request: the new log and its key, and where the old one ends.

    Hashes and keys are base64url, `time` is ms UTC. `note` is the closing head as the old log signed it, with the
    cosignatures that it has: whoever closes the log verifies it, and takes the witness's own last head if that is
    another.
    """

    gateway: str
    origin: str
    key: str
    closes: str
    size: int
    root: str
    reason: str
    time: int
    note: str


def parse_succession(raw: bytes) -> Succession:
    """Read a request; raises `MALFORMED`."""
    try:
        if len(raw) > MAX_SUCCESSION_BYTES:
            raise _malformed(f"expected at most {MAX_SUCCESSION_BYTES} bytes, got {len(raw)}")
        return msgspec.json.decode(raw, type=Succession)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _malformed(str(error)) from error


def format_succession(succession: Succession) -> bytes:
    """Write a request, for people to read too."""
    return msgspec.json.format(msgspec.json.encode(succession)) + b"\n"


def succeed_log(directory: Directory, succession: Succession) -> Directory:
    """Give the next version of the directory: the old log closed at its head, the new one open.

    Raises `CONTRADICTORY` if the gateway has not that open log, or if the new one does not fit; `MALFORMED` for a key
    that is none.
    """
    gateway = directory.find_gateway(succession.gateway)
    log = directory.find_log(succession.closes)
    if gateway is None or log is None or log.closed is not None or log not in gateway.logs:
        text = f"directory: expected the open log {succession.closes} of {succession.gateway}, the directory lists none"
        raise DirectoryError(DirectoryErrorKind.CONTRADICTORY, text)
    closure = LogClosure(succession.size, succession.root, max(succession.time, log.since), succession.reason)
    new = LogKey(succession.origin, _read_key(succession), succession.time)
    logs = (*(_close(each, log, closure) for each in gateway.logs), new)
    changed = msgspec.structs.replace(gateway, logs=logs)
    gateways = tuple(_choose(each, changed) for each in directory.gateways)
    return msgspec.structs.replace(directory, gateways=gateways, version=directory.version + 1)


def state_key(key: VerifyKey) -> str:
    """Spell a key as a request does."""
    return encode_base64url(key.raw)


def _close(each: LogKey, log: LogKey, closure: LogClosure) -> LogKey:
    return msgspec.structs.replace(each, closed=closure) if each is log else each


def _choose(each: Gateway, changed: Gateway) -> Gateway:
    return changed if each.id == changed.id else each


def _read_key(succession: Succession) -> VerifyKey:
    try:
        return VerifyKey(decode_base64url(succession.key))
    except KernelError as error:
        raise _malformed(error.message) from error


def _malformed(why: str) -> DirectoryError:
    return DirectoryError(DirectoryErrorKind.MALFORMED, f"request to follow a log: {why}; make it again")
