"""`lienthong delivery read FILE`: print what a document says, and propose it for acceptance when asked to."""

from __future__ import annotations

import re
from bisect import bisect_right
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind
from lienthong.delivery.progress_bar import show_progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from lienthong.delivery.reading.found import Reading, Span

_File = Annotated[Path, typer.Argument(help="The document: TXT, DOCX, or PDF with a text layer.")]
_Keep = Annotated[
    bool, typer.Option("--keep", help="Keep the text and queue what was found for a person to accept or reject.")
]
_Settings = Annotated[
    Path | None,
    typer.Option(
        help="The site's settings file (TOML), for --keep; without it, the one that LIENTHONG_SITE names.",
        dir_okay=False,
    ),
]


def add_reading_commands(
    app: typer.Typer, open_province: Callable[[Path | None], AbstractContextManager[None]]
) -> None:
    """Put the command into the group; `open_province` opens the database of a province for as long as it is used."""

    def read(file: _File, *, keep: _Keep = False, settings: _Settings = None) -> None:
        """Read a document: its references, dates, figures, and sentences that may be tasks or targets.

        A file marked MẬT, TỐI MẬT or TUYỆT MẬT is refused, and nothing of it is kept or printed.
        """
        from lienthong.delivery.reading.files import (  # noqa: PLC0415 # only this command needs it
            FILE_BYTES,
            extract_text,
            refuse_size,
        )
        from lienthong.delivery.reading.reader import read_text  # noqa: PLC0415 # as above

        try:
            if (size := file.stat().st_size) > FILE_BYTES:
                raise refuse_size(size)
            content = file.read_bytes()
        except OSError as error:
            message = f"document: expected a file that can be read, got {error.strerror}"
            raise DeliveryError(DeliveryErrorKind.UNREADABLE_DOCUMENT, message) from error
        with show_progress() as tell:
            reading = read_text(extract_text(file.name, content, tell), tell)
        for line in describe_reading(reading):
            typer.echo(line)
        if keep:
            with open_province(settings):
                _keep(file.name, content, reading)

    app.command("read")(read)


def describe_reading(reading: Reading) -> Iterator[str]:
    """Say what was found, a line each: line and column, what it is, what it says, and the words themselves."""
    lines = [0, *(match.end() for match in re.finditer("\n", reading.text))]
    for span, kind, said in _list_found(reading):
        line = bisect_right(lines, span.start)
        words = " ".join(reading.quote(span).split())
        yield f"{line}:{span.start - lines[line - 1] + 1}\t{kind}\t{said}\t{words}"
    yield (
        f"found {len(reading.references)} references, {len(reading.dates)} dates, {len(reading.figures)} figures,"
        f" {len(reading.candidates)} candidates; a person decides on each before it counts"
    )


def _list_found(reading: Reading) -> Iterator[tuple[Span, str, str]]:
    for reference in reading.references:
        dated = f" of {reference.dated}" if reference.dated else ""
        yield reference.span, "reference", reference.value + dated
    for date in reading.dates:
        yield date.span, "date", date.value
    for figure in reading.figures:
        said = " ".join(part for part in (figure.qualifier.value, figure.value, figure.unit) if part)
        yield figure.span, "figure", said
    for candidate in reading.candidates:
        said = "; ".join(part for part in (", ".join(candidate.owners), candidate.due) if part)
        yield candidate.span, candidate.kind.value, said or "-"


def _keep(name: str, content: bytes, reading: Reading) -> None:
    from lienthong.delivery.candidates import queue_candidates  # noqa: PLC0415 # needs a database

    document, count = queue_candidates(name, content, reading)
    typer.echo(f"kept document {document} with {count} candidates to decide on")
