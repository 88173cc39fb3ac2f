"""A population registry for linked cases, without a database server: numbers, residences, cards, deaths."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import msgspec
from starlette.responses import Response

from lienthong.sandbox.agencies.answers import State
from lienthong.sandbox.agencies.book import count_entries
from lienthong.sandbox.agencies.desk import Desk, LostAnswer
from lienthong.sandbox.agencies.duties import AgencyKind, Decided, Duty
from lienthong.sandbox.marks import HOME_AFFAIRS_AGENCY, SandboxMark

if TYPE_CHECKING:
    from datetime import date

    from lienthong.provider.in_starlette import Connection
    from lienthong.sandbox.agencies.answers import StepAnswer
    from lienthong.sandbox.agencies.behaviour import Behaviour


class Told(msgspec.Struct):
    """Anything about a person."""

    full_name: str
    birth_date: str
    number: str = ""
    household: int | None = None
    end_day: str = ""
    area_code: str = ""
    died_on: str = ""


def give_number(connection: Connection, filing: Told, today: date) -> Decided:
    del today
    number = f"9992260{count_entries(connection, 'births') + 1:05}"
    return Decided({"number": number, "full_name": filing.full_name, "birth_date": filing.birth_date})


def move_in(connection: Connection, filing: Told, today: date) -> Decided:
    del connection
    return Decided({"number": filing.number, "household": filing.household or 7, "since": today.isoformat()})


def move_out(connection: Connection, filing: Told, today: date) -> Decided:
    del connection, today
    return Decided({"number": filing.number, "household": None, "end_day": filing.end_day})


def take_card(connection: Connection, filing: Told, today: date) -> Decided:
    number = count_entries(connection, "cards") + 1
    return Decided({"number": filing.number, "application": number, "due_on": today.isoformat()})


def note_death(connection: Connection, filing: Told, today: date) -> Decided:
    del connection, today
    return Decided({"number": filing.number, "died_on": filing.died_on})


POPULATION = AgencyKind(
    "POPULATION",
    SandboxMark(HOME_AFFAIRS_AGENCY),
    (
        Duty("births", "", "A number for a child", Told, give_number),
        Duty("deaths", "", "A death", Told, note_death),
        Duty("residences", "", "Move in", Told, move_in),
        Duty("residences", "/end", "Move out", Told, move_out),
        Duty("cards", "", "Apply for a card", Told, take_card),
    ),
)


class PopulationDesk(Desk):
    """Answers as the registry does: the result alone, and refusals as problems."""

    def _answer(self, answer: StepAnswer, behaviour: Behaviour) -> Response:
        usual = super()._answer(answer, behaviour)
        if answer.state is not State.DONE or usual.status_code != HTTPStatus.OK or isinstance(usual, LostAnswer):
            return usual
        return Response(msgspec.json.encode(answer.result), 201, media_type="application/json")
