from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.exchange.rates import FIRST_SWEEP, RateMeter, read_rate

NOW = 1_800_000_000_000


@pytest.mark.parametrize(
    ("text", "count", "period"),
    [("1/s", 1, 1000), ("600/min", 600, 60_000), ("5/h", 5, 3_600_000), ("9/day", 9, 86_400_000)],
)
def test_a_rate_is_a_number_and_a_period(text: str, count: int, period: int) -> None:
    rate = read_rate(text)
    assert (rate.count, rate.period_ms, rate.text) == (count, period, text)


@given(st.text(max_size=12) | st.from_regex(r"[0-9]{0,9}/?(s|min|h|day|week)?", fullmatch=True))
def test_any_text_is_a_rate_or_is_refused(text: str) -> None:
    try:
        rate = read_rate(text)
    except ValueError as error:
        assert repr(text) in str(error)
    else:
        assert rate.count > 0


def test_a_client_may_use_its_whole_rate_at_once_and_then_goes_on_evenly() -> None:
    meter, rate = RateMeter(), read_rate("4/min")
    assert [meter.take("g", "a", rate, NOW) for _ in range(5)] == [0, 0, 0, 0, 15_000]
    assert meter.take("g", "a", rate, NOW + 14_000) == 1_000
    assert meter.take("g", "a", rate, NOW + 15_001) == 0
    assert meter.take("g", "a", rate, NOW + 15_001) > 0


def test_clients_and_grants_are_counted_apart() -> None:
    meter, rate = RateMeter(), read_rate("1/h")
    assert [meter.take(grant, client, rate, NOW) for grant in "gh" for client in "ab"] == [0, 0, 0, 0]
    assert meter.take("g", "a", rate, NOW) > 0


def test_a_clock_that_is_set_back_refills_nothing_and_starves_nobody() -> None:
    meter, rate = RateMeter(), read_rate("1/s")
    assert meter.take("g", "a", rate, NOW) == 0
    assert meter.take("g", "a", rate, NOW - 3_600_000) > 0
    assert meter.take("g", "a", rate, NOW - 3_600_000 + 1000) == 0


def test_full_buckets_are_forgotten_and_others_are_not() -> None:
    meter, fast, slow = RateMeter(), read_rate("1/s"), read_rate("1/day")
    meter.take("slow", "a", slow, NOW)
    for client in range(FIRST_SWEEP - 1):
        meter.take("fast", str(client), fast, NOW)
    assert meter.size == FIRST_SWEEP
    meter.take("fast", "new", fast, NOW + 2_000)
    assert meter.size == 2
    assert meter.take("slow", "a", slow, NOW + 2_000) > 0


@given(st.sampled_from(["1/s", "3/s", "7/min", "100/min", "2/h"]), st.lists(st.integers(0, 120_000), max_size=60))
def test_in_no_window_is_a_client_let_through_more_than_its_rate_and_what_filled_meanwhile(
    text: str, pauses: list[int]
) -> None:
    meter, rate, now = RateMeter(), read_rate(text), NOW
    taken = []
    for pause in pauses:
        now += pause
        wait = meter.take("g", "a", rate, now)
        if wait == 0:
            taken.append(now)
        else:
            again = RateMeter()
            assert again.take("g", "a", rate, now) == 0
    for first, start in enumerate(taken):
        for last in range(first, len(taken)):
            most = rate.count + (taken[last] - start) * rate.count / rate.period_ms
            assert last - first + 1 <= most + 1e-6
