"""An evidence package: one exchange with all that is needed to verify it offline, as a canonical zip.

    manifest.json               which exchange, from whose log it was exported, what is left of the content
    directory.json              the whole signed directory
    request/statement.json      the entry of the sender's log, the bytes that were logged
    request/proof               its inclusion proof and the sender's signed checkpoint (C2SP tlog-proof)
    request/salt                16 bytes that open the commitment
    request/header              the header part, see message_part.py
    request/body                the body, or in its place
    request/body-sha256         its hash, where the body is gone
    request/received/…          statement.json and proof of the receiver's own entry about it
    response/…                  the same parts of what answered it

Cosignatures of witnesses stand in the proofs' checkpoints. `request/timestamp` and `response/timestamp` are
the places of time-stamp tokens (RFC 3161); a version that cannot verify a token refuses it, as it does any
other part. This file only gives the parts their form: export.py collects them, verify.py decides what they
prove.
"""

from __future__ import annotations

from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from lienthong.evidence.canonical_zip import read_zip, write_zip
from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.plain_text import plain_text
from lienthong.kernel.errors import LienthongError

if TYPE_CHECKING:
    from collections.abc import Iterator

MANIFEST: Final = "manifest.json"
DIRECTORY: Final = "directory.json"
REQUEST: Final = "request"
RESPONSE: Final = "response"


class ContentState(StrEnum):
    """What the exporter says is left of a message's content. The parts are verified, the reason is its word."""

    WHOLE = "whole"
    """Header part and body."""
    NO_BODY = "no_body"
    """The header part and the body's hash: the body was not kept, has expired, or was not durable."""
    ERASED = "erased"
    """Nothing: the content was erased."""
    NONE = "none"
    """Nothing: there never was any, as for `refused` and `unknown`, or it cannot be read any more."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the package says of itself; each field but the two states is verified.

    `keeper` is the origin of the log that it was exported from, `sender` of the one that holds the request.
    The fields stand in the order of RFC 8785.
    """

    exchange: str
    keeper: str
    kind: Literal["evidence"] = "evidence"
    request: ContentState
    response: ContentState
    sender: str
    v: Literal[1] = 1


class ReceivedParts(msgspec.Struct, frozen=True):
    """The receiver's entry about a message: its statement and the text of its proof."""

    statement: bytes
    proof: bytes


class MessageParts(msgspec.Struct, frozen=True):
    """The parts of one message, None where absent."""

    statement: bytes
    proof: bytes
    salt: bytes | None = None
    header: bytes | None = None
    body: bytes | None = None
    body_sha256: bytes | None = None
    received: ReceivedParts | None = None


class Package(msgspec.Struct, frozen=True):
    """All parts of a package; nothing in it is proven before `verify_package`."""

    manifest: Manifest
    directory: bytes
    request: MessageParts
    response: MessageParts | None


# Name of each part of a message in the zip, and of its field.
_PARTS: Final = {
    "statement.json": "statement",
    "proof": "proof",
    "salt": "salt",
    "header": "header",
    "body": "body",
    "body-sha256": "body_sha256",
}
_RECEIVED: Final = {"received/statement.json": "statement", "received/proof": "proof"}
_KNOWN: Final = frozenset(
    [
        MANIFEST,
        DIRECTORY,
        *(f"{which}/{part}" for which in (REQUEST, RESPONSE) for part in (*_PARTS, *_RECEIVED)),
    ]
)
_RESERVED: Final = frozenset([f"{REQUEST}/timestamp", f"{RESPONSE}/timestamp"])

_CONTENT_PARTS: Final = ("salt", "header", "body", "body-sha256")
# Which of them of content each state comes with.
_CONTENT: Final = {
    ContentState.WHOLE: {"salt", "header", "body"},
    ContentState.NO_BODY: {"salt", "header", "body-sha256"},
    ContentState.ERASED: set(),
    ContentState.NONE: set(),
}


def format_package(package: Package) -> bytes:
    """Give the package's zip."""
    parts = {MANIFEST: msgspec.json.encode(package.manifest), DIRECTORY: package.directory}
    parts.update(_name_parts(REQUEST, package.request))
    if package.response is not None:
        parts.update(_name_parts(RESPONSE, package.response))
    return write_zip(parts)


def parse_package(raw: bytes) -> Package:
    """Read a package without trusting it; kind `package`, and the message names the part.

    The answer gives the same bytes again: an unknown, missing or superfluous part is refused.
    """
    parts = read_zip(raw)
    for name in parts:
        if name not in _KNOWN:
            known = "this version cannot verify it yet" if name in _RESERVED else "no package has such a part"
            raise refuse_part(name, known)
    manifest = _read_manifest(_take(parts, MANIFEST))
    directory = _take(parts, DIRECTORY)
    has_response = any(name.startswith(RESPONSE) for name in parts)
    request = _read_message(parts, REQUEST, manifest.request)
    response = None
    if has_response or manifest.response is not ContentState.NONE:
        response = _read_message(parts, RESPONSE, manifest.response)
    return Package(manifest, directory, request, response)


def refuse_part(name: str, why: str) -> EvidenceError:
    """Make the error for a part that does not hold."""
    return EvidenceError(EvidenceErrorKind.PACKAGE, plain_text(f"{name}: {why}"))


def _name_parts(which: str, message: MessageParts) -> Iterator[tuple[str, bytes]]:
    for owner, names in ((message, _PARTS), (message.received, _RECEIVED)):
        for part, field in names.items():
            data = getattr(owner, field, None)
            if data is not None:
                yield f"{which}/{part}", data


def _read_manifest(raw: bytes) -> Manifest:
    try:
        manifest = msgspec.json.decode(raw, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise refuse_part(MANIFEST, f"expected a manifest of version 1, got something else: {error}") from error
    if msgspec.json.encode(manifest) != raw:
        raise refuse_part(MANIFEST, "expected its canonical bytes, got another spelling")
    return manifest


def _read_message(parts: dict[str, bytes], which: str, state: ContentState) -> MessageParts:
    statement, proof = _take(parts, f"{which}/statement.json"), _take(parts, f"{which}/proof")
    found = {name for name in _CONTENT_PARTS if f"{which}/{name}" in parts}
    expected = _CONTENT[state]
    for name in sorted(found ^ expected):
        word = "missing" if name in expected else "not expected"
        raise refuse_part(f"{which}/{name}", f"{word}, for the manifest says {state.value!r}")
    received = None
    if any(f"{which}/{name}" in parts for name in _RECEIVED):
        received = ReceivedParts(*(_take(parts, f"{which}/{name}") for name in _RECEIVED))
    salt, header, body, digest = (parts.get(f"{which}/{name}") for name in _CONTENT_PARTS)
    return MessageParts(statement, proof, salt, header, body, digest, received)


def _take(parts: dict[str, bytes], name: str) -> bytes:
    if name not in parts:
        raise refuse_part(name, "missing: the package is incomplete")
    return parts[name]


@contextmanager
def in_part(name: str) -> Iterator[None]:
    """Turn any refusal inside the block into one that names the part."""
    try:
        yield
    except LienthongError as error:
        raise refuse_part(name, error.message) from error


def require_equal(part: str, field: str, got: object, expected: object) -> None:
    """Require a field of a part to be what the other parts say."""
    if got != expected:
        raise refuse_part(part, f"{field}: expected {expected!r}, as the rest of the package says, got {got!r}")
