"""What holds a look-up back: two approvers, a reason and an end within the maximum; in doubt nothing does."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.exchange.errors import ExchangeErrorKind
from lienthong.exchange.gateway.delays import Approval, Delay, DelayFile, DelayMaximum, DelayRules, Delays

if TYPE_CHECKING:
    from pathlib import Path

DAY = 86_400_000
LOOKED = 1_790_000_000_000
"""In September 2026."""
RULES = DelayRules(
    {"An": "hash-1", "Bình": "hash-2", "An again": "hash-1"},
    (DelayMaximum(date(2026, 1, 1), 10), DelayMaximum(date(2026, 12, 1), 5, "cited", "a law")),
)
APPROVED = (Approval("An", LOOKED + 2), Approval("Bình", LOOKED + 3))
DELAY = Delay("exchange", LOOKED, "an investigation", LOOKED + 1, LOOKED + 9 * DAY, APPROVED)


def write(path: Path, *delays: Delay) -> Delays:
    path.write_bytes(msgspec.json.encode(DelayFile(delays)))
    read = Delays(path, RULES)
    assert read.refresh() is None
    return read


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "delays.json"


def test_an_approved_delay_holds_back_its_own_look_up_and_is_counted(path: Path) -> None:
    delays = write(path, DELAY)
    assert delays.is_delayed("exchange", LOOKED, LOOKED + DAY)
    assert not delays.is_delayed("another", LOOKED, LOOKED + DAY)
    assert not delays.is_delayed("exchange", LOOKED + 1, LOOKED + DAY)
    assert delays.count(LOOKED + DAY) == 1


def test_an_expired_delay_discloses_by_itself(path: Path) -> None:
    delays = write(path, DELAY)
    assert delays.is_delayed("exchange", LOOKED, DELAY.until - 1)
    assert not delays.is_delayed("exchange", LOOKED, DELAY.until)
    assert delays.count(DELAY.until) == 0


@pytest.mark.parametrize(
    "changed",
    [
        {"approvals": ()},
        {"approvals": APPROVED[:1]},
        {"approvals": (APPROVED[0], Approval("An", LOOKED + 5))},
        {"approvals": (APPROVED[0], Approval("An again", LOOKED + 5))},
        {"approvals": (APPROVED[0], Approval("somebody", LOOKED + 5))},
        {"reason": "  "},
        {"until": LOOKED + 10 * DAY + 1},
        {"ended": LOOKED + 4},
    ],
)
def test_a_file_written_by_hand_delays_nothing_that_a_command_would_not(path: Path, changed: dict[str, object]) -> None:
    delays = write(path, msgspec.structs.replace(DELAY, **changed))
    assert not delays.is_delayed("exchange", LOOKED, LOOKED + DAY)
    assert delays.count(LOOKED + DAY) == 0


@pytest.mark.parametrize("damage", [b"", b"{", b"\xff", b'{"delays": [{"exchange": "exchange"}]}', b'{"delay": []}'])
def test_a_damaged_file_is_told_once_and_hides_nothing(path: Path, damage: bytes) -> None:
    delays = write(path, DELAY)
    path.write_bytes(damage)
    told = delays.refresh()
    assert told is not None
    assert (told.kind, "delays.json" in told.message) == (ExchangeErrorKind.MALFORMED_SETTINGS, True)
    assert (delays.is_delayed("exchange", LOOKED, LOOKED + DAY), delays.count(LOOKED + DAY)) == (False, 0)
    assert delays.refresh() is None
    path.write_bytes(msgspec.json.encode(DelayFile((DELAY,))) + b" ")
    assert delays.refresh() is None
    assert delays.is_delayed("exchange", LOOKED, LOOKED + DAY)


def test_without_a_file_nothing_is_delayed_and_nothing_told(path: Path) -> None:
    delays = write(path, DELAY)
    path.unlink()
    assert delays.refresh() is None
    assert delays.count(LOOKED + DAY) == 0


def test_the_maximum_is_that_of_the_look_ups_own_day_in_vietnam() -> None:
    midnight = 1_796_058_000_000  # 2026-12-01T00:00:00+07:00
    assert RULES.find_latest_end(midnight - 1) == midnight - 1 + 10 * DAY
    assert RULES.find_latest_end(midnight) == midnight + 5 * DAY
    assert RULES.find_latest_end(1_700_000_000_000) is None


@given(st.integers(0, 20 * DAY), st.integers(0, 20 * DAY), st.lists(st.sampled_from([*RULES.approvers, "Chi"])))
def test_no_delay_is_in_force_longer_than_its_maximum_or_by_one_person(until: int, now: int, names: list[str]) -> None:
    approvals = tuple(Approval(name, LOOKED) for name in names)
    delay = Delay("exchange", LOOKED, "reason", LOOKED, LOOKED + until, approvals)
    if RULES.is_in_force(delay, LOOKED + now):
        assert now < until <= 10 * DAY
        assert {"Bình"} < set(names) & set(RULES.approvers)
