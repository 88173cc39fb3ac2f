"""What a member's own program asks and is told, and when it may ask again: the client's rules, without its network.

A question is asked again only where that cannot do a thing twice: with a safe method (RFC 9110, 9.2.1), or as a
reliable message, which the gateway takes once for each X-Road-Id (rule 5.1).
"""

from __future__ import annotations

import random
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from lienthong.exchange.control import SAFE_METHODS
from lienthong.exchange.errors import ERROR_TABLE, ExchangeError, ExchangeErrorKind, Side, Spelling
from lienthong.kernel.ids import new_uuid4

if TYPE_CHECKING:
    from collections.abc import Iterator

JSON_TYPE: Final = "application/json"
MAX_RETRY_AFTER_DIGITS: Final = 6
READ_SIZE: Final = 256 * 1024
"""Bytes of a file that are sent, or of an answer that are given out, at a time."""
SPREAD: Final = 0.5
"""A pause is shortened by up to this part, at random: clients that met one overload do not come back together."""
TIMEOUT_S: Final = 90.0
"""Longer than a gateway's own limit for the whole way, so that its refusal arrives."""

_K = ExchangeErrorKind
WORTH_ASKING_AGAIN: Final = frozenset(
    {
        _K.NETWORK_ERROR,
        _K.IO_ERROR,
        _K.TIMEOUT,
        _K.OVERLOADED,
        _K.OUTCOME_NOT_RECORDED,
        _K.RATE_EXCEEDED,
        _K.SERVICE_FAILED,
        _K.SERVICE_UNREACHABLE,
        _K.SERVICE_TIMEOUT,
        _K.UNDER_WAY,
    }
)
"""Refusals that time may lift; all others will be the same next time."""


class ClientSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a member's program finds its gateway: the section `[exchange]` of a site's settings.

    `address` is the gateway's `host:port` for own systems, empty: there is none. `token_file` holds the token of the
    subsystem `client`. `population` names the service that answers about people. `admin` is the gateway's `host:port`
    for own programs, where `admin_token_file` holds a token among its `admin.exporters`: packages and counts come from
    there, and packages are verified under the directory's `root` key. Empty: pages show the exchange's id alone.
    """

    address: str = ""
    client: str = ""
    token_file: str = ""
    population: str = ""
    admin: str = ""
    admin_token_file: str = ""
    root: str = ""
    who_looked: tuple[str, ...] = ()
    """Subsystems (`INSTANCE/CLASS/CODE/SUBSYSTEM`) whose members tell a citizen who looked; else `population`'s."""


class Tls(msgspec.Struct, frozen=True):
    """For a gateway whose door for own systems has TLS.

    PEM files: of the authority that vouches for the gateway, and of the subsystem's client certificate and key where
    these, and no token, say who calls.
    """

    authority: Path
    certificate: Path | None = None
    key: Path | None = None


class Question(msgspec.Struct, frozen=True):
    """What to ask. `service` is `INSTANCE/CLASS/CODE/SUBSYSTEM/SERVICE`, `path` what stands behind it, with its query.

    `purpose` is `PROCEDURE#CASE` or a legal basis; services about people refuse a question without one. `xroad_id`
    stays the same where the same thing is asked again. A `body` that is a path is read from that file as it is sent.
    """

    service: str
    path: str = ""
    method: str = "GET"
    body: bytes | Path = b""
    purpose: str | None = None
    user: str | None = None
    """Who asks at the member, as the member knows them (X-Road-UserId); not in any statement."""
    xroad_id: str | None = None
    content_type: str = JSON_TYPE
    bearer: str | None = None
    """A token for the service itself (Authorization), such as the person's own for `findUsage`."""

    @property
    def is_safe(self) -> bool:
        """True if asking twice does nothing more than asking once."""
        return self.method.encode() in SAFE_METHODS


class Refusal(msgspec.Struct, frozen=True):
    """Why a gateway refused, as it said: `type` is X-Road's code, `detail` the exchange's id."""

    type: str
    message: str
    detail: str = ""

    @property
    def side(self) -> Side:
        """Whose gateway refused, or that the caller is to blame."""
        return _read_code(self.type)[0]

    @property
    def kind(self) -> ExchangeErrorKind:
        """The reason, in either spelling of codes; INTERNAL_ERROR for a code that is not ours.

        X-Road has one code for several reasons, such as `access_denied`: then it is the most general of them.
        """
        return _read_code(self.type)[1]


class Answer(msgspec.Struct, frozen=True):
    """What came back. `exchange` is the X-Road-Request-Id, under which both members' logs know it."""

    status: int
    body: bytes
    exchange: str
    refusal: Refusal | None = None
    content_type: str = ""
    retry_after_s: float | None = None

    def require_answered(self) -> Answer:
        """Give this answer if the service gave it; raise ExchangeError of the refusal's kind if a gateway refused."""
        if self.refusal is not None:
            raise ExchangeError(self.refusal.kind, f"{self.refusal.type}: {self.refusal.message}", self.refusal.side)
        return self


class DeliveryState(StrEnum):
    """How far a reliable message is, in the gateway's words."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    """The provider's gateway has it and is carrying it out."""
    ANSWERED = "answered"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """The service was called and no answer could be recorded: ask the provider whether it acted."""
    GIVEN_UP = "given up"
    """No outcome by the deadline."""


class Delivery(msgspec.Struct, frozen=True):
    """A promise of the own gateway to deliver a message. `status` is its path there, secret to the sender.

    Kept in a case's row, it is all that a program needs to ask again after its own restart.
    """

    status: str
    exchange: str
    xroad_id: str = ""
    state: DeliveryState = DeliveryState.WAITING
    code: str = ""
    tries: int = 0
    deadline: int = 0

    @property
    def is_open(self) -> bool:
        """True while the gateway still delivers it."""
        return self.state in {DeliveryState.WAITING, DeliveryState.DELIVERED}


