"""What a sample agency answers to a step (docs/linked-cases.md), and how it refuses."""

from __future__ import annotations

from enum import StrEnum
from http import HTTPStatus
from typing import Any, Final

import msgspec

from lienthong.sandbox.marks import SandboxMark


class State(StrEnum):
    """What became of a message."""

    ACCEPTED = "accepted"
    DONE = "done"
    REFUSED = "refused"


STATUSES: Final = {
    State.ACCEPTED: HTTPStatus.ACCEPTED,
    State.DONE: HTTPStatus.OK,
    State.REFUSED: HTTPStatus.UNPROCESSABLE_ENTITY,
}


class StepAnswer(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What became of a message, as it stands now. `pending`: part of the result comes later."""

    state: State
    result: dict[str, Any] = {}
    pending: bool = False
    reason: str = ""
    text: str = ""
    sandbox: SandboxMark | None = None

    @property
    def status(self) -> HTTPStatus:
        """The answer's HTTP status."""
        return STATUSES[self.state]


class RefusedFiling(Exception):  # noqa: N818 # no fault: what an agency decides, which undoes its transaction
    """The agency does not do it: `reason` is a key, `text` says it to a person."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason
        self.text = text

    def answer(self) -> StepAnswer:
        """Give it as an answer."""
        return StepAnswer(state=State.REFUSED, reason=self.reason, text=self.text)
