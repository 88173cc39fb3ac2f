"""The Merkle tree of a log, as RFC 6962 section 2.1 defines it and RFC 9162 section 2.1 verifies it.

Everything here is pure: the tree is reached through a `NodeReader`, and proofs are tuples of hashes.
Ranges are half open, `[start, end)`, and count leaves. Proofs run bottom-up, from the leaf's sibling
to the child of the root.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final, TypeAlias

from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

HASH_BYTES: Final = 32
MAX_TREE_SIZE: Final = 2**53 - 1
"""Sizes and indexes stand as numbers in statements, and RFC 8785 numbers are exact only up to here."""

EMPTY_ROOT: Final = sha256(b"").digest()
"""The root of a tree without leaves (RFC 6962 section 2.1)."""

NodesReader: TypeAlias = "Callable[[int, int, int], list[bytes]]"
"""`nodes(level, start, end)`: as many `node(level, index)`."""
NodeReader: TypeAlias = "Callable[[int, int], bytes]"
"""`node(level, index)`: the hash of the complete subtree over leaves [index << level, index + 1 << level)."""


def leaf_hash(entry: bytes) -> bytes:
    """Hash an entry into its leaf; the zero byte keeps leaves apart from nodes (RFC 6962 section 2.1)."""
    return sha256(b"\0" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two children into their parent (RFC 6962 section 2.1)."""
    return sha256(b"\1" + left + right).digest()


def _range_root(start: int, end: int, node: NodeReader) -> bytes:
    """Hash a subtree of RFC 6962's recursion: its complete parts, folded from the right.

    `start` must be a multiple of a power of two that is not below `end - start`.
    """
    rest = end - start
    root = b""
    for level in range(rest.bit_length()):
        if rest >> level & 1:
            part = node(level, (end >> level) - 1)
            root = sha256(b"\1" + part + root).digest() if root else part
    return root


def root_of(size: int, node: NodeReader) -> bytes:
    """Give the root over the first `size` leaves."""
    return _range_root(0, size, node) if size else EMPTY_ROOT


class Frontier:
    """The complete subtrees that a growing log ends in: all that appending and the current root need.

    `size` is the number of leaves; `peaks` has one hash per one bit of `size`, the largest subtree first.
    It changes in place; a caller that may have to give up an append works on a `copy`.
    """

    __slots__ = ("peaks", "size")

    def __init__(self, size: int = 0, peaks: Sequence[bytes] = ()) -> None:
        """Continue a tree of `size` leaves from its peaks; refuse a number of peaks that cannot be."""
        if len(peaks) != size.bit_count():
            raise _proof_error("a frontier", f"{size.bit_count()} peaks for {size} leaves", str(len(peaks)))
        self.size = size
        self.peaks = list(peaks)

    @classmethod
    def read(cls, size: int, node: NodeReader) -> Frontier:
        """Collect the frontier of the first `size` leaves from a stored tree."""
        levels = [level for level in range(size.bit_length() - 1, -1, -1) if size >> level & 1]
        return cls(size, [node(level, (size >> level) - 1) for level in levels])

    def append(self, leaf: bytes) -> list[bytes]:
        """Add a leaf and return the nodes that it completes, the leaf first.

        The answer's item number `level` is `node(level, index >> level)`, where `index` is the leaf's.
        """
        completed = [leaf]
        carry = self.size
        while carry & 1:
            completed.append(node_hash(self.peaks.pop(), completed[-1]))
            carry >>= 1
        self.peaks.append(completed[-1])
        self.size += 1
        return completed

    def root(self) -> bytes:
        """Give the root of the tree as it stands."""
        if not self.peaks:
            return EMPTY_ROOT
        root = self.peaks[-1]
        for peak in self.peaks[-2::-1]:
            root = node_hash(peak, root)
        return root

    def copy(self) -> Frontier:
        """Give an independent frontier of the same tree."""
        return Frontier(self.size, self.peaks)


def _prove_in_range(index: int, start: int, end: int, node: NodeReader) -> tuple[bytes, ...]:
    """Collect the siblings of a leaf's way down a subtree, bottom-up."""
    siblings = []
    while end - start > 1:
        level = (end - start - 1).bit_length() - 1
        middle = start + (1 << level)
        if index < middle:
            siblings.append(_range_root(middle, end, node))
            end = middle
        else:
            siblings.append(node(level, start >> level))
            start = middle
    siblings.reverse()
    return tuple(siblings)


