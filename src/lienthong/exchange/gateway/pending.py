"""One value that one story waits for.

A story (consume.py, provide.py) is an `async def` that reads from top to bottom, yet thousands of them run at once.
An asyncio Task and a Future for each wait would cost more than the proof itself, so a story is driven directly: it
runs until it awaits a `Pending`, and whoever resolves that `Pending` runs it on. Nothing here is safe across threads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine, Generator

T = TypeVar("T")


class Pending(Generic[T]):
    """A value to come, awaited by at most one story and resolved or failed at most once.

    A second `resolve` or `fail` is ignored: a time-out and a late answer may both arrive.
    """

    # Defaults of the class, not set by an `__init__`: each exchange makes six of these.
    is_done = False
    story: Coroutine[Any, Any, None] | None = None
    """The story to run on, which waits for this."""
    _value: T | None = None
    _error: Exception | None = None

    def __await__(self) -> Generator[Pending[T], None, T]:
        """Give the value, or raise what `fail` was given."""
        if not self.is_done:
            yield self
        if self._error is not None:
            raise self._error
        return self._value  # type: ignore[return-value] # set by resolve, with the type of T

    def resolve(self, value: T) -> None:
        """Set the value and run the waiting story on, in this very call."""
        if not self.is_done:
            self.is_done = True
            self._value = value
            if self.story is not None:
                run_story(self.story)

    def fail(self, error: Exception) -> None:
        """Make the waiting story raise `error`."""
        if not self.is_done:
            self.is_done = True
            self._error = error
            if self.story is not None:
                run_story(self.story)


def run_story(story: Coroutine[Any, Any, None]) -> None:
    """Run a story, new or waiting, until its next wait. It must end by itself and let no exception out."""
    try:
        story.send(None).story = story
    except StopIteration:
        return
