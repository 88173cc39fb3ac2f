"""The working sessions that come along: the specimen's, and the invented province's. What is there is left alone."""

from __future__ import annotations

import tomllib
from datetime import date
from importlib import resources

import msgspec
from django.db import transaction

from lienthong.delivery.directives import DirectiveKey
from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind
from lienthong.delivery.models import WorkingSession
from lienthong.delivery.seeding import SeedSet
from lienthong.delivery.sessions import NewItem, NewSession, add_agenda_item, open_session


class _Item(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    number: str
    issuer: str
    issued_on: date
    title: str


class _Session(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: str
    title: str
    held_on: date
    place: str
    set: SeedSet
    item: tuple[_Item, ...]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    session: tuple[_Session, ...]


def load_sessions(seed_set: SeedSet) -> int:
    """Open the sessions of a set, whose directives must be there; gives how many were new. Whole or not at all."""
    with transaction.atomic():
        wanted = [each for each in _read().session if each.set is seed_set]
        new = [each for each in wanted if not WorkingSession.objects.filter(code=each.code).exists()]
        for each in new:
            _open(each)
    return len(new)


def _open(session: _Session) -> None:
    is_illustrative = session.set is SeedSet.ILLUSTRATIVE
    opened = NewSession(
        code=session.code,
        title=session.title,
        held_on=session.held_on,
        place=session.place,
        is_illustrative=is_illustrative,
    )
    open_session(opened)
    for item in session.item:
        key = DirectiveKey(item.number, item.issuer, item.issued_on)
        add_agenda_item(session.code, NewItem(key, item.title))


def _read() -> _File:
    content = resources.files("lienthong.delivery").joinpath("data", "sessions.toml").read_text("utf-8")
    try:
        return msgspec.convert(tomllib.loads(content), _File)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise DeliveryError(DeliveryErrorKind.DATA_DAMAGED, f"sessions.toml: {error}") from error
