"""The simulated portal's book: what was filed, and what the province told, in one SQLite file."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from lienthong.sandbox.national_portal.forms import NotTakenError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

VIETNAM: Final = timezone(timedelta(hours=7))
WAIT_S: Final = 10.0
NEW: Final = 1
ONLINE: Final = 2
HERE: Final = "nop"
"""People filed it here; what is not so, a province made known."""
FROM_PROVINCE: Final = "dong-bo"

ANSWER_LOST: Final = "mat-tra-loi"
FORGOTTEN: Final = "mat-noi-dung"

TAKEN: Final = "da-ghi"
KNOWN: Final = "da-co"

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS filing (
    code TEXT PRIMARY KEY, unit TEXT, origin TEXT, filed_at TEXT, document TEXT, status INTEGER, own_code TEXT
);
CREATE TABLE IF NOT EXISTS file (id TEXT PRIMARY KEY, sha256 TEXT UNIQUE, content BLOB);
CREATE TABLE IF NOT EXISTS progress (
    mark TEXT PRIMARY KEY, code TEXT, place INTEGER, document TEXT, arrivals INTEGER, arrived_at TEXT
);
CREATE TABLE IF NOT EXISTS loss (code TEXT, status INTEGER, kind TEXT, at TEXT);
CREATE TABLE IF NOT EXISTS serial (unit TEXT, day TEXT, last INTEGER, PRIMARY KEY (unit, day));
"""


@dataclass(frozen=True, slots=True)
class KeptFiling:
    """One filing: what was filed, the status it has here, and the province's code once it said that it has it."""

    code: str
    status: int
    own_code: str
    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class KeptProgress:
    """One thing that the province told, and how often it came."""

    document: dict[str, Any]
    arrivals: int
    arrived_at: str


@dataclass(frozen=True, slots=True)
class KeptLoss:
    """Something that the simulation lost on purpose: about which status, an answer or what was told, and when."""

    status: int
    kind: str
    at: str


