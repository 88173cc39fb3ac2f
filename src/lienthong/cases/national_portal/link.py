"""The calls to the national portal: each sends one form and reads one, bounded in time and size.

A call that was not answered may have arrived: NO_ANSWER says so, and every call here may be made again. The token is
kept until it runs out; one that the portal takes no more is asked for anew, once.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import quote, urlencode

import msgspec
from pyreqwest.client import SyncClient, SyncClientBuilder
from pyreqwest.exceptions import PyreqwestError

from lienthong.cases.documents.content import MOST_UPLOAD_BYTES
from lienthong.cases.errors import CasesError, CasesErrorKind
from lienthong.cases.national_portal import messages
from lienthong.cases.national_portal.messages import read_document, write_document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

ANSWER_S: Final = 20.0
CONNECT_S: Final = 5.0
MOST_BYTES: Final = 2 * 1024 * 1024
"""Of an answer that is no file: a list of a week's filings is far below."""
EARLY_S: Final = 5.0
"""So long before it runs out a token is asked for anew."""
OK: Final = 200
NOT_SIGNED_IN: Final = 401
REFUSALS: Final = range(400, 500)

JSON_TYPE: Final = "application/json"
FILE_TYPE: Final = "application/octet-stream"

Form = TypeVar("Form", bound=msgspec.Struct)


@dataclass(slots=True)
class PortalLink:
    """The way to one portal, as one account."""

    address: str
    account: str
    read_secret: Callable[[], str]
    """Read when a token is asked for, so that a file that is missing stops these calls and nothing else."""
    answer_s: float = ANSWER_S
    _token: str = field(default="", repr=False)
    _until: float = 0.0

    def draw_number(self, unit: str, procedure: str) -> str:
        """Get the next case number."""
        asked = messages.NumberAsked(unit, procedure)
        code = read_document(self._post("ma-ho-so", asked), messages.NumberGiven).code
        messages.require_code(code)
        return code

    def send_file(self, content: bytes) -> messages.FileTaken:
        """Upload a file; raises BAD_PORTAL_DOCUMENT if something else arrived."""
        taken = read_document(self._call("POST", "tep-tin", content, FILE_TYPE), messages.FileTaken)
        _require_same(taken.file_id, sha256(content).hexdigest(), taken.sha256)
        return taken

    def make_case(self, case: messages.CaseMade) -> messages.Taken:
        """Create a case; the same again is the same case."""
        return read_document(self._post("ho-so", case), messages.Taken)

    def tell_progress(self, progress: messages.Progress) -> messages.Taken:
        """Tell one thing that was done; the same mark again is the same thing."""
        return read_document(self._post("tien-trinh", progress), messages.Taken)

    def tell_status(self, status: messages.StatusTold) -> messages.Taken:
        """Tell a status alone."""
        return read_document(self._post("trang-thai", status), messages.Taken)

    def list_waiting(self, units: Iterable[str]) -> tuple[messages.FilingLine, ...]:
        """List what was filed there and has not arrived here as far as the portal knows [assumed]."""
        query = urlencode([("don-vi", unit) for unit in units])
        return read_document(self._get(f"ho-so-cho?{query}"), messages.FilingList).filings

    def list_filed(self, units: Iterable[str], since: datetime) -> tuple[messages.FilingLine, ...]:
        """List all that was filed there since a moment [assumed]."""
        query = urlencode([("tu", since.isoformat()), *(("don-vi", unit) for unit in units)])
        return read_document(self._get(f"ho-so-da-nop?{query}"), messages.FilingList).filings

    def get_filing(self, code: str) -> messages.InboundFiling:
        """Give one filing whole [assumed]."""
        filing = messages.read_filing(self._get(f"ho-so/{quote(code, safe='')}"))
        if filing.code != code:
            message = f"portal: expected filing {code}, got {filing.code}"
            raise CasesError(CasesErrorKind.BAD_PORTAL_DOCUMENT, message)
        return filing

    def fetch_file(self, paper: messages.Paper) -> bytes:
        """Give a paper's bytes [assumed]; raises BAD_PORTAL_DOCUMENT unless they are what the filing names."""
        content = self._call("GET", f"tep-tin/{paper.file_id}", most=MOST_UPLOAD_BYTES)
        _require_same(paper.file_id, paper.sha256, sha256(content).hexdigest())
        return content

    def say_arrived(self, code: str, own_code: str) -> messages.Taken:
        """Say that a filing is here [assumed]."""
        return read_document(self._post("da-nhan", messages.Arrived(code, own_code)), messages.Taken)

    def _post(self, path: str, document: msgspec.Struct) -> bytes:
        return self._call("POST", path, msgspec.json.encode(document), JSON_TYPE)

    def _get(self, path: str) -> bytes:
        return self._call("GET", path)

    def _call(
        self, method: str, path: str, body: bytes | None = None, kind: str = JSON_TYPE, most: int = MOST_BYTES
    ) -> bytes:
        """Make a call with the token, and once more with a new one if it counts no longer."""
        status, answer = self._send(method, path, body, kind, most, self._get_token())
        if status == NOT_SIGNED_IN:
            self._token = ""
            status, answer = self._send(method, path, body, kind, most, self._get_token())
        return _require_taken(path, status, answer)

    def _get_token(self) -> str:
        if not self._token or time.monotonic() > self._until:
            asked = write_document(messages.TokenAsked(self.account, self.read_secret()))
            status, answer = self._send("POST", "ma-truy-cap", asked, JSON_TYPE, MOST_BYTES, "")
            given = read_document(_require_taken("ma-truy-cap", status, answer), messages.TokenGiven)
            self._token, self._until = given.token, time.monotonic() + given.seconds - EARLY_S
        return self._token

    def _send(  # one request's parts
        self, method: str, path: str, body: bytes | None, kind: str, most: int, token: str
    ) -> tuple[int, bytes]:
        client, url = open_client(self.answer_s), f"{self.address.rstrip('/')}/{path}"
        builder = client.get(url) if method == "GET" else client.post(url)
        if token:
            builder = builder.bearer_auth(token)
        if body is not None:
            builder = builder.header("Content-Type", kind).body_bytes(body)
        place = path.partition("?")[0]
        try:
            with builder.build_streamed() as response:
                answer = bytearray()
                while (piece := response.body_reader.read_chunk()) is not None:
                    answer += bytes(piece)
                    if len(answer) > most:
                        message = f"portal: {place}: expected at most {most} bytes"
                        raise CasesError(CasesErrorKind.BAD_PORTAL_DOCUMENT, message)
                return response.status, bytes(answer)
        except PyreqwestError as error:
            message = f"portal: {place}: no answer ({type(error).__name__}); it may have arrived, and is sent again"
            raise CasesError(CasesErrorKind.PORTAL_SILENT, message) from error


