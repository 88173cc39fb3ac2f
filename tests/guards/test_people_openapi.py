"""Ethnicity and religion are never searched, matched or in a default answer: read off every OpenAPI document."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from lienthong.web.callers import GATEWAY_SECRET_HEADER
from tests.site_settings import GATEWAY_SECRET

if TYPE_CHECKING:
    from collections.abc import Iterator

SENSITIVE = ("ethnic", "relig", "dân tộc", "dan_toc", "dantoc", "tôn giáo", "ton_giao", "tongiao", "faith")

ALLOWED = {
    ("parameter", "show-parent", "ethnicity"),  # a switch: its only value is `include`
    ("answer", "show-parent", "ethnicity"),  # what a birth form may carry, and only then
    ("request", "add-birth", "ethnicity"),
}
"""All places in which ethnicity may stand; religion may stand nowhere."""


def list_documents() -> dict[str, dict[str, Any]]:
    """Every document that the registry's role serves."""
    client = Client(headers={GATEWAY_SECRET_HEADER: GATEWAY_SECRET})
    documents = {}
    for path in list_paths(get_resolver().url_patterns, "/"):
        if path.endswith("openapi.json"):
            documents[path] = json.loads(client.get(path).content)
    return documents


def list_paths(patterns: list[Any], root: str) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from list_paths(pattern.url_patterns, root + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            yield root + str(pattern.pattern)


def find_sensitive(document: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for operations in document["paths"].values():
        for operation in operations.values():
            name = operation["operationId"]
            for parameter in operation.get("parameters", ()):
                yield from (("parameter", name, word) for word in list_words(parameter, document) if is_sensitive(word))
            for kind, part in (("request", operation.get("requestBody", {})), ("answer", operation["responses"])):
                yield from ((kind, name, word) for word in list_words(part, document) if is_sensitive(word))


def list_words(part: Any, document: dict[str, Any]) -> Iterator[str]:  # noqa: ANN401 # any JSON
    """List names of properties and parameters, and values of enumerations, following references."""
    if isinstance(part, list):
        for item in part:
            yield from list_words(item, document)
    elif isinstance(part, dict):
        if reference := part.get("$ref"):
            yield from list_words(document["components"]["schemas"][reference.rpartition("/")[2]], document)
        if isinstance(part.get("name"), str) and "in" in part:
            yield part["name"]
        yield from (str(value) for value in part.get("enum", ()))
        yield from part.get("properties", {})
        for key, value in part.items():
            if key not in {"$ref", "enum"}:
                yield from list_words(value, document)


def is_sensitive(word: str) -> bool:
    return any(part in word.casefold() for part in SENSITIVE)


@pytest.mark.django_db
def test_ethnicity_stands_only_in_what_a_birth_form_needs_and_religion_nowhere() -> None:
    documents = list_documents()
    assert "/services/people/openapi.json" in documents
    found = {place for document in documents.values() for place in find_sensitive(document)}
    assert found == ALLOWED


def test_the_switch_for_a_birth_form_can_say_nothing_but_include() -> None:
    document = list_documents()["/services/people/openapi.json"]
    parameters = document["paths"]["/persons/{number}/as-parent"]["get"]["parameters"]
    (switch,) = [parameter for parameter in parameters if parameter["name"] == "ethnicity"]
    assert switch["schema"] == {"enum": ["include"]}
    assert switch["required"] is False
    assert "ethnicity" not in document["components"]["schemas"]["ParentAnswer"]["required"]


def test_the_guard_sees_a_planted_field() -> None:
    shape = {"properties": {"people": {"type": "array", "items": {"properties": {"ethnicGroup": {}}}}}}
    operation = {
        "operationId": "x",
        "parameters": [{"name": "religion", "in": "query"}],
        "responses": {"200": {"schema": {"$ref": "#/components/schemas/Shape"}}},
    }
    planted = {"paths": {"/x": {"get": operation}}, "components": {"schemas": {"Shape": shape}}}
    assert set(find_sensitive(planted)) == {("parameter", "x", "religion"), ("answer", "x", "ethnicGroup")}
