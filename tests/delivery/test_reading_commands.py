from __future__ import annotations

import logging
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
import typer
from django.db import connection
from typer.testing import CliRunner

from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind
from lienthong.delivery.models import Candidate, ReadDocument
from lienthong.delivery.reading_commands import add_reading_commands
from tests.delivery.reading.test_files import make_docx, make_pdf

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from typer.testing import Result

pytestmark = pytest.mark.django_db

TEXT = "Nghị quyết số 12-NQ/TW ngày 16/3/2022.\nGiao Sở Tư pháp số hóa sổ hộ tịch trước ngày 15/9/2026."
WORD = "HảiĐăngKhôngNhậtKý"


@contextmanager
def open_nothing(settings: Path | None) -> Iterator[None]:
    del settings
    yield


@pytest.fixture
def temporary_folder(tmp_path: Path) -> Iterator[Path]:
    """Give the folder where temporary files of this test come to lie."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    before, tempfile.tempdir = tempfile.tempdir, str(folder)
    yield folder
    tempfile.tempdir = before


def run(*words: str) -> Result:
    app = typer.Typer()
    add_reading_commands(app, open_nothing)
    app.callback()(lambda: None)
    return CliRunner().invoke(app, ["read", *words])


def test_what_is_found_is_printed_with_its_place_and_nothing_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text(TEXT, encoding="utf-8")
    lines = run(str(file)).output.splitlines()
    assert lines == [
        "1:1\treference\t12-NQ/TW of 2022-03-16\tNghị quyết số 12-NQ/TW",
        "1:24\tdate\t2022-03-16\tngày 16/3/2022",
        "2:41\tdate\t2026-09-15\tngày 15/9/2026",
        "2:1\ttask\tSở Tư pháp; 2026-09-15\tGiao Sở Tư pháp số hóa sổ hộ tịch trước ngày 15/9/2026.",
        "found 1 references, 2 dates, 0 figures, 1 candidates; a person decides on each before it counts",
    ]
    assert not ReadDocument.objects.exists()


def test_with_keep_it_is_queued_once_for_somebody_to_decide(tmp_path: Path) -> None:
    file = tmp_path / "a.docx"
    file.write_bytes(make_docx(*TEXT.split("\n")))
    for _ in range(2):
        assert "with 2 candidates to decide on" in run(str(file), "--keep").output
    assert Candidate.objects.filter(state="open").count() == 2


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    error = run(str(tmp_path / "none.txt")).exception
    assert isinstance(error, DeliveryError)
    assert error.kind == DeliveryErrorKind.UNREADABLE_DOCUMENT


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", f"TỐI MẬT\nKế hoạch {WORD}".encode()),
        ("a.docx", make_docx(f"Kế hoạch {WORD}", header="M Ậ T")),
        ("a.pdf", make_pdf(f"TUYỆT MẬT\n\nKế hoạch {WORD}")),
    ],
)
def test_nothing_of_a_secret_file_is_on_the_disk_in_the_database_in_logs_or_on_the_screen(
    name: str,
    content: bytes,
    tmp_path: Path,
    temporary_folder: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = temporary_folder
    monkeypatch.chdir(folder)
    file = tmp_path / name
    file.write_bytes(content)
    with caplog.at_level(logging.DEBUG):
        result = run(str(file), "--keep")
    assert isinstance(result.exception, DeliveryError)
    assert result.exception.kind == DeliveryErrorKind.SECRET_DOCUMENT
    assert list(folder.rglob("*")) == []
    assert WORD not in result.output + str(result.exception) + caplog.text
    assert find_in_database(WORD) == []
    assert not ReadDocument.objects.exists()


def test_the_search_of_the_database_finds_what_is_there() -> None:
    ReadDocument.objects.create(name="a", digest="0" * 64, text=f"x {WORD} y")
    assert find_in_database(WORD) == ["delivery_readdocument"]


def find_in_database(word: str) -> list[str]:
    """Give the tables that hold a word in any row, whatever the column."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(relname) FROM pg_stat_user_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        found = []
        for table in tables:
            cursor.execute(f"SELECT 1 FROM {table} AS row WHERE row::text LIKE %s LIMIT 1", [f"%{word}%"])  # noqa: S608 # our own tables' names
            if cursor.fetchone():
                found.append(table)
    return found
