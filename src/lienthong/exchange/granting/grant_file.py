"""grants.toml changed by a command: one grant added or taken out, and the rest of the file left as its author wrote it.

Only whole `[[grant]]` tables are cut and appended, and the new text is read again before it counts: if it does not say
exactly what it should (a file in an unusual layout), the whole file is written anew in one plain form, which says so at
its top. The file is replaced in one step, so that a running gateway reads the old one or the new one.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from lienthong.exchange.access import read_grant_list, show_methods
from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.kernel.durable import replace_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from lienthong.exchange.access import Grant

REWRITTEN: Final = "# Written by `lienthong grant`, which could not keep the layout and comments of the file before.\n"
_MODE: Final = 0o600
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_HEADER = re.compile(r"\s*\[\[\s*(?:grant|\"grant\"|'grant')\s*\]\]\s*(?:#.*)?")


def load_grants(path: Path) -> tuple[str, tuple[Grant, ...]]:
    """Give the file's text and its grants in order; a missing file has none. Raises MALFORMED_SETTINGS."""
    text = read_settings(path)
    return text, read_grant_list(text, path.name)


def read_settings(path: Path) -> str:
    """Give the text of services.toml or grants.toml; "" if it is missing, as a gateway takes it."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise ExchangeError(ExchangeErrorKind.MALFORMED_SETTINGS, f"{path.name}: {error}") from error


def add_grant(path: Path, grant: Grant) -> None:
    """Append a grant; refused if the file is invalid or has one that says the same."""
    with _only_writer(path):
        text, grants = load_grants(path)
        if any(each.id == grant.id for each in grants):
            raise ExchangeError(ExchangeErrorKind.MALFORMED_SETTINGS, f"{path.name} has this grant already: {grant.id}")
        _replace(path, append_grant(text, grants, grant))


def remove_grant(path: Path, grant_id: str) -> Grant:
    """Take the grant with this id out, and give it; refused if the file is invalid or has none."""
    with _only_writer(path):
        text, grants = load_grants(path)
        found = next((grant for grant in grants if grant.id == grant_id), None)
        if found is None:
            why = f"{path.name} has no grant {grant_id}: `lienthong grant list` shows their ids"
            raise ExchangeError(ExchangeErrorKind.MALFORMED_SETTINGS, why)
        _replace(path, cut_grants(text, grants, grant_id))
        return found


def append_grant(text: str, grants: Sequence[Grant], grant: Grant) -> str:
    """Give the text of a file with one more grant."""
    longer = f"{text.rstrip()}\n\n{format_grant(grant)}".lstrip("\n")
    return _require_said(longer, [*grants, grant])


def cut_grants(text: str, grants: Sequence[Grant], grant_id: str) -> str:
    """Give the text of a file without the grants of one id; comments right above such a grant go with it."""
    lines = text.splitlines(keepends=True)
    heads = [number for number, line in enumerate(lines) if _HEADER.fullmatch(line.rstrip("\r\n"))]
    left = [grant for grant in grants if grant.id != grant_id]
    if len(heads) != len(grants):
        return _require_said(text, left)
    starts = [_find_start(lines, head) for head in heads]
    ends = [*starts[1:], len(lines)]
    kept = lines[: starts[0]] if starts else lines
    for grant, start, end in zip(grants, starts, ends, strict=True):
        if grant.id != grant_id:
            kept += lines[start:end]
    return _require_said("".join(kept), left)


def format_grant(grant: Grant) -> str:
    """Write one grant as a `[[grant]]` table."""
    methods = ["*"] if show_methods(grant) == "*" else sorted(method.decode() for method in grant.methods)
    lines = [
        "[[grant]]",
        f"to = {_quote(grant.to)}",
        f"service = {_quote(grant.service)}",
        f"methods = {_quote_all(methods)}",
        f"paths = {_quote_all(grant.paths)}",
    ]
    if grant.purposes:
        lines.append(f"purposes = {_quote_all(sorted(grant.purposes))}")
    if grant.until_ms is not None:
        until = _EPOCH + timedelta(milliseconds=grant.until_ms)
        lines.append(f"until = {until.isoformat(timespec='milliseconds' if grant.until_ms % 1000 else 'seconds')}")
    if grant.fields is not None:
        lines.append(f"fields = {_quote_all(grant.fields.fields)}")
    if grant.rate is not None:
        lines.append(f"rate = {_quote(grant.rate.text)}")
    return "\n".join(lines) + "\n"


def _find_start(lines: list[str], head: int) -> int:
    """Give where a grant begins: at the comments right above it, unless they are the file's own first lines."""
    start = head
    while start > 0 and lines[start - 1].lstrip().startswith("#"):
        start -= 1
    return start if start > 0 else head


def _require_said(text: str, grants: Sequence[Grant]) -> str:
    """Give `text` if it says exactly `grants`, else these in the plain form."""
    try:
        said = read_grant_list(text, "")
    except ExchangeError:
        said = ()
    if [grant.id for grant in said] == [grant.id for grant in grants]:
        return text
    return REWRITTEN + "".join(f"\n{format_grant(grant)}" for grant in grants)


def _quote_all(texts: Sequence[str]) -> str:
    return f"[{', '.join(map(_quote, texts))}]"


def _quote(text: str) -> str:
    """Write a TOML basic string: JSON's escapes, and that of DEL, which JSON lets stand."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


@contextmanager
def _only_writer(path: Path) -> Iterator[None]:
    """Keep two commands apart: each reads what the other wrote."""
    folder = os.open(path.resolve().parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _replace(path: Path, text: str) -> None:
    """Put the new text in place durably. A crash before the last step leaves the old file, and a `.new` beside it."""
    target = path.resolve()
    mode = target.stat().st_mode & 0o777 if target.exists() else _MODE
    replace_file(target, text.encode(), mode)
