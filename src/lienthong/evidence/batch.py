"""What goes into one commit of a log and what comes out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

from lienthong.evidence.tree import prove_batch, prove_each

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lienthong.evidence.nodes import Nodes


class EntryParts(Protocol):
    """What a commit writes of one entry."""

    @property
    def statement(self) -> bytes:
        """Give the entry itself."""

    @property
    def leaf(self) -> bytes:
        """Give its leaf hash."""

    @property
    def proven(self) -> bool:
        """Say whether somebody is to be shown a proof of it soon. A batch of others, as `received`, is not signed."""

    @property
    def record(self) -> bytes:
        """Give its erasable part."""

    @property
    def evidence(self) -> bytes:
        """Give what is kept beside it under the CRC."""

    @property
    def shared(self) -> bytes:
        """Give what is kept under the CRC too, but once per batch where entries have the same."""


class Draft(Protocol):
    """An entry that its batch finishes: what each needs alike is done for all in one go, which costs a third."""

    @property
    def statement(self) -> bytes:
        """Give the entry itself."""

    @property
    def length(self) -> int:
        """Give about how many bytes the entry will have, for the cut of batches."""

    def finish(self) -> EntryParts:
        """Give the entry, in the log's thread; whatever can go wrong must have gone wrong before."""


class Entry(msgspec.Struct, frozen=True, gc=False):
    """An entry of which its caller has all at hand."""

    statement: bytes
    leaf: bytes
    proven: bool
    record: bytes = b""
    evidence: bytes = b""
    shared: bytes = b""

    @property
    def length(self) -> int:
        """Give the bytes that the log keeps of it."""
        return len(self.statement) + len(self.evidence) + len(self.record) + len(self.shared)

    def finish(self) -> Entry:
        """Give itself: it is finished."""
        return self


class Head:
    """The state of the log after one commit, with what proves the entries [first, size) of that commit.

    `checkpoint` is the signed note over `size` and `root`, or empty if nothing in the batch needed one. An
    entry's inclusion proof under it is its `path` and the batch's `suffix`, one after the other. Both are made when
    they are first asked for, the paths of all entries together.
    """

    __slots__ = ("_nodes", "_paths", "_suffix", "checkpoint", "first", "root", "size")

    def __init__(
        self,
        first: int,
        size: int,
        root: bytes,
        checkpoint: bytes,
        nodes: Nodes,
        paths: Sequence[tuple[bytes, ...]] = (),
    ) -> None:
        """`paths` are those of the first entries, where no others will be asked for."""
        self.first = first
        self.size = size
        self.root = root
        self.checkpoint = checkpoint
        self._nodes = nodes
        self._suffix: tuple[bytes, ...] | None = None
        self._paths = paths

    @property
    def suffix(self) -> tuple[bytes, ...]:
        """Give the common end of the batch's paths."""
        if self._suffix is None:
            self._suffix = prove_batch(self.first, self.size, self._nodes.node)
        return self._suffix

    def path(self, index: int) -> tuple[bytes, ...]:
        """Give the part of entry `index`'s path that lies inside the batch."""
        if not self._paths:
            self._paths = prove_each(self.first, self.size, self._nodes.read)
        return self._paths[index - self.first]


class Committed(msgspec.Struct, frozen=True, gc=False):
    """An entry that is durable: its index, its leaf hash and the head of its batch."""

    index: int
    leaf: bytes
    head: Head
