"""The areas service's description, OpenAPI 3.1: its paths by hand, its answers' schemas from their types."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import msgspec

from lienthong.areas.address_words import MOST_CHARACTERS
from lienthong.areas.service_answers import (
    AddressAnswer,
    AddressQuestion,
    AgencyAnswer,
    SuccessorsAnswer,
    UnitAnswer,
    UnitsAnswer,
)
from lienthong.areas.units import Level

VERSION: Final = "2.0.0"
"""Version 1 was Quảng Ninh's three questions; their answers are unchanged but for more fields."""

_SCHEMAS: Final = "#/components/schemas/{name}"
Parameter = dict[str, Any]

_CODE: Final[Parameter] = {
    "name": "code",
    "in": "path",
    "required": True,
    "description": "The unit's national code; it means nothing without a day.",
    "schema": {"type": "string", "pattern": "^([0-9]{2}|[0-9]{3}|[0-9]{5})$", "examples": ["06652"]},
}
_AGENCY_CODE: Final[Parameter] = {
    "name": "code",
    "in": "path",
    "required": True,
    "description": "The agency's code; it means nothing without a day.",
    "schema": {"type": "string", "examples": ["H49", "000.00.00.H49"]},
}


def _query(name: str, description: str, schema: Parameter) -> Parameter:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


_DAY: Final[Parameter] = {"type": "string", "format": "date", "examples": ["2025-06-30"]}
_ON: Final = _query("on", "The day at which the code is read; today in Vietnam when left out.", _DAY)
_TO: Final = _query("to", "The day whose units are wanted; today in Vietnam when left out.", _DAY)
_BACK_TO: Final = _query("to", "The day whose units are wanted; the day before the unit's first when left out.", _DAY)
_LEVEL: Final = _query("level", "Which tier; communes when left out.", {"enum": [level.value for level in Level]})
_PROVINCE: Final = _query(
    "province", "Only units of this province, by its code on the day.", {"type": "string", "pattern": "^[0-9]{2}$"}
)


@cache
def make_description() -> dict[str, Any]:
    """Make the whole document, ready to be encoded as JSON; its paths are relative to the service's address."""
    shapes = (UnitsAnswer, UnitAnswer, SuccessorsAnswer, AddressAnswer, AgencyAnswer, AddressQuestion)
    _, schemas = msgspec.json.schema_components(shapes, ref_template=_SCHEMAS)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Areas: administrative units over time, addresses and agencies",
            "version": VERSION,
            "description": "Two snapshots are all there is, before and since 1 July 2025; an older day is unknown.",
        },
        "paths": {
            "/units": {"get": _describe("listUnits", "All units of a day", UnitsAnswer, [_ON, _LEVEL, _PROVINCE])},
            "/units/{code}": {"get": _describe("getUnit", "The unit of a code on a day", UnitAnswer, [_CODE, _ON])},
            "/units/{code}/successors": {
                "get": _describe("getSuccessors", "Which unit is it now?", SuccessorsAnswer, [_CODE, _ON, _TO])
            },
            "/units/{code}/predecessors": {
                "get": _describe("getPredecessors", "What was it before?", SuccessorsAnswer, [_CODE, _ON, _BACK_TO])
            },
            "/addresses": {"post": _describe_question()},
            "/agencies/{code}": {
                "get": _describe("getAgency", "The agency of a code on a day", AgencyAnswer, [_AGENCY_CODE, _ON])
            },
        },
        "components": {"schemas": {**schemas, "Problem": _PROBLEM}},
    }


_PROBLEM: Final = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
}


def _describe_question() -> dict[str, Any]:
    # By POST, so that no address stands in anybody's list of requests.
    operation = _describe("readAddress", "Which units may an address mean?", AddressAnswer, [])
    schema = {"$ref": _SCHEMAS.format(name=AddressQuestion.__name__)}
    note = f"At most {MOST_CHARACTERS} characters are read."
    body = {"required": True, "description": note, "content": {"application/json": {"schema": schema}}}
    return {**operation, "requestBody": body}


def _describe(name: str, summary: str, answer: type, parameters: list[Parameter]) -> dict[str, Any]:
    refusal = _respond("Refused or unknown; the type says which", "application/problem+json", "Problem")
    return {
        "operationId": name,
        "summary": summary,
        "parameters": parameters,
        "responses": {
            "200": _respond(summary, "application/json", answer.__name__),
            "400": refusal,
            "404": refusal,
            "503": refusal,
        },
    }


def _respond(description: str, content_type: str, name: str) -> dict[str, Any]:
    return {"description": description, "content": {content_type: {"schema": {"$ref": _SCHEMAS.format(name=name)}}}}
