"""A new log after the old one (rule 6.4): for a new key, and for a home that was restored from a backup.

The old log gets no entry and, where it was restored, no signature. It moves to `closed/SERIAL`, a home of its own to
export and erase from; the new log has a new key and begins with `succeeds`. Steps are repeated safely: a crash leaves
`successor.json`, and the same command goes on by it.
"""

from __future__ import annotations

import asyncio
import re
import shutil
from typing import TYPE_CHECKING

from lienthong.directory.members import verify_directory
from lienthong.directory.succession import Succession, format_succession, parse_succession, state_key
from lienthong.evidence.batch import Entry
from lienthong.evidence.checkpoint import verify_checkpoint
from lienthong.evidence.cosigned_history import HISTORY_FILE
from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.log import LogPorts, LogSettings, create_log, open_log
from lienthong.evidence.opening import hold_log
from lienthong.evidence.statement import Succeeds, encode_statement
from lienthong.evidence.tree import leaf_hash
from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.gateway.retention import CLOSED_FOLDER
from lienthong.exchange.gateway.witnessing import Witnessing
from lienthong.kernel.canonical import encode_base64url
from lienthong.kernel.durable import replace_file
from lienthong.kernel.keys import load_signing_key, make_signing_key, store_signing_key

if TYPE_CHECKING:
    from pathlib import Path

    from lienthong.evidence.checkpoint import Checkpoint
    from lienthong.evidence.log import Log
    from lienthong.exchange.gateway.home import GatewayHome
    from lienthong.kernel.clock import Clock
    from lienthong.kernel.keys import VerifyKey

REQUEST_FILE = "successor.json"
NEW_LOG = "log.new"
MAX_REASON = 200
_MOVED = (
    *(f"{name}.sqlite{end}" for name in ("index", "recall", "tracker") for end in ("", "-wal", "-shm")),
    "retention",
    HISTORY_FILE,
    "log",  # last: with it all of the old log is in its new place
)
_SHARED = ("keys", "store", "directory")
_LOG_LINE = re.compile(r"^log\s*=.*$", re.MULTILINE)
_FILE_LINE = re.compile(r'^(file\s*=\s*")(?!/)', re.MULTILINE)


def succeed(home: GatewayHome, reason: str, clock: Clock, head: bytes = b"") -> Succession:
    """Open the log that follows this home's; gives the request for the directory, which is in `successor.json` too.

    `head` is a signed head of the old log that a peer has kept, for where no witness is asked. The gateway must not
    run: kind `log_locked`. Raises ExchangeError `malformed_settings` for a reason too long or empty.
    """
    if not 0 < len(reason) <= MAX_REASON or not reason.isprintable():
        text = f"the reason: expected 1 to {MAX_REASON} printable characters, got {len(reason)}"
        raise ExchangeError(ExchangeErrorKind.MALFORMED_SETTINGS, text)
    plan = _find_plan(home)
    if plan is None:
        note, checkpoint = asyncio.run(_find_closing_head(home, head))
        plan = _plan(home, reason, clock.now_ms(), note, checkpoint)
        replace_file(home.folder / REQUEST_FILE, format_succession(plan))
    # A crash from here on leaves the plan, by which this command goes on; until then the gateway does not start.
    _make_log(home, plan)
    _move(home, plan)
    return plan


def require_settled(home: GatewayHome) -> None:
    """Require that no other log was begun to follow this home's: what it took now, its closed log would not count."""
    plan = _find_plan(home)
    if plan is not None:
        text = (
            f"{REQUEST_FILE}: {plan.origin} was begun to follow {plan.closes} and is not in its place: run "
            "`lienthong gateway succeed` again, which goes on"
        )
        raise ExchangeError(ExchangeErrorKind.MALFORMED_SETTINGS, text)


def _find_plan(home: GatewayHome) -> Succession | None:
    """Give the plan that an earlier call has left unfinished."""
    path = home.folder / REQUEST_FILE
    if not path.exists():
        return None
    plan = parse_succession(path.read_bytes())
    return plan if plan.closes == home.settings.log else None


async def _find_closing_head(home: GatewayHome, head: bytes) -> tuple[bytes, Checkpoint]:
    """Give the head that the old log ends at.

    Of an intact log it is the newest, cosigned now if a witness is there; of a restored one the highest that a witness
    or a peer knows.
    """
    key = load_signing_key(home.keys / "log.key")
    directory = verify_directory(home.directory_file.read_bytes(), home.root_key)
    loop = asyncio.get_running_loop()
    settings = LogSettings(segment_bytes=home.settings.limits.segment_bytes)
    ports = LogPorts(schedule=loop.call_soon, on_failure=_fail)
    log = open_log(home.log, home.settings.log, key, ports, settings)
    try:
        witnessing = Witnessing(log, key.verify_key, lambda: directory, home.cosigned)
        if not head and witnessing.witnesses() and (await witnessing.ask_latest())[1] == 0:
            raise ExchangeError(
                ExchangeErrorKind.NETWORK_ERROR,
                "no witness of the directory answers, and a restored log would be closed too low: reach one, or give "
                "--head with the newest head that a peer has kept",
            )
        known = await witnessing.find_latest()
        if head:
            known = max(known, (verify_checkpoint(head, log.origin, key.verify_key).size, head))
        size, note = known
        if size and not _is_whole(log, note, key.verify_key):
            return note, verify_checkpoint(note, log.origin, key.verify_key)
        log.resume(None)
        note = log.checkpoint()
        if await witnessing.submit():
            note = witnessing.cosigned
        return note, verify_checkpoint(note, log.origin, key.verify_key)
    finally:
        log.close()


