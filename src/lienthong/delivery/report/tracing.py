"""Numbers in people's words, traced to the figures of the report. Pure.

When words are written, each number in them that equals a figure of the report, with the same unit behind it, is tied to
that figure. At every later build a tie whose figure has changed is a finding: the words have gone stale. A number that
equals no figure is untraced: nobody but its writer answers for it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

from lienthong.delivery.report.pieces import Finding, FindingKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lienthong.delivery.report.told import Told

_NUMBER: Final = re.compile(r"(?<![\w/.,-])\d+(?:[.,]\d+)*(?:/\d+(?:[.,]\d+)*)?(?![\w/-]|[.,]\d)")
_NO_FIGURE: Final = re.compile(
    r"(?<![\w/.,-])(?:\d{1,2}/\d{1,2}/\d{4}|\d{1,2}/\d{4}|\d{1,5}(?:/\d{4})?[-/]\w*[A-ZĐ][\w-]*(?:/\w+)*)"
    r"|(?<!\w)(?:năm|tháng|ngày|quý|điều|khoản|year|in|of|since|until|by)\s+(?:19|20)\d{2}(?!\w|[.,]\d)",
    re.IGNORECASE,
)
"""Days, years and the numbers of documents are no figures of a report."""


class Tie(msgspec.Struct, frozen=True):
    """A number in somebody's words that was a figure of the report when it was written: its place, key and number."""

    start: int
    end: int
    key: str
    number: str


def tie_numbers(text: str, told: Mapping[str, Told]) -> tuple[Tie, ...]:
    """Tie each number of a text to the figure that it equals, where there is one and only one."""
    ties = []
    for match in _list_numbers(text):
        keys = [each.key for each in told.values() if _is_the_same(text, match, each)]
        if len(keys) == 1:
            ties.append(Tie(match.start(), match.end(), keys[0], match.group()))
    return tuple(ties)


def find_findings(text: str, ties: Iterable[Tie], told: Mapping[str, Told]) -> tuple[Finding, ...]:
    """Find what is stale or untraced in a text that was written with these ties."""
    tied = {tie.start: tie for tie in ties}
    findings = []
    for match in _list_numbers(text):
        tie = tied.get(match.start())
        if tie is None:
            findings.append(Finding(FindingKind.UNTRACED, match.start(), match.end(), match.group()))
            continue
        now = told.get(tie.key)
        if now is None or now.number != tie.number:
            words = "" if now is None else now.text
            findings.append(Finding(FindingKind.STALE, match.start(), match.end(), match.group(), words, tie.key))
    return tuple(findings)


def _list_numbers(text: str) -> list[re.Match[str]]:
    hidden = _NO_FIGURE.sub(lambda match: "\0" * len(match.group()), text)
    return list(_NUMBER.finditer(hidden))


def _is_the_same(text: str, match: re.Match[str], told: Told) -> bool:
    if not told.number or match.group() != told.number:
        return False
    return text[match.end() :].lstrip().casefold().startswith(told.unit.casefold())
