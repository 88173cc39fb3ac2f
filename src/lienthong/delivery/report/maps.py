"""A map of a province's units as SVG: a numbered circle where each unit lies, the darker the higher its figure.

Boundaries are no part of the platform's data; points are. A map therefore shows where, not how large. Units whose
figure is missing or only a range are drawn hollow. Shades come in four steps, told apart in grey as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from html import escape
from importlib import resources
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from lienthong.delivery.charts import FACE
from lienthong.delivery.formulas import Value
from lienthong.delivery.number_text import write_number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lienthong.delivery.charts import ChartWords
    from lienthong.delivery.figures import Missing
    from lienthong.delivery.indicator_sheet import AreaRow

WIDTH: Final = 720
HEIGHT: Final = 430
_EDGE: Final = 40
_MOST_NAMED: Final = 12
"""With more units than this, names would cover each other; the table beside the map has them."""
_RADIUS: Final = 13
_SHADES: Final = (("#d9e6ee", "#10222e"), ("#9cc0d4", "#10222e"), ("#3f86ad", "#ffffff"), ("#0b4f75", "#ffffff"))
"""Fill and ink of each step, from low to high."""
_INK: Final = "#10222e"
_NO_FIGURE: Final = {"vi": "không có số liệu", "en": "no figure"}


@dataclass(frozen=True, slots=True)
class Point:
    """Where a unit lies, in degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Spot:
    """A unit on a map: its number in the table beside it, where it lies, and its figure, None: there is none."""

    number: int
    name: str
    point: Point
    value: float | None


@cache
def read_points() -> Mapping[str, Point]:
    """Give where the communes of today lie, by code; of the invented province where they are drawn."""
    content = resources.files("lienthong.delivery").joinpath("data", "points.tsv").read_text("utf-8")
    rows = [line.split("\t") for line in content.splitlines() if line and not line.startswith("#")]
    return {code: Point(float(latitude), float(longitude)) for code, latitude, longitude in rows[1:]}


def list_spots(rows: Sequence[AreaRow]) -> list[Spot]:
    """Give the units of a table that have a point, each with its number in the table; nothing for those of before 2025.

    A figure that is only a range is none on a map.
    """
    points = read_points()
    return [
        Spot(number, row.name, points[row.code], _find_single(row.value))
        for number, row in enumerate(rows, 1)
        if row.code in points
    ]


def _find_single(value: Value | Missing) -> float | None:
    return float(value.lower) if isinstance(value, Value) and value.is_value else None


def draw_map(spots: Sequence[Spot], words: ChartWords) -> bytes:
    """Draw the map; nothing to draw is an empty picture."""
    places = _place_all([spot.point for spot in spots])
    limits = _find_limits([spot.value for spot in spots if spot.value is not None])
    circles = [_draw_spot(spot, place, limits) for spot, place in zip(spots, places, strict=True)]
    if len(spots) <= _MOST_NAMED:
        circles += [_draw_name(spot, place) for spot, place in zip(spots, places, strict=True)]
    legend = _draw_legend(limits, words, any(spot.value is None for spot in spots))
    body = "".join([*circles, legend])
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
        f' font-family="{FACE}" font-size="13"><rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>'
    )
    return f"{head}{body}</svg>".encode()


def _place_all(points: Sequence[Point]) -> list[tuple[float, float]]:
    """Lay degrees out on the picture, north up, both ways by the same scale but for the narrowing of meridians."""
    if not points:
        return []
    west, east = min(p.longitude for p in points), max(p.longitude for p in points)
    south, north = min(p.latitude for p in points), max(p.latitude for p in points)
    narrowing = 0.93  # the cosine of 21 degrees, where the country's north lies
    wide, high = max((east - west) * narrowing, 1e-6), max(north - south, 1e-6)
    scale = min((WIDTH - 2 * _EDGE) / wide, (HEIGHT - 3 * _EDGE) / high)
    left = (WIDTH - wide * scale) / 2
    return [
        (left + (p.longitude - west) * narrowing * scale, _EDGE / 2 + _RADIUS + (north - p.latitude) * scale)
        for p in points
    ]


def _find_limits(values: Sequence[float]) -> tuple[float, ...]:
    """Give where one shade ends and the next begins: the quarters of what there is."""
    if not values:
        return ()
    ordered = sorted(values)
    return tuple(ordered[(len(ordered) * part) // len(_SHADES)] for part in range(1, len(_SHADES)))


def _choose_shade(value: float, limits: tuple[float, ...]) -> tuple[str, str]:
    return _SHADES[sum(value >= limit for limit in limits)]


def _draw_spot(spot: Spot, place: tuple[float, float], limits: tuple[float, ...]) -> str:
    fill, ink = ("#ffffff", _INK) if spot.value is None else _choose_shade(spot.value, limits)
    x, y = place
    dash = ' stroke-dasharray="3 2"' if spot.value is None else ""
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{_RADIUS}" fill="{fill}" stroke="{_INK}"{dash}/>'
        f'<text x="{x:.1f}" y="{y + 4.5:.1f}" text-anchor="middle" fill="{ink}">{spot.number}</text>'
    )


def _draw_name(spot: Spot, place: tuple[float, float]) -> str:
    """Write a unit's name under its circle, towards the middle where it lies near an edge."""
    x, y = place
    anchor = "start" if x < WIDTH / 5 else "end" if x > WIDTH * 4 / 5 else "middle"
    at = x - _RADIUS if anchor == "start" else x + _RADIUS if anchor == "end" else x
    return f'<text x="{at:.1f}" y="{y + 30:.1f}" text-anchor="{anchor}" fill="{_INK}">{escape(spot.name)}</text>'


def _draw_legend(limits: tuple[float, ...], words: ChartWords, has_missing: bool) -> str:  # noqa: FBT001 # of a drawing
    y = HEIGHT - _EDGE / 2
    entries = []
    texts = [write_number(limit, words.decimals, words.language) for limit in limits]
    if limits:
        names = [f"< {texts[0]}", *(f"{low} \N{EN DASH} {high}" for low, high in pairwise(texts))]
        names.append(f"≥ {texts[-1]}")
        entries = [(fill, "", name) for (fill, _), name in zip(_SHADES, names, strict=True)]
    if has_missing:
        entries.append(("#ffffff", ' stroke-dasharray="3 2"', _NO_FIGURE[words.language]))
    # Beside each step the unit would run into the next one.
    unit = f'<text x="{_EDGE - 7}" y="{y - 14}" fill="{_INK}">{escape(words.unit)}</text>' if limits else ""
    step = (WIDTH - 2 * _EDGE) / max(len(entries), 1)
    return unit + "".join(
        f'<circle cx="{_EDGE + place * step:.1f}" cy="{y}" r="7" fill="{fill}" stroke="{_INK}"{dash}/>'
        f'<text x="{_EDGE + place * step + 13:.1f}" y="{y + 4.5}" fill="{_INK}">{escape(name)}</text>'
        for place, (fill, dash, name) in enumerate(entries)
    )
