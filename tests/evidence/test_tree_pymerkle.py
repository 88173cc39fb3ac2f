"""A second opinion: pymerkle builds and proves RFC 6962 trees with code that shares nothing with ours."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree  # type: ignore[import-untyped] # the library has no types

from lienthong.evidence.tree import (
    Frontier,
    fold_path,
    leaf_hash,
    prove_consistency,
    prove_inclusion,
    verify_consistency,
)
from tests.evidence.naive_tree import NaiveTree


def build_both(size: int) -> tuple[InmemoryTree, NaiveTree, list[bytes]]:
    """Give pymerkle's tree, our node reader over the same entries, and our root at each size."""
    theirs, ours, frontier = InmemoryTree(algorithm="sha256"), NaiveTree(0), Frontier()
    roots = [frontier.root()]
    for number in range(size):
        entry = b"entry %d" % number
        theirs.append_entry(entry)
        ours.leaves.append(leaf_hash(entry))
        frontier.append(leaf_hash(entry))
        roots.append(frontier.root())
    return theirs, ours, roots


@given(st.integers(1, 300), st.data())
def test_roots_and_inclusion_paths_equal_those_of_pymerkle(size: int, data: st.DataObject) -> None:
    theirs, ours, roots = build_both(size)
    index = data.draw(st.integers(0, size - 1))
    assert theirs.get_root(size) == roots[size]
    # pymerkle counts entries from 1 and puts the leaf before its path.
    leaf, *path = theirs.prove_inclusion(index + 1, size).path
    assert leaf == ours.leaves[index]
    assert tuple(path) == prove_inclusion(index, size, ours.node)
    assert fold_path(leaf, index, size, path) == theirs.get_root(size)


@given(st.integers(2, 300), st.data())
def test_consistency_proofs_verify_between_roots_of_pymerkle(new: int, data: st.DataObject) -> None:
    theirs, ours, _ = build_both(new)
    old = data.draw(st.integers(1, new - 1))
    path = prove_consistency(old, new, ours.node)
    verify_consistency(old, new, path, theirs.get_root(old), theirs.get_root(new))
