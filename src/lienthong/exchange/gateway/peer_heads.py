"""The heads of other members' logs: verified once a batch, remembered, never taken on trust.

Owns rule 4.3: a checkpoint signature, and consistency with what the link saw before. Each entry is then checked
against its batch's head, which costs the hashes inside the batch only and equals the whole RFC 9162 check.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

from lienthong.evidence.checkpoint import verify_checkpoint
from lienthong.evidence.errors import EvidenceError
from lienthong.evidence.peer import PeerHead, encode_peer
from lienthong.evidence.signer import HeadReader
from lienthong.evidence.tree import batch_subtree, fold_suffix, verify_consistency
from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.kernel.canonical import encode_base64url

if TYPE_CHECKING:
    from pathlib import Path

    from lienthong.directory.members import Directory, LogKey
    from lienthong.evidence.checkpoint import Checkpoint
    from lienthong.exchange.gateway.frames import HeadFrame


class KnownHead(msgspec.Struct, frozen=True):
    """The highest verified head of a log: size, root, and the whole signed note."""

    size: int
    root: bytes
    note: bytes


class VerifiedHead:
    """A batch's head whose signature and consistency were verified. `shared` is what our own log keeps of it."""

    __slots__ = (
        "_first",
        "_lead",
        "_proven",
        "_suffix",
        "known",
        "origin",
        "root",
        "root_text",
        "shared",
        "size",
    )

    def __init__(self, origin: str, frame: HeadFrame, root: bytes) -> None:
        self.origin = origin
        self.size = frame.size
        self.root = root
        self.root_text = encode_base64url(root)
        self.known = KnownHead(frame.size, root, frame.note)
        self.shared = encode_peer(PeerHead(frame.note, frame.first, frame.suffix))
        self._first = frame.first
        self._suffix = frame.suffix
        start, _ = batch_subtree(frame.first, frame.size)
        # Nodes of the batch's subtree are numbered as in a heap: its top is 1, those under n are 2n and 2n + 1.
        self._lead = (1 << (frame.size - start - 1).bit_length()) - start
        self._proven: dict[int, tuple[bytes, tuple[bytes, ...]]] = {}
        """By its number each node that was proven, with its path to the top."""

    def verify_entry(self, leaf: bytes, index: int, path: tuple[bytes, ...]) -> None:
        """Require that `leaf` stands at `index` of this head's batch (RFC 9162, 2.1.3.2).

        Raises ExchangeError `bad_proof`.
        """
        if not self._first <= index < self.size:
            raise _bad_proof(f"entry {index} is outside its batch, {self._first} to {self.size - 1}")
        # The fold of RFC 9162 up to the first node that an entry before has proven: what stands above is then known.
        proven = self._proven
        beside = {}
        node, number, last = leaf, self._lead + index, self._lead + self.size - 1
        while number not in proven:
            if number == 1:
                self._prove_top(index, node)
                break
            if number & 1 or number < last:
                if not path:
                    raise _bad_proof(f"entry {index}: its path is too short")
                sibling, path = path[0], path[1:]
                beside[number ^ 1] = (sibling, (node, *path))
                node = sha256(b"\1" + sibling + node if number & 1 else b"\1" + node + sibling).digest()
            # Else this is the right edge's last node, which has no sibling on this level.
            number, last = number >> 1, last >> 1
        if proven[number] != (node, path):
            raise _bad_proof(f"entry {index} is not under the checkpoint of size {self.size}")
        proven.update(beside)

    def _prove_top(self, index: int, top: bytes) -> None:
        """Require that the batch's subtree with this top node leads to the checkpoint's root."""
        try:
            root = fold_suffix(top, self._first, self.size, self._suffix)
        except EvidenceError as error:
            raise _bad_proof(f"entry {index}: {error}") from error
        if root != self.root:
            raise _bad_proof(f"entry {index}: root {root.hex()}, the checkpoint says {self.root.hex()}")
        self._proven[1] = (top, ())


