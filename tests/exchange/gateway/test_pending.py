"""A story waits for one value, which comes, fails, or was there before."""

from __future__ import annotations

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.gateway.pending import Pending, run_story

LATE = ExchangeError(ExchangeErrorKind.TIMEOUT, "late")


async def tell(pending: Pending[int], told: list[object]) -> None:
    try:
        told.append(await pending)
    except ExchangeError as error:
        told.append(error)


def test_a_story_goes_on_in_the_very_call_that_resolves() -> None:
    pending, told = Pending[int](), list[object]()
    run_story(tell(pending, told))
    assert (told, pending.is_done) == ([], False)
    pending.resolve(7)
    assert (told, pending.is_done) == ([7], True)


def test_a_failure_is_raised_in_the_story() -> None:
    pending, told = Pending[int](), list[object]()
    run_story(tell(pending, told))
    pending.fail(LATE)
    assert (told, pending.is_done) == ([LATE], True)


def test_what_was_there_before_is_not_waited_for() -> None:
    told = list[object]()
    there, failed = Pending[int](), Pending[int]()
    there.resolve(0)
    failed.fail(LATE)
    run_story(tell(there, told))
    run_story(tell(failed, told))
    assert told == [0, LATE]


def test_only_the_first_outcome_counts() -> None:
    pending, told = Pending[int](), list[object]()
    run_story(tell(pending, told))
    pending.resolve(1)
    pending.resolve(2)
    pending.fail(LATE)
    run_story(tell(pending, told))
    assert told == [1, 1]
