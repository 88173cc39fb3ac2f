"""What the demo shows, on a terminal and in a plain log."""

from __future__ import annotations

import io
from datetime import date

from rich.console import Console

from lienthong.evidence.checkpoint import Checkpoint
from lienthong.sandbox.areas_answers import DataMark, SuccessorsAnswer
from lienthong.sandbox.questions import Pace, Reply
from lienthong.sandbox.screen import PLAIN_ROWS, Screen, choose_rows, describe_answer
from lienthong.sandbox.units import Unit, read_units

DAY = date(2025, 6, 30)
BOOK = read_units()


def _reply(unit: Unit) -> Reply:
    candidates = BOOK.follow(unit)
    data = DataMark("vietnamadminunits", "MIT", ())
    return Reply(unit, SuccessorsAnswer(DAY, unit, len(candidates) == 1, candidates, data), "exchange", 0.001)


REPLIES = [_reply(unit) for unit in reversed(BOOK.list_units(DAY))]


def _make_screen(*, terminal: bool) -> tuple[Screen, io.StringIO]:
    output = io.StringIO()
    return Screen(Console(file=output, force_terminal=terminal, width=100)), output


def test_the_table_has_all_split_units_and_a_few_others_by_code() -> None:
    rows = choose_rows(REPLIES)
    assert sum(not row.answer.decided for row in rows) == 12
    assert len(rows) == 12 + PLAIN_ROWS
    assert [row.unit.code for row in rows] == sorted(row.unit.code for row in rows)


def test_a_split_unit_is_shown_with_all_candidates_and_no_choice() -> None:
    texts = {reply.unit.code: describe_answer(reply) for reply in REPLIES}
    assert texts["06664"] == "Phường Hà Tu (06652)"
    assert texts["06886"] == ("split, not decided: Xã Hải Hòa (06799) or Xã Hải Lạng (06886) or Xã Ba Chẽ (06970)")


def test_without_a_terminal_progress_is_plain_lines() -> None:
    screen, output = _make_screen(terminal=False)
    assert list(screen.follow(iter(REPLIES), 171)) == REPLIES
    assert output.getvalue() == "  50 answers\n  100 answers\n  150 answers\n"


def test_on_a_terminal_progress_is_a_bar() -> None:
    screen, output = _make_screen(terminal=True)
    assert list(screen.follow(iter(REPLIES), 171)) == REPLIES
    assert "171/171" in output.getvalue()


def test_a_long_line_is_not_broken_and_brackets_stay() -> None:
    screen, output = _make_screen(terminal=False)
    line = "curl -H '[bold]' " + "x" * 200
    screen.say(line)
    assert output.getvalue() == line + "\n"


def test_pace_results_and_heads_are_shown_in_words() -> None:
    screen, output = _make_screen(terminal=False)
    screen.show_pace(Pace(171, 512.4, 3.21, 9.99))
    screen.show_results(REPLIES)
    screen.show_checkpoint(Checkpoint("DEMO/GOV/Z99.01/GW1/1", 342, bytes(32)))
    text = output.getvalue()
    assert "171 exchanges, 512 per second, latency p50 3.2 ms, p99 10.0 ms" in text
    assert "Phường Hà Khẩu" in text
    assert f"DEMO/GOV/Z99.01/GW1/1: 342 entries, root {'00' * 32}" in text
