"""A report's short text for the press: its few sentences, and under them where each figure comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lienthong.delivery.report.wording import say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lienthong.delivery.report.pieces import Report, Span


def write_press(report: Report) -> str:
    """Give the text, notes in brackets, numbered as they come."""
    head = [say("press", report.language).upper(), f"{report.head.title} {report.head.subject}"]
    if report.mark:
        head.append(report.mark)
    cited = dict.fromkeys(span.note for each in report.press for span in each.spans if span.note)
    numbers = {note: number for number, note in enumerate(cited, 1)}
    prose = ["".join(_write_span(span, numbers) for span in each.spans) for each in report.press]
    notes = [f"[{number}] {report.notes[note - 1].whole}" for note, number in numbers.items()]
    data_on = say("data_on", report.language).format(as_of=report.as_of)
    return "\n\n".join(["\n".join(head), *prose, data_on, *(["\n".join(notes)] if notes else [])]) + "\n"


def _write_span(span: Span, numbers: Mapping[int, int]) -> str:
    return f"{span.text} [{numbers[span.note]}]" if span.note else span.text
