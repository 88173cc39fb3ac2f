"""What a report is made of, before it is a page, a DOCX or a PDF: sections of pieces, and notes under them. Pure.

Every number in a report's own prose is a `Span` with a key and at least one note: whoever reads it can go back to the
rows that it rests on.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from datetime import date

    from lienthong.delivery.report.outline import Form


MOST_WIDTH: Final = 90
"""Letters of a cell that widen its column at most."""
MOST_WORD: Final = 14
"""Letters of a word that are kept together; a longer one may break."""
LETTER_SHARE: Final = 0.0145
EDGE_SHARE: Final = 0.036
"""Of the sheet's width: a letter of 12 points, and the edges of a cell."""


@dataclass(frozen=True, slots=True)
class Note:
    """A footnote: where a figure comes from. `rows` are the keys of the observations that it rests on."""

    number: int
    text: str
    rows: tuple[int, ...] = ()
    traced: str = ""
    """Its rows in words, for files; pages have links to them."""

    @property
    def whole(self) -> str:
        """What a file says: the text, and the rows."""
        return f"{self.text} {self.traced}".strip()


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of prose; one that is a figure has its key and its note's number."""

    text: str
    key: str = ""
    note: int = 0


@dataclass(frozen=True, slots=True)
class Prose:
    """A paragraph that is written from the data."""

    spans: tuple[Span, ...]

    @property
    def text(self) -> str:
        """Its words without notes."""
        return "".join(span.text for span in self.spans)


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a title; each row has as many cells as the head."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    remark: str = ""
    figures: frozenset[int] = frozenset()
    """The columns that are figures, which stand on the right."""

    @property
    def widths(self) -> tuple[float, ...]:
        """How wide each column is, as shares of the whole: room for its longest word, and of the rest by its texts."""
        columns = list(zip(self.head, *self.rows, strict=True))
        words = [max(len(word) for text in column for word in text.split() or [""]) for column in columns]
        least = [EDGE_SHARE + min(each, MOST_WORD) * LETTER_SHARE for each in words]
        wanted = [min(max(map(len, column)), MOST_WIDTH) for column in columns]
        rest = max(1 - sum(least), 0)
        shares = [low + rest * more / max(sum(wanted), 1) for low, more in zip(least, wanted, strict=True)]
        return tuple(each / sum(shares) for each in shares)


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart or map, as SVG, never without the table of what it shows."""

    title: str
    alt: str
    svg: bytes
    table: Table


class FindingKind(StrEnum):
    """What is to be said of a number in a person's words."""

    STALE = "stale"
    """It was a figure of the report when it was written, and the figure is another now."""
    UNTRACED = "untraced"
    """It is no figure of the report: nobody but its writer answers for it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A number in a person's words that needs a look: where it stands, as it is written, and what the data says now."""

    kind: FindingKind
    start: int
    end: int
    written: str
    now: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """A block of a person's own words, kept between builds; empty where nobody has written any yet."""

    place: str
    title: str
    text: str
    findings: tuple[Finding, ...] = ()
    by: str = ""
    on: date | None = None

    @property
    def stale(self) -> tuple[Finding, ...]:
        """The numbers that no longer fit the data."""
        return tuple(each for each in self.findings if each.kind is FindingKind.STALE)


Piece: TypeAlias = Prose | Table | Picture | Written


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report under a title."""

    title: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What stands above a report, and by which form it is laid out."""

    form: Form
    organ: str
    number: str
    place: str
    title: str
    subject: str
    signature: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report in one language, as the data stood on `as_of`; `mark` says what it is where it is not real."""

    code: str
    language: str
    head: Letterhead
    held_on: date
    as_of: date
    data_on: date | None
    mark: str
    sections: tuple[Section, ...]
    press: tuple[Prose, ...]
    notes: tuple[Note, ...]

    @property
    def written(self) -> tuple[Written, ...]:
        """The blocks of people's words."""
        return tuple(piece for section in self.sections for piece in section.pieces if isinstance(piece, Written))

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """The charts and maps, in their order."""
        return tuple(piece for section in self.sections for piece in section.pieces if isinstance(piece, Picture))

    @property
    def stale_count(self) -> int:
        """How many numbers in people's words no longer fit the data."""
        return sum(len(each.stale) for each in self.written)
