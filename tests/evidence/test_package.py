from __future__ import annotations

import msgspec
import pytest

from lienthong.evidence.canonical_zip import read_zip, write_zip
from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.package import (
    ContentState,
    Manifest,
    MessageParts,
    Package,
    ReceivedParts,
    format_package,
    parse_package,
)
from lienthong.kernel.canonical import canonical_bytes

MANIFEST = Manifest(exchange="e", keeper="k", request=ContentState.WHOLE, response=ContentState.NO_BODY, sender="s")
REQUEST = MessageParts(b"{}", b"proof", b"salt", b"header", b"", None, ReceivedParts(b"{}", b"proof"))
RESPONSE = MessageParts(b"{}", b"proof", b"salt", b"header", None, b"hash")
PACKAGE = Package(MANIFEST, b"directory", REQUEST, RESPONSE)


def refusal(parts: dict[str, bytes]) -> str:
    with pytest.raises(EvidenceError) as caught:
        parse_package(write_zip(parts))
    assert caught.value.kind is EvidenceErrorKind.PACKAGE
    return caught.value.message


def test_a_package_is_read_as_it_was_written() -> None:
    raw = format_package(PACKAGE)
    assert parse_package(raw) == PACKAGE
    assert format_package(parse_package(raw)) == raw
    without = Package(msgspec.structs.replace(MANIFEST, response=ContentState.NONE), b"directory", REQUEST, None)
    assert parse_package(format_package(without)) == without


def test_the_manifest_is_written_as_rfc_8785_asks() -> None:
    raw = read_zip(format_package(PACKAGE))["manifest.json"]
    assert raw == canonical_bytes(msgspec.json.decode(raw))


@pytest.mark.parametrize("name", sorted(read_zip(format_package(PACKAGE))))
def test_a_missing_part_is_named(name: str) -> None:
    parts = read_zip(format_package(PACKAGE))
    del parts[name]
    assert refusal(parts).startswith(f"{name}: missing")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("notes.txt", "no package has such a part"),
        ("request/extra", "no package has such a part"),
        ("response/timestamp", "cannot verify it yet"),
        ("request/body-sha256", "not expected"),
        ("response/body", "not expected"),
    ],
)
def test_a_part_too_many_is_named(name: str, why: str) -> None:
    message = refusal(read_zip(format_package(PACKAGE)) | {name: b"x"})
    assert message.startswith(name)
    assert why in message


@pytest.mark.parametrize("state", [ContentState.ERASED, ContentState.NONE])
def test_content_that_the_manifest_says_is_gone_is_refused(state: ContentState) -> None:
    manifest = msgspec.structs.replace(MANIFEST, request=state)
    parts = read_zip(format_package(PACKAGE)) | {"manifest.json": msgspec.json.encode(manifest)}
    assert refusal(parts).startswith("request/body: not expected")


def test_a_response_that_is_said_to_be_there_is_missed() -> None:
    without = msgspec.structs.replace(PACKAGE, response=None)
    assert refusal(read_zip(format_package(without))).startswith("response/statement.json: missing")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{}",
        b"\xff",
        b"[" * 100_000,
        msgspec.json.encode(MANIFEST) + b" ",
        msgspec.json.encode(MANIFEST).replace(b'"v":1', b'"v":2'),
        msgspec.json.encode(MANIFEST).replace(b'"v":1', b'"v":1,"w":1'),
    ],
)
def test_another_manifest_is_refused(raw: bytes) -> None:
    assert refusal(read_zip(format_package(PACKAGE)) | {"manifest.json": raw}).startswith("manifest.json")
