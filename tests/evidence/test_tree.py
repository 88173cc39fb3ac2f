from __future__ import annotations

from hashlib import sha256
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.tree import (
    EMPTY_ROOT,
    Frontier,
    batch_subtree,
    fold_path,
    fold_suffix,
    leaf_hash,
    node_hash,
    prove_batch,
    prove_consistency,
    prove_each,
    prove_in_batch,
    prove_inclusion,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from tests.evidence.naive_tree import NaiveTree, naive_path, naive_proof, naive_root

EXHAUSTIVE = 70
TREE = NaiveTree(3000)

# The inputs and roots that Certificate Transparency's own tests use for RFC 6962 trees of 1 to 8 leaves.
CT_INPUTS = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def roots_up_to(count: int) -> list[bytes]:
    return [naive_root(TREE.leaves[:size]) for size in range(count + 1)]


def test_known_roots_of_one_to_eight_leaves_are_met() -> None:
    frontier = Frontier()
    for text, root in zip(CT_INPUTS, CT_ROOTS, strict=True):
        frontier.append(leaf_hash(bytes.fromhex(text)))
        assert frontier.root().hex() == root


def test_the_empty_tree_has_the_hash_of_nothing_as_root() -> None:
    assert sha256(b"").digest() == EMPTY_ROOT == root_of(0, TREE.node) == Frontier().root()


def test_the_example_tree_of_rfc_9162_gives_its_named_proofs() -> None:
    leaves = [leaf_hash(name) for name in (b"d0", b"d1", b"d2", b"d3", b"d4", b"d5", b"d6")]
    tree = NaiveTree(0)
    tree.leaves = leaves
    a, b, c, d, e, f, j = leaves
    g, h, i = node_hash(a, b), node_hash(c, d), node_hash(e, f)
    k, full = node_hash(g, h), node_hash(i, j)
    root = node_hash(k, full)

    # RFC 9162 section 2.1.5: the audit paths of d0, d3, d4 and d6, and the proofs from 3, 4 and 6 leaves.
    assert root_of(7, tree.node) == root
    assert prove_inclusion(0, 7, tree.node) == (b, h, full)
    assert prove_inclusion(3, 7, tree.node) == (c, g, full)
    assert prove_inclusion(4, 7, tree.node) == (f, j, k)
    assert prove_inclusion(6, 7, tree.node) == (i, k)
    assert prove_consistency(3, 7, tree.node) == (c, d, g, full)
    assert prove_consistency(4, 7, tree.node) == (full,)
    assert prove_consistency(6, 7, tree.node) == (i, j, k)


def test_roots_and_frontiers_equal_the_naive_tree_at_every_small_size() -> None:
    frontier = Frontier()
    for size, root in enumerate(roots_up_to(EXHAUSTIVE)):
        assert root_of(size, TREE.node) == root == frontier.root()
        assert Frontier.read(size, TREE.node).peaks == frontier.peaks
        completed = frontier.append(TREE.leaves[size])
        assert completed == [TREE.node(level, size >> level) for level in range(len(completed))]


def test_a_copied_frontier_grows_alone() -> None:
    frontier = Frontier.read(6, TREE.node)
    copy = frontier.copy()
    copy.append(TREE.leaves[6])
    assert (frontier.size, frontier.root()) == (6, root_of(6, TREE.node))
    assert (copy.size, copy.root()) == (7, root_of(7, TREE.node))


def test_a_frontier_with_a_wrong_number_of_peaks_is_refused() -> None:
    with pytest.raises(EvidenceError, match="expected 2 peaks for 6 leaves, got 1"):
        Frontier(6, TREE.leaves[:1])


def test_inclusion_proofs_equal_the_naive_ones_and_verify_at_every_small_size() -> None:
    for size, root in enumerate(roots_up_to(EXHAUSTIVE)):
        for index in range(size):
            path = prove_inclusion(index, size, TREE.node)
            assert list(path) == naive_path(index, TREE.leaves[:size])
            verify_inclusion(TREE.leaves[index], index, size, path, root)


def test_consistency_proofs_equal_the_naive_ones_and_verify_at_every_small_size() -> None:
    roots = roots_up_to(EXHAUSTIVE)
    for new in range(EXHAUSTIVE + 1):
        for old in range(new + 1):
            path = prove_consistency(old, new, TREE.node)
            assert list(path) == (naive_proof(old, TREE.leaves[:new]) if old else [])
            verify_consistency(old, new, path, roots[old], roots[new])


def test_a_batch_proof_equals_the_full_proof_for_every_index_of_every_small_batch() -> None:
    for size, root in enumerate(roots_up_to(EXHAUSTIVE)):
        for first in range(size):
            start, end = batch_subtree(first, size)
            suffix = prove_batch(first, size, TREE.node)
            paths = prove_each(first, size, TREE.nodes)
            assert len(paths) == size - first
            for index in range(first, size):
                path = prove_in_batch(index, first, size, TREE.node)
                assert paths[index - first] == path
                assert path + suffix == prove_inclusion(index, size, TREE.node)
                subtree = fold_path(TREE.leaves[index], index - start, end - start, path)
                assert fold_suffix(subtree, first, size, suffix) == root


def test_a_batch_subtree_is_the_smallest_of_the_recursion_that_holds_the_batch() -> None:
    def descend(first: int, start: int, end: int) -> tuple[int, int]:
        k = 1
        while k * 2 < end - start:
            k *= 2
        return descend(first, start + k, end) if end - start > 1 and first >= start + k else (start, end)

    for size in range(1, EXHAUSTIVE + 1):
        assert all(batch_subtree(first, size) == descend(first, 0, size) for first in range(size))


@st.composite
def batches(draw: st.DrawFn) -> tuple[int, int, int]:
    size = draw(st.integers(1, len(TREE.leaves)))
    first = draw(st.integers(0, size - 1))
    return draw(st.integers(first, size - 1)), first, size


@given(batches())
def test_a_batch_proof_equals_the_full_proof_in_larger_trees(case: tuple[int, int, int]) -> None:
    index, first, size = case
    suffix = prove_batch(first, size, TREE.node)
    path = prove_in_batch(index, first, size, TREE.node)
    assert prove_each(first, size, TREE.nodes)[index - first] == path
    assert path + suffix == prove_inclusion(index, size, TREE.node)
    start, end = batch_subtree(first, size)
    root = fold_suffix(fold_path(TREE.leaves[index], index - start, end - start, path), first, size, suffix)
    verify_inclusion(TREE.leaves[index], index, size, path + suffix, root)
    assert root == root_of(size, TREE.node)


@given(st.integers(1, 3000), st.data())
def test_one_changed_hash_breaks_an_inclusion_proof(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    path = [TREE.leaves[index], *prove_inclusion(index, size, TREE.node)]
    place = data.draw(st.integers(0, len(path) - 1))
    path[place] = node_hash(path[place], path[place])
    with pytest.raises(EvidenceError) as caught:
        verify_inclusion(path[0], index, size, path[1:], root_of(size, TREE.node))
    assert caught.value.kind is EvidenceErrorKind.PROOF
    assert root_of(size, TREE.node).hex() in str(caught.value)


@given(st.integers(2, 3000), st.data())
def test_one_changed_hash_breaks_a_consistency_proof(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, new - 1))
    path = list(prove_consistency(old, new, TREE.node))
    place = data.draw(st.integers(0, len(path) - 1))
    path[place] = node_hash(path[place], path[place])
    with pytest.raises(EvidenceError):
        verify_consistency(old, new, path, root_of(old, TREE.node), root_of(new, TREE.node))


def test_an_inclusion_proof_verifies_at_its_own_index_only() -> None:
    for size in range(2, 24):
        for index in range(size):
            path = prove_inclusion(index, size, TREE.node)
            for other in set(range(size)) - {index}:
                with pytest.raises(EvidenceError):
                    verify_inclusion(TREE.leaves[index], other, size, path, root_of(size, TREE.node))


def test_a_proof_that_is_too_short_or_too_long_is_refused() -> None:
    for size in range(1, 24):
        for index in range(size):
            path = prove_inclusion(index, size, TREE.node)
            for wrong in (path[:-1], (*path, EMPTY_ROOT)) if path else ((EMPTY_ROOT,),):
                with pytest.raises(EvidenceError, match="hashes"):
                    fold_path(TREE.leaves[index], index, size, wrong)


def test_a_consistency_proof_of_a_wrong_length_is_refused() -> None:
    for new in range(2, 24):
        for old in range(1, new):
            path = prove_consistency(old, new, TREE.node)
            for wrong in (path[:-1], (*path, EMPTY_ROOT), ()):
                with pytest.raises(EvidenceError, match="hashes"):
                    verify_consistency(old, new, wrong, root_of(old, TREE.node), root_of(new, TREE.node))


def test_two_different_histories_are_never_consistent() -> None:
    other = NaiveTree(0)
    other.leaves = [node_hash(leaf, leaf) for leaf in TREE.leaves[:64]]
    for old, new in pairwise(range(1, 40)):
        path = prove_consistency(old, new, other.node)
        with pytest.raises(EvidenceError, match=r"(old|new) root"):
            verify_consistency(old, new, path, root_of(old, TREE.node), root_of(new, other.node))


def test_equal_sizes_need_equal_roots_and_no_path() -> None:
    root = root_of(5, TREE.node)
    verify_consistency(5, 5, (), root, root)
    with pytest.raises(EvidenceError, match="old root"):
        verify_consistency(5, 5, (), root, EMPTY_ROOT)
    with pytest.raises(EvidenceError, match="expected an empty path, got 1 hashes"):
        verify_consistency(5, 5, (root,), root, root)


def test_an_empty_tree_starts_every_tree_but_only_with_the_empty_root() -> None:
    verify_consistency(0, 5, (), EMPTY_ROOT, root_of(5, TREE.node))
    with pytest.raises(EvidenceError, match="old root"):
        verify_consistency(0, 5, (), TREE.leaves[0], root_of(5, TREE.node))


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_an_index_outside_the_tree_is_refused(index: int, size: int) -> None:
    with pytest.raises(EvidenceError, match=f"got {index}"):
        prove_inclusion(index, size, TREE.node)
    with pytest.raises(EvidenceError, match=f"got {index}"):
        fold_path(EMPTY_ROOT, index, size, ())


def test_impossible_batches_and_sizes_are_refused() -> None:
    with pytest.raises(EvidenceError, match="a first entry from 0 to 2, got 3"):
        batch_subtree(3, 3)
    with pytest.raises(EvidenceError, match="an index from 1 to 2, got 0"):
        prove_in_batch(0, 1, 3, TREE.node)
    with pytest.raises(EvidenceError, match="expected 1 shared hashes, got 0"):
        fold_suffix(EMPTY_ROOT, 2, 3, ())
    with pytest.raises(EvidenceError, match="an old size from 0 to 3, got 4"):
        prove_consistency(4, 3, TREE.node)
    with pytest.raises(EvidenceError, match="an old size from 0 to 3, got 4"):
        verify_consistency(4, 3, (), EMPTY_ROOT, EMPTY_ROOT)
