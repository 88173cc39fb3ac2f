"""The outline of a session's report, as data: which figures it tells, in which words, tables and pictures.

An outline is a TOML file of `outlines/`, or one that a province hands in. Its prose names figures as `{key}`; which
figure that is stands once, under `[[figure]]`. Words of an outline hold no numbers of their own.
"""

from __future__ import annotations

import re
import tomllib
from enum import StrEnum
from importlib import resources
from typing import TYPE_CHECKING, Final

import msgspec

from lienthong.delivery.errors import DeliveryError, DeliveryErrorKind

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY: Final = re.compile(r"\{([a-z0-9_]+)\}")


class Form(StrEnum):
    """By which rules a report is laid out."""

    STATE = "state"
    """As 30/2020/NĐ-CP asks of administrative documents."""
    PARTY = "party"
    """As 36-HD/VPTW of 2018 asks of the Party's; whether newer guidance exists was not checked."""


class Telling(StrEnum):
    """How a figure of an outline is come by."""

    REPORTED = "reported"
    """What a source says, as it says it."""
    COMPUTED = "computed"
    """What the data gives, by the indicator's formula or as observed."""
    REACHED = "reached"
    """How many targets of the outline's plan are reached, of how many."""


class FigureTerms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A figure that the prose may name. An empty period is the latest that there is."""

    key: str
    how: Telling
    indicator: str = ""
    of: str = ""
    """Of a reported part of a whole: the indicator of the whole."""
    area: str = ""
    plan: str = ""
    """Of targets reached: of another plan than the outline's."""
    period: str = ""
    source: str = ""
    note: str = ""
    note_en: str = ""


class BlockKind(StrEnum):
    """What a block becomes."""

    PROSE = "prose"
    AGENDA = "agenda"
    TARGETS = "targets"
    TABLE = "table"
    CHART = "chart"
    MAP = "map"
    TASKS = "tasks"
    LATEST = "latest"
    """The latest figure of each of some indicators."""
    CONCLUSIONS = "conclusions"
    WRITTEN = "written"


class BlockTerms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A block of a section. `vi` and `en` are its words: prose, or the title of a table, picture or written block."""

    kind: BlockKind
    vi: str
    en: str
    indicators: tuple[str, ...] = ()
    place: str = ""
    plan: str = ""
    area: str = ""
    """Of targets and figures: of another plan or area than the outline's."""

    def words(self, language: str) -> str:
        """Give its words."""
        return self.vi if language == "vi" else self.en


class SectionTerms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A section with its blocks."""

    vi: str
    en: str
    block: tuple[BlockTerms, ...]

    def words(self, language: str) -> str:
        """Give its title."""
        return self.vi if language == "vi" else self.en


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text in both languages."""

    vi: str
    en: str

    def words(self, language: str) -> str:
        """Give it in one of them."""
        return self.vi if language == "vi" else self.en


class Lines(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Lines of text in both languages."""

    vi: tuple[str, ...] = ()
    en: tuple[str, ...] = ()

    def lines(self, language: str) -> tuple[str, ...]:
        """Give them in one of them."""
        return self.vi if language == "vi" else self.en


class Outline(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A report's outline: whose it is, of which area and plan, and its sections."""

    form: Form
    area: str
    plan: str = ""
    organ: Words
    number: str
    title: Words
    subject: Words
    mark: Words
    signature: Lines = Lines()
    """In whose name and as what somebody will sign; the name and the stamp are the office's."""
    recipients: Lines = Lines()
    figure: tuple[FigureTerms, ...]
    section: tuple[SectionTerms, ...]
    press: tuple[Words, ...]

    @property
    def places(self) -> tuple[str, ...]:
        """Where people may write."""
        return tuple(block.place for each in self.section for block in each.block if block.kind is BlockKind.WRITTEN)


def list_outlines() -> list[str]:
    """Name the outlines that come along."""
    folder = resources.files("lienthong.delivery.report").joinpath("outlines")
    return sorted(each.name.removesuffix(".toml") for each in folder.iterdir() if each.name.endswith(".toml"))


def get_outline(code: str) -> Outline:
    """Give the outline of a session that comes along; raises `BAD_REPORT`."""
    if code not in list_outlines():
        message = (
            f"session {code!r}: no outline comes along for it, only for {', '.join(list_outlines())}; "
            "write one and name it with --outline FILE (docs/report.md)"
        )
        raise DeliveryError(DeliveryErrorKind.BAD_REPORT, message)
    content = resources.files("lienthong.delivery.report").joinpath("outlines", f"{code}.toml").read_text("utf-8")
    return parse_outline(content, f"{code}.toml")


def parse_outline(content: str, name: str) -> Outline:
    """Read an outline; raises `BAD_REPORT` naming what does not fit."""
    try:
        outline = msgspec.convert(tomllib.loads(content), Outline)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise DeliveryError(DeliveryErrorKind.BAD_REPORT, f"{name}: {error}") from error
    faults = list(_list_faults(outline))
    if faults:
        raise DeliveryError(DeliveryErrorKind.BAD_REPORT, f"{name}: {'; '.join(faults)}")
    return outline


def _list_faults(outline: Outline) -> Iterator[str]:
    keys = [figure.key for figure in outline.figure]
    yield from (f"figure {key} stands twice" for key in sorted({key for key in keys if keys.count(key) > 1}))
    places = outline.places
    yield from (f"place {each!r} stands twice" for each in sorted({each for each in places if places.count(each) > 1}))
    texts = [block for each in outline.section for block in each.block if block.kind is BlockKind.PROSE]
    prose: list[BlockTerms | Words] = [*texts, *outline.press]
    for text in prose:
        for words in (text.vi, text.en):
            yield from (f"{{{key}}} is no figure of this outline" for key in KEY.findall(words) if key not in keys)
            if re.search(r"\d", KEY.sub("", words)):
                yield f"a number stands in {words[:60]!r}: make it a figure, so that it has a source"
        if sorted(set(KEY.findall(text.vi))) != sorted(set(KEY.findall(text.en))):
            yield f"both languages of {text.en[:60]!r} must tell the same figures"
