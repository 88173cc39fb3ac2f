"""Sentences, items of lists and rows of tables, each with its place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lienthong.delivery.reading.found import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

_END: Final = re.compile(r"(?<!\bTP)(?<!\bThS)(?<!\bTS)(?<!\bPGS)(?<!\bBS)(?<!\bKS)[.;!?](?=\s|$)|\n")
_MARK: Final = re.compile(r" *(?:[-+*•]|(?:\d{1,3}(?:\.\d{1,2})*|[a-zđ]|[IVX]{1,4})[.)]) +")
"""What a list puts before its items."""
_ITEM_NUMBER: Final = re.compile(
    r"\s*(?:(?:Điều|Mục|Chương|Phần|Phụ lục) )?(?:\d{1,3}(?:\.\d{1,2})*|[a-zđ]|[IVX]{1,4})\."
)


def split_sentences(scan: str) -> tuple[Span, ...]:
    """Cut a text into its sentences, without the marks of lists and the spaces round them."""
    return tuple(_cut(scan))


def is_list_item(scan: str, span: Span) -> bool:
    """Tell whether a sentence is an item of a list: nothing but the list's mark stands before it in its line."""
    begin = scan.rfind("\n", 0, span.start) + 1
    return _MARK.fullmatch(scan, begin, span.start) is not None


def begins_line(scan: str, span: Span) -> bool:
    """Tell whether a sentence stands first in its line, with or without a list's mark before it."""
    begin = scan.rfind("\n", 0, span.start) + 1
    return not scan[begin : span.start].strip() or is_list_item(scan, span)


def _cut(scan: str) -> Iterator[Span]:
    start = 0
    for match in [*_END.finditer(scan), None]:
        end = len(scan) if match is None else match.end()
        if match is not None and _is_list_mark(scan, start, end):
            continue
        if span := _strip(scan, start, end):
            yield span
        start = end


def _is_list_mark(scan: str, start: int, end: int) -> bool:
    """Tell whether a full stop belongs to the number of an item: `1. `, `Điều 3. `."""
    return _ITEM_NUMBER.fullmatch(scan, start, end) is not None


def _strip(scan: str, start: int, end: int) -> Span | None:
    while start < end and scan[start].isspace():
        start += 1
    while end > start and scan[end - 1].isspace():
        end -= 1
    if mark := _MARK.match(scan, start, end):
        start = mark.end()
    return Span(start, end) if start < end else None
