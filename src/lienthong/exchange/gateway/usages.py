"""`findUsage` and `getUsagePackage`: who looked at a person's data, told by the provider's gateway to them alone.

Each is a proven exchange like any other. What it tells of each look-up is read from this gateway's log: the statement,
and what the erasable record still holds. A look-up whose disclosure is delayed is left out until its day; how many
delays are in force is told to everybody, whoever asks, so that the number says nothing of the one who asks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.export import export_lookup
from lienthong.evidence.home import EvidenceHome
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

    from lienthong.evidence.segment import StoredEntry
    from lienthong.evidence.store import StoreKey
    from lienthong.exchange.gateway.aside import Aside
    from lienthong.exchange.gateway.own_logs import FoundLookup, OwnLogs
    from lienthong.exchange.message import IncomingRequest
    from lienthong.exchange.usage_token import UsageTrust

MAX_PAGE: Final = 100
PACKAGE_TYPE: Final = b"application/zip"
_NOT_THERE: Final = frozenset({EvidenceErrorKind.NOT_FOUND, EvidenceErrorKind.UNPUBLISHED})
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
    """What answers both in one gateway. `trust` None: no registry's tokens are taken, and nobody is told."""

    def __init__(self, logs: OwnLogs, store_key: StoreKey, aside: Aside, trust: UsageTrust | None) -> None:
        self._logs = logs
        self._store_key = store_key
        self._aside = aside
        self._trust = trust
        self.is_delayed: Callable[[str, int, int], bool] = _delay_nothing
        self.count_delays: Callable[[int], int] = _count_nothing

    async def answer(self, request: IncomingRequest, now_ms: int) -> Form:
        """Answer `findUsage[?before=&limit=]` to the bearer of the person's own token; else raise TOKEN_REFUSED."""
        trust, token = self._require_trust(), read_bearer(request.part.find(b"authorization"))
        before = _read_number(request, "before", NEWEST)
        limit = min(_read_number(request, "limit", MAX_PAGE), MAX_PAGE)

        def read() -> UsagePage:
            number = verify_usage_token(token, trust, now_ms // 1000)
            return self._read_page(trust.member, number, before, limit, now_ms)

        page = await self._aside.run(read)
        return Form(JSON_TYPE, msgspec.json.encode(page))

    async def give_package(self, request: IncomingRequest, now_ms: int) -> Form | None:
        """Answer `getUsagePackage?message=`: the evidence package of a look-up of the token's own person.

        None where there is none of this person's with that number, it may not be told yet, or is not published yet.
        """
        trust, token = self._require_trust(), read_bearer(request.part.find(b"authorization"))
        exchange = read_parameter(request.target.query, "message") or ""

        def read() -> bytes | None:
            number = verify_usage_token(token, trust, now_ms // 1000)
            return self._export(number, exchange, now_ms)

        package = await self._aside.run(read)
        return None if package is None else Form(PACKAGE_TYPE, package)

    def close(self) -> None:
        """Close what was opened for closed logs."""
        self._logs.close()

    def _require_trust(self) -> UsageTrust:
        if self._trust is None:
            raise refused("this gateway knows no registry whose tokens it takes")
        return self._trust

    def _export(self, number: str, exchange: str, now_ms: int) -> bytes | None:
        found = self._logs.find_exchange(number, exchange)
        if found is None or self.is_delayed(exchange, self._read_usage(found).time, now_ms):
            return None
        try:
            return export_lookup(EvidenceHome(found.log.folder), exchange)
        except EvidenceError as error:
            if error.kind in _NOT_THERE:
                return None
            raise

    def _read_page(self, member: str, number: str, before: int, limit: int, now_ms: int) -> UsagePage:
        """Fill a page with what may be told. A page's length and `next` are as if a delayed look-up were not there."""
        shown: dict[int, Usage] = {}
        following, rows = None, self._logs.find(number, before, limit)
        while rows and following is None:
            for row in rows:
                usage = self._read_usage(row)
                if self.is_delayed(usage.message, usage.time, now_ms):
                    continue
                if len(shown) == limit:
                    following = next(reversed(shown))
                    break
                shown[row.place] = usage
            else:
                rows = self._logs.find(number, rows[-1].place, limit) if len(rows) == limit else []
        return UsagePage(member, tuple(shown.values()), following, self.count_delays(now_ms))

    def _read_usage(self, found: FoundLookup) -> Usage:
        entry = get_entry(found.log.log, found.entry)
        about = find_subject(entry)
        if about is None or not isinstance(about.message, Request):
            raise refused(
                f"entry {found.entry} of the log is no request; its operator runs `lienthong gateway reindex`"
            )
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
