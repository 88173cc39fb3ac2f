"""Calls whose outcome nobody could record: which there are, and what a person found out about them (rule 5.2).

A doubt is noted at either side. At the provider's, `unknown` stands in its own log: the service was called, and
whether it did what it was asked is for its people to find out. At the consumer's, the provider said `unknown`, or a
reliable message had no outcome by its deadline. The list lies in `outbox.sqlite`, beside the messages.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

import msgspec

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.kernel.canonical import encode_base64url

if TYPE_CHECKING:
    from lienthong.exchange.gateway.outbox import Outbox
    from lienthong.exchange.gateway.pending import Pending
    from lienthong.kernel.clock import Clock

LIST_LIMIT: Final = 1_000


class DoubtSide(StrEnum):
    """Whose doubt it is."""

    CONSUMER = "consumer"
    PROVIDER = "provider"


class DoubtKind(StrEnum):
    """What is in doubt."""

    UNKNOWN = "unknown"
    GIVEN_UP = "given up"


class Verdict(StrEnum):
    """What a person found out."""

    OPEN = ""
    CARRIED_OUT = "carried out"
    """The effect is there; it must not be asked for again."""
    NOT_CARRIED_OUT = "not carried out"
    """There is no effect: an attempt with the same X-Road-Id may call the service."""


class Doubt(msgspec.Struct, frozen=True):
    """One call in doubt. `leaf` (base64url) is its request's; `exchange` finds its messages in the log."""

    leaf: str
    side: DoubtSide
    exchange: str
    client: str
    service: str
    kind: DoubtKind
    time: int
    verdict: Verdict = Verdict.OPEN
    note: str = ""
    who: str = ""
    resolved: int = 0


_COLUMNS: Final = ", ".join(Doubt.__struct_fields__)
_MARKS: Final = ", ".join("?" * len(Doubt.__struct_fields__))
_INSERT: Final = f"INSERT OR IGNORE INTO doubt ({_COLUMNS}) VALUES ({_MARKS})"  # noqa: S608 - our own columns
_SELECT: Final = f"SELECT {_COLUMNS} FROM doubt WHERE "  # noqa: S608 - our own columns


_RESOLVE: Final = "UPDATE doubt SET verdict=?, who=?, note=?, resolved=? WHERE leaf=? AND side=? AND verdict=''"


class Unresolved:
    """The list, for the gateway's stories, its admin pages and its commands."""

    def __init__(self, outbox: Outbox, clock: Clock) -> None:
        self._outbox = outbox
        self._clock = clock

    def note(self, doubt: Doubt) -> Pending[None]:
        """Put a call on the list; one that stands there keeps what was found out."""
        return self._outbox.write(_INSERT, *msgspec.structs.astuple(doubt))

    def list(self, *, with_resolved: bool = False) -> list[Doubt]:
        """Give the calls in doubt, oldest first, LIST_LIMIT at most."""
        where = "verdict = verdict" if with_resolved else "verdict = ''"
        rows = self._outbox.ask(f"{_SELECT}{where} ORDER BY time LIMIT {LIST_LIMIT}")
        return [_read_row(row) for row in rows]

    def count(self) -> int:
        """Give how many calls are in doubt."""
        ((count,),) = self._outbox.ask("SELECT count(*) FROM doubt WHERE verdict = ''")
        return int(count)

    async def resolve(self, leaf: str, side: DoubtSide, verdict: Verdict, who: str, note: str) -> Doubt:
        """Write down what was found out about a call; gives its row as it is then.

        `who` and `note` are the operator's words and stay in this file: they should name no person who is concerned.
        Raises `invalid_request` where there is no such doubt, or it was resolved otherwise before.
        """
        found = self._find(leaf, side)
        if found is None or verdict is Verdict.OPEN:
            raise ExchangeError(ExchangeErrorKind.INVALID_REQUEST, f"there is no call {leaf} in doubt at the {side}")
        if found.verdict is not Verdict.OPEN:
            _require_verdict(found, verdict)
        done = msgspec.structs.replace(found, verdict=verdict, who=who, note=note, resolved=self._clock.now_ms())
        # The first verdict stands, also that of one who resolves it in another process at the same time.
        await self._outbox.write(_RESOLVE, done.verdict, done.who, done.note, done.resolved, leaf, side)
        done = _require_verdict(self._find(leaf, side) or done, verdict)
        if verdict is Verdict.NOT_CARRIED_OUT and side is DoubtSide.CONSUMER:
            # The caller may ask again under the same X-Road-Id. After a crash before this, resolve it again.
            await self._outbox.write("UPDATE message SET attempt = NULL WHERE exchange = ?", found.exchange)
        return done

    def is_not_carried_out(self, leaf: bytes) -> bool:
        """Say whether a person found that the provider's service did not act."""
        found = self._find(encode_base64url(leaf), DoubtSide.PROVIDER)
        return found is not None and found.verdict is Verdict.NOT_CARRIED_OUT

    def find_exchange(self, exchange: str) -> Doubt | None:
        """Give the consumer's doubt about an exchange."""
        rows = self._outbox.ask(_SELECT + "exchange = ? AND side = 'consumer'", exchange)
        return _read_row(rows[0]) if rows else None

    def _find(self, leaf: str, side: DoubtSide) -> Doubt | None:
        rows = self._outbox.ask(_SELECT + "leaf = ? AND side = ?", leaf, side)
        return _read_row(rows[0]) if rows else None


def _require_verdict(found: Doubt, verdict: Verdict) -> Doubt:
    """Require that a doubt is resolved as somebody wants it; raises `invalid_request`."""
    if found.verdict is not verdict:
        why = f"{found.who} resolved {found.leaf} as {found.verdict} before"
        raise ExchangeError(ExchangeErrorKind.INVALID_REQUEST, why)
    return found


def _read_row(row: tuple[str, str, str, str, str, str, int, str, str, str, int]) -> Doubt:
    leaf, side, exchange, client, service, kind, time, verdict, note, who, resolved = row
    return Doubt(
        *(leaf, DoubtSide(side), exchange, client, service, DoubtKind(kind), time),
        *(Verdict(verdict), note, who, resolved),
    )
