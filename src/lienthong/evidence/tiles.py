"""The published form of a log: hash tiles, entry bundles and a signed checkpoint (C2SP tlog-tiles).

It follows the segments, which alone are the log: a crash while publishing leaves files beyond the published
checkpoint, and the next publication writes them again. What lies under the published checkpoint must be
right, for proofs and the next opening read it.
"""

from __future__ import annotations

import struct
from itertools import chain
from typing import TYPE_CHECKING, Final

import msgspec

from lienthong.evidence.checkpoint import verify_checkpoint
from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.files import ensure_folder, list_names, remove_file, write_file
from lienthong.evidence.nodes import Nodes, hash_full_tile
from lienthong.evidence.tile_names import (
    TILE_HEIGHT,
    TILE_WIDTH,
    Tile,
    entries_path,
    tile_path,
    tiles_between,
)
from lienthong.evidence.tree import EMPTY_ROOT, HASH_BYTES, leaf_hash, root_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from lienthong.evidence.checkpoint import Checkpoint
    from lienthong.evidence.files import Files
    from lienthong.kernel.keys import VerifyKey

CHECKPOINT_FILE: Final = "checkpoint"
MAX_STATEMENT_BYTES: Final = 0xFFFF
"""An entry's length stands in two bytes of its bundle (C2SP tlog-tiles)."""
_LENGTH: Final = struct.Struct(">H")


class Published(msgspec.Struct, frozen=True):
    """What a log has published.

    `note` is the signed checkpoint over `size` and `root`, empty if there is none yet. `edge` has per level
    of tiles the hashes of the last, unfilled tile; `statements` the entries of the last bundle.
    """

    size: int = 0
    root: bytes = EMPTY_ROOT
    note: bytes = b""
    edge: tuple[tuple[bytes, ...], ...] = ()
    statements: tuple[bytes, ...] = ()


class Publication(msgspec.Struct, frozen=True):
    """What is to be published: the tree grows from `old` to `new` entries, whose signed checkpoint is `note`.

    `tiles` are the new ones with their bytes; `statements` start with the first entry of the bundle that
    `old` ends in.
    """

    old: int
    new: int
    note: bytes
    tiles: list[tuple[Tile, bytes]]
    statements: list[bytes]


def plan_publication(old: int, new: int, note: bytes, nodes: Nodes, statements: list[bytes]) -> Publication:
    """Collect what `publish` needs, in the log's thread, so that another thread may then write it."""
    tiles = []
    for tile in tiles_between(old, new):
        start = tile.index * TILE_WIDTH
        hashes = nodes.slice(tile.level * TILE_HEIGHT, start, start + tile.width)
        tiles.append((tile, b"".join(hashes)))
    return Publication(old, new, note, tiles, statements)


def publish(files: Files, folder: Path, plan: Publication, durable: set[Path]) -> None:
    """Publish the tiles and bundles of new entries, then the checkpoint over them. Errors are OSError.

    `durable` are folders whose names need no sync any more, at first the log's own; new ones are added.

    A crash before the checkpoint leaves the old one, with all it covers, and files that none covers: the next
    publication starts from the same place and writes them again, with the same content or more.
    """
    touched: set[Path] = set()
    # 1. The files, each whole and durable before its name is taken.
    for tile, hashes in plan.tiles:
        touched |= _put(files, folder / tile_path(tile.level, tile.index, tile.width), hashes, durable)
        if tile.level == 0:
            bundle = encode_bundle(_statements_of(plan, tile))
            touched |= _put(files, folder / entries_path(tile.index, tile.width), bundle, durable)
    # 2. Their names, and those of folders that this process has not synced yet: a crash may have come between a
    #    folder's making and its sync.
    for place in sorted(touched):
        files.sync_folder(place)
    durable |= touched
    # 3. A full tile makes its partial forms superfluous. A crash here leaves the old checkpoint without a
    #    partial tile that it covers: readers then take the start of the full one, as C2SP tlog-tiles lets a
    #    log expect.
    for tile, _ in plan.tiles:
        if tile.width == TILE_WIDTH:
            _remove_partials(files, folder / tile_path(tile.level, tile.index), durable)
            if tile.level == 0:
                _remove_partials(files, folder / entries_path(tile.index), durable)
    # 4. The checkpoint, which from here on covers them all.
    write_file(files, folder / CHECKPOINT_FILE, plan.note)
    files.sync_folder(folder)


def encode_bundle(statements: Sequence[bytes]) -> bytes:
    """Write an entry bundle: per entry its length in two bytes, big endian, and its bytes."""
    lengths = map(_LENGTH.pack, map(len, statements))
    return b"".join(chain.from_iterable(zip(lengths, statements, strict=True)))


def decode_bundle(bundle: bytes, name: str) -> list[bytes]:
    """Read the entries of the bundle of that name."""
    statements = []
    place = 0
    while place < len(bundle):
        start = place + _LENGTH.size
        place = start + int.from_bytes(bundle[place:start])
        statements.append(bundle[start:place])
    if place != len(bundle):
        raise tile_damage(name, "whole entries", "one cut short")
    return statements


def read_tile(files: Files, folder: Path, tile: Tile) -> tuple[bytes, ...]:
    """Read `tile.width` hashes of a tile, from the start of the full one if the partial one is gone."""
    name = tile_path(tile.level, tile.index, tile.width)
    raw, width = _read_published(files, folder, name, tile_path(tile.level, tile.index), tile.width)
    if len(raw) != width * HASH_BYTES:
        raise tile_damage(name, f"{width * HASH_BYTES} bytes", str(len(raw)))
    return tuple(raw[place : place + HASH_BYTES] for place in range(0, tile.width * HASH_BYTES, HASH_BYTES))


