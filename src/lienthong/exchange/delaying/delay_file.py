"""`delays.json` changed by a command: a delay asked for, approved by two, or ended before its end.

Each change is whole or not there: the file is replaced in one step, by one command at a time. Nothing here writes to
the log or the tracker.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import os
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from lienthong.evidence.index import Index
from lienthong.evidence.reader import get_entry
from lienthong.evidence.statement import Request
from lienthong.evidence.subject import find_subject
from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.gateway.delays import APPROVERS_NEEDED, MAX_REASON, Approval, Delay, DelayFile, read_delays
from lienthong.exchange.gateway.tracker import Tracker, load_tracker_key
from lienthong.kernel.canonical import encode_base64url
from lienthong.kernel.durable import replace_file
from lienthong.kernel.keys import load_secret

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lienthong.exchange.gateway.delays import DelayRules
    from lienthong.exchange.gateway.home import GatewayHome


class Asked(NamedTuple):
    """What somebody asks for: an exchange's look-up held back until a time (UTC ms), and why."""

    exchange: str
    reason: str
    until: int


def ask_delay(path: Path, rules: DelayRules, asked: Asked, looked: int, now_ms: int) -> Delay:
    """Write down a wish, which delays nothing yet. Refused: no reason, an end that is past or beyond the maximum."""
    reason = asked.reason.strip()
    if not reason or len(reason) > MAX_REASON:
        raise _refused(f"a reason of 1 to {MAX_REASON} characters is needed")
    latest = rules.find_latest_end(looked)
    if latest is None:
        raise _refused("gateway.toml: tracker.delay_maximum has no row for the day of this look-up")
    if not now_ms < asked.until <= latest:
        raise _refused(f"the end must be in the future and at the latest {show_ms(latest)} (tracker.delay_maximum)")
    delay = Delay(asked.exchange, looked, reason, now_ms, asked.until)
    with _only_writer(path):
        delays = read_delays(path)
        if any(each.exchange == asked.exchange and not each.is_over(now_ms) for each in delays):
            raise _refused(f"a delay of {asked.exchange} was asked for already: approve it, or end it first")
        _write(path, (*delays, delay))
    return delay


def approve_delay(path: Path, rules: DelayRules, exchange: str, token: str, now_ms: int) -> Delay:
    """Add the approval of the approver whose token it is. Refused: an unknown token, or a second time by the same."""
    name, digest = _require_approver(rules, token)
    with _only_writer(path):
        delays = read_delays(path)
        delay = _require_open(delays, exchange, now_ms)
        if any(rules.approvers.get(each.name) == digest for each in delay.approvals):
            raise _refused(f"{name} has approved it already: {APPROVERS_NEEDED} different approvers are needed")
        approved = msgspec.structs.replace(delay, approvals=(*delay.approvals, Approval(name, now_ms)))
        _write(path, tuple(approved if each is delay else each for each in delays))
    return approved


def end_delay(path: Path, exchange: str, now_ms: int) -> Delay:
    """End a delay, or the wish for one, now: the person is told from here on."""
    with _only_writer(path):
        delays = read_delays(path)
        delay = _require_open(delays, exchange, now_ms)
        ended = msgspec.structs.replace(delay, ended=now_ms)
        _write(path, tuple(ended if each is delay else each for each in delays))
    return ended


def require_lookup(gateway: GatewayHome, exchange: str) -> int:
    """Give the time of a look-up that this gateway received (its statement's, UTC ms); refused if it knows of none."""
    entries = _find_entries(gateway, exchange)
    tracker = Tracker(gateway.tracker, load_tracker_key(gateway.keys))
    try:
        for entry in entries:
            about = find_subject(get_entry(gateway.log, entry))
            if about is not None and isinstance(about.message, Request) and tracker.has_entry(entry):
                return about.message.time
    finally:
        tracker.close()
    why = f"exchange {exchange} is no look-up of a person that this gateway knows (one of this second: try again)"
    raise _refused(why)


def show_ms(time_ms: int) -> str:
    """Write a time for people, in UTC."""
    return datetime.fromtimestamp(time_ms / 1000, UTC).isoformat(timespec="seconds")


def _find_entries(gateway: GatewayHome, exchange: str) -> list[int]:
    index = Index(gateway.index, load_secret(gateway.keys / "index.key"))
    try:
        return [row.entry for row in index.find_exchange(exchange)]
    finally:
        index.close()


def _require_approver(rules: DelayRules, token: str) -> tuple[str, str]:
    digest = encode_base64url(hashlib.sha256(token.strip().encode()).digest())
    found = [name for name, known in rules.approvers.items() if hmac.compare_digest(digest, known)]
    if not token.strip() or not found:
        raise _refused("this is no approver's token (gateway.toml, [tracker.approvers])")
    return found[0], digest


def _require_open(delays: tuple[Delay, ...], exchange: str, now_ms: int) -> Delay:
    for delay in delays:
        if delay.exchange == exchange and not delay.is_over(now_ms):
            return delay
    raise _refused(f"no delay of {exchange} is open: `lienthong gateway delay list` shows them")


def _refused(why: str) -> ExchangeError:
    return ExchangeError(ExchangeErrorKind.MALFORMED_SETTINGS, f"delay: {why}")


@contextmanager
def _only_writer(path: Path) -> Iterator[None]:
    """Keep two commands apart: each reads what the other wrote."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _write(path: Path, delays: tuple[Delay, ...]) -> None:
    """Replace the file durably. A crash before the last step leaves the old one, and a `.new` beside it."""
    replace_file(path, msgspec.json.format(msgspec.json.encode(DelayFile(delays)), indent=2) + b"\n")
