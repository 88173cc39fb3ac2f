"""Erasing what the outbox holds of messages, beside the log and the store (rule 8): `outbox.sqlite`, from outside it.

A row keeps what is resent and the answer's header part, encrypted as in the log; both go, and the row says on how far
the message was. The gateway may run meanwhile: it never writes back what is gone (outbox.py).
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Final

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.gateway.outbox import BUSY_S
from lienthong.exchange.gateway.retention import CLOSED_FOLDER

if TYPE_CHECKING:
    from pathlib import Path

OUTBOX_FILE: Final = "outbox.sqlite"
_HOLDS: Final = "(record <> x'' OR answer <> x'')"
_EMPTY: Final = "UPDATE message SET record = x'', answer = x'' WHERE "


def erase_message(home: Path, exchange: str) -> int:
    """Erase what the outbox of a gateway's home holds of an exchange; gives how many rows held something.

    `home` may be that of an earlier log, whose messages lie in the outbox of the home around it.
    """
    around = home.absolute().parent
    folder = around.parent if around.name == CLOSED_FOLDER else home
    return _change(folder / OUTBOX_FILE, "exchange = ?", exchange)


def erase_older_messages(outbox: Path, before_ms: int) -> int:
    """Erase what an outbox holds of messages from before a time (UTC ms), for retention; gives how many rows."""
    return _change(outbox, "time < ?", before_ms)


def _change(path: Path, where: str, value: str | int) -> int:
    if not path.exists():
        return 0
    try:
        with closing(sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)) as database:
            database.execute("PRAGMA secure_delete = ON")
            # A gateway that ended before it made its tables has promised nothing.
            if not database.execute("SELECT 1 FROM sqlite_schema WHERE name = 'message'").fetchall():
                return 0
            changed = database.execute(f"{_EMPTY}{where} AND {_HOLDS}", (value,)).rowcount
            if changed:
                # Old pages lie in the journal beside the file until it is written over.
                database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            return changed
    except sqlite3.Error as error:
        why = f"{path.name}: {error}; nothing was erased there: erase again"
        raise ExchangeError(ExchangeErrorKind.LOGGING_FAILED, why) from error
