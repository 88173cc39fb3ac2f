"""What agencies answer to a step, read at the edge (docs/linked-cases.md). Pure.

Whatever an agency's service says, the outcome is one of a few; what cannot be told for sure is `UNCLEAR`, never a
guess.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import msgspec

from lienthong.kernel.canonical import canonical_bytes
from lienthong.kernel.errors import KernelError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lienthong.exchange.asking import Answer

MOST_TEXT: Final = 500
"""Characters of an agency's own words that are kept."""
MOST_RESULT_BYTES: Final = 256 * 1024
"""Of a result; papers travel by reference."""
MOST_REASON: Final = 60

_NUL: Final = b"\\u0000"
"""As canonical JSON spells the one character that the database does not keep."""

_MARK: Final = "sandbox"
_PROBLEM_PREFIX: Final = "urn:lienthong:problem:"
UNKNOWN_MESSAGE: Final = "unknown-message"
"""The kind of problem by which an agency says that a message never reached it."""


class Outcome(StrEnum):
    """How a message ended, or stands."""

    ACCEPTED = "accepted"
    DONE = "done"
    REFUSED = "refused"
    UNHEARD = "unheard"
    """The agency never had the message."""
    UNCLEAR = "unclear"
    """It may have acted."""


@dataclass(frozen=True, slots=True)
class AgencyAnswer:
    """An outcome, with the result or the reason. `pending`: part of the result comes later."""

    outcome: Outcome
    result: Mapping[str, Any] = field(default_factory=dict)
    pending: bool = False
    reason: str = ""
    text: str = ""

    @property
    def is_final(self) -> bool:
        """Whether nothing more is to come."""
        return self.outcome in {Outcome.DONE, Outcome.REFUSED} and not self.pending


def read_answer(answer: Answer) -> AgencyAnswer:
    """Read what a service answered, or why a gateway on the way did not let it."""
    if answer.refusal is not None:
        return AgencyAnswer(Outcome.UNCLEAR, text=cut_text(f"{answer.refusal.type}: {answer.refusal.message}"))
    document = _read_object(answer.body)
    if document is None:
        return AgencyAnswer(Outcome.UNCLEAR, text=f"HTTP {answer.status}")
    if answer.status == HTTPStatus.ACCEPTED:
        return AgencyAnswer(Outcome.ACCEPTED, text=_text(document, "text"))
    if answer.status in {HTTPStatus.OK, HTTPStatus.CREATED}:
        return _read_done(document)
    if HTTPStatus.BAD_REQUEST <= answer.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return _read_refusal(document)
    return AgencyAnswer(Outcome.UNCLEAR, text=cut_text(f"HTTP {answer.status} {_text(document, 'title')}".strip()))


def _read_object(body: bytes) -> dict[str, Any] | None:
    if len(body) > MOST_RESULT_BYTES:
        return None
    try:
        read = msgspec.json.decode(body)
        is_kept = isinstance(read, dict) and _NUL not in canonical_bytes(read)
    except (msgspec.DecodeError, RecursionError, KernelError):
        # What has no canonical form or no end of depth can never become an action: the case would stand for ever.
        return None
    return read if is_kept else None


def _read_done(document: dict[str, Any]) -> AgencyAnswer:
    state, result = document.get("state"), document.get("result")
    if state == Outcome.ACCEPTED:
        return AgencyAnswer(Outcome.ACCEPTED, text=_text(document, "text"))
    if state == Outcome.REFUSED:
        return _read_refusal(document)
    if state == Outcome.DONE and isinstance(result, dict):
        return AgencyAnswer(Outcome.DONE, result=result, pending=document.get("pending") is True)
    # A service that knows nothing of steps, such as the population registry's: all that it says is the result.
    return AgencyAnswer(Outcome.DONE, result={name: value for name, value in document.items() if name != _MARK})


def _read_refusal(document: dict[str, Any]) -> AgencyAnswer:
    kind = _text(document, "type").removeprefix(_PROBLEM_PREFIX)
    if kind == UNKNOWN_MESSAGE:
        return AgencyAnswer(Outcome.UNHEARD)
    reason = (_text(document, "reason") or kind or "unsaid")[:MOST_REASON]
    text = _text(document, "text") or _text(document, "detail") or _text(document, "title")
    return AgencyAnswer(Outcome.REFUSED, reason=reason, text=text)


def _text(document: dict[str, Any], name: str) -> str:
    value = document.get(name)
    return cut_text(value) if isinstance(value, str) else ""


def cut_text(text: str) -> str:
    """Give words that come from outside as one line of what is printable, of bounded length."""
    return "".join(letter if letter.isprintable() else " " for letter in text)[:MOST_TEXT]
