"""Where an entry stands in a log of the directory: proven by the text of a proof (checks 4 and 5 of verify.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from lienthong.directory.members import LogKey
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

    Hashes are in base64url, as statements write them.
    """

    log: LogKey
    leaf: str
    index: int
    size: int
    root: str


def verify_place(part: str, directory: Directory, origin: str, statement: bytes, proof_text: bytes) -> EntryPlace:
    """Require that the log `origin` holds the statement, and give its place; `part` is the proof's name."""
    log = find_log(part, directory, origin)
    leaf = leaf_hash(statement)
    with in_part(part):
        proof = parse_proof(proof_text)
        checkpoint = verify_proof(proof, leaf, origin, log.key)
    if proof.extra:
        raise refuse_part(part, "expected a proof without extra data, which nothing could verify")
    if log.closed is not None:
        _require_closing_head(part, log.closed, checkpoint)
    root = encode_base64url(checkpoint.root)
    return EntryPlace(log, encode_base64url(leaf), proof.index, checkpoint.size, root)


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


def _require_closing_head(part: str, closed: LogClosure, checkpoint: Checkpoint) -> None:
    """Require the checkpoint to be the one that the log was closed at.

    After closing only entries under that head count, since a stolen key can sign any other one. Nothing in
    a package links an earlier checkpoint to it, so an earlier one does not do.
    """
    if checkpoint.size != closed.size or encode_base64url(checkpoint.root) != closed.root:
        message = (
            f"the log {checkpoint.origin} was closed at size {closed.size} ({closed.reason}): expected a proof "
            f"under that head, got one under a checkpoint of size {checkpoint.size}"
        )
        raise refuse_part(part, message)
