"""Where an entry stands in a log of the directory: proven by the text of a proof (checks 4 and 5 of verify.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from lienthong.directory.members import LogKey
from lienthong.evidence.cosignature import Cosignature, cosigners_for, find_cosignatures
from lienthong.evidence.package import in_part, refuse_part
from lienthong.evidence.proof import parse_proof, verify_proof
from lienthong.evidence.tree import leaf_hash
from lienthong.kernel.canonical import encode_base64url

if TYPE_CHECKING:
    from lienthong.directory.members import Directory, LogClosure
    from lienthong.evidence.checkpoint import Checkpoint

_MEMBER_SEGMENTS: Final = 3


class EntryPlace(msgspec.Struct, frozen=True):
    """A proven entry: its log, its leaf hash, its index, and size and root of the checkpoint it was shown under.

    Hashes are in base64url, as statements write them. `witnessed` are the cosignatures under that checkpoint by
    witnesses of the directory that count for the log. `late` says why the entry does not count by itself, if its log
    is closed (see `require_counted`).
    """

    log: LogKey
    leaf: str
    index: int
    size: int
    root: str
    witnessed: tuple[Cosignature, ...] = ()
    late: str | None = None


def verify_place(part: str, directory: Directory, origin: str, statement: bytes, proof_text: bytes) -> EntryPlace:
    """Require that the log `origin` holds the statement, and give its place; `part` is the proof's name.

    Of a closed log the place counts only once `require_counted` has returned.
    """
    log = find_log(part, directory, origin)
    leaf = leaf_hash(statement)
    with in_part(part):
        proof = parse_proof(proof_text)
        checkpoint = verify_proof(proof, leaf, origin, log.key)
    if proof.extra:
        raise refuse_part(part, "expected a proof without extra data, which nothing could verify")
    root = encode_base64url(checkpoint.root)
    witnessed = find_cosignatures(proof.checkpoint, cosigners_for(directory, origin))
    late = None if log.closed is None else _find_late(log.closed, checkpoint, witnessed)
    return EntryPlace(log, encode_base64url(leaf), proof.index, checkpoint.size, root, witnessed, late)


def require_counted(part: str, place: EntryPlace, received: EntryPlace | None) -> None:
    """Require of an entry in a closed log that it was there before the closing (rule 7.2).

    It stands under the closing head, or under one that was cosigned before, or the receiver's log had pinned its
    checkpoint under a head that was cosigned before: a stolen key can sign any other one.
    """
    closed = place.log.closed
    if place.late is None or closed is None:
        return
    if received is None or not _is_cosigned_before(closed, received.witnessed):
        raise refuse_part(part, place.late)


def require_log_of(part: str, directory: Directory, origin: str, name: str) -> None:
    """Require that the log belongs to the member whose subsystem or service `name` is; `part` names the log."""
    find_log(part, directory, origin)
    gateway = directory.gateway_of_log(origin)
    member = member_of(name)
    if gateway is None or gateway.member != member:
        owner = "nobody" if gateway is None else gateway.member
        raise refuse_part(part, f"expected a log of {member}, to whom {name} belongs, got {origin} of {owner}")


def find_log(part: str, directory: Directory, origin: str) -> LogKey:
    """Give the log, open or closed; `part` names it."""
    log = directory.find_log(origin)
    if log is None:
        raise refuse_part(part, f"the log {origin} is not in the package's directory, version {directory.version}")
    return log


def member_of(name: str) -> str:
    """Give the id of the member that a client, service, gateway or log name belongs to."""
    return "/".join(name.split("/")[:_MEMBER_SEGMENTS])


def _find_late(closed: LogClosure, checkpoint: Checkpoint, witnessed: tuple[Cosignature, ...]) -> str | None:
    """Give why a checkpoint of a closed log shows nothing by itself; None if it does."""
    if checkpoint.size == closed.size and encode_base64url(checkpoint.root) == closed.root:
        return None
    if checkpoint.size <= closed.size and _is_cosigned_before(closed, witnessed):
        return None
    return (
        f"the log {checkpoint.origin} was closed at size {closed.size} ({closed.reason}): expected a proof under that "
        f"head or one cosigned before, got one under a checkpoint of size {checkpoint.size}"
    )


def _is_cosigned_before(closed: LogClosure, witnessed: tuple[Cosignature, ...]) -> bool:
    return any(each.time <= closed.time for each in witnessed)
