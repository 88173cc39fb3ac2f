"""How a proof grows with its log: the size of tlog-proof text and the time to verify it, up to 10^8 entries.

The log is real but cheap: all of its entries are the same bytes. So all complete subtrees of one level have
the same hash, a node costs nothing to look up, and root, path and proof are exactly those of that log.
Sizes do not depend on what entries hold. The entry asked for is one with the longest path.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from lienthong.evidence.checkpoint import Checkpoint, sign_checkpoint
from lienthong.evidence.proof import format_proof, parse_proof, verify_proof
from lienthong.evidence.tree import leaf_hash, node_hash, prove_inclusion, root_of
from lienthong.kernel.keys import make_signing_key

ORIGIN = "DEMO/GOV/Z99.01/GW1/1"
ENTRY = b"an entry like all others of this log"
EXPONENTS = (3, 4, 5, 6, 7, 8)
HIGHEST_LEVEL = 64
VERIFY_TRIES = 200


@dataclass(frozen=True)
class ProofSize:
    """A log of 10^`exponent` entries: bytes of its longest proof, microseconds to parse and verify it."""

    exponent: int
    size_bytes: int
    verify_us: float


def measure_proofs() -> tuple[ProofSize, ...]:
    """Make and verify one proof for each size of log."""
    return tuple(measure_proof(exponent) for exponent in EXPONENTS)


def measure_proof(exponent: int) -> ProofSize:
    """Make the longest proof of a log of 10^`exponent` equal entries; verify it as a third party would."""
    size = 10**exponent
    levels = [leaf_hash(ENTRY)]
    for _ in range(HIGHEST_LEVEL):
        levels.append(node_hash(levels[-1], levels[-1]))

    def node(level: int, _index: int) -> bytes:
        return levels[level]

    key = make_signing_key()
    note = sign_checkpoint(Checkpoint(ORIGIN, size, root_of(size, node)), key)
    index = (1 << (size.bit_length() - 1)) - 1  # the last entry of the largest complete subtree
    text = format_proof(index, prove_inclusion(index, size, node), note)
    started = time.perf_counter()
    for _ in range(VERIFY_TRIES):
        verify_proof(parse_proof(text), levels[0], ORIGIN, key.verify_key)
    spent = (time.perf_counter() - started) / VERIFY_TRIES
    return ProofSize(exponent, len(text), spent * 1e6)
