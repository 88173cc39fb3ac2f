from __future__ import annotations

import os
import pty
import subprocess
import sys
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.delivery.columnar import refresh_copy
from lienthong.delivery.exporting import ExportFormat, Selection, export_figures
from lienthong.delivery.import_rows import ImportFile
from lienthong.delivery.importing import import_figures
from lienthong.delivery.loading import load_files, load_set
from lienthong.delivery.progress import TIMES, follow
from lienthong.delivery.reading.files import extract_text
from lienthong.delivery.reading.reader import read_text
from lienthong.delivery.report.filing import Wanted, build_files
from lienthong.delivery.showing import list_faults
from lienthong.delivery.words import Carry, Rule
from tests.delivery.figures import define, put
from tests.delivery.reading.test_files import make_docx, make_pdf

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TODAY = date(2026, 3, 1)
TEXT = "Giao Sở Tư pháp số hóa sổ hộ tịch trước ngày 15/9/2026."


class Heard:
    """Keeps what was told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, int, int | None]] = []

    def __call__(self, what: str, done: int, of: int | None) -> None:
        self.told.append((what, done, of))

    @property
    def pieces(self) -> list[str]:
        """What was worked on, in order."""
        return list(dict.fromkeys(what for what, _, _ in self.told))


@given(st.integers(0, 2000), st.booleans())
def test_all_items_come_through_and_what_is_told_only_grows_to_the_whole(count: int, is_known: bool) -> None:  # noqa: FBT001 # what hypothesis gives
    heard = Heard()
    assert list(follow(range(count), "rows", heard, count if is_known else None)) == list(range(count))
    assert heard.told[0] == ("rows", 0, count if is_known else None)
    assert all(earlier[1] < later[1] <= count for earlier, later in pairwise(heard.told))
    assert len(heard.told) <= 2 * TIMES
    assert count == 0 or not is_known or heard.told[-1][1] > count - max(1, count / TIMES)


@pytest.mark.django_db
def test_an_import_tells_of_each_of_its_pieces() -> None:
    put(define("POP"), define("CRIMES", "crime", rule=Rule.PUBLIC_ORDER, carry=Carry.NEVER))
    content = b"indicator,area,period,value\nPOP,99,2023,1000\nCRIMES,99,2023,100\n"
    heard = Heard()
    import_figures(content, ImportFile("figures.csv", "book", TODAY), tell=heard)
    assert heard.pieces == [
        "rows read",
        "rows checked one by one",
        "rows held against the period before",
        "figures compared",
        "figures written, 2000 at a time",
        "figures held against the rules of public order",
    ]
    assert ("rows checked one by one", 2, 2) in heard.told
    heard = Heard()
    sdmx = export_figures(Selection(TODAY), ExportFormat.SDMX_ML, heard)
    assert heard.pieces == ["reading figures", "figures written", "making SDMX"]
    heard = Heard()
    import_figures(sdmx, ImportFile("figures.xml", "book", TODAY), tell=heard)
    assert [what for what, _, _ in heard.told][:3] == ["rows read", "reading SDMX", "rows checked one by one"]


@pytest.mark.django_db
def test_what_loads_checks_copies_and_builds_tells_of_it_too(tmp_path: Path) -> None:
    heard = Heard()
    load_set(lambda _: None, illustrative=True, tell=heard)
    assert {"figures compared", "plans put in"} <= set(heard.pieces)
    own = tmp_path / "own.yaml"
    own.write_text("sources: []\ndirectives: []\n")
    load_files([own], lambda _: None, heard)
    assert {("files read", 1, 1), ("directives registered", 0, 0)} <= set(heard.told)
    heard = Heard()
    list(list_faults(TODAY, heard))
    assert heard.pieces == ["series of figures compared"]
    heard = Heard()
    refresh_copy(tmp_path / "copy", TODAY, tell=heard)
    assert heard.pieces == ["months of cases copied", "copying figures"]
    heard = Heard()
    build_files(Wanted("illustrative", ("txt",), ("vi", "en"), date(2026, 4, 15)), tmp_path, lambda _: None, heard)
    assert ("reports built", 2, 2) in heard.told
    assert ("files made", 2, 2) in heard.told


@pytest.mark.parametrize(
    ("name", "make", "first"),
    [
        ("a.txt", str.encode, []),
        ("a.docx", make_docx, ["parts of the file read", "paragraphs read"]),
        ("a.pdf", make_pdf, ["pages read"]),
    ],
)
def test_reading_a_document_tells_what_is_looked_for(name: str, make: Callable[[str], bytes], first: list[str]) -> None:
    heard = Heard()
    read_text(extract_text(name, make(TEXT), heard), heard)
    looked_for = ["marks of secrecy", "references", "dates", "figures", "tasks and targets"]
    assert heard.pieces == [*first, *(f"looking for {each}" for each in looked_for)]


def run_read(file: Path, errors: int) -> bytes:
    """Read a document by the command itself, its errors into a file or terminal; gives what it answers."""
    words = [sys.executable, "-m", "lienthong", "delivery", "read", str(file)]
    environment = {**os.environ, "TERM": "xterm"}
    return subprocess.run(
        words, stdout=subprocess.PIPE, stderr=errors, check=True, env=environment
    ).stdout  # our own program


def test_a_terminal_shows_a_bar_and_neither_answers_nor_logs_hold_anything_of_it(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text(TEXT, encoding="utf-8")
    looking, drawn = pty.openpty()
    try:
        answered = run_read(file, drawn)
        shown = os.read(looking, 100_000)
    finally:
        os.close(looking)
        os.close(drawn)
    assert b"looking for tasks and targets" in shown
    with (tmp_path / "log").open("w+b") as log:
        assert run_read(file, log.fileno()) == answered
        log.seek(0)
        assert log.read() == b""
    assert answered.decode().splitlines()[-1].startswith("found 0 references, 1 dates")