def prove_inclusion(index: int, size: int, node: NodeReader) -> tuple[bytes, ...]:
    """Prove that leaf `index` is in the tree of `size` leaves: PATH of RFC 6962 section 2.1.1."""
    _require_index(index, size)
    return _prove_in_range(index, 0, size, node)


def prove_consistency(old: int, new: int, node: NodeReader) -> tuple[bytes, ...]:
    """Prove that the tree of `old` leaves starts the tree of `new` leaves: PROOF of RFC 6962 section 2.1.2.

    Empty if `old` is 0 or equals `new`, where there is nothing to show.
    """
    if not 0 <= old <= new:
        raise _proof_error("a consistency proof", f"an old size from 0 to {new}", str(old))
    if old == 0:
        return ()
    siblings = []
    start, end = 0, new
    while end != old:
        level = (end - start - 1).bit_length() - 1
        middle = start + (1 << level)
        if old <= middle:
            siblings.append(_range_root(middle, end, node))
            end = middle
        else:
            siblings.append(node(level, start >> level))
            start = middle
    if start:
        # The verifier knows the old root only, so a last part that is not the whole old tree is shown too.
        siblings.append(_range_root(start, end, node))
    siblings.reverse()
    return tuple(siblings)


def fold_path(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """Compute the root that `path` leads to from a leaf: the algorithm of RFC 9162 section 2.1.3.2.

    Refuses an index outside the tree and a path that is too short or too long for it.
    """
    _require_index(index, size)
    place, last = index, size - 1
    root = leaf
    for sibling in path:
        if not last:
            raise _length_error("an inclusion proof", index, size, path)
        if place & 1 or place == last:
            root = sha256(b"\1" + sibling + root).digest()
            while not place & 1 and place:
                # Where a right edge has no sibling the level is skipped.
                place >>= 1
                last >>= 1
        else:
            root = sha256(b"\1" + root + sibling).digest()
        place >>= 1
        last >>= 1
    if last:
        raise _length_error("an inclusion proof", index, size, path)
    return root


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Require that `path` proves the leaf at `index` under `root` (RFC 9162 section 2.1.3.2)."""
    found = fold_path(leaf, index, size, path)
    if found != root:
        raise _proof_error(f"the inclusion proof of entry {index} of {size}", root.hex(), found.hex())


def verify_consistency(old: int, new: int, path: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """Require that `path` proves `old_root` to be the start of `new_root` (RFC 9162 section 2.1.4.2).

    RFC 9162 leaves an empty old tree out: it starts every tree, with an empty path and the empty root.
    """
    what = f"the consistency proof from {old} to {new} entries"
    if not 0 <= old <= new:
        raise _proof_error(what, f"an old size from 0 to {new}", str(old))
    if old in (0, new):
        _require_no_path(what, path)
        _require_root(what, "old root", EMPTY_ROOT if old == 0 else new_root, old_root)
        return
    found_old, found_new = _fold_consistency(old, new, path, old_root)
    _require_root(what, "old root", old_root, found_old)
    _require_root(what, "new root", new_root, found_new)


def _fold_consistency(old: int, new: int, path: Sequence[bytes], old_root: bytes) -> tuple[bytes, bytes]:
    """Compute the old and the new root that a consistency path leads to (RFC 9162 section 2.1.4.2)."""
    hashes = [old_root, *path] if old.bit_count() == 1 else list(path)
    if not hashes:
        raise _length_error("a consistency proof", old, new, path)
    place, last = old - 1, new - 1
    while place & 1:
        place >>= 1
        last >>= 1
    found_old = found_new = hashes[0]
    for sibling in hashes[1:]:
        if not last:
            raise _length_error("a consistency proof", old, new, path)
        if place & 1 or place == last:
            found_old = node_hash(sibling, found_old)
            found_new = node_hash(sibling, found_new)
            while not place & 1 and place:
                place >>= 1
                last >>= 1
        else:
            found_new = node_hash(found_new, sibling)
        place >>= 1
        last >>= 1
    if last:
        raise _length_error("a consistency proof", old, new, path)
    return found_old, found_new


def batch_subtree(first: int, size: int) -> tuple[int, int]:
    """Give the subtree that holds the batch [first, size) in the tree of `size` leaves, as (start, end).

    The rule: go down from the root of RFC 6962's recursion for as long as the whole batch lies in one child.
    A batch ends where its tree ends, so every step goes to the right child, and `end` is always `size`.
    """
    _require_batch(first, size)
    # Each step to the right adds to the start one bit of the last leaf's index, the highest that is left: the start is
    # what the indexes of the first and the last leaf have in common from the top.
    height = (first ^ (size - 1)).bit_length()
    return first >> height << height, size


def prove_batch(first: int, size: int, node: NodeReader) -> tuple[bytes, ...]:
    """Collect the part of the inclusion path that all entries of the batch [first, size) share, bottom-up.

    These are the left siblings of `batch_subtree`, complete subtrees all, so that for each entry
    `prove_inclusion(i, size) == prove_in_batch(i, first, size) + prove_batch(first, size)`.
    """
    start, _ = batch_subtree(first, size)
    # Each step to the right passes one complete subtree, so they are the powers of two that `start` is made of.
    levels = [level for level in range(start.bit_length()) if start >> level & 1]
    return tuple([node(level, (start >> level) - 1) for level in levels])


def prove_in_batch(index: int, first: int, size: int, node: NodeReader) -> tuple[bytes, ...]:
    """Prove that leaf `index` of the batch [first, size) is in the batch's subtree, bottom-up."""
    start, end = batch_subtree(first, size)
    if not first <= index < size:
        raise _proof_error("a proof in a batch", f"an index from {first} to {size - 1}", str(index))
    return _prove_in_range(index, start, end, node)


def prove_each(first: int, size: int, read: NodesReader) -> list[tuple[bytes, ...]]:
    """Prove every leaf of the batch [first, size) to be in the batch's subtree: `prove_in_batch` for each, in order.

    The nodes that the paths need are read once, level by level; then the paths grow from the subtree's top down, so
    that what leaves have in common is put together once.
    """
    start, _ = batch_subtree(first, size)
    levels = []
    edge = b""
    """Of each level the one node on the tree's right edge that is not complete, if there is one."""
    for level in range((size - start - 1).bit_length()):
        complete = read(level, (first >> level) & ~1, size >> level)
        levels.append([*complete, edge] if edge else complete)
        if size >> level & 1:
            edge = node_hash(complete[-1], edge) if edge else complete[-1]
    paths: list[tuple[bytes, ...]] = [()]
    for level in reversed(range(len(levels))):
        nodes = levels[level]
        below: list[tuple[bytes, ...]] = []
        for left, right, above in zip(nodes[::2], nodes[1::2], paths, strict=False):
            below += ((right, *above), (left, *above))
        if len(nodes) & 1:
            # The right edge's last node has no sibling on this level.
            below.append(paths[-1])
        # The first node may only be the sibling of one that is wanted.
        paths = below[first >> level & 1 :]
    return paths


def fold_suffix(subtree_root: bytes, first: int, size: int, suffix: Sequence[bytes]) -> bytes:
    """Compute the tree's root from the root of the batch's subtree and the batch's shared path.

    With `fold_path(leaf, index - start, end - start, path)` before it this equals RFC 9162's verification.
    """
    start, _ = batch_subtree(first, size)
    expected = start.bit_count()
    if len(suffix) != expected:
        raise _proof_error(f"the batch [{first}, {size})", f"{expected} shared hashes", str(len(suffix)))
    root = subtree_root
    for sibling in suffix:
        root = sha256(b"\1" + sibling + root).digest()
    return root


def _require_index(index: int, size: int) -> None:
    if not 0 <= index < size:
        raise _proof_error("an inclusion proof", f"an index from 0 to {size - 1}", str(index))


def _require_batch(first: int, size: int) -> None:
    if not 0 <= first < size:
        raise _proof_error("a batch", f"a first entry from 0 to {size - 1}", str(first))


def _require_no_path(what: str, path: Sequence[bytes]) -> None:
    if path:
        raise _proof_error(what, "an empty path", f"{len(path)} hashes")


def _require_root(what: str, which: str, expected: bytes, got: bytes) -> None:
    if expected != got:
        raise _proof_error(f"{what}, {which}", expected.hex(), got.hex())


def _length_error(what: str, first: int, second: int, path: Sequence[bytes]) -> EvidenceError:
    """Say that a path cannot belong to the two numbers it was given for."""
    expected = f"as many hashes as the tree has levels between {first} and {second}"
    return _proof_error(what, expected, f"{len(path)} hashes")


def _proof_error(what: str, expected: str, got: str) -> EvidenceError:
    message = f"{what} does not hold: expected {expected}, got {got}; do not use what it was to prove"
    return EvidenceError(EvidenceErrorKind.PROOF, message)
