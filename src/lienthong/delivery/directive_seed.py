"""Directives of this house's own data files: the specimen's with their sources, and invented ones for the demo."""

from __future__ import annotations

from datetime import date
from importlib import resources
from typing import TYPE_CHECKING, Final

import msgspec
import yaml
from django.db import transaction

from lienthong.delivery.directives import NewDirective, put_directive
from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind
from lienthong.delivery.models import Source
from lienthong.delivery.progress import follow, tell_nobody
from lienthong.delivery.seeding import read_seed
from lienthong.delivery.sources import put_sources
from lienthong.delivery.words import SourceKind

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from lienthong.delivery.progress import Tell


SOURCES_FILE: Final = "sources.toml"
"""Where the sources of figures stand; those that name directives too are not written twice."""


class _SourceRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: str
    kind: SourceKind
    title: str
    title_en: str = ""
    publisher: str = ""
    address: str = ""
    published_on: date | None = None
    is_cited: bool = False
    note: str = ""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sources: tuple[_SourceRow, ...]
    directives: tuple[NewDirective, ...]


def load_specimen_directives() -> int:
    """Put the specimen's documents into the register; gives how many. Safe to repeat."""
    return load_directives(_folder() / "specimen.yaml")


def load_illustrative_directives() -> int:
    """Put the invented province's documents into the register; gives how many. Safe to repeat."""
    return load_directives(_folder() / "illustrative.yaml")


def load_directives(file: Traversable, tell: Tell = tell_nobody) -> int:
    """Load a file of directives in one transaction; raises `DATA_DAMAGED` and what `put_directive` raises.

    Sources that are there already stay as they are: they are shared with the figures.
    """
    try:
        parsed = msgspec.convert(yaml.safe_load(file.read_text(encoding="utf-8")), _File)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, msgspec.ValidationError) as error:
        message = f"{file.name}: expected sources and directives as docs/directives.md says, {error}"
        raise DeliveryError(DeliveryErrorKind.DATA_DAMAGED, message) from error
    with transaction.atomic():
        put_sources(read_seed(SOURCES_FILE).source)
        for row in parsed.sources:
            Source.objects.get_or_create(code=row.code, defaults=msgspec.structs.asdict(row))
        for directive in follow(parsed.directives, "directives registered", tell, len(parsed.directives)):
            put_directive(directive)
    return len(parsed.directives)


def _folder() -> Traversable:
    return resources.files("lienthong.delivery") / "data" / "directives"
