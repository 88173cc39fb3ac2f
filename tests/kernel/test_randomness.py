from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from lienthong.kernel.randomness import PIECE_BYTES, Randomness


@given(st.lists(st.integers(8, 64), min_size=2, max_size=300))
def test_what_was_given_is_never_given_again(counts: list[int]) -> None:
    random = Randomness()
    taken = [random.take(count) for count in counts]
    assert [len(piece) for piece in taken] == counts
    assert len({piece[:8] for piece in taken}) == len(counts)


def test_two_holders_are_given_different_bytes() -> None:
    first, second = Randomness(), Randomness()
    pairs = itertools.product([first.take(16) for _ in range(300)], [second.take(16) for _ in range(300)])
    assert all(one != other for one, other in pairs)


def test_a_whole_piece_can_be_taken_at_once() -> None:
    random = Randomness()
    random.take(1)
    assert len(random.take(PIECE_BYTES)) == PIECE_BYTES


def test_its_text_shows_no_bytes_to_come() -> None:
    random = Randomness()
    random.take(1)
    assert repr(random) == "Randomness()"
