"""What `lienthong load-areas` does: the country's units, or tables of somebody's own, with every finding told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lienthong.areas.loading import load_extract, load_tables
from lienthong.site.errors import SiteError, SiteErrorKind

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def load_areas(units: Path | None, successions: Path | None, say: Callable[[str], None], *, is_sandbox: bool) -> bool:
    """Load the committed extract, or both tables where given; tells whether every row went in.

    Raises `SiteError` where only one table is given or one cannot be read, `AreasError` where one is no table.
    """
    if units is None and successions is None:
        return not load_extract(say, with_sandbox=is_sandbox).findings
    if units is None or successions is None:
        message = "load-areas: --units and --successions go together; a table may have a header only"
        raise SiteError(SiteErrorKind.SETTINGS, message)
    try:
        tables = units.read_bytes(), successions.read_bytes()
    except OSError as error:
        raise SiteError(SiteErrorKind.SETTINGS, f"load-areas: {error}") from error
    report = load_tables(*tables, f"{units.name}, {successions.name}", say)
    for finding in report.findings:
        place = f"{finding.table} row {finding.row}, {finding.column or 'whole row'}"
        word = "refused" if finding.is_refused else "put right"
        say(f"{word}: {place}: {finding.value!r} ({finding.rule}): {finding.reason}")
    return not any(finding.is_refused for finding in report.findings)
