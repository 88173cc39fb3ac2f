"""Forecasts with an interval, by one simple method that is named wherever one is shown. Pure.

A straight line by least squares through the latest figures, and the 95 percent prediction interval around it: where a
single new figure would lie if the line went on and the figures scattered around it as before. It knows nothing of
crises, reforms or decisions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lienthong.delivery.figures import Missing, MissingKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from lienthong.delivery.periods import Period

METHOD: Final = "linear-trend"
LEVEL: Final = 95
LEAST_POINTS: Final = 4
"""With fewer, two parameters leave a single figure or none to tell how they scatter."""
MOST_POINTS: Final = 10
"""Older figures than the latest ten say little of the trend."""

_QUANTILES: Final = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306,
)  # fmt: skip # one row of a table
"""Student's t, 0.975, for 1 to 8 degrees of freedom: as many as ten figures leave."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """The line's figure in a period, and between which two a new figure would lie, with 95 percent."""

    period: Period
    central: float
    lower: float
    upper: float
    points: tuple[Period, ...]
    """The periods that it rests on."""


def forecast_figure(
    series: Mapping[Period, Fraction], to: Period, least: float | None = None, most: float | None = None
) -> Forecast | Missing:
    """Forecast a figure from those of earlier periods; missing where they are too few.

    `least` and `most` are what the figure can be at all: a line knows nothing of a hundred percent.
    """
    periods = sorted(period for period in series if period.end < to.end)[-MOST_POINTS:]
    if len(periods) < LEAST_POINTS:
        return Missing(MissingKind.TOO_SHORT, note=f"{len(periods)}/{LEAST_POINTS}")
    places = [_place(period) for period in periods]
    values = [float(series[period]) for period in periods]
    count, middle, level = len(places), math.fsum(places) / len(places), math.fsum(values) / len(values)
    spread = math.fsum((place - middle) ** 2 for place in places)
    paired = zip(places, values, strict=True)
    slope = math.fsum((place - middle) * (value - level) for place, value in paired) / spread
    rests = math.fsum(
        (value - level - slope * (place - middle)) ** 2 for place, value in zip(places, values, strict=True)
    )
    away = _place(to) - middle
    deviation = math.sqrt(rests / (count - 2) * (1 + 1 / count + away**2 / spread))
    line, half = level + slope * away, _QUANTILES[count - 3] * deviation
    if (most is not None and line - half >= most) or (least is not None and line + half <= least):
        return Missing(MissingKind.BEYOND_LIMITS)
    lower, central, upper = (_limit(value, least, most) for value in (line - half, line, line + half))
    return Forecast(to, central, lower, upper, tuple(periods))


def _limit(value: float, least: float | None, most: float | None) -> float:
    value = value if least is None else max(value, least)
    return value if most is None else min(value, most)


def _place(period: Period) -> float:
    return period.end.year + period.end.month / 12 + period.end.day / 365
