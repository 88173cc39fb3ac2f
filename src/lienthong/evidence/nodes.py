"""The hashes of a log's tree that are kept in memory: those of its right edge, and of full tiles read lately.

A proof needs few nodes, most of them near the end. What the published tiles hold completely is read from
there, so memory grows with the entries not yet published and not with the log.
"""

from __future__ import annotations

from collections import OrderedDict
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.tile_names import TILE_HEIGHT, TILE_WIDTH, tile_path

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_CACHED_TILES: Final = 64
"""Some MiB of hashes: the tiles that the proofs of a day go through again and again."""


def edge_start(level: int, size: int) -> int:
    """Give the index of the first node at `level` in the last, unfilled tile of a tree of `size` leaves."""
    within = level % TILE_HEIGHT
    return size >> (level - within + TILE_HEIGHT) << (TILE_HEIGHT - within)


def hash_tile(hashes: Sequence[bytes]) -> list[list[bytes]]:
    """Give the nodes inside a tile, per level from its own hashes up to the two that a full tile ends in."""
    levels = [list(hashes)]
    for _ in range(TILE_HEIGHT - 1):
        nodes = levels[-1]
        levels.append([sha256(b"\1" + nodes[i] + nodes[i + 1]).digest() for i in range(0, len(nodes) - 1, 2)])
    return levels


def hash_full_tile(hashes: Sequence[bytes]) -> bytes:
    """Give the one hash that stands for a full tile in the level of tiles above."""
    left, right = hash_tile(hashes)[-1]
    return sha256(b"\1" + left + right).digest()


class Nodes:
    """The nodes of a growing tree, per level a list that starts at some index.

    `read_tile(height, index)` reads the 256 hashes of a full tile. Each tile read is tested against the node
    above it, and so, at the end, against what is in memory: a changed one raises kind `tile` and never gets
    into a proof.
    """

    __slots__ = ("_levels", "_read_tile", "_starts", "_tiles", "size")

    def __init__(self, read_tile: Callable[[int, int], Sequence[bytes]]) -> None:
        self.size = 0
        self._read_tile = read_tile
        self._tiles: OrderedDict[tuple[int, int], list[list[bytes]]] = OrderedDict()
        self._starts: list[int] = []
        self._levels: list[list[bytes]] = []

    def restore(self, size: int, edge: Sequence[Sequence[bytes]]) -> None:
        """Start from a tree of `size` leaves; `edge` has per level of tiles the last, unfilled one's hashes."""
        self.size = size
        for hashes in edge:
            self._levels += hash_tile(hashes)
        self._starts = [edge_start(level, size) for level in range(len(self._levels))]

    def append(self, leaves: Sequence[bytes]) -> None:
        """Add leaves, and every node that they complete. On every message's way."""
        start, end = self.size, self.size + len(leaves)
        self.size = end
        levels, starts = self._levels, self._starts
        if not levels:
            self._add_level()
        nodes = levels[0]
        nodes.extend(leaves)
        level = 1
        while (start := start >> 1) != (end := end >> 1):
            if level == len(levels):
                self._add_level()
            parents = levels[level]
            before = starts[level - 1]
            new = nodes[2 * start - before : 2 * end - before]
            parents += [sha256(b"\1" + left + right).digest() for left, right in zip(new[::2], new[1::2], strict=True)]
            nodes = parents
            level += 1

    def node(self, level: int, index: int) -> bytes:
        """Give the hash of a complete subtree (a `NodeReader`), from memory or from the tiles."""
        if level < len(self._levels):
            place = index - self._starts[level]
            if place >= 0:
                return self._levels[level][place]
        within = level % TILE_HEIGHT
        tile, place = divmod(index, TILE_WIDTH >> within)
        return self._full_tile(level // TILE_HEIGHT, tile)[within][place]

    def read(self, level: int, start: int, end: int) -> list[bytes]:
        """Give the nodes [start, end) of a level (a `NodesReader`), from memory or from the tiles."""
        if level < len(self._levels) and start >= self._starts[level]:
            return self.slice(level, start, end)
        return [self.node(level, index) for index in range(start, end)]

    def slice(self, level: int, start: int, end: int) -> list[bytes]:
        """Give the nodes [start, end) of a level, which must be in memory."""
        before = self._starts[level]
        return self._levels[level][start - before : end - before]

    def forget(self, published: int) -> None:
        """Drop what full tiles of the published tree of that size hold; its last, unfilled tiles stay."""
        for level, nodes in enumerate(self._levels):
            start = edge_start(level, published)
            if start > self._starts[level]:
                del nodes[: start - self._starts[level]]
                self._starts[level] = start

    def _add_level(self) -> None:
        """Start a level: nothing of it was complete before, so it starts at 0."""
        self._starts.append(0)
        self._levels.append([])

    def _full_tile(self, height: int, index: int) -> list[list[bytes]]:
        """Give the nodes of a full tile, lately used ones from memory."""
        tile = self._tiles.get((height, index))
        if tile is not None:
            self._tiles.move_to_end((height, index))
            return tile
        hashes = self._read_tile(height, index)
        if hash_full_tile(hashes) != self.node((height + 1) * TILE_HEIGHT, index):
            name = tile_path(height, index)
            message = f"{name} does not hash to what the tile above it says; run `lienthong log check`"
            raise EvidenceError(EvidenceErrorKind.TILE, message)
        tile = self._tiles[height, index] = hash_tile(hashes)
        if len(self._tiles) > _CACHED_TILES:
            self._tiles.popitem(last=False)
        return tile
