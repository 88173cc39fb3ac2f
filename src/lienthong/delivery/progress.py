"""How long work tells how far it is; whoever starts it hears that or does not. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Item = TypeVar("Item")

Tell: TypeAlias = Callable[[str, int, int | None], None]
"""Hears what is being worked on, how many are done, and of how many; None where that is not known."""

TIMES: Final = 200
"""How often one piece of work is told of, where its size is known: a screen shows no more."""
EVERY: Final = 500
"""After how many it is told of where its size is not known."""


def tell_nobody(what: str, done: int, of: int | None) -> None:
    """Hear it and do nothing."""


def follow(items: Iterable[Item], what: str, tell: Tell, of: int | None = None) -> Iterator[Item]:
    """Give items one by one, and tell how many of them are done."""
    step = EVERY if of is None else max(1, of // TIMES)
    tell(what, 0, of)
    for done, item in enumerate(items, 1):
        yield item
        if done % step == 0:
            tell(what, done, of)
