"""What may happen to a card, from the application to its end: one table, asked by services and pages alike."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from lienthong.people.errors import PeopleError, PeopleErrorKind

if TYPE_CHECKING:
    from collections.abc import Iterable


class CardState(StrEnum):
    """Where a card stands."""

    APPLIED = "applied"
    CHECKED = "checked"
    """The applicant's data agrees with the registry."""
    APPROVED = "approved"
    PERSONALISED = "personalised"
    DELIVERED = "delivered"
    ACTIVE = "active"
    LOST = "lost"
    EXPIRED = "expired"
    REPLACED = "replaced"
    REFUSED = "refused"


class CardKind(StrEnum):
    """Why a card is applied for."""

    FIRST = "first"
    """cấp lần đầu"""
    RENEWAL = "renewal"
    """cấp đổi"""
    REPLACEMENT = "replacement"
    """cấp lại"""


NEXT_STATES: Final = {
    CardState.APPLIED: (CardState.CHECKED, CardState.REFUSED),
    CardState.CHECKED: (CardState.APPROVED, CardState.REFUSED),
    CardState.APPROVED: (CardState.PERSONALISED, CardState.REFUSED),
    CardState.PERSONALISED: (CardState.DELIVERED,),
    CardState.DELIVERED: (CardState.ACTIVE, CardState.LOST),
    CardState.ACTIVE: (CardState.LOST, CardState.EXPIRED, CardState.REPLACED),
    CardState.LOST: (CardState.REPLACED,),
    CardState.EXPIRED: (CardState.REPLACED,),
    CardState.REPLACED: (),
    CardState.REFUSED: (),
}
"""Each state's possible next ones."""

FIRST_STATES: Final = (CardState.APPLIED, CardState.ACTIVE)
"""A card begins with an application, or in use when it is taken over from an earlier register."""

WAITING_STATES: Final = (CardState.APPLIED, CardState.CHECKED, CardState.APPROVED, CardState.PERSONALISED)
"""The applicant has no card yet."""

STATE_NAMES: Final = {
    CardState.APPLIED: "Đã nộp hồ sơ",
    CardState.CHECKED: "Đã kiểm tra dữ liệu",
    CardState.APPROVED: "Đã duyệt",
    CardState.PERSONALISED: "Đã in thẻ",
    CardState.DELIVERED: "Đã trả thẻ",
    CardState.ACTIVE: "Đang sử dụng",
    CardState.LOST: "Báo mất",
    CardState.EXPIRED: "Hết hạn",
    CardState.REPLACED: "Đã thay thế",
    CardState.REFUSED: "Không được cấp",
}
"""For pages; the wording is ours."""


def require_step(state: CardState | None, following: CardState) -> CardState:
    """Give `following` if it may come after `state` (None before the application); else raise BAD_CARD_STEP."""
    allowed = FIRST_STATES if state is None else NEXT_STATES[state]
    if following in allowed:
        return following
    expected = ", ".join(allowed) or "nothing: this is an end"
    message = f"card: {following} after {state or 'no application'}; possible is {expected}"
    raise PeopleError(PeopleErrorKind.BAD_CARD_STEP, message)


def fold_steps(steps: Iterable[CardState]) -> CardState:
    """Give the state after all steps in their order; raises BAD_CARD_STEP at the first that may not be."""
    state: CardState | None = None
    for step in steps:
        state = require_step(state, step)
    if state is None:
        raise PeopleError(PeopleErrorKind.BAD_CARD_STEP, "card: it has no step; expected an application first")
    return state
