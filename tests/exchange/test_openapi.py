from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.openapi import MAX_DESCRIPTION, MAX_ENDPOINTS, METHODS, read_description
from lienthong.exchange.paths import compile_glob
from lienthong.exchange.services import Endpoint

ADDRESS = "/r1/DEMO/GOV/Z99.02/AREAS/units"
INSIDE = "http://10.0.0.7:9000"
SERVERS = [{"url": INSIDE}]
ITEM: dict[str, Any] = {
    "servers": SERVERS,
    "parameters": [],
    "get": {
        "operationId": "getUnit",
        "servers": SERVERS,
        "responses": {"200": {"description": "it", "links": {"next": {"server": SERVERS[0]}}}},
        "callbacks": {"changed": {"{$request.body#/url}": {"post": {"servers": SERVERS}}}},
    },
    "delete": {},
}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Đơn vị hành chính", "version": "1"},
    "servers": SERVERS,
    "paths": {"/units/{code}": ITEM, "/units": {"$ref": "#/components/pathItems/All"}},
    "webhooks": {"new": {"post": {"servers": SERVERS}}},
    "components": {
        "pathItems": {"All": {"servers": SERVERS, "post": {"operationId": "addUnit"}}},
        "links": {"next": {"server": SERVERS[0]}},
        "responses": {"ok": {"links": {"next": {"server": SERVERS[0]}}}},
        "callbacks": {"c": {"x": {"servers": SERVERS}}},
        "schemas": {"Server": {"properties": {"servers": {"type": "array"}}}},
    },
}
ENDPOINTS = (
    Endpoint("GET", "/units/*", "getUnit"),
    Endpoint("DELETE", "/units/*"),
    Endpoint("POST", "/units", "addUnit"),
)


def _with_paths(paths: object) -> bytes:
    return json.dumps({"openapi": "3.0.3", "paths": paths}).encode()


def _miss(raw: bytes) -> str:
    with pytest.raises(ExchangeError) as caught:
        read_description(raw, "units.json", ADDRESS)
    assert caught.value.kind is ExchangeErrorKind.MALFORMED_DESCRIPTION
    assert caught.value.message.startswith("units.json: ")
    return caught.value.message


@pytest.mark.parametrize(
    ("raw", "content_type"),
    [
        (json.dumps(DOCUMENT).encode(), b"application/json;charset=utf-8"),
        (b"\xef\xbb\xbf \n" + json.dumps(DOCUMENT).encode(), b"application/json;charset=utf-8"),
        (yaml.safe_dump(DOCUMENT, allow_unicode=True).encode(), b"application/yaml;charset=utf-8"),
    ],
)
def test_a_document_gives_its_endpoints_and_hides_every_server(raw: bytes, content_type: bytes) -> None:
    description = read_description(raw, "units.json", ADDRESS)
    assert description.content_type == content_type
    assert sorted(description.endpoints) == sorted(ENDPOINTS)
    assert description.problem == ""
    assert INSIDE.encode() not in description.text
    shown = yaml.safe_load(description.text)
    assert shown["servers"] == [{"url": ADDRESS}]
    assert shown["info"] == DOCUMENT["info"]
    assert shown["components"]["schemas"] == DOCUMENT["components"]["schemas"]


@pytest.mark.parametrize(
    ("path", "glob"),
    [
        ("/", "/"),
        ("/units", "/units"),
        ("/units/{code}", "/units/*"),
        ("/files/{name}.pdf", "/files/*.pdf"),
        ("/files/{name}.{ending}", "/files/*"),
        ("/x%C3%A3/{code}/", "/xã/*/"),
    ],
)
def test_a_path_becomes_a_glob(path: str, glob: str) -> None:
    (endpoint,) = read_description(_with_paths({path: {"get": {}}}), "units.json", ADDRESS).endpoints
    assert endpoint.path == glob
    compile_glob(endpoint.path)


