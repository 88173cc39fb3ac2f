"""Writes a built report into files: DOCX, PDF and a text for the press, in each language that was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Final

from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind
from lienthong.delivery.progress import follow, tell_nobody
from lienthong.delivery.report.as_docx import write_docx
from lienthong.delivery.report.as_pdf import write_pdf
from lienthong.delivery.report.as_press import write_press
from lienthong.delivery.report.building import Order, build_report
from lienthong.delivery.report.outline import parse_outline
from lienthong.delivery.report.wording import say

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from lienthong.delivery.progress import Tell
    from lienthong.delivery.report.pieces import Report

FORMS: Final = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "txt": "text/plain; charset=utf-8",
}
"""The forms of files, with their media types."""
LANGUAGES: Final = ("vi", "en")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which files of which report, as known on which day, by which outline."""

    session: str
    forms: tuple[str, ...]
    languages: tuple[str, ...]
    as_of: date
    outline: Path | None = None


def write_form(report: Report, form: str) -> bytes:
    """Give a report in one of the forms; the same report gives the same PDF and text."""
    if form == "docx":
        return write_docx(report)
    if form == "pdf":
        return write_pdf(report, datetime.combine(report.as_of, time(), UTC))
    return write_press(report).encode()


def build_files(wanted: Wanted, folder: Path, say_line: Callable[[str], None], tell: Tell = tell_nobody) -> int:
    """Build and write all; gives how many numbers in people's words are stale. Raises `BAD_REPORT`."""
    _require_known("format", wanted.forms, tuple(FORMS))
    _require_known("language", wanted.languages, LANGUAGES)
    outline = None
    if wanted.outline is not None:
        outline = parse_outline(read_text(wanted.outline), wanted.outline.name)
    # All are built before any is written: a report that cannot be built leaves no half of it.
    reports = [
        build_report(Order(wanted.session, each, wanted.as_of, outline))
        for each in follow(wanted.languages, "reports built", tell, len(wanted.languages))
    ]
    files = [(report, form) for report in reports for form in wanted.forms]
    made = {
        f"{report.code}-{report.as_of}-{report.language}.{form}": write_form(report, form)
        for report, form in follow(files, "files made", tell, len(files))
    }
    for name, content in made.items():
        _write_file(folder / name, content)
        say_line(f"wrote {folder / name} ({len(content)} bytes)")
    for report in reports:
        for each in report.written:
            for finding in each.stale:
                told = say("stale", report.language).format(written=finding.written, now=finding.now)
                say_line(f"{report.language} {each.place}: {told}")
    return sum(report.stale_count for report in reports)


def read_text(file: Path) -> str:
    """Read a person's file; raises `BAD_REPORT` for one that cannot be read, or is not in UTF-8."""
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError as error:
        message = f"{file.name}: expected text in UTF-8, got other bytes: save it as Unicode first"
        raise DeliveryError(DeliveryErrorKind.BAD_REPORT, message) from error
    except OSError as error:
        message = f"{file.name}: expected a file that can be read, got {error.strerror}"
        raise DeliveryError(DeliveryErrorKind.BAD_REPORT, message) from error


def _write_file(file: Path, content: bytes) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    except OSError as error:
        message = f"{file}: expected a place that can be written to, got {error.strerror}; name another with --out"
        raise DeliveryError(DeliveryErrorKind.BAD_REPORT, message) from error


def _require_known(option: str, given: tuple[str, ...], known: tuple[str, ...]) -> None:
    unknown = [each for each in given if each not in known]
    if unknown:
        message = f"--{option} {','.join(unknown)}: expected some of {','.join(known)}"
        raise DeliveryError(DeliveryErrorKind.BAD_REPORT, message)
