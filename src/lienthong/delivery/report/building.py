"""Builds a session's report from its outline and the data of a day; only people's words are stored.

Two builds on the same data are the same report. A figure that changes changes every sentence, note, table and picture
in which it stands, and is found in the words that people wrote.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from lienthong.delivery.figure_book import FigureBook
from lienthong.delivery.observations import find_last_day
from lienthong.delivery.report.blocks import Maker
from lienthong.delivery.report.general_outline import LEFT_OPEN, make_general_outline
from lienthong.delivery.report.outline import KEY, BlockKind, Form, get_outline, list_outlines
from lienthong.delivery.report.pieces import Letterhead, Note, Prose, Report, Section, Span
from lienthong.delivery.report.texts import NewText, make_written, read_texts, write_text
from lienthong.delivery.report.told import tell_all
from lienthong.delivery.sessions import get_session

if TYPE_CHECKING:
    from datetime import date

    from lienthong.delivery.models import ReportText, WorkingSession
    from lienthong.delivery.report.outline import BlockTerms, Outline
    from lienthong.delivery.report.pieces import Piece
    from lienthong.delivery.report.told import Told
    from lienthong.identity.models import Account


_ROMAN: Final = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV")


@dataclass(frozen=True, slots=True)
class Order:
    """Which report to build: of which session, in which language, as known on which day, by which outline."""

    code: str
    language: str
    as_of: date
    outline: Outline | None = None


@dataclass(slots=True)
class Notebook:
    """The notes of a report, numbered as their figures are first told."""

    told: dict[str, Told]
    notes: list[Note] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)

    def cite(self, key: str) -> int:
        """Give the number of a figure's note."""
        if key not in self.numbers:
            self.numbers[key] = len(self.notes) + 1
            told = self.told[key]
            self.notes.append(Note(self.numbers[key], told.note, told.rows, told.traced))
        return self.numbers[key]

    def write(self, words: str) -> Prose:
        """Put figures with their notes into prose."""
        spans: list[Span] = []
        at = 0
        for match in KEY.finditer(words):
            spans.append(Span(words[at : match.start()]))
            key = match.group(1)
            spans.append(Span(self.told[key].text, key, self.cite(key)))
            at = match.end()
        return Prose(tuple(span for span in [*spans, Span(words[at:])] if span.text))


def build_report(order: Order) -> Report:
    """Build the report; raises `UNKNOWN_SESSION`, `BAD_REPORT`."""
    session = get_session(order.code)
    outline = _find_outline(session, order)
    book = FigureBook(_choose_day(session, order.as_of))
    notebook = Notebook(tell_all(book, outline, order.language))
    texts = read_texts(session, order.language)
    maker = Maker(book, outline, session, order.language)
    sections = tuple(
        Section(
            f"{_number_section(number, outline.form)} {each.words(order.language)}",
            tuple(_make_piece(maker, notebook, texts, block) for block in each.block),
        )
        for number, each in enumerate(outline.section)
    )
    press = tuple(notebook.write(words.words(order.language)) for words in outline.press)
    return Report(
        code=session.code,
        language=order.language,
        head=_make_head(session, outline, order.language),
        held_on=session.held_on,
        as_of=book.as_of,
        data_on=find_last_day(book.as_of, illustrative=session.is_illustrative),
        mark=outline.mark.words(order.language),
        sections=sections,
        press=press,
        notes=tuple(notebook.notes),
    )


def write_into(order: Order, place: str, text: str, by: Account | None) -> ReportText:
    """Keep somebody's words for a report, their numbers tied to its figures of the day; raises `BAD_REPORT`."""
    session = get_session(order.code)
    outline = _find_outline(session, order)
    told = tell_all(FigureBook(_choose_day(session, order.as_of)), outline, order.language)
    return write_text(session, outline, NewText(place, order.language, text), told, by)


def _find_outline(session: WorkingSession, order: Order) -> Outline:
    """Give the outline that was handed in, the one that comes along, or the one made from the session's agenda."""
    if order.outline is not None:
        return order.outline
    return get_outline(order.code) if order.code in list_outlines() else make_general_outline(session)


def _choose_day(session: WorkingSession, as_of: date) -> date:
    """Give the day of the figures: a frozen session's own, whatever day is asked for."""
    return session.data_on or as_of


def _number_section(number: int, form: Form) -> str:
    """Number a section as its form does: `I.` the State's, `I-` the Party's."""
    return f"{_ROMAN[number]}{'-' if form is Form.PARTY else '.'}"


def _make_head(session: WorkingSession, outline: Outline, language: str) -> Letterhead:
    return Letterhead(
        form=outline.form,
        organ=outline.organ.words(language),
        number=outline.number,
        place=session.place or LEFT_OPEN,
        title=outline.title.words(language),
        subject=outline.subject.words(language),
        signature=outline.signature.lines(language),
        recipients=outline.recipients.lines(language),
    )


def _make_piece(maker: Maker, notebook: Notebook, texts: dict[str, ReportText], block: BlockTerms) -> Piece:
    if block.kind is BlockKind.PROSE:
        return notebook.write(block.words(maker.language))
    if block.kind is BlockKind.WRITTEN:
        return make_written(block, texts.get(block.place), notebook.told, maker.language)
    return maker.make(block)
