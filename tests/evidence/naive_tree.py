"""RFC 6962 section 2.1 word by word: slow, recursive, and written without sight of the code under test."""

from __future__ import annotations

from hashlib import sha256


def naive_root(leaves: list[bytes]) -> bytes:
    """MTH over leaf hashes."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = naive_split(len(leaves))
    return sha256(b"\x01" + naive_root(leaves[:k]) + naive_root(leaves[k:])).digest()


def naive_split(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def naive_path(m: int, leaves: list[bytes]) -> list[bytes]:
    """PATH(m, D[n])."""
    if len(leaves) == 1:
        return []
    k = naive_split(len(leaves))
    if m < k:
        return [*naive_path(m, leaves[:k]), naive_root(leaves[k:])]
    return [*naive_path(m - k, leaves[k:]), naive_root(leaves[:k])]


def naive_proof(m: int, leaves: list[bytes], *, known: bool = True) -> list[bytes]:
    """PROOF(m, D[n]) as SUBPROOF(m, D[n], true)."""
    if m == len(leaves):
        return [] if known else [naive_root(leaves)]
    k = naive_split(len(leaves))
    if m <= k:
        return [*naive_proof(m, leaves[:k], known=known), naive_root(leaves[k:])]
    return [*naive_proof(m - k, leaves[k:], known=False), naive_root(leaves[:k])]


class NaiveTree:
    """Leaves and the `NodeReader` over them, remembering complete subtrees once computed."""

    def __init__(self, count: int) -> None:
        self.leaves = [sha256(b"\x00entry %d" % number).digest() for number in range(count)]
        self._nodes: dict[tuple[int, int], bytes] = {}

    def nodes(self, level: int, start: int, end: int) -> list[bytes]:
        return [self.node(level, index) for index in range(start, end)]

    def node(self, level: int, index: int) -> bytes:
        assert (index + 1) << level <= len(self.leaves), f"asked for the incomplete node {level}/{index}"
        if level == 0:
            return self.leaves[index]
        if (level, index) not in self._nodes:
            left, right = self.node(level - 1, index * 2), self.node(level - 1, index * 2 + 1)
            self._nodes[level, index] = sha256(b"\x01" + left + right).digest()
        return self._nodes[level, index]
