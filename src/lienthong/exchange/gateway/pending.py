"""One value that one story waits for.

A story (consume.py, provide.py) is an `async def` that reads from top to bottom, yet thousands of them run at once.
An asyncio Task and a Future for each wait would cost more than the proof itself, so a story is driven directly: it
runs until it awaits a `Pending`, and whoever resolves that `Pending` runs it on. Nothing here is safe across threads.
"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

if TYPE_CHECKING:
    from collections.abc import Generator

T = TypeVar("T")


class Pending(msgspec.Struct, Generic[T], eq=False):
    """A value to come, awaited by at most one story and resolved or failed at most once.

    A second `resolve` or `fail` is ignored: a time-out and a late answer may both arrive.
    """

    story: Coroutine[Any, Any, None] | None = None
    """The story to run on, which waits for this."""
    value: T | UnsetType | None = UNSET
    """The value once it has come; None where there is an `error` instead."""
    error: Exception | None = None

    @property
    def is_done(self) -> bool:
        """Say whether it was resolved or has failed."""
        return self.value is not UNSET

    def __await__(self) -> Generator[Pending[T], None, T]:
        """Give the value, or raise what `fail` was given."""
        if self.value is UNSET:
            yield self
        if self.error is not None:
            raise self.error
        return self.value  # type: ignore[return-value] # set by resolve, with the type of T

    def resolve(self, value: T) -> None:
        """Set the value and run the waiting story on, in this very call."""
        if self.value is UNSET:
            self.value = value
            if self.story is not None:
                run_story(self.story)

    def fail(self, error: Exception) -> None:
        """Make the waiting story raise `error`."""
        if self.value is UNSET:
            self.value, self.error = None, error
            if self.story is not None:
                run_story(self.story)


def run_story(story: Coroutine[Any, Any, None]) -> None:
    """Run a story, new or waiting, until its next wait. It must end by itself and let no exception out."""
    try:
        story.send(None).story = story
    except StopIteration:
        return
