"""The closed lists of this house: kinds of accounts, sign-in levels and the ways to them, and roles of posts."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Final

from lienthong.web.callers import Caller


class AccountKind(StrEnum):
    """For whom an account stands."""

    CITIZEN = "citizen"
    """A person, bound to a personal number, who acts for themselves."""
    STAFF = "staff"
    """Somebody who works at an agency; what they may do follows from their posts."""


class Level(IntEnum):
    """How sure it is that an account belongs to whom it says."""

    NONE = 0
    """Nobody has checked anything."""
    DATA = 1
    """Somebody knew what stands on the card and in the registry."""
    CARD = 2
    """The person, the card and the account were brought together by somebody who looked."""


class LevelWay(StrEnum):
    """How an account came to its level."""

    DATA_CHECK = "data-check"
    """Typed-in data agreed with the registry: level 1."""
    COUNTER_CHECK = "counter-check"
    """An officer or clerk saw the person and the card: level 2."""
    APPOINTMENT = "appointment"
    """An administrator made a staff account for somebody known to the agency: level 2."""
    PROVIDER = "provider"
    """The provider of sign-ins said so: the level that it said."""
    LOWERED = "lowered"
    """An administrator or clerk took a level back, with a reason."""


LEVELS_OF_WAYS: Final = {
    LevelWay.DATA_CHECK: (Level.DATA,),
    LevelWay.COUNTER_CHECK: (Level.CARD,),
    LevelWay.APPOINTMENT: (Level.CARD,),
    LevelWay.PROVIDER: (Level.NONE, Level.DATA, Level.CARD),
    LevelWay.LOWERED: (Level.NONE, Level.DATA),
}
"""Which levels each way can give."""

POST_ROLES: Final = (
    Caller.OFFICER,
    Caller.CLERK,
    Caller.LEADER,
    Caller.STATISTICIAN,
    Caller.ADMINISTRATOR,
    Caller.OPERATOR,
)
"""The roles that a post can carry; the words are those of `open_to`."""


class CodePurpose(StrEnum):
    """What a one-time code on paper is for."""

    START = "start"
    """To set the first password of a new account."""
    RESET = "reset"
    """To set another password, after somebody looked at the person's card or knows them at work."""
