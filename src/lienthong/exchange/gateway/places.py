"""How many requests may be under way at once, and who may have them: bounded, and fair without knowing who will come.

An owner may hold up to `SHARE` times what is free (dynamic thresholds: Choudhury and Hahne, IEEE/ACM Transactions on
Networking 6, 1998). One owner alone so gets most of the places, but never the last; whoever comes next always finds
some, and the share of the first shrinks as it ends requests. With n greedy owners each has about an equal part. No
queue stands before the places: what finds none is refused at once, before work is done for it.

Within an owner's share the same holds for its parts, such as the members that it asks: one that hangs holds up no
other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    K = TypeVar("K", bound=Hashable)

MAX_CALLERS_REQUESTS: Final = 1024
"""Requests of own systems under way in a gateway: at thousands a second, some tenths of a second of work."""
MAX_PEERS_REQUESTS: Final = 1024
"""Requests of other members under way in a gateway; one service may have half of them (upstream.MAX_CONNECTIONS)."""
SHARE: Final = 4
"""An owner's places at most, for each free one: alone it gets four of five."""


class Places:
    """The places of one door. `take` and `give_back` go in pairs; not for several threads."""

    __slots__ = ("_owners", "_parts", "limit", "refused", "told", "used")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.used = 0
        self.refused = 0
        """Requests that found no place, since the start."""
        self.told = 0
        """How many of them the operator knows of."""
        self._owners: dict[str, int] = {}
        self._parts: dict[tuple[str, str], int] = {}

    def has_room(self, owner: str) -> bool:
        """Say whether `owner` may have one more request under way."""
        return self._owners.get(owner, 0) < SHARE * (self.limit - self.used)

    def held_by(self, owner: str) -> int:
        """Give how many places an owner holds."""
        return self._owners.get(owner, 0)

    def require_room(self, owner: str) -> None:
        """Require that `owner` may have one more request; raises ExchangeError `overloaded`."""
        if not self.has_room(owner):
            raise self._refuse(owner)

    def take(self, owner: str, part: str) -> None:
        """Take a place for a part of an owner; raises ExchangeError `overloaded`."""
        held = self._owners.get(owner, 0)
        room = SHARE * (self.limit - self.used) - held
        key = (owner, part)
        of_part = self._parts.get(key, 0)
        if room <= 0 or of_part >= SHARE * room:
            raise self._refuse(owner)
        self.used += 1
        self._owners[owner] = held + 1
        self._parts[key] = of_part + 1

    def give_back(self, owner: str, part: str) -> None:
        """Return a place that was taken."""
        self.used -= 1
        _lower(self._owners, owner)
        _lower(self._parts, (owner, part))

    def tell(self, report: Callable[[int, int], None]) -> None:
        """Once a second: tell the operator how many were refused, one line for all of them."""
        if self.refused != self.told:
            report(self.refused - self.told, self.used)
            self.told = self.refused

    def _refuse(self, owner: str) -> ExchangeError:
        self.refused += 1
        return ExchangeError(
            ExchangeErrorKind.OVERLOADED,
            f"{self.used} of {self.limit} requests are under way, {self.held_by(owner)} of them of {owner}; "
            "try again shortly",
        )


def _lower(counts: dict[K, int], key: K) -> None:
    left = counts[key] - 1
    if left:
        counts[key] = left
    else:
        # What holds nothing takes no memory: names of strangers are forgotten.
        del counts[key]
