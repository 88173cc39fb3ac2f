from __future__ import annotations

import pytest

from lienthong.exchange.gateway.pending import Pending, run_story


def test_a_story_waits_until_its_value_comes_and_then_goes_on() -> None:
    first: Pending[int] = Pending()
    second: Pending[int] = Pending()
    seen: list[int] = []

    async def story() -> None:
        seen.append(await first)
        seen.append(await second)

    run_story(story())
    assert seen == []
    first.resolve(1)
    assert seen == [1]
    second.resolve(2)
    assert seen == [1, 2]


def test_a_value_that_is_there_already_costs_no_wait() -> None:
    pending: Pending[str] = Pending()
    pending.resolve("value")
    seen: list[str] = []

    async def story() -> None:
        seen.append(await pending)

    run_story(story())
    assert seen == ["value"]


def test_a_failure_is_raised_in_the_story() -> None:
    pending: Pending[int] = Pending()
    caught: list[str] = []

    async def story() -> None:
        with pytest.raises(ValueError, match="no value") as error:
            await pending
        caught.append(str(error.value))

    run_story(story())
    pending.fail(ValueError("no value"))
    assert caught == ["no value"]


def test_only_the_first_outcome_counts() -> None:
    pending: Pending[int] = Pending()
    seen: list[int] = []

    async def story() -> None:
        seen.append(await pending)

    run_story(story())
    pending.resolve(1)
    pending.resolve(2)
    pending.fail(ValueError("late"))
    assert seen == [1]
    failed: Pending[int] = Pending()
    failed.fail(ValueError("first"))
    failed.resolve(3)
    assert failed.is_done
