"""Which leaves are remembered, and for how long (rule 4.5)."""

from __future__ import annotations

import tracemalloc
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.gateway.replay import GRACE_MS, ReplayMemory

MINUTE_MS = 60_000


def test_a_leaf_is_admitted_once() -> None:
    memory = ReplayMemory()
    memory.admit(b"a", 0)
    memory.admit(b"b", 0)
    with pytest.raises(ExchangeError) as refused:
        memory.admit(b"a", 0)
    assert refused.value.kind is ExchangeErrorKind.REPLAYED_MESSAGE


def test_a_leaf_of_our_own_log_counts_as_seen() -> None:
    memory = ReplayMemory()
    memory.remember(b"a", 0)
    with pytest.raises(ExchangeError):
        memory.admit(b"a", 0)


@given(st.dictionaries(st.binary(min_size=1, max_size=4), st.integers(0, 10**7)), st.integers(0, 2 * 10**7))
def test_a_leaf_is_kept_through_its_grace_and_at_most_a_minute_longer(untils: dict[bytes, int], now: int) -> None:
    memory = ReplayMemory()
    for leaf, until in untils.items():
        memory.admit(leaf, until)
    memory.forget_expired(now)

    ends = [until + GRACE_MS for until in untils.values()]
    assert sum(now <= end for end in ends) <= len(memory) <= sum(now <= end + MINUTE_MS for end in ends)
    for leaf, until in untils.items():
        if now <= until + GRACE_MS:
            with pytest.raises(ExchangeError):
                memory.admit(leaf, until)


def test_a_leaf_remembered_again_is_one_leaf() -> None:
    memory = ReplayMemory()
    for _ in range(2):
        memory.remember(b"a", 0)
    assert len(memory) == 1
    memory.forget_expired(GRACE_MS + 2 * MINUTE_MS)
    assert len(memory) == 0


def test_a_request_takes_little_memory_for_as_long_as_it_is_remembered() -> None:
    # Spread over a quarter of an hour; a busy gateway has millions. A leaf's own 65 bytes are most of it.
    memory, count = ReplayMemory(), 60_000
    tracemalloc.start()
    for number in range(count):
        memory.admit(sha256(number.to_bytes(4)).digest(), 15 * MINUTE_MS * number // count)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held / count < 110
