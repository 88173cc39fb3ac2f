"""Rows of a table that people made: each value read by itself, and whatever is wrong told by row, column and rule.

Pure. A house gives the rules (an enumeration of its own) and how its values are read; a row with a refused value stays
out, and all others go in.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from lienthong.kernel.errors import LienthongError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Rule = TypeVar("Rule", bound=StrEnum)
T = TypeVar("T")

_SHOWN: Final = 60
"""Characters of a value that a finding shows."""


@dataclass(frozen=True, slots=True)
class Finding(Generic[Rule]):
    """What is wrong with one value, for the person who sent the table. `is_refused` false: it was put right."""

    row: int
    """As a spreadsheet counts: the header is row 1."""
    column: str
    value: str
    rule: Rule
    reason: str
    is_refused: bool = True
    table: str = ""


class RowReader(Generic[Rule]):
    """Reads one row; collects every finding instead of stopping at the first."""

    def __init__(self, place: int, columns: Sequence[str], line: Sequence[str], table: str = "") -> None:
        self.findings: list[Finding[Rule]] = []
        self.place = place
        self.values = {column: value.strip() for column, value in zip(columns, line, strict=False)}
        self.is_whole = len(line) == len(columns)
        """Whether the row has a value for each name of the header."""
        self._table = table

    @property
    def is_refused(self) -> bool:
        """Whether a finding keeps the row out."""
        return any(finding.is_refused for finding in self.findings)

    def find(self, column: str, rule: Rule, reason: str, value: str | None = None, *, is_refused: bool = True) -> None:
        """Add a finding; the value is the column's, unless another is shown."""
        shown = self.values.get(column, "") if value is None else value
        self.findings.append(Finding(self.place, column, shown[:_SHOWN], rule, reason, is_refused, self._table))

    def convert(self, column: str, rule: Rule, read: Callable[[str], T]) -> T | None:
        """Give a value as `read` reads it; what it refuses becomes a finding."""
        try:
            return read(self.values[column])
        except (LienthongError, ValueError) as error:
            self.find(column, rule, error.message if isinstance(error, LienthongError) else str(error))
            return None
