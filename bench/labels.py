"""Labelled passages and how a reading is scored against them; tests/delivery/passages/README.md has the rules."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lienthong.delivery.reading.found import Span
from lienthong.delivery.reading.reader import read_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from lienthong.delivery.reading.found import Figure, Reading

KINDS = {"r": "reference", "d": "date", "f": "figure", "t": "task", "g": "target"}
HALF = 0.5
TOUCH = 0.001
"""A reference is known by its value, which may stand with or without the words before its number."""
_HEAD = re.compile(r"=== (\w+) \| (\w+) \| (nfc|nfd)\n")
_TAG = re.compile(r"<(?P<close>/?)(?P<kind>[rdftg])(?: (?P<value>[^>]*))?>")


@dataclass(frozen=True)
class Label:
    """One thing in a passage: what a person saw, or what the reader found. `value` is empty for sentences."""

    kind: str
    span: Span
    value: str = ""
    unit: str = ""
    qualifier: str = ""

    def fits(self, other: Label) -> bool:
        """Whether the two are the same thing."""
        units = sorted((self.unit, other.unit), key=len)
        return (
            (self.kind, self.value, self.qualifier) == (other.kind, other.value, other.qualifier)
            and (self.unit == other.unit or (units[0] != "" and _is_counted(units) and units[1].startswith(units[0])))
            and share(self.span, other.span) >= (HALF if self.kind != "reference" else TOUCH)
        )


@dataclass(frozen=True)
class Passage:
    """A text as the reader gets it, and what is in it."""

    name: str
    kind: str
    text: str
    labels: tuple[Label, ...]


@dataclass(frozen=True)
class Score:
    """How many were right, how many were found, how many there are."""

    right: int
    found: int
    labelled: int

    @property
    def precision(self) -> float:
        """Of what was found, how much is right."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Of what there is, how much was found."""
        return self.right / self.labelled if self.labelled else 1.0

    def __add__(self, other: Score) -> Score:
        return Score(self.right + other.right, self.found + other.found, self.labelled + other.labelled)


def load_passages(file: Path) -> tuple[Passage, ...]:
    """Read a file of labelled passages; a tag that is not closed in order fails with the passage's name alone."""
    parts = _HEAD.split(unicodedata.normalize("NFC", file.read_text(encoding="utf-8")))[1:]
    return tuple(
        make_passage(name, kind, form, body.strip("\n"))
        for name, kind, form, body in zip(*(parts[i::4] for i in range(4)), strict=True)
    )


def make_passage(name: str, kind: str, form: str, body: str) -> Passage:
    """Take the tags out of a passage and keep what they say with its place."""
    text, end, open_tags, labels = "", 0, list[tuple[str, str, int]](), list[Label]()
    for tag in _TAG.finditer(body):
        text += body[end : tag.start()]
        end = tag.end()
        if not tag["close"]:
            open_tags.append((tag["kind"], tag["value"] or "", len(text)))
            continue
        opened, value, start = open_tags.pop() if open_tags else ("", "", 0)
        if opened != tag["kind"]:
            message = f"{name}: a tag is closed out of order"
            raise ValueError(message)
        labels.append(make_label(opened, value, Span(start, len(text))))
    if open_tags:
        message = f"{name}: a tag is never closed"
        raise ValueError(message)
    text += body[end:]
    return Passage(name, kind, unicodedata.normalize("NFD", text) if form == "nfd" else text, tuple(labels))


def make_label(tag: str, value: str, span: Span) -> Label:
    """Read the value of one tag."""
    if tag != "f":
        return Label(KINDS[tag], span, value)
    number, unit, qualifier = (*value.split("|"), "", "")[:3]
    return Label(KINDS[tag], span, number, unit, (qualifier or "exact").replace("_", "-"))


def list_found(reading: Reading) -> list[Label]:
    """Give what the reader found in the form of labels."""
    found = [Label("reference", item.span, item.value) for item in reading.references]
    found += [Label("date", item.span, item.value) for item in reading.dates]
    found += [_label_figure(item) for item in reading.figures]
    return found + [Label(item.kind.value, item.span) for item in reading.candidates]


def match_labels(passage: Passage) -> tuple[list[tuple[Label, Label]], list[Label], list[Label]]:
    """Give the pairs that fit, what was found beside them, and what was missed."""
    beside = list_found(read_text(passage.text))
    pairs, missed = [], []
    for label in passage.labels:
        if partner := next((item for item in beside if item.fits(label)), None):
            beside.remove(partner)
            pairs.append((label, partner))
        else:
            missed.append(label)
    return pairs, beside, missed


def score_passages(passages: Iterable[Passage]) -> dict[str, Score]:
    """Score every kind over some passages."""
    scores = dict.fromkeys(KINDS.values(), Score(0, 0, 0))
    for passage in passages:
        pairs, beside, missed = match_labels(passage)
        for kind in scores:
            right = sum(label.kind == kind for label, _ in pairs)
            scores[kind] += Score(right, right + _count(beside, kind), right + _count(missed, kind))
    return scores


def share(one: Span, other: Span) -> float:
    """Give how much of two places together is in both."""
    both = min(one.end, other.end) - max(one.start, other.start)
    return max(0, both) / (max(one.end, other.end) - min(one.start, other.start))


def _label_figure(figure: Figure) -> Label:
    return Label("figure", figure.span, figure.value, figure.unit, figure.qualifier.value)


def _is_counted(units: Sequence[str]) -> bool:
    """Whether the longer unit goes on with another word, as nouns do; `%/năm` is not `%`."""
    return units[1][len(units[0]) :].startswith((" ", ","))


def _count(labels: Iterable[Label], kind: str) -> int:
    return sum(label.kind == kind for label in labels)
