"""What the population registry holds about the person at the screen, asked over the exchange.

Nothing of it is kept here. Each question carries its legal basis and leaves a proof in both members' logs; the page
names both exchanges, so that the person, or an auditor, can ask for that proof.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import msgspec
import structlog
from django.conf import settings
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from lienthong.areas.store import find_unit
from lienthong.exchange.client import Answer, Question
from lienthong.exchange.errors import ExchangeError
from lienthong.identity.signed_in import get_own_number
from lienthong.portal.province.member_exchange import get_exchange, open_client
from lienthong.web.callers import Caller, open_to

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_log = structlog.get_logger()

OWN_DATA: Final = "91/2025/QH15"
"""The law on personal data, by which a person may see their own; which of its articles is unconfirmed."""

FIELDS: Final = "number,full_name,sex,birth_date,birth_place,nationality,marital_status,residence"
ANSWERED: Final = 200
UNREACHABLE: Final = 503

LABELS: Final = {
    "number": _("Personal number"),
    "full_name": _("Full name"),
    "sex": _("Sex"),
    "birth_date": _("Date of birth"),
    "birth_place": _("Place of birth"),
    "nationality": _("Nationality"),
    "marital_status": _("Marital status"),
    "father": _("Father's number"),
    "mother": _("Mother's number"),
    "spouse": _("Spouse's number"),
    "died_on": _("Date of death"),
    "verified": _("Identity verified"),
}
"""What the registry calls its facts; one that is not here is shown under the registry's own word."""

VALUES: Final = {
    "male": _("Male"),
    "female": _("Female"),
    "single": _("Single"),
    "married": _("Married"),
    "widowed": _("Widowed"),
    "divorced": _("Divorced"),
    "VN": _("Vietnamese"),
    "True": _("Yes"),
    "None": _("None"),
}


class Residence(msgspec.Struct, frozen=True):
    """The permanent residence as the registry tells it."""

    line: str
    since: date
    area_code: str
    area_day: date


class Person(msgspec.Struct, frozen=True):
    """What is asked of the registry."""

    number: str
    full_name: str
    sex: str
    birth_date: date
    birth_place: str
    nationality: str
    marital_status: str
    residence: Residence | None = None


class Fact(msgspec.Struct, frozen=True):
    """One thing recorded, and by whom it was told."""

    name: str
    value: str | bool | None
    valid_from: date
    source: str
    corrects: bool


class Facts(msgspec.Struct, frozen=True):
    """All that was recorded."""

    facts: tuple[Fact, ...]


class OwnRecord(msgspec.Struct, frozen=True):
    """What the page shows; `exchanges` are the X-Road-Request-Ids of the questions."""

    person: Person
    home: str
    facts: tuple[Fact, ...]
    exchanges: tuple[str, ...]


@open_to(Caller.CITIZEN, level=2)
@require_GET
def show_own_record(request: HttpRequest) -> HttpResponse:
    """Ask for the record of whoever signed in, and for nobody else's."""
    try:
        record = ask_own_record(get_own_number(request))
    except ExchangeError as error:
        # Of the question only what the exchange calls it: its address held a personal number.
        _log.warning("own_record_failed", kind=str(error.kind))
        return render(request, "province/own_record_away.html", {"why": error.message}, status=UNREACHABLE)
    except RecordRefusedError as error:
        _log.warning("own_record_refused", exchange=error.answer.exchange, status=error.answer.status)
        return render(request, "province/own_record_away.html", {"answer": error.answer}, status=UNREACHABLE)
    return render(request, "province/own_record.html", {"record": record, "labels": LABELS, "values": VALUES})


class RecordRefusedError(Exception):
    """The registry, or a gateway on the way, gave no record; `answer` says which and why."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.exchange)
        self.answer = answer


def ask_own_record(number: str) -> OwnRecord:
    """Ask for a person's record and where each part of it comes from.

    Raises RecordRefusedError, and ExchangeError where the own gateway cannot be reached.
    """
    exchange = get_exchange()
    client = open_client(exchange, settings.EXCHANGE_TOKEN)

    def ask(path: str) -> Answer:
        answer = client.ask(Question(exchange.population, path, purpose=OWN_DATA))
        if answer.refusal is not None or answer.status != ANSWERED:
            raise RecordRefusedError(answer)
        return answer

    told = ask(f"/{number}?fields={FIELDS}")
    recorded = ask(f"/{number}/facts")
    try:
        person = msgspec.json.decode(told.body, type=Person)
        facts = msgspec.json.decode(recorded.body, type=Facts).facts
    except msgspec.MsgspecError as error:
        raise RecordRefusedError(told) from error
    return OwnRecord(person, _name_home(person.residence), facts, (told.exchange, recorded.exchange))


def _name_home(home: Residence | None) -> str:
    """Give the address as people write it, with the commune's name; its code where no units are loaded."""
    if home is None:
        return ""
    unit = find_unit(home.area_code, home.area_day)
    return f"{home.line}, {home.area_code if unit is None else unit.name}"