def _is_whole(log: Log, note: bytes, key: VerifyKey) -> bool:
    """Say whether the log has all that a head says it had; if not it was restored."""
    try:
        log.require_head(verify_checkpoint(note, log.origin, key))
    except EvidenceError as error:
        if error.kind not in {EvidenceErrorKind.LOG_AHEAD, EvidenceErrorKind.LOG_FORKED}:
            raise
        return False
    return True


def _plan(home: GatewayHome, reason: str, now_ms: int, note: bytes, checkpoint: Checkpoint) -> Succession:
    gateway, _, serial = home.settings.log.rpartition("/")
    if not serial.isdecimal():
        text = f"gateway.toml: log {home.settings.log!r} does not end in a number that another could follow"
        raise ExchangeError(ExchangeErrorKind.MALFORMED_SETTINGS, text)
    directory = verify_directory(home.directory_file.read_bytes(), home.root_key)
    number = int(serial) + 1
    while directory.find_log(f"{gateway}/{number}") is not None:
        number += 1
    path = home.keys / f"log-{number}.key"
    if not path.exists():
        store_signing_key(path, make_signing_key())
    return Succession(
        gateway=home.settings.gateway,
        origin=f"{gateway}/{number}",
        key=state_key(load_signing_key(path).verify_key),
        closes=home.settings.log,
        size=checkpoint.size,
        root=encode_base64url(checkpoint.root),
        reason=reason,
        time=now_ms,
        note=note.decode(),
    )


def _make_log(home: GatewayHome, plan: Succession) -> None:
    """Make the new log beside the old one; a half-made one of an earlier call is made anew."""
    new_key = home.keys / f"log-{_serial(plan.origin)}.key"
    is_moved = (home.folder / CLOSED_FOLDER / _serial(plan.closes) / "log").exists() and home.log.exists()
    if is_moved or not new_key.exists():
        return  # it is in its place already
    shutil.rmtree(home.folder / NEW_LOG, ignore_errors=True)
    raw = encode_statement(Succeeds(origin=plan.closes, reason=plan.reason, root=plan.root, size=plan.size))
    settings = LogSettings(segment_bytes=home.settings.limits.segment_bytes)
    first = Entry(raw, leaf_hash(raw), proven=True)
    create_log(home.folder / NEW_LOG, plan.origin, load_signing_key(new_key), first, settings=settings)


def _move(home: GatewayHome, plan: Succession) -> None:
    """Put the old log away and the new one in its place; what is done already is passed over."""
    folder = home.folder
    closed = folder / CLOSED_FOLDER / _serial(plan.closes)
    closed.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (closed / "log").exists():
        with hold_log(folder / "log"):
            _move_old(home, plan, closed)
    _rename(folder / NEW_LOG, folder / "log")
    _rename(home.keys / "log.key", home.keys / f"log-{_serial(plan.closes)}.key")
    _rename(home.keys / f"log-{_serial(plan.origin)}.key", home.keys / "log.key")
    text = (folder / "gateway.toml").read_text("utf-8")
    # Last of all: with it the home is the new log's, and this command would follow that one.
    replace_file(folder / "gateway.toml", _LOG_LINE.sub(f'log = "{plan.origin}"', text, count=1).encode())


def _move_old(home: GatewayHome, plan: Succession, closed: Path) -> None:
    text = (home.folder / "gateway.toml").read_text("utf-8")
    replace_file(closed / "gateway.toml", _FILE_LINE.sub(r"\1../../", text, count=1).encode())
    for name in _SHARED:
        if (home.folder / name).exists() and not (closed / name).is_symlink():
            (closed / name).symlink_to(f"../../{name}", target_is_directory=True)
    replace_file(closed / "cosigned-head", plan.note.encode())
    home.cosigned.unlink(missing_ok=True)
    for name in _MOVED:
        _rename(home.folder / name, closed / name)


def _rename(source: Path, target: Path) -> None:
    if source.exists() and not target.exists():
        source.rename(target)


def _serial(origin: str) -> str:
    return origin.rpartition("/")[2]


def _fail(error: Exception) -> None:
    raise error
