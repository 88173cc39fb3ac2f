"""Exports figures: CSV in the columns that an import reads, SDMX-CSV 2.0, SDMX-ML 3.0, and the structure of these.

What is exported is what sources say, with its marks; nothing computed. A figure of public order is exported as it was
published: province by year.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind
from lienthong.delivery.import_files import COLUMNS, SDMX_COLUMNS
from lienthong.delivery.observations import list_current
from lienthong.delivery.periods import parse_period
from lienthong.delivery.progress import follow, tell_nobody
from lienthong.delivery.sdmx_structure import make_schema, write_structure
from lienthong.delivery.words import Status

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from lienthong.delivery.figures import Observed
    from lienthong.delivery.progress import Tell


class ExportFormat(StrEnum):
    """The formats that figures are given away in."""

    CSV = "csv"
    SDMX_CSV = "sdmx-csv"
    SDMX_ML = "sdmx-ml"
    SDMX_STRUCTURE = "sdmx-structure"
    """The structure definition that both SDMX formats follow."""


MEDIA_TYPES: Final = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.SDMX_CSV: "application/vnd.sdmx.data+csv; version=2.0.0; charset=utf-8",
    ExportFormat.SDMX_ML: "application/vnd.sdmx.data+xml; version=3.0.0",
    ExportFormat.SDMX_STRUCTURE: "application/vnd.sdmx.structure+xml; version=3.0.0",
}

_STATUS_CODES: Final = {Status.OFFICIAL: "A", Status.ESTIMATE: "E", Status.UNVERIFIED: "U"}


@dataclass(frozen=True, slots=True)
class Selection:
    """Which figures: of these indicators and areas (all, where none is named), as known on a day."""

    as_of: date
    indicators: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()


def parse_format(text: str) -> ExportFormat:
    """Read the name of a format; raises `BAD_FILE`."""
    try:
        return ExportFormat(text)
    except ValueError as error:
        message = f"expected a format among {', '.join(ExportFormat)}, got {text!r}"
        raise DeliveryError(DeliveryErrorKind.BAD_FILE, message) from error


def export_figures(selection: Selection, form: ExportFormat, tell: Tell = tell_nobody) -> bytes:
    """Write the selected figures, of each source the latest version, in a format."""
    if form is ExportFormat.SDMX_STRUCTURE:
        return write_structure().encode()
    tell("reading figures", 0, None)
    figures = list_current(selection.as_of, selection.indicators, selection.areas)
    rows = [make_row(each) for each in follow(figures, "figures written", tell, len(figures))]
    if form is ExportFormat.CSV:
        return _write_csv(rows)
    tell("making SDMX", 0, None)
    return _write_sdmx(rows, form)


def make_row(observed: Observed) -> dict[str, str]:
    """Give a figure in the columns of our files."""
    cell = observed.cell
    return {
        "indicator": cell.indicator,
        "area": cell.area,
        "area_on": observed.area_on.isoformat(),
        "period": cell.period.text,
        "breakdown": cell.breakdown,
        "value": f"{observed.value:f}",
        "unit": observed.unit,
        "status": observed.status.value,
        "qualifier": observed.qualifier.value,
        "reported": "true" if observed.is_reported else "false",
        "wording": observed.wording,
        "source": observed.source,
        "published_on": observed.published_on.isoformat(),
        "note": observed.note,
    }


def _write_csv(rows: Iterable[dict[str, str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    # Spreadsheets take a file without the mark for one in an old code page.
    return text.getvalue().encode("utf-8-sig")


def _write_sdmx(rows: list[dict[str, str]], form: ExportFormat) -> bytes:
    import pyarrow as pa  # noqa: PLC0415 # large, and only who exports SDMX needs it
    from pysdmx.io import write_sdmx  # noqa: PLC0415 # as above
    from pysdmx.io.format import Format  # noqa: PLC0415 # as above
    from pysdmx.io.pd import PandasDataset  # noqa: PLC0415 # as above

    table = pa.Table.from_pylist(
        [_make_sdmx_row(row, form) for row in rows], pa.schema([(name, pa.string()) for name in SDMX_COLUMNS])
    )
    dataset = PandasDataset(structure=make_schema(), data=table.to_pandas())
    wanted = Format.DATA_SDMX_ML_3_0 if form is ExportFormat.SDMX_ML else Format.DATA_SDMX_CSV_2_0_0
    return (write_sdmx([dataset], wanted) or "").encode()


def _make_sdmx_row(row: dict[str, str], form: ExportFormat) -> dict[str, str]:
    made = {concept: row[column] for concept, column in SDMX_COLUMNS.items()}
    made["TIME_PERIOD"] = parse_period(row["period"]).sdmx
    made["BREAKDOWN"] = row["breakdown"] or "_T"
    made["OBS_STATUS"] = _STATUS_CODES[Status(row["status"])]
    if form is ExportFormat.SDMX_ML:
        # pysdmx 1.21 leaves the straight quote in an attribute as it is, which ends the attribute there.
        made = {concept: value.replace('"', "”") for concept, value in made.items()}
    return made