@dataclass(frozen=True, slots=True)
class Book:
    """The file; each method is one transaction."""

    path: Path

    def draw_number(self, unit: str) -> str:
        """Give the next case number of a unit."""
        day = f"{datetime.now(VIETNAM):%Y%m%d}"
        sql = "INSERT INTO serial VALUES (?, ?, 1) ON CONFLICT (unit, day) DO UPDATE SET last = last + 1 RETURNING last"
        with self._begin() as connection:
            (last,) = connection.execute(sql, (unit, day)).fetchone()
        return f"{unit}-{day}-{last:07d}"

    def keep_file(self, content: bytes) -> tuple[str, str]:
        """Keep a file once; gives its id and hash."""
        digest = sha256(content).hexdigest()
        with self._begin() as connection:
            connection.execute("INSERT OR IGNORE INTO file VALUES (?, ?, ?)", (f"tep-{uuid4()}", digest, content))
            (found,) = connection.execute("SELECT id FROM file WHERE sha256 = ?", (digest,)).fetchone()
        return found, digest

    def get_file(self, file_id: str) -> bytes:
        """Give a file's bytes."""
        with self._begin() as connection:
            row = connection.execute("SELECT content FROM file WHERE id = ?", (file_id,)).fetchone()
        if row is None:
            raise NotTakenError(404, "khong-co-tep-tin", file_id)
        return bytes(row[0])

    def keep_filing(self, document: dict[str, Any], origin: str = HERE) -> str:
        """Keep what was filed here, or a case that the province made known; says whether it was there."""
        values = (
            document["MaHoSo"],
            document["MaDonViTiepNhan"],
            origin,
            datetime.fromisoformat(document["NgayNop"]).astimezone(UTC).isoformat(),
            json.dumps(document, ensure_ascii=False, sort_keys=True),
        )
        with self._begin() as connection:
            row = connection.execute("SELECT document FROM filing WHERE code = ?", values[:1]).fetchone()
            if row is None:
                connection.execute("INSERT INTO filing VALUES (?, ?, ?, ?, ?, ?, '')", (*values, NEW))
                return TAKEN
        if row[0] != values[-1]:
            raise NotTakenError(409, "trung-ma-ho-so", document["MaHoSo"])
        return KNOWN

    def find_filing(self, code: str) -> KeptFiling | None:
        """Find a filing."""
        return next(iter(self._select("WHERE code = ?", (code,))), None)

    def get_filing(self, code: str) -> KeptFiling:
        """Give a filing."""
        found = self.find_filing(code)
        if found is None:
            raise NotTakenError(404, "khong-co-ho-so", code)
        return found

    def list_filings(self) -> list[KeptFiling]:
        """Give all filings, the newest first."""
        return self._select("ORDER BY filed_at DESC, code DESC", ())

    def list_filed(self, units: Sequence[str], since: str = "", *, only_waiting: bool = False) -> list[KeptFiling]:
        """Give what was filed here for some units since a moment, or what has not arrived there."""
        marks = ", ".join("?" * len(units))
        waiting = "AND own_code = ''" if only_waiting else ""
        where = f"WHERE origin = ? AND filed_at >= ? AND unit IN ({marks}) {waiting} ORDER BY filed_at"
        return self._select(where, (HERE, since, *units))

    def say_arrived(self, code: str, own_code: str) -> str:
        """Write down that the province has a filing, under which code of its own."""
        found = self.get_filing(code)
        if found.own_code not in {"", own_code}:
            raise NotTakenError(409, "da-nhan-voi-ma-khac", f"{code}: {found.own_code}")
        with self._begin() as connection:
            connection.execute("UPDATE filing SET own_code = ? WHERE code = ?", (own_code, code))
        return KNOWN if found.own_code else TAKEN

    def keep_progress(self, document: dict[str, Any]) -> str:
        """Write down what was done to a case: once under its mark, and never behind something later."""
        code, mark, place = document["MaHoSo"], document["MaDongBo"], document["SoThuTu"]
        self.get_filing(code)
        text = json.dumps(document, ensure_ascii=False, sort_keys=True)
        with self._begin() as connection:
            row = connection.execute("SELECT document FROM progress WHERE mark = ?", (mark,)).fetchone()
            if row is not None:
                connection.execute("UPDATE progress SET arrivals = arrivals + 1 WHERE mark = ?", (mark,))
                if row[0] != text:
                    raise NotTakenError(409, "trung-ma-dong-bo", mark)
                return KNOWN
            (last,) = connection.execute("SELECT max(place) FROM progress WHERE code = ?", (code,)).fetchone()
            if last is not None and last > place:
                raise NotTakenError(409, "sai-thu-tu", f"{code}: {place} sau {last}")
            values = (mark, code, place, text, datetime.now(VIETNAM).isoformat(timespec="seconds"))
            connection.execute("INSERT INTO progress VALUES (?, ?, ?, ?, 1, ?)", values)
            connection.execute("UPDATE filing SET status = ? WHERE code = ?", (document["TrangThai"], code))
        return TAKEN

    def keep_status(self, code: str, status: int) -> str:
        """Write down a status that was told alone."""
        found = self.get_filing(code)
        with self._begin() as connection:
            connection.execute("UPDATE filing SET status = ? WHERE code = ?", (status, code))
        return KNOWN if found.status == status else TAKEN

    def list_progress(self, code: str) -> list[KeptProgress]:
        """Give what the province told of a case, in order."""
        sql = "SELECT document, arrivals, arrived_at FROM progress WHERE code = ? ORDER BY place"
        with self._begin() as connection:
            rows = connection.execute(sql, (code,)).fetchall()
        return [KeptProgress(json.loads(document), arrivals, at) for document, arrivals, at in rows]

    def note_loss(self, code: str, status: int, kind: str) -> None:
        """Write down what the simulation lost on purpose: a portal that really loses something does not know."""
        values = (code, status, kind, datetime.now(VIETNAM).isoformat(timespec="seconds"))
        with self._begin() as connection:
            connection.execute("INSERT INTO loss VALUES (?, ?, ?, ?)", values)

    def list_losses(self, code: str) -> list[KeptLoss]:
        """Give what the simulation lost of a case on purpose."""
        with self._begin() as connection:
            rows = connection.execute(
                "SELECT status, kind, at FROM loss WHERE code = ? ORDER BY at", (code,)
            ).fetchall()
        return [KeptLoss(*row) for row in rows]

    def _select(self, rest: str, values: tuple[object, ...]) -> list[KeptFiling]:
        sql = f"SELECT code, status, own_code, document FROM filing {rest}"  # noqa: S608 # our own words, no values
        with self._begin() as connection:
            rows = connection.execute(sql, values).fetchall()
        return [KeptFiling(code, status, own, json.loads(document)) for code, status, own, document in rows]

    @contextmanager
    def _begin(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.path, timeout=WAIT_S, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")


def open_book(path: Path) -> Book:
    """Give the book of a file, with its tables made if they are not there."""
    with closing(sqlite3.connect(path, timeout=WAIT_S)) as connection:
        connection.executescript(_TABLES)
    return Book(path)
