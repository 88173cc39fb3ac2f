"""The services' OpenAPI 3.1 document, made from the same types as the answers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import msgspec

from lienthong.people.births import BirthAnswer, BirthRequest
from lienthong.people.card_requests import CardAnswer, CardRequest
from lienthong.people.deaths import DeathAnswer, DeathRequest
from lienthong.people.residences import MoveInRequest, MoveOutRequest, ResidenceAnswer
from lienthong.people.service_answers import (
    DEFAULT_FIELDS,
    MORE_FIELDS,
    CountsAnswer,
    FactsAnswer,
    HouseholdAnswer,
    MatchesAnswer,
    ParentAnswer,
    PersonAnswer,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION: Final = "1.0.0"

_NUMBER: Final = {
    "name": "number",
    "in": "path",
    "required": True,
    "description": "Personal number, 12 digits",
    "schema": {"type": "string", "pattern": "^[0-9]{12}$"},
}
_PURPOSE: Final = {
    "name": "X-Road-Purpose",
    "in": "header",
    "required": True,
    "description": "PROCEDURE#CASE or a legal basis; nobody is looked up without one",
    "schema": {"type": "string", "minLength": 1},
}
_MESSAGE_ID: Final = {
    "name": "X-Road-Id",
    "in": "header",
    "required": True,
    "description": "The same id with the same content gets the recorded answer; with other content it is refused",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}
_FIELDS: Final = {
    "name": "fields",
    "in": "query",
    "description": f"Only these fields, between commas. Without it: {', '.join(DEFAULT_FIELDS)}",
    "explode": False,
    "schema": {"type": "array", "items": {"enum": list(DEFAULT_FIELDS + MORE_FIELDS)}},
}


def _query(name: str, description: str, schema: Mapping[str, object], *, required: bool = False) -> dict[str, object]:
    return {"name": name, "in": "query", "required": required, "description": description, "schema": dict(schema)}


_FULL_NAME: Final = _query(
    "full_name", "The whole name; marks and case do not count", {"type": "string"}, required=True
)
_BIRTH_DATE: Final = _query("birth_date", "YYYY-MM-DD", {"type": "string", "format": "date"}, required=True)
_ETHNICITY: Final = _query(
    "ethnicity", "`include`: a birth form asks for it. Nobody is found or matched by it", {"enum": ["include"]}
)
_FROM: Final = _query("from", "First day; without it, 1 January", {"type": "string", "format": "date"})
_AREA: Final = _query("area_code", "One commune only", {"type": "string", "pattern": "^[0-9]{5}$"})


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that can be asked or told."""

    name: str
    method: str
    path: str
    summary: str
    answer: type[msgspec.Struct]
    parameters: tuple[Mapping[str, object], ...] = ()
    request: type[msgspec.Struct] | None = None
    status: str = "200"


OPERATIONS: Final = (
    Operation(
        "match-persons",
        "get",
        "/persons",
        "Look up by exact name and birth date",
        MatchesAnswer,
        (_FULL_NAME, _BIRTH_DATE, _FIELDS, _PURPOSE),
    ),
    Operation(
        "show-person", "get", "/persons/{number}", "Look up by number", PersonAnswer, (_NUMBER, _FIELDS, _PURPOSE)
    ),
    Operation(
        "show-household",
        "get",
        "/persons/{number}/household",
        "Who lives where the person is registered",
        HouseholdAnswer,
        (_NUMBER, _PURPOSE),
    ),
    Operation(
        "show-parent",
        "get",
        "/persons/{number}/as-parent",
        "What a birth form needs of a parent",
        ParentAnswer,
        (_NUMBER, _ETHNICITY, _PURPOSE),
    ),
    Operation(
        "show-facts",
        "get",
        "/persons/{number}/facts",
        "All that was recorded of the person, with sources",
        FactsAnswer,
        (_NUMBER, _PURPOSE),
    ),
    Operation(
        "add-birth",
        "post",
        "/births",
        "Register a birth; the child's number comes back",
        BirthAnswer,
        (_PURPOSE, _MESSAGE_ID),
        BirthRequest,
        "201",
    ),
    Operation(
        "add-residence",
        "post",
        "/residences",
        "Register a residence",
        ResidenceAnswer,
        (_PURPOSE, _MESSAGE_ID),
        MoveInRequest,
        "201",
    ),
    Operation(
        "end-residence",
        "post",
        "/residences/end",
        "End a residence",
        ResidenceAnswer,
        (_PURPOSE, _MESSAGE_ID),
        MoveOutRequest,
    ),
    Operation(
        "add-death",
        "post",
        "/deaths",
        "Register a death of a verified person",
        DeathAnswer,
        (_PURPOSE, _MESSAGE_ID),
        DeathRequest,
        "201",
    ),
    Operation(
        "add-card",
        "post",
        "/cards",
        "Apply for a card",
        CardAnswer,
        (_PURPOSE, _MESSAGE_ID),
        CardRequest,
        "201",
    ),
    Operation(
        "show-card-counts",
        "get",
        "/cards/counts",
        "Applications for cards per commune: how many, issued, waiting, on time",
        CountsAnswer,
        (_FROM, _AREA),
    ),
)
"""Everything that these services do."""

_PROBLEM: Final = {
    "description": "Why not, as problem details (RFC 9457)",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_PROBLEM_SCHEMA: Final = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
}


@cache
def make_description() -> dict[str, Any]:
    """Make the document; its paths are relative to the service's address."""
    shapes = list({one for operation in OPERATIONS for one in (operation.answer, operation.request) if one is not None})
    shapes.sort(key=lambda shape: shape.__name__)
    schemas, components = msgspec.json.schema_components(shapes, ref_template="#/components/schemas/{name}")
    by_shape = dict(zip(shapes, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = _describe(operation, by_shape)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Population registry",
            "version": VERSION,
            "description": "A reference and a sandbox: only the Ministry of Public Security allocates real numbers.",
        },
        "paths": paths,
        "components": {"schemas": {**components, "Problem": _PROBLEM_SCHEMA}},
    }


def _describe(operation: Operation, schemas: Mapping[type[msgspec.Struct], Any]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "parameters": list(operation.parameters),
        "responses": {
            operation.status: {
                "description": operation.answer.__doc__,
                "content": {"application/json": {"schema": schemas[operation.answer]}},
            },
            "default": _PROBLEM,
        },
    }
    if operation.request is not None:
        content = {"application/json": {"schema": schemas[operation.request]}}
        described["requestBody"] = {"required": True, "content": content}
    return described
