"""The OpenAPI 3.1 document of each sample agency's service, made from the forms themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from lienthong.sandbox.agencies.answers import StepAnswer
from lienthong.sandbox.marks import NO_LEGAL_VALUE

if TYPE_CHECKING:
    from lienthong.sandbox.agencies.duties import AgencyKind, Duty

VERSION: Final = "1.0.0"
_REFERENCES: Final = "#/components/schemas/{name}"
_HEADERS: Final = tuple(
    {"name": name, "in": "header", "required": True, "schema": {"type": "string", "minLength": 1}}
    for name in ("X-Road-Id", "X-Road-Purpose")
)
_ANSWERS: Final = {
    "200": "Done; with `pending`, part of the result comes later",
    "202": "Accepted: the agency answers later",
    "422": "Refused, with a reason",
}


def describe_service(kind: AgencyKind, service: str) -> dict[str, Any]:
    """Give the document of one service."""
    duties = [duty for duty in kind.duties if duty.service == service]
    forms = dict.fromkeys(duty.filing for duty in duties)
    _, components = msgspec.json.schema_components((StepAnswer, *forms), ref_template=_REFERENCES)
    paths: dict[str, Any] = {duty.path or "/": {"post": _describe_duty(duty)} for duty in duties}
    paths["/outcome/{message_id}"] = {"post": _describe_outcome(duties[0])}
    return {
        "openapi": "3.1.0",
        "info": {"title": f"{kind.subsystem}/{service}", "version": VERSION, "description": NO_LEGAL_VALUE},
        "paths": paths,
        "components": {"schemas": components},
    }


def _describe_duty(duty: Duty) -> dict[str, Any]:
    return {
        "operationId": f"{duty.service}{duty.path.replace('/', '-')}",
        "summary": duty.summary,
        "parameters": list(_HEADERS),
        "requestBody": {"required": True, "content": _refer(duty.filing)},
        "responses": _describe_answers(),
    }


def _describe_outcome(duty: Duty) -> dict[str, Any]:
    message = {"name": "message_id", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
    return {
        "operationId": f"{duty.service}-outcome",
        "summary": "What became of a message, whose body comes again",
        "parameters": [message, *_HEADERS],
        "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}},
        "responses": {**_describe_answers(), "404": {"description": "No such message"}},
    }


def _describe_answers() -> dict[str, Any]:
    return {status: {"description": text, "content": _refer(StepAnswer)} for status, text in _ANSWERS.items()}


def _refer(form: type[msgspec.Struct]) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": _REFERENCES.format(name=form.__name__)}}}
