"""Which tiles a published log has, and what their files are called (C2SP tlog-tiles). Pure arithmetic.

A tile holds up to 256 hashes: level 0 those of leaves, each level above one hash per full tile below. Entry
bundles follow level 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

TILE_HEIGHT: Final = 8
TILE_WIDTH: Final = 1 << TILE_HEIGHT

_DIGITS: Final = 1000
"""Each part of a tile's number has three digits, so that no folder grows beyond some thousand names."""


class Tile(msgspec.Struct, frozen=True):
    """The tile `index` of a level with `width` hashes, 1 to 256; below 256 it is partial.

    Its hash number `i` is that of the complete subtree `node(8 * level, 256 * index + i)`.
    """

    level: int
    index: int
    width: int


def tile_path(level: int, index: int, width: int = TILE_WIDTH) -> str:
    """Name a hash tile relative to the log's address, such as `tile/0/x001/x234/067.p/112`."""
    return f"tile/{level}/{_number(index)}{_partial(width)}"


def entries_path(index: int, width: int = TILE_WIDTH) -> str:
    """Name an entry bundle relative to the log's address, such as `tile/entries/000.p/5`."""
    return f"tile/entries/{_number(index)}{_partial(width)}"


def tiles_of(size: int) -> Iterator[Tile]:
    """List all tiles, full and partial, of a log of `size` entries, level by level from the leaves."""
    return tiles_between(0, size)


def tiles_between(old: int, new: int) -> Iterator[Tile]:
    """List the tiles that a log of `new` entries has and the same log at `old` entries had not."""
    level = 0
    while new >> (TILE_HEIGHT * level):
        before, after = old >> (TILE_HEIGHT * level), new >> (TILE_HEIGHT * level)
        for index in range(before // TILE_WIDTH, after // TILE_WIDTH):
            yield Tile(level, index, TILE_WIDTH)
        if before != after and after % TILE_WIDTH:
            yield Tile(level, after // TILE_WIDTH, after % TILE_WIDTH)
        level += 1


def _number(index: int) -> str:
    index, last = divmod(index, _DIGITS)
    parts = [f"{last:03d}"]
    while index:
        index, part = divmod(index, _DIGITS)
        parts.append(f"x{part:03d}")
    return "/".join(reversed(parts))


def _partial(width: int) -> str:
    return "" if width == TILE_WIDTH else f".p/{width}"
