from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from lienthong.evidence.tile_names import Tile, entries_path, tile_path, tiles_between, tiles_of


def test_the_specifications_log_of_70000_entries_has_the_tiles_it_names() -> None:
    tiles = list(tiles_of(70_000))
    full = Counter(tile.level for tile in tiles if tile.width == 256)
    partial = [tile for tile in tiles if tile.width < 256]
    assert full == {0: 273, 1: 1}
    assert partial == [Tile(0, 273, 112), Tile(1, 1, 17), Tile(2, 0, 1)]


def test_the_specifications_log_of_256_entries_has_a_full_tile_and_one_above_it() -> None:
    assert list(tiles_of(256)) == [Tile(0, 0, 256), Tile(1, 0, 1)]


def test_an_empty_log_has_no_tiles() -> None:
    assert list(tiles_of(0)) == []


def test_the_specifications_example_of_a_long_number_is_written_as_it_says() -> None:
    assert tile_path(0, 1_234_067) == "tile/0/x001/x234/067"
    assert entries_path(1_234_067) == "tile/entries/x001/x234/067"


def test_names_show_level_number_and_a_partial_width() -> None:
    assert tile_path(2, 0, 1) == "tile/2/000.p/1"
    assert tile_path(0, 999) == "tile/0/999"
    assert tile_path(63, 1000, 255) == "tile/63/x001/000.p/255"
    assert entries_path(0, 5) == "tile/entries/000.p/5"


@given(st.integers(0, 200_000))
def test_each_level_holds_every_hash_that_the_specification_puts_there(size: int) -> None:
    hashes: Counter[int] = Counter()
    for tile in tiles_of(size):
        assert tile.index == hashes[tile.level] // 256, "tiles of a level follow each other"
        assert 1 <= tile.width <= 256
        hashes[tile.level] += tile.width
    for level in range(9):
        assert hashes[level] == size // 256**level
        widths = [tile.width for tile in tiles_of(size) if tile.level == level and tile.width < 256]
        assert widths == ([size // 256**level % 256] if size // 256**level % 256 else [])


@given(st.integers(0, 70_000), st.integers(0, 70_000))
def test_growing_writes_exactly_the_tiles_that_were_not_there(one: int, other: int) -> None:
    old, new = sorted((one, other))
    assert set(tiles_between(old, new)) == set(tiles_of(new)) - set(tiles_of(old))
