"""What a person found out about a call in doubt: the first verdict stands, and the message stays until there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.gateway.outbox import Outbox, State
from lienthong.exchange.gateway.pending import run_story
from lienthong.exchange.gateway.unresolved import Doubt, DoubtKind, DoubtSide, Unresolved, Verdict
from tests.clocks import SetClock
from tests.exchange.gateway.test_outbox import NOW, inline, make_message, never

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

DAY = 24 * 3_600_000


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    """Give an outbox with one message whose outcome is unknown."""
    outbox = Outbox(tmp_path / "outbox.sqlite", inline, never)
    message = make_message(1)
    outbox.add(message)
    outbox.change(msgspec.structs.replace(message, state=State.UNKNOWN))
    doubt = Doubt("leaf", DoubtSide.CONSUMER, message.exchange, "client", "service", DoubtKind.UNKNOWN, NOW)
    Unresolved(outbox, SetClock(NOW)).note(doubt)
    yield outbox
    outbox.close()


def resolve(outbox: Outbox, verdict: Verdict, who: str, now: int = NOW) -> list[Doubt | ExchangeError]:
    """Resolve the doubt; what came of it stands in the list once it is written."""
    outcome: list[Doubt | ExchangeError] = []

    async def story() -> None:
        try:
            unresolved = Unresolved(outbox, SetClock(now))
            outcome.append(await unresolved.resolve("leaf", DoubtSide.CONSUMER, verdict, who, "asked"))
        except ExchangeError as error:
            outcome.append(error)

    run_story(story())
    return outcome


def test_of_two_operators_the_first_verdict_stands_and_the_second_is_told(outbox: Outbox, tmp_path: Path) -> None:
    """Both saw the doubt open: the second one's write waits behind the first one's."""
    held: list[Callable[[], None]] = []
    slow = Outbox(tmp_path / "outbox.sqlite", lambda call, then: held.append(lambda: inline(call, then)), never)
    second = resolve(slow, Verdict.NOT_CARRIED_OUT, "second")
    assert resolve(outbox, Verdict.CARRIED_OUT, "first")
    assert second == []
    while held:
        held.pop(0)()
    (told,) = second
    assert isinstance(told, ExchangeError)
    assert told.kind is ExchangeErrorKind.INVALID_REQUEST
    assert "first resolved leaf as carried out before" in told.message
    slow.close()
    (kept,) = Unresolved(outbox, SetClock(NOW)).list(with_resolved=True)
    assert (kept.verdict, kept.who) == (Verdict.CARRIED_OUT, "first")
    # The X-Road-Id is not free, as what the first found says.
    assert outbox.find_attempt(b"01") is not None


def test_who_finds_the_same_changes_nothing_and_the_id_is_free(outbox: Outbox) -> None:
    resolve(outbox, Verdict.NOT_CARRIED_OUT, "first")
    (again,) = resolve(outbox, Verdict.NOT_CARRIED_OUT, "second")
    assert isinstance(again, Doubt)
    assert again.who == "first"
    assert outbox.find_attempt(b"01") is None


def test_a_message_in_doubt_is_kept_until_its_doubt_is_resolved_and_as_long_again(outbox: Outbox) -> None:
    later = NOW + 100 * DAY
    outbox.forget_finished(later)
    assert outbox.find_attempt(b"01") is not None
    resolve(outbox, Verdict.CARRIED_OUT, "clerk", later)
    outbox.forget_finished(later - DAY)
    assert outbox.find_attempt(b"01") is not None
    outbox.forget_finished(later)
    assert outbox.count_states() == {}