class PeerHeads:
    """The highest verified head of each log that this gateway has met; rebuilt from its own log at a start."""

    def __init__(self) -> None:
        self._known: dict[str, KnownHead] = {}
        self._readers: dict[str, HeadReader] = {}
        self._is_changed = False

    def find(self, origin: str) -> KnownHead | None:
        """Give the highest verified head of a log, if it was ever met."""
        return self._known.get(origin)

    @property
    def origins(self) -> frozenset[str]:
        """The logs that were ever met."""
        return frozenset(self._known)

    def remember(self, origin: str, head: KnownHead) -> None:
        """Keep a verified head if it is higher than the one known."""
        known = self._known.get(origin)
        if known is None or head.size > known.size:
            self._known[origin] = head
            self._is_changed = True

    def forget_revoked(self, directory: Directory) -> None:
        """Drop the heads of logs that a new directory closes, or lists with another key or not at all (rule 7).

        The others stay: each new directory would else be the moment for a peer to rewrite its history.
        """
        for origin, head in list(self._known.items()):
            log = directory.find_log(origin)
            if log is None or log.closed is not None or _find_signed(head.note, log) is None:
                del self._known[origin]
                self._is_changed = True

    def save(self, path: Path) -> None:
        """Write the notes down if any changed. A crash here leaves older ones, which are as true."""
        if not self._is_changed:
            return
        self._is_changed = False
        unfinished = path.with_suffix(".new")
        notes = {origin: head.note.decode() for origin, head in list(self._known.items())}
        unfinished.write_bytes(msgspec.json.encode(notes))
        unfinished.replace(path)

    def load(self, path: Path, directory: Directory) -> None:
        """Read notes that were written down. Each is verified again; what does not verify is left out."""
        try:
            notes = msgspec.json.decode(path.read_bytes(), type=dict[str, str])
        except (FileNotFoundError, msgspec.DecodeError):
            return
        for origin, note in notes.items():
            log = directory.find_log(origin)
            checkpoint = _find_signed(note.encode(), log) if log is not None else None
            if checkpoint is not None:
                self.remember(origin, KnownHead(checkpoint.size, checkpoint.root, note.encode()))

    def verify(self, log: LogKey, frame: HeadFrame, previous: KnownHead | None) -> VerifiedHead:
        """Verify a head's signature and its consistency with `previous`; remember it.

        Raises ExchangeError `bad_proof`: the message is refused, the link ends, and an operator must look.
        """
        try:
            checkpoint = self._reader_of(log).verify(frame.note)
        except EvidenceError as error:
            raise _bad_proof(f"checkpoint of {log.origin}: {error}") from error
        if checkpoint.size != frame.size or not frame.first < frame.size:
            raise _bad_proof(f"a batch to {frame.size} under a checkpoint of size {checkpoint.size}")
        _verify_history(log.origin, frame, checkpoint.root, previous)
        head = VerifiedHead(log.origin, frame, checkpoint.root)
        self.remember(log.origin, head.known)
        return head

    def _reader_of(self, log: LogKey) -> HeadReader:
        reader = self._readers.get(log.origin)
        if reader is None or reader.key != log.key:
            reader = self._readers[log.origin] = HeadReader(log.origin, log.key)
        return reader


def _find_signed(note: bytes, log: LogKey) -> Checkpoint | None:
    try:
        return verify_checkpoint(note, log.origin, log.key)
    except EvidenceError:
        return None


def _verify_history(origin: str, frame: HeadFrame, root: bytes, previous: KnownHead | None) -> None:
    expected = previous.size if previous is not None else 0
    if frame.previous != expected:
        raise _bad_proof(f"{origin}: consistency from size {frame.previous}, this link has seen {expected}")
    if previous is None:
        return
    try:
        verify_consistency(previous.size, frame.size, frame.consistency, previous.root, root)
    except EvidenceError as error:
        raise _bad_proof(f"{origin}: history was rewritten between {expected} and {frame.size}: {error}") from error


def _bad_proof(why: str) -> ExchangeError:
    return ExchangeError(ExchangeErrorKind.BAD_PROOF, why)
