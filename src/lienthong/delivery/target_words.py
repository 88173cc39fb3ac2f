"""The words that targets are described in, and the states that the rule gives."""

from __future__ import annotations

from enum import StrEnum


class TargetKind(StrEnum):
    """What sort of promise it is."""

    VALUE = "value"
    """A figure to get to."""
    RANGE = "range"
    """A figure to stay between two."""
    TREND = "trend"
    """A change from each period to the next."""
    RANK = "rank"
    """A place among others; the first is 1."""


class Comparison(StrEnum):
    """How the figure must stand to the goal."""

    AT_LEAST = "at-least"
    OVER = "over"
    AT_MOST = "at-most"
    UNDER = "under"
    WITHIN = "within"
    """Between the goal and its upper end, both included."""


class Measure(StrEnum):
    """Which figure is held against the goal."""

    LATEST = "latest"
    MEAN = "mean"
    """The mean of all periods after the baseline's: "12 percent a year on average"."""


class TargetState(StrEnum):
    """What the stated rule says of a target on a day."""

    REACHED = "reached"
    ON_TRACK = "on-track"
    AT_RISK = "at-risk"
    MISSED = "missed"
    NO_DATA = "no-data"