class Retries(msgspec.Struct, frozen=True):
    """How often to ask at most, in how many seconds, and the pauses between: doubled each time, up to the longest."""

    tries: int = 4
    deadline_s: float = TIMEOUT_S
    first_pause_s: float = 0.25
    longest_pause_s: float = 10.0

    def pauses(self) -> Iterator[float]:
        """Give the pauses, growing, each shortened at random, without end."""
        pause = self.first_pause_s
        while True:
            yield pause * (1 - SPREAD * random.random())  # noqa: S311 - to spread load, not to keep a secret
            pause = min(2 * pause, self.longest_pause_s)


DEFAULT_RETRIES: Final = Retries()
ONCE: Final = Retries(tries=1)


class Attempts:
    """One question's tries. `now` is seconds of any clock that only goes forward."""

    def __init__(self, retries: Retries, now: float, *, may_repeat: bool) -> None:
        self._left = retries.tries if may_repeat else 1
        self._until = now + retries.deadline_s
        self._pauses = retries.pauses()

    def timeout_s(self, now: float) -> float:
        """Give how long the next try may take."""
        return max(0.001, min(TIMEOUT_S, self._until - now))

    def find_pause(self, outcome: Answer | ExchangeError, now: float) -> float | None:
        """Give the seconds to wait before the next try; None: `outcome` is the last word."""
        self._left -= 1
        kind = outcome.kind if isinstance(outcome, ExchangeError) else outcome.refusal and outcome.refusal.kind
        if self._left <= 0 or kind not in WORTH_ASKING_AGAIN:
            return None
        pause = next(self._pauses)
        if isinstance(outcome, Answer) and outcome.retry_after_s is not None:
            # Never sooner than the gateway asks for.
            pause = max(pause, outcome.retry_after_s)
        return pause if now + pause < self._until else None


def with_id(question: Question) -> Question:
    """Give a question its X-Road-Id, so that all its tries have the same one."""
    return question if question.xroad_id is not None else msgspec.structs.replace(question, xroad_id=new_uuid4())


def make_headers(question: Question, life_s: int | None = None, *, is_reliable: bool = False) -> dict[str, str]:
    """Give the headers that a question has beside those of its caller."""
    told = {
        "X-Road-Purpose": question.purpose,
        "X-Road-UserId": question.user,
        "X-Road-Id": question.xroad_id,
        "Authorization": f"Bearer {question.bearer}" if question.bearer is not None else None,
        "Content-Type": question.content_type if question.body else None,
        "Content-Length": str(question.body.stat().st_size) if isinstance(question.body, Path) else None,
        "Prefer": "respond-async" if is_reliable else None,
        "X-Road-Deadline": str(life_s) if life_s is not None else None,
    }
    return {name: value for name, value in told.items() if value is not None}


def read_pieces(file: Path) -> Iterator[bytes]:
    """Give a file's content piece by piece."""
    with file.open("rb") as content:
        while piece := content.read(READ_SIZE):
            yield piece


def read_refusal(body: bytes) -> Refusal:
    """Read what a gateway says when it refuses."""
    try:
        return msgspec.json.decode(body, type=Refusal)
    except msgspec.DecodeError:
        return Refusal("unknown", "the gateway refused without saying why")


def read_delivery(answer: Answer, before: Delivery) -> Delivery:
    """Read how far a message is; `before` is what was known of it."""
    answer.require_answered()
    try:
        told = msgspec.json.decode(answer.body, type=_Told)
    except msgspec.DecodeError as error:
        raise not_understood(f"the gateway answered {answer.status} about a reliable message: {error}") from error
    return Delivery(
        told.status or before.status,
        told.exchange or before.exchange,
        before.xroad_id,
        told.state,
        told.code,
        told.tries,
        told.deadline or before.deadline,
    )


class _Told(msgspec.Struct, frozen=True):
    state: DeliveryState
    exchange: str = ""
    status: str = ""
    code: str = ""
    tries: int = 0
    deadline: int = 0


def read_retry_after(value: str | None) -> float | None:
    """Read Retry-After in seconds; None where there is none, or none that this gateway would send."""
    if value is None or not value.isascii() or not value.isdigit() or len(value) > MAX_RETRY_AFTER_DIGITS:
        return None
    return float(value)


def not_understood(why: str) -> ExchangeError:
    """Make the error of an answer that no gateway of this project gives."""
    return ExchangeError(ExchangeErrorKind.INCONSISTENT_RESPONSE, why)


def _table_of_codes() -> dict[str, tuple[Side, ExchangeErrorKind]]:
    """Give the side and kind of each code in both spellings; the first kind of a side that has a code counts."""
    table: dict[str, tuple[Side, ExchangeErrorKind]] = {}
    # A kind's code on its usual side comes before the same code of a kind that was met elsewhere.
    kinds = list(ERROR_TABLE)
    for kind, side in [(kind, ERROR_TABLE[kind].side) for kind in kinds] + [(k, side) for k in kinds for side in Side]:
        error = ExchangeError(kind, "", side)
        for code in (error.code(), error.code(Spelling.CAMEL)):
            table.setdefault(code, (side, kind))
    return table


_CODES: Final = _table_of_codes()


def _read_code(code: str) -> tuple[Side, ExchangeErrorKind]:
    return _CODES.get(code, (Side.CONSUMER, ExchangeErrorKind.INTERNAL_ERROR))
