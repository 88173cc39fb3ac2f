"""Which requests came before (rule 4.5): every leaf is remembered until 10 minutes after its `until`.

Kept in memory only; rebuilt from the log's tail before the listener opens (startup.py).
"""

from __future__ import annotations

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind

GRACE_MS = 10 * 60 * 1000
"""How long past `until` a leaf is remembered: more than twice the clock skew that rule 4.4 forgives."""
_MINUTE_MS = 60 * 1000


class ReplayMemory:
    """Leaves seen, by the minute in which they are forgotten, so that forgetting costs nothing per message.

    A leaf is a hash of its request's `until` too: the same leaf comes with the same `until`, and is looked for in
    that minute alone.
    """

    def __init__(self) -> None:
        self._minutes: dict[int, set[bytes]] = {}

    def __len__(self) -> int:
        """Give how many leaves are remembered."""
        return sum(map(len, self._minutes.values()))

    def admit(self, leaf: bytes, until: int) -> None:
        """Remember a leaf; raises ExchangeError `replayed_message` if it was seen before."""
        seen = self._leaves_until(until)
        if leaf in seen:
            raise ExchangeError(
                ExchangeErrorKind.REPLAYED_MESSAGE,
                "this very message was received before; it is not acted on again",
            )
        seen.add(leaf)

    def remember(self, leaf: bytes, until: int) -> None:
        """Remember a leaf that our own log holds."""
        self._leaves_until(until).add(leaf)

    def forget_expired(self, now_ms: int) -> None:
        """Forget leaves whose time is over; call it about once a second."""
        limit = now_ms // _MINUTE_MS
        for minute in [minute for minute in self._minutes if minute < limit]:
            del self._minutes[minute]

    def _leaves_until(self, until: int) -> set[bytes]:
        minute = (until + GRACE_MS) // _MINUTE_MS
        seen = self._minutes.get(minute)
        if seen is None:
            seen = self._minutes[minute] = set()
        return seen
