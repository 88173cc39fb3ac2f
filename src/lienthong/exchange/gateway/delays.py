"""Delayed disclosure: which look-ups `findUsage` leaves out, and until when (docs/who-looked.md).

A delay is of one look-up. It is in force only with a reason, the approvals of two different approvers of gateway.toml,
and an end within the maximum that holds for the look-up's day; all of this is judged each time, not once. Whatever is
in doubt is disclosed: a damaged file delays nothing. The log and the tracker know nothing of delays, and keep all.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Annotated, Final, Literal, NamedTuple

import msgspec

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

APPROVERS_NEEDED: Final = 2
MAX_REASON: Final = 1000
"""Characters of a reason: some sentences; it is read in a list."""
_MS_PER_DAY: Final = 24 * 60 * 60 * 1000
_VIETNAM: Final = timezone(timedelta(hours=7))


class DelayMaximum(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For look-ups from a day on (Vietnam's time): how many days after the look-up a delay must have ended.

    `source` names the document and article that say so; `unconfirmed` where no law was read for it.
    """

    first_day: date = msgspec.field(name="from")
    days: Annotated[int, msgspec.Meta(ge=1, le=3660)]
    status: Literal["cited", "unconfirmed"] = "unconfirmed"
    source: str = ""


USUAL_MAXIMUM: Final = (DelayMaximum(date(2026, 1, 1), 90),)
"""No law was read for these days: a member that delays anything sets its own."""


class Approval(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who approved, by the name in gateway.toml, and when (UTC ms)."""

    name: str
    time: int


class Delay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One look-up whose disclosure somebody asked to delay; times are UTC ms.

    `looked` is the time of the look-up's statement, from which the maximum counts, so that asking again adds nothing.
    """

    exchange: str
    looked: int
    reason: str
    asked: int
    until: int
    approvals: tuple[Approval, ...] = ()
    ended: int | None = None

    def is_over(self, now_ms: int) -> bool:
        """Say whether its end has come, by itself or by a command."""
        return self.ended is not None or now_ms >= self.until


class DelayFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of `delays.json`, in the order of asking."""

    delays: tuple[Delay, ...] = ()


class DelayRules(NamedTuple):
    """What gateway.toml says: each approver's token as a hash, by name, and the maxima."""

    approvers: Mapping[str, str]
    maxima: tuple[DelayMaximum, ...]

    def find_latest_end(self, looked_ms: int) -> int | None:
        """Give the latest end of a delay of a look-up at this time; None: it may not be delayed at all."""
        day = datetime.fromtimestamp(looked_ms / 1000, _VIETNAM).date()
        rows = [row for row in self.maxima if row.first_day <= day]
        return looked_ms + max(rows, key=lambda row: row.first_day).days * _MS_PER_DAY if rows else None

    def find_doubt(self, delay: Delay) -> str | None:
        """Say what a delay lacks to be in force before its end; None: nothing.

        Approvals count by token, not by name: one person under two names is one. Those of a person who is no approver
        any more do not count.
        """
        if not delay.reason.strip():
            return "no reason"
        tokens = {self.approvers[each.name] for each in delay.approvals if each.name in self.approvers}
        if len(tokens) < APPROVERS_NEEDED:
            return f"approved by {len(tokens)} of {APPROVERS_NEEDED}"
        latest = self.find_latest_end(delay.looked)
        return "beyond the maximum" if latest is None or delay.until > latest else None

    def is_in_force(self, delay: Delay, now_ms: int) -> bool:
        """Say whether a delay holds a look-up back now."""
        return not delay.is_over(now_ms) and self.find_doubt(delay) is None


class Delays:
    """The delays of a running gateway, read again when their file changes. Any thread may ask."""

    def __init__(self, path: Path, rules: DelayRules) -> None:
        self._path = path
        self._rules = rules
        self._seen: tuple[int, int, int] | None = None
        self._by_exchange: dict[str, tuple[Delay, ...]] = {}

    def refresh(self) -> ExchangeError | None:
        """Read the file if it changed; gives what is wrong with it, once: nothing is delayed then."""
        try:
            stat = self._path.stat()
            seen = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
        except OSError:
            seen = (0, 0, 0)  # what it is shows when it is read
        if seen == self._seen:
            return None
        self._seen = seen
        found: dict[str, tuple[Delay, ...]] = {}
        try:
            for delay in read_delays(self._path):
                found[delay.exchange] = (*found.get(delay.exchange, ()), delay)
        except ExchangeError as error:
            self._by_exchange = {}
            return error
        self._by_exchange = found
        return None

    def is_delayed(self, exchange: str, looked_ms: int, now_ms: int) -> bool:
        """Say whether the look-up of this exchange, at this time of its statement, is held back now."""
        delays = self._by_exchange.get(exchange)
        return delays is not None and any(
            delay.looked == looked_ms and self._rules.is_in_force(delay, now_ms) for delay in delays
        )

    def count(self, now_ms: int) -> int:
        """Give how many delays are in force; for everybody."""
        return sum(self._rules.is_in_force(delay, now_ms) for each in self._by_exchange.values() for delay in each)


def read_delays(path: Path) -> tuple[Delay, ...]:
    """Give the delays of a file; a missing one has none. Raises MALFORMED_SETTINGS for anything but its own shape."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=DelayFile).delays
    except FileNotFoundError:
        return ()
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        why = f"{path.name}: {error}; nothing is delayed until it is restored, or removed and asked for again"
        raise ExchangeError(ExchangeErrorKind.MALFORMED_SETTINGS, why) from error