@lru_cache(maxsize=4)
def open_client(answer_s: float) -> SyncClient:
    """Give this process's client, made when first needed: the processes that serve are forked before."""
    return (
        SyncClientBuilder()
        .follow_redirects(enable=False)
        .connect_timeout(timedelta(seconds=min(CONNECT_S, answer_s)))
        .timeout(timedelta(seconds=answer_s))
        .user_agent("lienthong")
        .build()
    )


def _require_taken(path: str, status: int, answer: bytes) -> bytes:
    place = path.partition("?")[0]
    if status == OK:
        return answer
    if status not in REFUSALS:
        message = f"portal: {place}: expected 200, got {status}; it may have arrived, and is sent again"
        raise CasesError(CasesErrorKind.PORTAL_SILENT, message)
    try:
        told = read_document(answer, messages.NotTaken)
    except CasesError:
        told = messages.NotTaken("", "without a word that can be read")
    raise CasesError(CasesErrorKind.PORTAL_REFUSED, f"portal: {place}: {status} {told.kind}: {told.text}")


def _require_same(file_id: str, expected: str, got: str) -> None:
    if expected != got:
        message = f"portal: file {file_id}: expected SHA-256 {expected[:12]}…, got {got[:12]}…"
        raise CasesError(CasesErrorKind.BAD_PORTAL_DOCUMENT, message)
