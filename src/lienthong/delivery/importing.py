"""Imports a file of figures: good rows go in, each bad one is told, nothing is half done; a dry run leaves nothing.

Repeating an import changes nothing. A crash before the end of the transaction leaves the tables as they were.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db import transaction

from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind
from lienthong.delivery.figure_book import FigureBook
from lienthong.delivery.figures import Observed
from lienthong.delivery.import_checks import Context, check_rows
from lienthong.delivery.import_files import read_rows
from lienthong.delivery.import_rows import Finding, ImportFile, ImportRule, parse_rows
from lienthong.delivery.keepers import require_keeper
from lienthong.delivery.progress import follow, tell_nobody
from lienthong.delivery.recording import record_figures
from lienthong.delivery.sources import list_sources
from lienthong.delivery.words import Rule

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from decimal import Decimal

    from lienthong.delivery.figures import Cell
    from lienthong.delivery.import_rows import FigureRow
    from lienthong.delivery.progress import Tell
    from lienthong.delivery.recording import Recorded
    from lienthong.identity.models import Account


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What went in and what did not."""

    counts: dict[str, int]
    findings: tuple[Finding, ...]
    is_dry: bool

    @property
    def is_whole(self) -> bool:
        """Whether every row went in, or was there already."""
        return not self.findings


def import_sent(
    content: bytes, file: ImportFile, by: Account, day: date, *, is_dry: bool = False, accepts_jumps: bool = False
) -> ImportReport:
    """Import what somebody sent today, the `day`; the origin says who. Raises `NOT_A_KEEPER`, `BAD_FILE`."""
    require_keeper(by, day)
    named = replace(file, name=f"{by.username}/{file.name}")
    return import_figures(content, named, is_dry=is_dry, accepts_jumps=accepts_jumps)


def import_figures(
    content: bytes,
    file: ImportFile,
    *,
    is_dry: bool = False,
    accepts_jumps: bool = False,
    tell: Tell = tell_nobody,
) -> ImportReport:
    """Import a file; raises `BAD_FILE` for one that cannot be read, and then nothing has changed."""
    rows = read_rows(file.name, content, tell)
    with transaction.atomic():
        book = FigureBook(file.published_on)
        good, findings = parse_rows(rows, file, book.definitions, set(list_sources()), tell)
        context = Context(book.definitions, lambda cell: _find_known(book, cell), accepts_jumps, tell)
        kept, more = check_rows(good, context)
        findings += more
        counts = _record(kept, book, findings, tell)
        if is_dry:
            transaction.set_rollback(True)
    ordered = sorted(findings, key=lambda finding: (finding.row, finding.column))
    return ImportReport(dict(counts), tuple(ordered), is_dry)


def _find_known(book: FigureBook, cell: Cell) -> Decimal | None:
    found = book.find_observed(cell)
    return found.value if isinstance(found, Observed) and found.is_computable else None


def _record(rows: Sequence[FigureRow], book: FigureBook, findings: list[Finding], tell: Tell) -> Counter[str]:
    """Record all rows; those that may be refused one by one, for one refusal must not undo the others."""
    counts: Counter[str] = Counter()
    ordinary = [row for row in rows if book.definitions[row.figure.cell.indicator].rule is Rule.ORDINARY]
    _add(counts, record_figures([row.figure for row in ordinary], tell))
    special = [row for row in rows if book.definitions[row.figure.cell.indicator].rule is not Rule.ORDINARY]
    for row in follow(special, "figures held against the rules of public order", tell, len(special)):
        try:
            with transaction.atomic():
                _add(counts, record_figures([row.figure]))
        except DeliveryError as error:
            if error.kind is not DeliveryErrorKind.NOT_PUBLISHABLE or error.reason is None:
                raise
            value = str(row.figure.value)
            reason = error.reason.meant_on(row.figure.area_on)
            findings.append(Finding(row.number, "value", value, ImportRule.NOT_PUBLISHABLE, reason))
    return counts


def _add(counts: Counter[str], recorded: Recorded) -> None:
    counts.update({"added": recorded.added, "revised": recorded.revised, "unchanged": recorded.unchanged})
