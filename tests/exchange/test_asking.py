from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.exchange.asking import (
    SPREAD,
    WORTH_ASKING_AGAIN,
    Answer,
    Attempts,
    Refusal,
    Retries,
    read_refusal,
    read_retry_after,
)
from lienthong.exchange.errors import ERROR_TABLE, ExchangeError, ExchangeErrorKind, Side, Spelling

RULES = Retries(tries=4, deadline_s=60, first_pause_s=1, longest_pause_s=3)
BUSY = Refusal("server.clientproxy.overloaded", "full")


def answer(refusal: Refusal | None = BUSY, retry_after_s: float | None = None) -> Answer:
    return Answer(503, b"", "0195-7", refusal, retry_after_s=retry_after_s)


def test_pauses_grow_to_the_longest_and_are_shortened_by_chance_at_most_so_far() -> None:
    for pause, whole in zip(itertools.islice(RULES.pauses(), 4), (1, 2, 3, 3), strict=True):
        assert whole * (1 - SPREAD) <= pause <= whole


def test_after_the_last_try_and_for_what_may_not_repeat_the_outcome_stands() -> None:
    attempts = Attempts(RULES, 0, may_repeat=True)
    pauses = [attempts.find_pause(answer(), 0) for _ in range(4)]
    assert [pause is None for pause in pauses] == [False, False, False, True]
    assert Attempts(RULES, 0, may_repeat=False).find_pause(answer(), 0) is None


def test_the_gateways_retry_after_is_the_least_pause() -> None:
    assert Attempts(RULES, 0, may_repeat=True).find_pause(answer(retry_after_s=30.0), 0) == 30.0
    pause = Attempts(RULES, 0, may_repeat=True).find_pause(answer(retry_after_s=0.0), 0)
    assert pause is not None
    assert pause > 0


def test_a_pause_that_would_end_behind_the_deadline_is_not_waited_for() -> None:
    assert Attempts(RULES, 100, may_repeat=True).find_pause(answer(retry_after_s=60.0), 100) is None
    assert Attempts(RULES, 100, may_repeat=True).find_pause(answer(), 159.9) is None
    assert Attempts(RULES, 100, may_repeat=True).timeout_s(150) == 10
    assert 0 < Attempts(RULES, 100, may_repeat=True).timeout_s(1000) < 1


@given(st.sampled_from(list(ExchangeErrorKind)), st.sampled_from(list(Side)), st.sampled_from(list(Spelling)))
def test_only_what_time_may_lift_is_asked_again(kind: ExchangeErrorKind, side: Side, spelling: Spelling) -> None:
    refusal = Refusal(ExchangeError(kind, "", side).code(spelling), "")
    is_again = Attempts(RULES, 0, may_repeat=True).find_pause(answer(refusal), 0) is not None
    assert is_again == (refusal.kind in WORTH_ASKING_AGAIN)
    error = ExchangeError(kind, "", side)
    assert (Attempts(RULES, 0, may_repeat=True).find_pause(error, 0) is not None) == (kind in WORTH_ASKING_AGAIN)


@given(st.sampled_from(list(ExchangeErrorKind)), st.sampled_from(list(Side)), st.sampled_from(list(Spelling)))
def test_a_refusals_code_tells_side_and_reason_in_both_spellings(
    kind: ExchangeErrorKind, side: Side, spelling: Spelling
) -> None:
    refusal = Refusal(ExchangeError(kind, "", side).code(spelling), "")
    assert refusal.side is side
    assert ERROR_TABLE[refusal.kind].snake == ERROR_TABLE[kind].snake


def test_a_services_own_answer_is_final_whatever_its_status() -> None:
    assert Attempts(RULES, 0, may_repeat=True).find_pause(answer(None, 1.0), 0) is None
    assert answer(None).require_answered().status == 503


def test_a_refusal_can_be_raised_as_its_kind() -> None:
    with pytest.raises(ExchangeError, match="full") as caught:
        answer().require_answered()
    assert (caught.value.kind, caught.value.side) == (ExchangeErrorKind.OVERLOADED, Side.CONSUMER)


def test_codes_and_bodies_of_strangers_are_an_unknown_refusal() -> None:
    assert Refusal("server.clientproxy.nonsense", "").kind is ExchangeErrorKind.INTERNAL_ERROR
    assert read_refusal(b"<html>").type == "unknown"


@given(st.text())
def test_retry_after_is_a_number_of_seconds_or_nothing(text: str) -> None:
    found = read_retry_after(text)
    assert found is None or (found == int(text) and 0 <= found < 1_000_000)
    assert read_retry_after(None) is None
    assert read_retry_after("7") == 7