def read_bundle(files: Files, folder: Path, index: int, width: int) -> tuple[bytes, ...]:
    """Read `width` entries of a bundle, from the start of the full one if the partial one is gone."""
    name = entries_path(index, width)
    raw, stored = _read_published(files, folder, name, entries_path(index), width)
    statements = decode_bundle(raw, name)
    if len(statements) != stored:
        raise tile_damage(name, f"{stored} entries", str(len(statements)))
    return tuple(statements[:width])


def read_published(files: Files, folder: Path, origin: str, key: VerifyKey) -> Published:
    """Read the published checkpoint and the right edge under it, and verify both.

    The edge's hashes lead to the checkpoint's root, so each of its tiles is tested; other tiles are when they
    are used.
    """
    try:
        note = files.read(folder / CHECKPOINT_FILE)
    except FileNotFoundError:
        return Published()
    checkpoint = require_own_checkpoint(note, origin, key, f"the published checkpoint {CHECKPOINT_FILE}")
    edge = tuple(read_tile(files, folder, tile) if tile.width else () for tile in edge_tiles(checkpoint.size))
    width = checkpoint.size % TILE_WIDTH
    statements = read_bundle(files, folder, checkpoint.size // TILE_WIDTH, width) if width else ()
    published = Published(checkpoint.size, checkpoint.root, note, edge, statements)
    _require_edge(files, folder, published)
    return published


def require_own_checkpoint(note: bytes, origin: str, key: VerifyKey, where: str) -> Checkpoint:
    """Require a checkpoint of this log under its key; `where` says which one in the error."""
    try:
        return verify_checkpoint(note, origin, key)
    except EvidenceError as error:
        foreign = error.kind is EvidenceErrorKind.SIGNATURE
        kind = EvidenceErrorKind.LOG_FOREIGN if foreign else EvidenceErrorKind.CHECKPOINT
        raise EvidenceError(kind, f"{where}: {error.message}; is this the log's key?") from error


def edge_tiles(size: int) -> list[Tile]:
    """List, per level of tiles, the last and unfilled tile of a tree of `size` leaves; its width may be 0."""
    tiles: list[Tile] = []
    while size:
        tiles.append(Tile(len(tiles), size // TILE_WIDTH, size % TILE_WIDTH))
        size //= TILE_WIDTH
    return tiles


def tile_damage(name: str, expected: str, got: str) -> EvidenceError:
    """Make the error for a published file that is not what the log's entries give."""
    message = (
        f"published file {name}: expected {expected}, got {got}; the segments still hold the entries: "
        f"move tile/ and {CHECKPOINT_FILE} away, and the next opening publishes them again"
    )
    return EvidenceError(EvidenceErrorKind.TILE, message)


def _statements_of(plan: Publication, tile: Tile) -> list[bytes]:
    """Give the entries of the bundle beside a tile of level 0."""
    start = (tile.index - plan.old // TILE_WIDTH) * TILE_WIDTH
    return plan.statements[start : start + tile.width]


def _put(files: Files, path: Path, content: bytes, durable: set[Path]) -> set[Path]:
    """Write a published file, and give the folders whose sync makes its name durable."""
    place = path.parent
    touched = {place}
    if place not in durable:
        ensure_folder(files, place)
    while place not in durable:
        place = place.parent
        touched.add(place)
    write_file(files, path, content)
    return touched


def _remove_partials(files: Files, full: Path, durable: set[Path]) -> None:
    """Remove the partial forms of a full tile or bundle."""
    folder = full.with_name(full.name + ".p")
    names = list_names(files, folder)
    for name in names:
        remove_file(files, folder / name)
    if names:
        files.remove_folder(folder)
    durable.discard(folder)


def _read_published(files: Files, folder: Path, name: str, full: str, width: int) -> tuple[bytes, int]:
    """Read a published file or the full one that replaced it, and say how many items it must have."""
    for each, items in ((name, width), (full, TILE_WIDTH)):
        try:
            return files.read(folder / each), items
        except FileNotFoundError:
            continue
    raise tile_damage(name, "a file", "none")


def _require_edge(files: Files, folder: Path, published: Published) -> None:
    """Require the right edge to lead to the published root, and the last bundle to the edge."""
    nodes = Nodes(lambda height, index: read_tile(files, folder, Tile(height, index, TILE_WIDTH)))
    nodes.restore(published.size, published.edge)
    if published.edge:
        _require_bundle(published)
    if root_of(published.size, nodes.node) != published.root:
        for tile in edge_tiles(published.size)[1:]:
            _require_children(files, folder, tile, published.edge[tile.level])
        raise tile_damage(CHECKPOINT_FILE, "the root that the tiles lead to", published.root.hex())


def _require_bundle(published: Published) -> None:
    """Require the last bundle's entries to have the hashes that the tile beside them says."""
    index, width = divmod(published.size, TILE_WIDTH)
    for place, (statement, leaf) in enumerate(zip(published.statements, published.edge[0], strict=True)):
        if leaf_hash(statement) != leaf:
            beside = f"the hash of entry {index * TILE_WIDTH + place} in {entries_path(index, width)}"
            raise tile_damage(tile_path(0, index, width), beside, leaf.hex())


def _require_children(files: Files, folder: Path, tile: Tile, hashes: Sequence[bytes]) -> None:
    """Require a tile's hashes to be those of the full tiles below it."""
    for place, expected in enumerate(hashes):
        child = Tile(tile.level - 1, tile.index * TILE_WIDTH + place, TILE_WIDTH)
        if hash_full_tile(read_tile(files, folder, child)) != expected:
            beside = f"as hash {place} that of {tile_path(child.level, child.index)}"
            raise tile_damage(tile_path(tile.level, tile.index, tile.width), beside, expected.hex())