@pytest.mark.parametrize(
    ("paths", "part"),
    [
        ([], "paths is not an object"),
        ({"units": {}}, "'units' does not begin with /"),
        ({"/*": {}}, "holds `*`"),
        ({"/{a": {}}, "brace"),
        ({"/a}": {}}, "brace"),
        ({"/a}{b": {}}, "brace"),
        ({"/a/..": {}}, "not decoded and normal"),
        ({"/a": 3}, "paths./a is not an object"),
        ({"/a": {"get": []}}, "paths./a.get is not an object"),
        ({"/a": {"get": {"operationId": 3}}}, "operationId is not text"),
        ({"/a": {"$ref": "other.json#/a"}}, "not in this document"),
        ({"/a": {"$ref": "#/paths/nowhere"}}, "#/paths/nowhere is not an object"),
        ({f"/{number}": {"get": {}} for number in range(MAX_ENDPOINTS + 1)}, "more than"),
    ],
)
def test_paths_that_cannot_be_read_are_named_and_the_document_is_still_shown(paths: object, part: str) -> None:
    description = read_description(_with_paths(paths), "units.json", ADDRESS)
    assert part in description.problem
    assert description.problem.startswith("units.json: ")
    assert description.endpoints == ()
    assert description.text


@pytest.mark.parametrize(
    ("raw", "part"),
    [
        (b"", "expected an object"),
        (b"[]", "expected an object"),
        (b"{", "not JSON"),
        (b'{"openapi": "3.0.0"', "not JSON"),
        (b"{" * 20_000, "not JSON"),
        (b'{"openapi":' + b"[" * 20_000, "not JSON"),
        (b"a: " + b"[" * 20_000, "not YAML"),
        (b"openapi: [", "not YAML"),
        (b"\xff\xfe\xff", "not YAML"),
        (b"a: !!python/object/apply:os.getcwd []", "not YAML"),
        (b"? [a, b]\n: 1", "unhashable key"),
        (b'{"openapi": 3}', "`openapi` is 3: expected OpenAPI 3"),
        (b'{"openapi": "4.0.0"}', "'4.0.0'"),
        (b'{"swagger": "2.0"}', "Swagger 2"),
        (b"{" + b" " * MAX_DESCRIPTION, "at most"),
    ],
)
def test_what_is_no_document_says_so(raw: bytes, part: str) -> None:
    assert part in _miss(raw)


def test_a_document_that_refers_to_itself_ends() -> None:
    raw = b"openapi: 3.1.0\npaths: &p\n  /a: &i\n    get:\n      servers: [1]\n      callbacks: {x: *p, y: {z: *i}}\n"
    description = read_description(raw, "units.json", ADDRESS)
    assert description.endpoints == (Endpoint("GET", "/a"),)
    assert b"servers: [1]" not in description.text


def test_a_document_without_paths_has_no_endpoints() -> None:
    assert read_description(b'{"openapi":"3.1.0"}', "units.json", ADDRESS).endpoints == ()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)
PATHS = st.dictionaries(
    st.text(st.sampled_from("/{}*ab%."), max_size=8).map("/".__add__) | st.text(max_size=4),
    st.dictionaries(st.sampled_from([*METHODS, "servers", "$ref"]), JSON, max_size=4) | JSON,
    max_size=4,
)


@given(st.dictionaries(st.sampled_from(["paths", "servers", "components", "webhooks"]), PATHS | JSON), st.booleans())
def test_any_document_is_shown_with_one_server_and_globs_that_compile(parts: dict[str, Any], is_yaml: bool) -> None:  # noqa: FBT001 - drawn
    document = {"openapi": "3.1.0", **parts}
    raw = yaml.safe_dump(document).encode() if is_yaml else json.dumps(document).encode()
    description = read_description(raw, "units.json", ADDRESS)
    shown = yaml.safe_load(description.text) if is_yaml else json.loads(description.text)
    assert shown["servers"] == [{"url": ADDRESS}]
    assert bool(description.problem) <= (description.endpoints == ())
    for endpoint in description.endpoints:
        compile_glob(endpoint.path)


@given(st.binary(max_size=200) | st.text(st.sampled_from("{}[]:&*!-\"'\n openapi3."), max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        read_description(raw, "units.json", ADDRESS)
    except ExchangeError as error:
        assert error.kind is ExchangeErrorKind.MALFORMED_DESCRIPTION
