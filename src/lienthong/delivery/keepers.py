"""Who may take figures and targets in, and amend them: whoever holds a post of statistics on the day, and nobody else.

An operator's own commands and what the platform counts ask nobody: the machine's rights guard those.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lienthong.delivery.errors import DeliveryErrorKind, refuse
from lienthong.delivery.reasons import ReasonKind, give_reason
from lienthong.identity.posts import find_roles
from lienthong.web.callers import Caller

if TYPE_CHECKING:
    from datetime import date

    from lienthong.identity.models import Account


def require_keeper(account: Account, day: date) -> None:
    """Raise `NOT_A_KEEPER` for an account that holds no post of statistics on the day."""
    if Caller.STATISTICIAN not in find_roles(account, day):
        raise refuse(DeliveryErrorKind.NOT_A_KEEPER, give_reason(ReasonKind.NO_KEEPER, day=day), str(account))
