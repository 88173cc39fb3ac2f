"""Answers that are worked out once: of rules that are asked about the same few names with each message."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

_Name = TypeVar("_Name", bound="str | bytes")
_Answer = TypeVar("_Answer")


class Remembered(dict[_Name, _Answer]):
    """What `find` answers about names: `remembered[name]` calls it once for a name, then it is a look-up in a dict.

    Within bounds that no stranger moves: a name longer than `longest` is not kept, and beyond `most` all are
    forgotten. What `find` raises is raised, and not kept. For any thread, where equal names have equal answers.
    """

    __slots__ = ("_find", "_longest", "_most")

    def __init__(self, find: Callable[[_Name], _Answer], most: int, longest: int) -> None:
        super().__init__()
        self._find = find
        self._most = most
        self._longest = longest

    def __missing__(self, name: _Name) -> _Answer:
        answer = self._find(name)
        if len(name) <= self._longest:
            if len(self) >= self._most:
                self.clear()
            self[name] = answer
        return answer
