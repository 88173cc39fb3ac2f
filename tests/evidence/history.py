"""A log's history in memory, that can be forked: signed heads and proofs, for tests of who watches it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lienthong.directory.members import LogKey
from lienthong.evidence.checkpoint import Checkpoint, sign_checkpoint
from lienthong.evidence.nodes import Nodes
from lienthong.evidence.tree import leaf_hash, prove_consistency, root_of
from lienthong.kernel.keys import make_signing_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lienthong.kernel.keys import SigningKey

ORIGIN = "DEMO/GOV/Z99.01/GW1/1"


class History:
    """The leaves of one log under one key."""

    def __init__(self, count: int = 0, key: SigningKey | None = None, origin: str = ORIGIN) -> None:
        self.origin = origin
        self.key = key or make_signing_key()
        self.listed = LogKey(origin, self.key.verify_key, 0)
        self._nodes = Nodes(_read_no_tile)
        self._leaves: list[bytes] = []
        self.grow(count)

    @property
    def size(self) -> int:
        return len(self._leaves)

    def grow(self, count: int, mark: bytes = b"") -> None:
        leaves = [leaf_hash(mark + b"%d" % (self.size + number)) for number in range(count)]
        self._leaves += leaves
        self._nodes.append(leaves)

    def fork(self, size: int, count: int) -> History:
        """Give another history under the same key, which parts from this one after `size` entries."""
        other = History(size, self.key, self.origin)
        other.grow(count, b"other")
        return other

    def root(self, size: int | None = None) -> bytes:
        return root_of(self.size if size is None else size, self._nodes.node)

    def sign(self, size: int | None = None) -> bytes:
        at = self.size if size is None else size
        return sign_checkpoint(Checkpoint(self.origin, at, self.root(at)), self.key)

    def prove(self, old: int, new: int | None = None) -> tuple[bytes, ...]:
        at = self.size if new is None else new
        return tuple(prove_consistency(old, at, self._nodes.node)) if 0 < old < at else ()


def _read_no_tile(height: int, index: int) -> Sequence[bytes]:
    raise AssertionError((height, index))
