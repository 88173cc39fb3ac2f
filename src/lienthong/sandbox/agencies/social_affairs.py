"""The sample agency of social affairs: funeral allowances and survivors' benefits, and taking a decision back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from lienthong.sandbox.agencies.book import count_entries, free_subject
from lienthong.sandbox.agencies.duties import NUMBER_IN_BODY, AgencyKind, Decided, Duty
from lienthong.sandbox.agencies.filings import AllowanceCancelling, AllowanceFiling
from lienthong.sandbox.marks import SOCIAL_AGENCY, SandboxMark

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from lienthong.provider.in_starlette import Connection

FUNERAL: Final = "funeral-allowances"
SURVIVORS: Final = "survivor-benefits"
_MARKS: Final = {FUNERAL: "MTP", SURVIVORS: "TT"}


def _decide_on(service: str) -> Callable[[Connection, AllowanceFiling, date], Decided]:
    def decide(connection: Connection, filing: AllowanceFiling, today: date) -> Decided:
        decision = f"DEMO-{_MARKS[service]}-{today.year}-{count_entries(connection, service) + 1:04}"
        result = {**msgspec.to_builtins(filing), "decision": decision, "decided_on": today.isoformat()}
        return Decided(result, f"{filing.number} {filing.claimant.number if service == SURVIVORS else ''}")

    return decide


def _cancel_of(service: str) -> Callable[[Connection, AllowanceCancelling, date], Decided]:
    def cancel(connection: Connection, filing: AllowanceCancelling, today: date) -> Decided:
        free_subject(connection, service, "decision", filing.decision)
        return Decided({"number": filing.number, "decision": filing.decision, "cancelled_on": today.isoformat()})

    return cancel


SOCIAL: Final = AgencyKind(
    "SOCIAL",
    SandboxMark(SOCIAL_AGENCY),
    tuple(
        duty
        for service, what in ((FUNERAL, "a funeral allowance"), (SURVIVORS, "a survivor's benefit"))
        for duty in (
            Duty(service, "", f"Decide on {what}", AllowanceFiling, _decide_on(service), NUMBER_IN_BODY),
            Duty(service, "/cancel", "Take a decision back", AllowanceCancelling, _cancel_of(service)),
        )
    ),
)
