from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.gateway.replay import GRACE_MS, ReplayMemory

MINUTE = 60_000


@given(st.integers(0, 2**40), st.integers(-GRACE_MS, GRACE_MS - 1))
def test_a_leaf_is_refused_again_until_its_grace_is_over(until: int, later: int) -> None:
    memory = ReplayMemory()
    memory.admit(b"leaf", until)
    memory.forget_expired(until + later)
    with pytest.raises(ExchangeError) as caught:
        memory.admit(b"leaf", until)
    assert caught.value.kind is ExchangeErrorKind.REPLAYED_MESSAGE
    assert len(memory) == 1


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=20))
def test_every_leaf_is_forgotten_a_minute_after_its_grace(untils: list[int]) -> None:
    memory = ReplayMemory()
    for number, until in enumerate(untils):
        memory.admit(number.to_bytes(4), until)
    memory.forget_expired(max(untils) + GRACE_MS + MINUTE)
    assert len(memory) == 0


def test_a_leaf_of_our_own_log_is_remembered_like_one_that_came() -> None:
    memory = ReplayMemory()
    memory.remember(b"leaf", 5 * MINUTE)
    with pytest.raises(ExchangeError, match="received before"):
        memory.admit(b"leaf", 5 * MINUTE)
