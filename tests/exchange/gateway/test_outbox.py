"""The outbox and the provider's memory as files: what stands in them, and what happens to it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import msgspec
import pytest

from lienthong.evidence.statement import Request
from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.gateway.outbox import Message, Outbox, State
from lienthong.exchange.gateway.recall import Attempt, Outcome, Recall
from lienthong.exchange.gateway.replay import GRACE_MS
from lienthong.kernel.canonical import encode_base64url

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lienthong.exchange.gateway.pending import Pending

NOW = 1_700_000_000_000


def inline(call: Callable[[], None], then: Callable[[Exception | None], None]) -> None:
    try:
        call()
    except sqlite3.Error as error:
        then(error)
    else:
        then(None)


def never(error: Exception) -> None:
    raise AssertionError(error)


def make_message(number: int, **more: object) -> Message:
    name = f"{number:02}"
    message = Message(
        id=name,
        attempt=name.encode(),
        content=b"content",
        client="DEMO/GOV/A/S",
        service="DEMO/GOV/B/S/t",
        gateway="DEMO/GOV/B/GW1",
        receiver="DEMO/GOV/B/GW1/1",
        log="DEMO/GOV/A/GW1/1",
        exchange=name,
        leaf=name.encode() * 16,
        entry=number,
        time=NOW,
        until=NOW + 1000,
        record=b"record",
        next=NOW + number,
        changed=NOW,
    )
    return msgspec.structs.replace(message, **more)


def require_done(pending: Pending[None]) -> None:
    assert pending.is_done


def test_a_message_is_found_by_its_address_its_attempt_and_when_it_falls_due(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox.sqlite", inline, never)
    first, second = make_message(1), make_message(2)
    for message in (first, second):
        require_done(outbox.add(message))
    assert outbox.find("01") == first
    assert outbox.find_attempt(b"02") == second
    assert outbox.find("03") is None
    assert outbox.find_due(NOW + 1, 10) == [first]
    assert outbox.find_due(NOW + 1, 10, {first.gateway}) == []
    assert outbox.find_next_time(NOW + 1) == NOW + 2
    assert outbox.find_next_time(NOW + 2) is None
    answered = msgspec.structs.replace(first, state=State.ANSWERED, answer=b"answer", answer_leaf=b"leaf")
    require_done(outbox.change(answered))
    # What was sent is no longer needed.
    assert outbox.find("01") == msgspec.structs.replace(answered, record=b"")
    assert outbox.find_open("", 10) == [second]
    assert outbox.find_open(second.id, 10) == []
    assert outbox.count_states() == {"answered": 1, "waiting": 1}
    require_done(outbox.forget_finished(NOW + 1))
    assert outbox.count_states() == {"waiting": 1}
    outbox.close()


def test_what_is_written_while_a_gateway_stops_is_there_at_the_next_start(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox.sqlite", inline, never)
    outbox.stop()
    assert not outbox.add(make_message(1)).is_done
    assert not outbox.is_idle
    outbox.close()
    outbox = Outbox(tmp_path / "outbox.sqlite", inline, never)
    assert outbox.find("01") == make_message(1)
    outbox.close()


def test_a_failed_write_ends_the_gateway_and_promises_nothing(tmp_path: Path) -> None:
    failures: list[Exception] = []
    outbox = Outbox(tmp_path / "outbox.sqlite", inline, failures.append)
    outbox.add(make_message(1))
    again = outbox.add(make_message(1))
    assert [type(each) for each in failures] == [sqlite3.IntegrityError]
    with pytest.raises(ExchangeError) as told:
        again.__await__().send(None)
    assert told.value.kind is ExchangeErrorKind.OUTCOME_NOT_RECORDED
    outbox.close()


def test_a_file_that_is_no_outbox_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "outbox.sqlite"
    path.write_bytes(b"something else, and long enough to be looked at" * 20)
    with pytest.raises(ExchangeError, match="cannot be made again"):
        Outbox(path, inline, never)


def _state(until: int) -> Request:
    digest = encode_base64url(bytes(32))
    return Request(
        client="DEMO/GOV/A/S",
        commitment=digest,
        exchange="e",
        id=digest,
        reliable=True,
        service="DEMO/GOV/B/S/t",
        time=NOW,
        to="DEMO/GOV/B/GW1/1",
        until=until,
    )


def test_what_is_over_is_forgotten_and_what_may_have_acted_is_told_first(tmp_path: Path) -> None:
    recall = Recall(tmp_path / "recall.sqlite", bytes(32))
    for leaf, is_called in ((b"called", True), (b"not", False), (b"done", True), (b"later", True)):
        until = NOW + GRACE_MS if leaf == b"later" else NOW
        recall.note_received(leaf, _state(until), Attempt(leaf, b"what"), is_called=is_called)
    recall.note_outcome(b"done", Outcome.RESPONSE, 7, "")
    recall.note_outcome(b"done", Outcome.UNKNOWN, 8, "")
    found = recall.find(b"done")
    assert found is not None
    assert (found.outcome, found.entry) == (Outcome.RESPONSE, 7)
    over = NOW + GRACE_MS + 1
    assert [each.leaf for each in recall.find_overdue(over)] == [b"called"]
    recall.forget_expired(over)
    assert [leaf for leaf in (b"called", b"not", b"done", b"later") if recall.find(leaf)] == [b"called", b"later"]
    recall.close()


def test_every_earlier_attempt_is_told_until_one_has_an_answer(tmp_path: Path) -> None:
    recall = Recall(tmp_path / "recall.sqlite", bytes(32))
    for leaf in (b"1", b"2", b"3"):
        recall.note_received(leaf, _state(NOW), Attempt(b"same", b"what"), is_called=True)
    recall.note_outcome(b"1", Outcome.UNKNOWN, 5, "")
    recall.note_outcome(b"3", Outcome.UNKNOWN, 7, "")
    assert {each.leaf for each in recall.find_attempts(b"same", b"4")} == {b"1", b"2", b"3"}
    recall.note_outcome(b"2", Outcome.RESPONSE, 6, "")
    assert [each.leaf for each in recall.find_attempts(b"same", b"3")] == [b"2"]
    recall.close()


@pytest.mark.parametrize("is_orderly", [True, False])
def test_after_a_crash_what_was_open_may_have_acted(tmp_path: Path, is_orderly: bool) -> None:  # noqa: FBT001 - a parameter of the test
    recall = Recall(tmp_path / "recall.sqlite", bytes(32))
    recall.note_received(b"leaf", _state(NOW), None, is_called=False)
    recall.set_mark("log", 5)
    if is_orderly:
        recall.close()
    again = Recall(tmp_path / "recall.sqlite", bytes(32))
    again.note_restart()
    found = again.find(b"leaf")
    assert found is not None
    assert found.is_called is not is_orderly
    assert again.find_mark("log") == 5
    again.close()
    if not is_orderly:
        recall.close()
    # A story that ends after its gateway has closed changes nothing.
    again.note_called(b"leaf", is_called=True)


def test_a_file_of_an_earlier_release_goes_on_with_what_it_lacked(tmp_path: Path) -> None:
    path = tmp_path / "outbox.sqlite"
    outbox = Outbox(path, inline, never)
    require_done(outbox.add(make_message(1)))
    outbox.close()
    with closing(sqlite3.connect(path)) as old:
        old.execute("DROP INDEX message_by_tell")
        for column in ("held", "tell", "tell_tries"):
            old.execute(f"ALTER TABLE message DROP COLUMN {column}")
        old.commit()
    outbox = Outbox(path, inline, never)
    assert outbox.find("01") == make_message(1)
    assert outbox.count_open("DEMO/GOV/A/S") == (1, 0)
    outbox.close()
