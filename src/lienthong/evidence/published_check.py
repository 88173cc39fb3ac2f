"""Checking what a log has published, entry by entry, as its segments are walked through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lienthong.evidence.tile_names import TILE_HEIGHT, TILE_WIDTH, Tile, entries_path, tile_path
from lienthong.evidence.tiles import CHECKPOINT_FILE, read_bundle, read_tile, tile_damage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from lienthong.evidence.checkpoint import Checkpoint
    from lienthong.evidence.files import Files
    from lienthong.evidence.tree import Frontier

SHOWN: Final = 32
"""Bytes of an entry or hash that a message shows."""


class PublishedCheck:
    """Compares the tiles and bundles under the published `checkpoint`, None if there is none, with the entries.

    Errors have kind `tile`, and `file` then is the one compared last. `tiles` counts those that were right.
    """

    def __init__(self, files: Files, folder: Path, checkpoint: Checkpoint | None) -> None:
        self.checkpoint = checkpoint
        self.size = checkpoint.size if checkpoint is not None else 0
        self.tiles = 0
        self.file = CHECKPOINT_FILE
        self._files = files
        self._folder = folder
        self._left = self.size
        self._is_ended = not self.size
        self._bundle: list[bytes] = []
        # Per level of tiles the number of the open tile and its hashes so far.
        self._indexes: list[int] = []
        self._hashes: list[list[bytes]] = []

    def add(self, statement: bytes, completed: Sequence[bytes]) -> None:
        """Take the next entry, with the nodes that its leaf completes, the leaf first."""
        if not self._left:
            return
        self._left -= 1
        self._bundle.append(statement)
        for height, node in enumerate(completed[::TILE_HEIGHT]):
            if height == len(self._hashes):
                self._indexes.append(0)
                self._hashes.append([])
            hashes = self._hashes[height]
            hashes.append(node)
            if len(hashes) == TILE_WIDTH:
                self._compare(height, hashes)
                hashes.clear()
                self._indexes[height] += 1

    def end_batch(self, frontier: Frontier) -> None:
        """Where the published size is reached, at a batch's end, compare the partial tiles and the checkpoint."""
        if self._is_ended or self.checkpoint is None or frontier.size < self.size:
            return
        self._is_ended = True
        for height, hashes in enumerate(self._hashes):
            if hashes:
                self._compare(height, hashes)
        self.file = CHECKPOINT_FILE
        if frontier.size != self.size:
            raise tile_damage(CHECKPOINT_FILE, "a size where a batch ends", str(self.size))
        if frontier.root() != self.checkpoint.root:
            raise tile_damage(CHECKPOINT_FILE, f"the root {frontier.root().hex()}", self.checkpoint.root.hex())

    def _compare(self, height: int, hashes: Sequence[bytes]) -> None:
        """Compare a tile with its file, and beside one of level 0 the bundle."""
        tile = Tile(height, self._indexes[height], len(hashes))
        self.file = tile_path(height, tile.index, tile.width)
        self._require_same(hashes, read_tile(self._files, self._folder, tile), f"hash {{}} of {self.file}")
        if height == 0:
            self.file = entries_path(tile.index, tile.width)
            stored = read_bundle(self._files, self._folder, tile.index, tile.width)
            self._require_same(self._bundle, stored, f"entry {{}} of {self.file}")
            self._bundle.clear()
        self.tiles += 1

    def _require_same(self, expected: Sequence[bytes], stored: Sequence[bytes], what: str) -> None:
        for place, (wanted, got) in enumerate(zip(expected, stored, strict=True)):
            if wanted != got:
                raise tile_damage(self.file, f"as {what.format(place)} {wanted[:SHOWN].hex()}", got[:SHOWN].hex())
