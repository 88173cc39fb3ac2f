"""A report's short text for the press: its few sentences, and under them where each figure comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lienthong.delivery.report.wording import say

if TYPE_CHECKING:
    from lienthong.delivery.report.pieces import Report, Span


def write_press(report: Report) -> str:
    """Give the text, notes in brackets."""
    head = [say("press", report.language).upper(), f"{report.head.title} {report.head.subject}"]
    if report.mark:
        head.append(report.mark)
    prose = ["".join(_write_span(span) for span in each.spans) for each in report.press]
    cited = {span.note for each in report.press for span in each.spans if span.note}
    notes = [f"[{note.number}] {note.whole}" for note in report.notes if note.number in cited]
    data_on = say("data_on", report.language).format(as_of=report.as_of)
    return "\n\n".join(["\n".join(head), *prose, data_on, "\n".join(notes)]) + "\n"


def _write_span(span: Span) -> str:
    return f"{span.text} [{span.note}]" if span.note else span.text
