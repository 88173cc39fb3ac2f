from __future__ import annotations

from lienthong.exchange.gateway.refusals import PER_SECOND, RefusalLimit


def test_each_peer_has_its_own_number_of_logged_refusals_a_second() -> None:
    limit = RefusalLimit()
    assert [limit.is_within("a") for _ in range(PER_SECOND + 2)] == [True] * PER_SECOND + [False, False]
    assert limit.is_within("b")
    limit.start_second()
    assert limit.is_within("a")
