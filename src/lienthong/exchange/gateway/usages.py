"""`findUsage`: who looked at a person's data, told by the provider's gateway to that person alone.

It is a proven exchange like any other. What it tells of each look-up is read from this gateway's log: the statement,
and what the erasable record still holds. A look-up whose disclosure is delayed is left out until its day; how many
delays are in force is told to everybody, whoever asks, so that the number says nothing of the one who asks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from lienthong.evidence.errors import EvidenceError
from lienthong.evidence.reader import get_entry
from lienthong.evidence.statement import Request
from lienthong.evidence.subject import find_subject, open_content
from lienthong.exchange.errors import ExchangeError
from lienthong.exchange.headers import PURPOSE_CHECK, USER_ID
from lienthong.exchange.message import read_request
from lienthong.exchange.metaservices import JSON_TYPE, Form, read_parameter
from lienthong.exchange.usage_token import read_bearer, refused, verify_usage_token

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lienthong.evidence.segment import StoredEntry
    from lienthong.evidence.store import StoreKey
    from lienthong.exchange.gateway.aside import Aside
    from lienthong.exchange.gateway.tracker import Tracker
    from lienthong.exchange.message import IncomingRequest
    from lienthong.exchange.usage_token import UsageTrust

MAX_PAGE: Final = 100
NEWEST: Final = 1 << 62
"""Below every entry number that SQLite can hold."""


class Usage(msgspec.Struct, frozen=True, omit_defaults=True):
    """One look-up. `purpose` is what the caller gave: a procedure and its case, or a legal basis.

    `check` says whether the member's case system was asked about the case (`checked`) or the member only says so
    (`asserted`); `officer` is the name by which that member knows who asked. After the time for which contents are
    kept both are gone, `is_erased` says so, and `purpose` has its code alone.
    """

    time: int
    client: str
    service: str
    purpose: str
    message: str
    """X-Road-Request-Id: names the exchange in both members' logs."""
    check: str = ""
    officer: str = ""
    is_erased: bool = False


class UsagePage(msgspec.Struct, frozen=True):
    """The newest look-ups before `before`; `next` is the `before` of the following page, None at the end."""

    provider: str
    usages: tuple[Usage, ...]
    next: int | None
    delays: int
    """How many delays of disclosure this member has in force, for anybody."""


class Usages:
    """What answers `findUsage` in one gateway. `trust` None: no registry's tokens are taken, and nobody is told."""

    def __init__(
        self,
        tracker: Tracker,
        log: Path,
        store_key: StoreKey,
        aside: Aside,
        trust: UsageTrust | None,
    ) -> None:
        self._tracker = tracker
        self._log = log
        self._store_key = store_key
        self._aside = aside
        self._trust = trust
        self.is_delayed: Callable[[str, int, int], bool] = _delay_nothing
        self.count_delays: Callable[[int], int] = _count_nothing

    async def answer(self, request: IncomingRequest, now_ms: int) -> Form:
        """Answer `findUsage[?before=&limit=]` to the bearer of the person's own token; else raise TOKEN_REFUSED."""
        trust = self._trust
        if trust is None:
            raise refused("this gateway knows no registry whose tokens it takes")
        token = read_bearer(request.part.find(b"authorization"))
        before = _read_number(request, "before", NEWEST)
        limit = min(_read_number(request, "limit", MAX_PAGE), MAX_PAGE)

        def read() -> UsagePage:
            number = verify_usage_token(token, trust, now_ms // 1000)
            return self._read_page(trust.member, number, before, limit, now_ms)

        page = await self._aside.run(read)
        return Form(JSON_TYPE, msgspec.json.encode(page))

    def _read_page(self, member: str, number: str, before: int, limit: int, now_ms: int) -> UsagePage:
        """Fill a page with what may be told. A page's length and `next` are as if a delayed look-up were not there."""
        shown: dict[int, Usage] = {}
        following, rows = None, self._tracker.find(number, before, limit)
        while rows and following is None:
            for row in rows:
                usage = self._read_usage(row.entry)
                if self.is_delayed(usage.message, usage.time, now_ms):
                    continue
                if len(shown) == limit:
                    following = next(reversed(shown))
                    break
                shown[row.entry] = usage
            else:
                rows = self._tracker.find(number, rows[-1].entry, limit) if len(rows) == limit else ()
        return UsagePage(member, tuple(shown.values()), following, self.count_delays(now_ms))

    def _read_usage(self, index: int) -> Usage:
        entry = get_entry(self._log, index)
        about = find_subject(entry)
        if about is None or not isinstance(about.message, Request):
            raise refused(f"entry {index} of the log is no request; its operator runs `lienthong gateway reindex`")
        statement = about.message
        code = statement.purpose if isinstance(statement.purpose, str) else ""
        request = self._find_request(entry)
        if request is None:
            return Usage(statement.time, statement.client, statement.service, code, statement.exchange, is_erased=True)
        officer = request.part.find(USER_ID) or b""
        return Usage(
            statement.time,
            statement.client,
            statement.service,
            request.purpose or code,
            statement.exchange,
            "checked" if request.part.find(PURPOSE_CHECK) == b"checked" else "asserted",
            officer.decode("utf-8", "replace"),
        )

    def _find_request(self, entry: StoredEntry) -> IncomingRequest | None:
        """Give a request as it was received; None where its content is erased or damaged."""
        try:
            content = open_content(self._store_key, entry)
            return None if content is None else read_request(content.header)
        except (EvidenceError, ExchangeError):
            return None


def _read_number(request: IncomingRequest, name: str, usual: int) -> int:
    text = read_parameter(request.target.query, name)
    return int(text) if text and text.isascii() and text.isdecimal() and 0 < int(text) <= NEWEST else usual


def _delay_nothing(_exchange: str, _looked_ms: int, _now_ms: int) -> bool:
    return False


def _count_nothing(_now_ms: int) -> int:
    return 0
