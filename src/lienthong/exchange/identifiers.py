"""The names in an exchange: members, clients and services.

Names are read from percent-encoded text (X-Road message protocol for REST 1.0.4, section 4.8): segments are
UTF-8, `%2F` may stand inside one, and `.`, `..` or an empty segment is refused. `text` is the one normal
spelling; two names are the same if their texts are. Requests name the same few, so readings are remembered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

import msgspec

from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.kernel.errors import KernelError
from lienthong.kernel.ids import format_identifier, parse_identifier
from lienthong.kernel.remembered import Remembered

if TYPE_CHECKING:
    from collections.abc import Callable

_REMEMBERED_NAMES: Final = 4096
_REMEMBERED_LENGTH: Final = 256
"""Readings kept per kind of name, and characters of such a name: over the names of any province, and a few
megabytes whatever strangers send."""

_Text = TypeVar("_Text", str, bytes)
_Name = TypeVar("_Name")


def remembered(parse: Callable[[_Text], _Name]) -> Callable[[_Text], _Name]:
    """Remember the readings of `parse`, within bounds that no stranger moves."""
    return Remembered(parse, _REMEMBERED_NAMES, _REMEMBERED_LENGTH).__getitem__


_MEMBER_SEGMENTS: Final = 3
_CLIENT_SEGMENTS: Final = 4
_SERVICE_SEGMENTS: Final = 5


class MemberId(msgspec.Struct, frozen=True):
    """An organisation: `INSTANCE/CLASS/CODE`."""

    segments: tuple[str, ...]
    text: str


class ClientId(msgspec.Struct, frozen=True):
    """Who asks: a subsystem `INSTANCE/CLASS/CODE/SUBSYSTEM`, or a member itself (three segments)."""

    segments: tuple[str, ...]
    text: str
    member: MemberId

    @property
    def subsystem(self) -> str | None:
        """The subsystem's code, decoded; None for a member."""
        return self.segments[_MEMBER_SEGMENTS] if len(self.segments) > _MEMBER_SEGMENTS else None


class ServiceId(msgspec.Struct, frozen=True):
    """What is asked: `INSTANCE/CLASS/CODE/SUBSYSTEM/SERVICE`, in X-Road always with its subsystem."""

    segments: tuple[str, ...]
    text: str
    member: MemberId
    provider: ClientId
    local: str
    """`SUBSYSTEM/SERVICE`, percent-encoded: the service's name inside its own member's settings."""

    @property
    def code(self) -> str:
        """The service's code, decoded."""
        return self.segments[-1]


class GatewayId(msgspec.Struct, frozen=True):
    """A member's gateway (X-Road: security server): `INSTANCE/CLASS/CODE/GATEWAY`."""

    segments: tuple[str, ...]
    text: str
    member: MemberId


@remembered
def parse_member_id(text: str) -> MemberId:
    """Read a member's name; else INVALID_CLIENT_IDENTIFIER."""
    segments = _parse(text, _MEMBER_SEGMENTS, _MEMBER_SEGMENTS, ExchangeErrorKind.INVALID_CLIENT_IDENTIFIER)
    return _member(segments)


@remembered
def parse_client_id(text: str) -> ClientId:
    """Read a client's name, as X-Road-Client holds it; else INVALID_CLIENT_IDENTIFIER."""
    segments = _parse(text, _MEMBER_SEGMENTS, _CLIENT_SEGMENTS, ExchangeErrorKind.INVALID_CLIENT_IDENTIFIER)
    return _client(segments)


@remembered
def parse_service_id(text: str) -> ServiceId:
    """Read a service's name, the five segments after `/r1/`; else INVALID_REQUEST."""
    segments = _parse(text, _SERVICE_SEGMENTS, _SERVICE_SEGMENTS, ExchangeErrorKind.INVALID_REQUEST)
    provider = _client(segments[:_CLIENT_SEGMENTS])
    local = format_identifier(segments[_MEMBER_SEGMENTS:])
    return ServiceId(segments, format_identifier(segments), provider.member, provider, local)


@remembered
def parse_gateway_id(text: str) -> GatewayId:
    """Read a gateway's name, as X-Road-Security-Server holds it; else INVALID_SECURITY_SERVER."""
    segments = _parse(text, _CLIENT_SEGMENTS, _CLIENT_SEGMENTS, ExchangeErrorKind.INVALID_SECURITY_SERVER)
    return GatewayId(segments, format_identifier(segments), _member(segments[:_MEMBER_SEGMENTS]))


def require_represented_party(text: str) -> str:
    """Check X-Road-Represented-Party, `[CLASS/]CODE`, and give it back; else INVALID_REQUEST.

    It is carried for the service and for audits; no rule of ours reads it.
    """
    _parse(text, 1, 2, ExchangeErrorKind.INVALID_REQUEST)
    return text


def _client(segments: tuple[str, ...]) -> ClientId:
    return ClientId(segments, format_identifier(segments), _member(segments[:_MEMBER_SEGMENTS]))


def _member(segments: tuple[str, ...]) -> MemberId:
    return MemberId(segments, format_identifier(segments))


def _parse(text: str, least: int, most: int, kind: ExchangeErrorKind) -> tuple[str, ...]:
    try:
        return parse_identifier(text, least, most)
    except KernelError as error:
        raise ExchangeError(kind, error.message) from error
