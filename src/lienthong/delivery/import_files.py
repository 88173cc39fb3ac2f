"""Reads files of figures into rows of text, whatever their format: CSV, XLSX, SDMX-CSV, SDMX-ML.

Every format comes out as the same columns; nothing is judged here but whether the file can be read at all. Figures stay
text, so that no decimal is lost to binary numbers on the way.
"""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from lienthong.delivery.errors import DeliveryErrorKind, refuse
from lienthong.delivery.progress import follow, tell_nobody
from lienthong.delivery.reasons import ReasonKind, give_reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lienthong.delivery.errors import DeliveryError
    from lienthong.delivery.progress import Tell

MOST_BYTES: Final = 20 * 1024 * 1024
MOST_UNPACKED: Final = 200 * 1024 * 1024
"""A workbook is a zip file: a small one may unpack to what no memory holds."""
MOST_ROWS: Final = 200_000

COLUMNS: Final = (
    "indicator",
    "area",
    "area_on",
    "period",
    "breakdown",
    "value",
    "unit",
    "status",
    "qualifier",
    "reported",
    "wording",
    "source",
    "published_on",
    "note",
)
"""The columns of our own files, in the order of an export. Needed: indicator, area, period, value."""
NEEDED: Final = ("indicator", "area", "period", "value")

SDMX_COLUMNS: Final = {
    "INDICATOR": "indicator",
    "REF_AREA": "area",
    "AREA_ON": "area_on",
    "TIME_PERIOD": "period",
    "BREAKDOWN": "breakdown",
    "OBS_VALUE": "value",
    "UNIT_MEASURE": "unit",
    "OBS_STATUS": "status",
    "QUALIFIER": "qualifier",
    "REPORTED": "reported",
    "WORDING": "wording",
    "SOURCE": "source",
    "PUBLISHED_ON": "published_on",
    "COMMENT_OBS": "note",
}
"""The concepts of our own data structure, which other structures share as far as they mean the same."""

SDMX_NOTHING: Final = frozenset({"_T", "_Z", "#N/A", "nan", "<NA>"})
"""How SDMX writes totals and what is not there."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it stands in the file, by column; the first one below the header is number 2."""

    number: int
    cells: dict[str, str]
    has_decimal_commas: bool = False


def read_rows(name: str, content: bytes, tell: Tell = tell_nobody) -> list[Row]:
    """Read a file; raises `BAD_FILE` for what is none of the formats, too large, or lacks a column."""
    if len(content) > MOST_BYTES:
        raise _refuse(ReasonKind.FILE_TOO_LARGE, file=name, bytes=len(content), most=MOST_BYTES)
    if content.startswith(b"PK\x03\x04"):
        rows = _read_workbook(name, content, tell)
    elif content.lstrip()[:1] == b"<":
        rows = _read_sdmx_ml(name, content, tell)
    else:
        rows = _read_csv(name, content)
    listed = []
    for row in follow(rows, "rows read", tell):
        listed.append(row)
        if len(listed) > MOST_ROWS:
            raise _refuse(ReasonKind.TOO_MANY_ROWS, file=name, most=MOST_ROWS)
    return listed


def _read_csv(name: str, content: bytes) -> Iterator[Row]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refuse(ReasonKind.NOT_TEXT, file=name, place=error.start) from error
    # Where the comma stands for decimals, programs part a line's cells by semicolons.
    header = text.split("\n", 1)[0]
    has_commas = ";" in header and "," not in header
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=";" if has_commas else ",", strict=True)
    try:
        for row in _read_table(name, lines):
            yield replace(row, has_decimal_commas=has_commas)
    except csv.Error as error:
        raise _refuse(ReasonKind.BROKEN_LINE, file=name, line=lines.line_num) from error


def _read_workbook(name: str, content: bytes, tell: Tell) -> Iterator[Row]:
    import openpyxl  # noqa: PLC0415 # large, and only who imports a workbook needs it

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > MOST_UNPACKED:
                raise _refuse(ReasonKind.UNPACKS_TOO_LARGE, file=name, most=MOST_UNPACKED)
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        # Some programs leave a wrong size in the sheet, which would hide rows.
        sheet.reset_dimensions()
        unpacked = follow(sheet.iter_rows(values_only=True), "rows unpacked", tell)
        lines = [[_write_cell(cell) for cell in line] for line in unpacked]
    except (zipfile.BadZipFile, KeyError, ValueError, IndexError, OSError) as error:
        raise _refuse(ReasonKind.NO_WORKBOOK, file=name) from error
    yield from _read_table(name, lines)


def _read_sdmx_ml(name: str, content: bytes, tell: Tell) -> Iterator[Row]:
    from pysdmx.errors import PysdmxError  # noqa: PLC0415 # large, and only who imports SDMX needs it
    from pysdmx.io import read_sdmx  # noqa: PLC0415 # as above
    from pysdmx.io.pd import PandasDataset  # noqa: PLC0415 # as above

    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise _refuse(ReasonKind.DOCUMENT_TYPE, file=name)
    tell("reading SDMX", 0, None)
    try:
        message = read_sdmx(content.decode("utf-8"))
    except (PysdmxError, UnicodeDecodeError, ValueError, SyntaxError) as error:
        raise _refuse(ReasonKind.NO_SDMX, file=name) from error
    for dataset in message.data or ():
        if not isinstance(dataset, PandasDataset):
            continue
        frame = dataset.data.astype(str)
        yield from _read_table(name, [list(frame.columns), *frame.to_numpy().tolist()])


def _read_table(name: str, lines: Iterable[list[str]]) -> Iterator[Row]:
    iterator = iter(lines)
    header = [cell.strip() for cell in next(iterator, [])]
    is_sdmx = "OBS_VALUE" in header
    names = [SDMX_COLUMNS.get(cell, "") for cell in header] if is_sdmx else header
    strange = [] if is_sdmx else [cell for cell in header if cell not in COLUMNS]
    lacking = [cell for cell in NEEDED if cell not in names]
    if strange or lacking:
        told = {"unknown": ", ".join(strange) or "0", "lacking": ", ".join(lacking) or "0"}
        wanted = {"columns": ", ".join(COLUMNS), "needed": ", ".join(NEEDED)}
        raise _refuse(ReasonKind.OTHER_COLUMNS, file=name, **wanted, **told)
    for number, line in enumerate(iterator, 2):
        cells = {column: cell.strip() for column, cell in zip(names, line, strict=False) if column}
        if is_sdmx:
            cells = {column: "" if cell in SDMX_NOTHING else cell for column, cell in cells.items()}
        if any(cells.values()):
            yield Row(number, cells)


def _write_cell(cell: object) -> str:
    """Write a workbook's cell as text: the shortest number that it stands for, days as days."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _refuse(kind: ReasonKind, **values: object) -> DeliveryError:
    return refuse(DeliveryErrorKind.BAD_FILE, give_reason(kind, **values))
