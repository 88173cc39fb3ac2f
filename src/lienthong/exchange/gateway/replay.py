"""Which requests came before (rule 4.5): every leaf is remembered until 10 minutes after its `until`.

Kept in memory only; rebuilt from the log's tail before the listener opens (startup.py).
"""

from __future__ import annotations

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind

GRACE_MS = 10 * 60 * 1000
"""How long past `until` a leaf is remembered: more than twice the clock skew that rule 4.4 forgives."""
_BUCKET_MS = 60 * 1000


class ReplayMemory:
    """Leaves seen, in buckets of a minute of expiry, so that forgetting costs nothing per message."""

    def __init__(self) -> None:
        self._seen: dict[bytes, int] = {}
        self._buckets: dict[int, list[bytes]] = {}

    def __len__(self) -> int:
        """Give how many leaves are remembered."""
        return len(self._seen)

    def admit(self, leaf: bytes, until: int) -> None:
        """Remember a leaf; raises ExchangeError `replayed_message` if it was seen before."""
        if leaf in self._seen:
            raise ExchangeError(
                ExchangeErrorKind.REPLAYED_MESSAGE,
                "this very message was received before; it is not acted on again",
            )
        self.remember(leaf, until)

    def remember(self, leaf: bytes, until: int) -> None:
        """Remember a leaf that our own log holds."""
        bucket = (until + GRACE_MS) // _BUCKET_MS
        self._seen[leaf] = bucket
        self._buckets.setdefault(bucket, []).append(leaf)

    def forget_expired(self, now_ms: int) -> None:
        """Forget leaves whose time is over; call it about once a second."""
        limit = now_ms // _BUCKET_MS
        for bucket in [bucket for bucket in self._buckets if bucket < limit]:
            for leaf in self._buckets.pop(bucket):
                # Remembered again, it may be in a later bucket as well.
                if self._seen.get(leaf) == bucket:
                    del self._seen[leaf]
