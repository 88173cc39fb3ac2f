"""Reading YAML and JSON so that each value knows its line, for messages that name file and line.

JSON is read as YAML, which it is a part of. Days stay text: the schemas say what is a day.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import yaml
from yaml.composer import Composer, ComposerError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

Place = tuple[str | int, ...]
"""The way to a value: keys and positions from the top."""

LONGEST_FILE: Final = 1 << 20
"""Bytes; a form has some tens of kilobytes."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a file, and where."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


class FaultsError(Exception):
    """A file cannot be read at all; `faults` says why."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class MarkedFile:
    """A file's value, with the line of each part."""

    name: str
    value: Any
    lines: dict[Place, int]

    def find_line(self, place: Sequence[str | int]) -> int:
        """Give the line of a part; of the nearest part around it where that one is not there."""
        way = tuple(place)
        while way and way not in self.lines:
            way = way[:-1]
        return self.lines.get(way, 1)

    def fault(self, place: Sequence[str | int], text: str) -> Fault:
        """Say what is wrong with a part."""
        where = ".".join(map(str, place))
        return Fault(self.name, self.find_line(place), f"{where}: {text}" if where else text)


_REPLACED: Final = ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool", "tag:yaml.org,2002:int")


def _make_resolvers() -> dict[str, list[tuple[str, re.Pattern[str]]]]:
    """Leave days, times and codes text, and know true, false and decimal whole numbers only."""
    resolvers = {
        first: [(tag, form) for tag, form in known if tag not in _REPLACED]
        for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    for tag, form, firsts in (
        ("tag:yaml.org,2002:bool", r"(?:true|false)$", "tf"),
        ("tag:yaml.org,2002:int", r"-?(?:0|[1-9][0-9]*)$", "-0123456789"),
    ):
        for first in firsts:
            resolvers.setdefault(first, []).append((tag, re.compile(form)))
    return resolvers


class _Loader(Composer, yaml.CSafeLoader):
    """The safe loader, which leaves days and times text, and reads no aliases: they would hide a part's line.

    Text is parsed by libyaml, which takes a fifth of the time: a province reads its procedures at each start.
    """

    yaml_implicit_resolvers = _make_resolvers()

    def __init__(self, text: str) -> None:
        yaml.CSafeLoader.__init__(self, text)
        Composer.__init__(self)

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Compose a part; an alias is refused."""
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[union-attr] # there is an event
            raise ComposerError(None, None, "an alias (*name) is not read here: write it out", mark)  # type: ignore[arg-type] # the C parser's own
        return Composer.compose_node(self, parent, index)


def read_marked(file: Path, name: str = "") -> MarkedFile:
    """Read a YAML or JSON file; raises `FaultsError` if it is not there, is neither, or says a key twice."""
    name = name or str(file)
    try:
        if file.stat().st_size > LONGEST_FILE:
            raise FaultsError(Fault(name, 1, f"longer than {LONGEST_FILE} bytes"))
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise FaultsError(Fault(name, 1, f"cannot be read: {error.strerror}")) from error
    except UnicodeDecodeError as error:
        raise FaultsError(Fault(name, 1, "is not UTF-8 text")) from error
    return parse_marked(text, name)


def parse_marked(text: str, name: str) -> MarkedFile:
    """Read YAML or JSON text as `read_marked` does."""
    try:
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            value = None if node is None else loader.construct_document(node)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise FaultsError(Fault(name, 1 if mark is None else mark.line + 1, str(error.problem))) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise FaultsError(Fault(name, 1, f"is not YAML: {type(error).__name__}")) from error
    lines: dict[Place, int] = {}
    twice = [] if node is None else [Fault(name, line, said) for line, said in _mark(node, (), lines)]
    if twice:
        raise FaultsError(*twice)
    return MarkedFile(name, value, lines)


def _mark(node: yaml.Node, place: Place, lines: dict[Place, int]) -> Iterator[tuple[int, str]]:
    """Note the line of each part, and give what is said twice."""
    lines[place] = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        for position, part in enumerate(node.value):
            yield from _mark(part, (*place, position), lines)
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, part in node.value:
            name = str(key.value)
            if name in seen:
                yield key.start_mark.line + 1, f"{name!r} stands twice"
            seen.add(name)
            yield from _mark(part, (*place, name), lines)
            lines[(*place, name)] = key.start_mark.line + 1
