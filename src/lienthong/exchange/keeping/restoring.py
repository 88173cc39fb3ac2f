"""A backup becomes a home whose log follows the backed-up one: never the same log again (rule 6.4)."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from lienthong.evidence.index import Index
from lienthong.evidence.reader import read_batches
from lienthong.evidence.reindex import catch_up
from lienthong.evidence.store import load_store_key
from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.gateway.home import open_home
from lienthong.exchange.gateway.succession import succeed
from lienthong.exchange.keeping.backup import NEVER_RESTORED, unpack
from lienthong.kernel.clock import SystemClock
from lienthong.kernel.keys import load_secret

if TYPE_CHECKING:
    from pathlib import Path

    from lienthong.directory.succession import Succession
    from lienthong.exchange.gateway.home import GatewayHome

REASON = "restored from a backup"


def restore_home(file: Path, home: Path, passphrase: bytes, keys_from: Path | None, head: bytes) -> Succession:
    """Make `home` of a backup; gives the request for the directory, as `succeed` does.

    All is done in a folder beside it, which gets its name last: a crash or a refusal leaves no home that could be
    served with the old log.
    """
    if home.exists():
        raise ExchangeError(ExchangeErrorKind.MALFORMED_SETTINGS, f"{home} is there already: name a new folder")
    unfinished = home.with_name(home.name + ".restoring")
    if unfinished.exists():
        shutil.rmtree(unfinished)  # of an attempt that was stopped
    unpack(file, unfinished, passphrase)
    try:
        if keys_from is not None:
            _take_keys(keys_from, unfinished / "keys")
        restored = open_home(unfinished, os.environ)
        _catch_up(restored)
        plan = succeed(restored, REASON, SystemClock(), head)
    except BaseException:
        shutil.rmtree(unfinished)
        raise
    unfinished.rename(home)
    return plan


def _catch_up(home: GatewayHome) -> None:
    """Index the log's last seconds, which the backup's index may lack: a closed log's index is not looked after."""
    index = Index(home.index, load_secret(home.keys / "index.key"))
    try:
        size = max((batch.size for batch in read_batches(home.log, index.count_entries())), default=0)
        if size > index.count_entries():
            catch_up(index, home.log, load_store_key(home.keys / "store.key"), size)
    finally:
        index.close()


def _take_keys(source: Path, keys: Path) -> None:
    keys.mkdir(mode=0o700, exist_ok=True)
    for path in sorted([*source.glob("*.key"), *source.glob("*.secret")]):
        if path.name not in NEVER_RESTORED:
            shutil.copyfile(path, keys / path.name)
            (keys / path.name).chmod(0o600)
