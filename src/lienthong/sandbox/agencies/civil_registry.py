"""The sample civil registry: births, deaths, and extracts of both.

A new child's personal number comes from the population registry, asked over this member's own gateway under the same
X-Road-Id: as long as that does not answer, the birth is registered and its number pending.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from lienthong.exchange.client import GatewayClient, Question
from lienthong.exchange.errors import ExchangeError
from lienthong.sandbox.agencies.answers import RefusedFiling
from lienthong.sandbox.agencies.book import count_entries, free_subject
from lienthong.sandbox.agencies.duties import NUMBER_IN_BODY, AgencyKind, Decided, Duty
from lienthong.sandbox.agencies.filings import BirthCancelling, BirthFiling, DeathFiling, ExtractFiling
from lienthong.sandbox.marks import CIVIL_AGENCY, SandboxMark

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from lienthong.provider.in_starlette import Connection
    from lienthong.sandbox.agencies.book import Entry

BIRTHS: Final = "births"
DEATHS: Final = "deaths"
EXTRACTS: Final = "extracts"

DEFINITE: Final = range(400, 500)
"""Statuses by which the population registry says no for good."""


def register_birth(connection: Connection, filing: BirthFiling, today: date) -> Decided:
    """Register a birth; the number is pending."""
    if filing.mother is None and filing.father is None and not filing.without_parents:
        raise RefusedFiling("no-parent", "Chưa khai cha, mẹ hoặc căn cứ không có cha, mẹ (mẫu)")
    parent = filing.mother or filing.father
    told = msgspec.to_builtins(filing)
    child = told.pop("child")
    certificate = f"DEMO-KS-{today.year}-{count_entries(connection, BIRTHS) + 1:04}"
    result = {**child, **told, "number": "", **_stamp(certificate, today)}
    named = "" if parent is None else parent.number
    return Decided(result, f"{filing.child.full_name} {filing.child.birth_date} {named}", pending=True)


def cancel_birth(connection: Connection, filing: BirthCancelling, today: date) -> Decided:
    """Strike a birth out; what the population registry recorded of it is put right there, by a decision."""
    free_subject(connection, BIRTHS, "certificate", filing.certificate)
    return Decided({"certificate": filing.certificate, "cancelled_on": today.isoformat()})


def register_death(connection: Connection, filing: DeathFiling, today: date) -> Decided:
    """Register a death; pending until the population registry knows of it."""
    certificate = f"DEMO-KT-{today.year}-{count_entries(connection, DEATHS) + 1:04}"
    return Decided({**msgspec.to_builtins(filing), **_stamp(certificate, today)}, filing.number, pending=True)


def issue_extract(connection: Connection, filing: ExtractFiling, today: date) -> Decided:
    """Issue an extract of what the books say; the sample books know everybody."""
    extract = f"DEMO-TL-{today.year}-{count_entries(connection, EXTRACTS) + 1:04}"
    return Decided({**msgspec.to_builtins(filing), "extract": extract, "issued_on": today.isoformat()})


def _stamp(certificate: str, today: date) -> dict[str, str]:
    return {"certificate": certificate, "registered_on": today.isoformat(), "office": CIVIL_AGENCY}


CIVIL: Final = AgencyKind(
    "CIVIL",
    SandboxMark(CIVIL_AGENCY),
    (
        Duty(BIRTHS, "", "Register a birth", BirthFiling, register_birth),
        Duty(BIRTHS, "/cancel", "Strike a birth out", BirthCancelling, cancel_birth),
        Duty(DEATHS, "", "Register a death", DeathFiling, register_death, NUMBER_IN_BODY),
        Duty(EXTRACTS, "", "Issue an extract again", ExtractFiling, issue_extract, NUMBER_IN_BODY),
    ),
)


def finish_with(client: GatewayClient, population: str) -> Callable[[Entry], bytes | None]:
    """Give what brings pending entries to their end; `population` is the subsystem of the population registry."""

    def finish(entry: Entry) -> bytes | None:
        result: dict[str, Any] = msgspec.json.decode(entry.result)
        service, told = _tell_birth(result) if entry.service == BIRTHS else _tell_death(result)
        # The message's own id: however often this is asked, the registry acts once and gives one number.
        body = msgspec.json.encode(told)
        question = Question(
            f"{population}/{service}", "", "POST", body, purpose=entry.purpose, xroad_id=entry.message_id
        )
        answer = _ask(client, question)
        return None if answer is None else msgspec.json.encode(result | answer)

    return finish


def _tell_birth(result: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    names = ("full_name", "sex", "birth_date", "birth_place", "nationality", "ethnicity", "mother", "father")
    told = {name: result[name] for name in (*names, "without_parents", "office", "certificate")}
    return BIRTHS, told


def _tell_death(result: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    names = ("number", "full_name", "birth_date", "died_on", "certificate")
    return DEATHS, {name: result[name] for name in names}


def _ask(client: GatewayClient, question: Question) -> dict[str, Any] | None:
    """Ask the population registry; None where it does not answer now, `RefusedFiling` where it refuses."""
    try:
        answer = client.ask(question)
    except ExchangeError:
        return None
    if answer.refusal is not None or answer.status not in {200, 201, *DEFINITE}:
        return None
    told: dict[str, Any] = msgspec.json.decode(answer.body)
    if answer.status in DEFINITE:
        raise RefusedFiling("population-registry", str(told.get("detail", "")))
    return {"number": told["number"]}
