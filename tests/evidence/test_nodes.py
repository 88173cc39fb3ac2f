from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.nodes import Nodes, edge_start, hash_full_tile
from lienthong.evidence.tree import root_of
from tests.evidence.naive_tree import NaiveTree, naive_root

TREE = NaiveTree(70_000)


def full_tile(height: int, index: int) -> list[bytes]:
    return [TREE.node(8 * height, 256 * index + place) for place in range(256)]


def no_tile(height: int, index: int) -> list[bytes]:
    raise AssertionError((height, index))


@given(st.lists(st.integers(1, 90), min_size=1, max_size=12))
def test_appending_in_batches_gives_the_naive_root(batches: list[int]) -> None:
    nodes = Nodes(no_tile)
    for count in batches:
        nodes.append(TREE.leaves[nodes.size : nodes.size + count])
        if nodes.size < 200:
            assert root_of(nodes.size, nodes.node) == naive_root(TREE.leaves[: nodes.size])
        else:
            assert root_of(nodes.size, nodes.node) == root_of(nodes.size, TREE.node)


@given(st.integers(0, 69_000), st.integers(1, 900))
def test_a_restored_tree_goes_on_as_if_it_had_never_stopped(size: int, more: int) -> None:
    nodes = Nodes(full_tile)
    edge, height = [], 0
    while size >> 8 * height:
        width = (size >> 8 * height) % 256
        start = (size >> 8 * height) - width
        edge.append([TREE.node(8 * height, start + place) for place in range(width)])
        height += 1
    nodes.restore(size, edge)
    assert root_of(size, nodes.node) == root_of(size, TREE.node)
    nodes.append(TREE.leaves[size : size + more])
    assert root_of(nodes.size, nodes.node) == root_of(nodes.size, TREE.node)


@given(st.integers(1, 3000), st.data())
def test_forgotten_nodes_are_read_from_full_tiles(size: int, data: st.DataObject) -> None:
    nodes = Nodes(full_tile)
    nodes.append(TREE.leaves[:size])
    nodes.forget(data.draw(st.integers(0, size), "published"))
    level = data.draw(st.integers(0, size.bit_length() - 1), "level")
    index = data.draw(st.integers(0, (size >> level) - 1), "index")
    assert nodes.node(level, index) == TREE.node(level, index)


def test_memory_holds_the_last_tiles_only() -> None:
    nodes = Nodes(no_tile)
    nodes.append(TREE.leaves)
    nodes.forget(70_000)
    start = edge_start(0, 70_000)
    assert start == 70_000 // 256 * 256
    assert nodes.slice(0, start, 70_000) == TREE.leaves[start:]
    with pytest.raises(AssertionError):
        nodes.node(0, start - 1)


def test_a_tile_that_was_changed_never_gets_into_a_proof() -> None:
    def changed_tile(height: int, index: int) -> list[bytes]:
        return [bytes(32), *full_tile(height, index)[1:]]

    nodes = Nodes(changed_tile)
    nodes.append(TREE.leaves[:1000])
    nodes.forget(1000)
    with pytest.raises(EvidenceError, match="tile/0/001") as caught:
        nodes.node(0, 300)
    assert caught.value.kind is EvidenceErrorKind.TILE


def test_tiles_lately_used_are_not_read_again_and_old_ones_are_let_go() -> None:
    read = []

    def counting_tile(height: int, index: int) -> list[bytes]:
        read.append((height, index))
        return full_tile(height, index)

    nodes = Nodes(counting_tile)
    nodes.append(TREE.leaves)
    nodes.forget(70_000)
    for _ in range(2):
        nodes.node(0, 0)
        nodes.node(3, 5)
    assert read == [(0, 0), (1, 0)]  # the tile above it is read once too, to test it
    for index in range(1, 70):
        nodes.node(0, 256 * index)
    nodes.node(0, 0)
    assert read[-1] == (0, 0)


def test_a_full_tile_hashes_to_the_node_above_it() -> None:
    assert hash_full_tile(full_tile(0, 3)) == TREE.node(8, 3)
