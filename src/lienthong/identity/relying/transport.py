"""Asking the provider: bounded in time and size, never following a redirect, over TLS or inside this machine."""

from __future__ import annotations

import ipaddress
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import msgspec
from pyreqwest.client import SyncClient, SyncClientBuilder
from pyreqwest.exceptions import PyreqwestError

from lienthong.identity.relying.errors import RelyingError, RelyingErrorKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyreqwest.request import SyncRequestBuilder

ANSWER_SECONDS: Final = 10
"""A person waits for it."""

CONNECT_SECONDS: Final = 5

MOST_BYTES: Final = 262_144
"""Of an answer; a key set with a hundred keys is smaller."""

OK: Final = 200


def ask_json(address: str, bearer: str = "") -> dict[str, Any]:
    """GET a JSON object. Errors: `UNREACHABLE`."""
    builder = _open_client().get(require_safe_address(address)).header("Accept", "application/json")
    return _send(builder.bearer_auth(bearer) if bearer else builder, address)


def post_form(address: str, form: Mapping[str, str], basic: tuple[str, str] | None) -> dict[str, Any]:
    """POST a form, with the client's name and secret in the header if they are given; gives the JSON object."""
    builder = _open_client().post(require_safe_address(address)).header("Accept", "application/json").form(dict(form))
    return _send(builder.basic_auth(*basic) if basic else builder, address)


def require_safe_address(address: str) -> str:
    """Return an address that nobody between can read or answer for; `BAD_METADATA` otherwise."""
    parts = urlsplit(address)
    if parts.scheme == "https" and parts.hostname:
        return address
    if parts.scheme == "http" and _is_loopback(parts.hostname or ""):
        return address
    raise RelyingError(RelyingErrorKind.BAD_METADATA, f"{address!r}: expected https, or http within this machine")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@lru_cache(maxsize=1)
def _open_client() -> SyncClient:
    """Give this process's client, made when first needed: the processes that serve are forked before."""
    return (
        SyncClientBuilder()
        .follow_redirects(enable=False)
        .connect_timeout(timedelta(seconds=CONNECT_SECONDS))
        .timeout(timedelta(seconds=ANSWER_SECONDS))
        .user_agent("lienthong")
        .build()
    )


def _send(builder: SyncRequestBuilder, address: str) -> dict[str, Any]:
    # The address is named without its query, and nothing of the answer: it may hold tokens.
    place = address.partition("?")[0]
    try:
        with builder.build_streamed() as response:
            body = _read_bounded(response.body_reader, place)
            status = response.status
    except PyreqwestError as error:
        raise RelyingError(RelyingErrorKind.UNREACHABLE, f"{place} does not answer: {type(error).__name__}") from error
    if status != OK:
        raise RelyingError(RelyingErrorKind.UNREACHABLE, f"{place}: expected 200, got {status}")
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise RelyingError(RelyingErrorKind.UNREACHABLE, f"{place}: expected a JSON object") from error


def _read_bounded(reader: Any, place: str) -> bytes:  # noqa: ANN401 # the library's reader
    pieces, size = [], 0
    while (piece := reader.read_chunk()) is not None:
        size += len(piece)
        if size > MOST_BYTES:
            raise RelyingError(RelyingErrorKind.UNREACHABLE, f"{place}: expected at most {MOST_BYTES} bytes")
        pieces.append(bytes(piece))
    return b"".join(pieces)
