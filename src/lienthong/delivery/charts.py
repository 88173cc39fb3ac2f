"""Charts as SVG: lines over periods, and bars. Altair says what is drawn, vl-convert draws it, both imported lazily.

Lines differ by dash and mark as well as by colour, so that a grey print tells them apart. Words and numbers are in the
page's language. A chart never stands alone: whoever shows one shows its table beside it.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from lienthong.delivery.labels import UNITS, get_label
from lienthong.delivery.number_text import write_number
from lienthong.delivery.period_text import mark_period

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lienthong.delivery.periods import Period

FACE: Final = "Be Vietnam Pro"
CHARTS_KEPT: Final = 200
"""Drawing takes tenths of a second, so the latest charts are kept in memory: some 20 kB each."""
MOST_LABELS: Final = {"wide": 9, "narrow": 5}
"""How many periods find room below a chart."""
LONG_LABEL: Final = 7
"""Characters of a period's name above which only half as many find room."""


class ChartSize(StrEnum):
    """For which width a chart is drawn; letters have the same size in both."""

    WIDE = "wide"
    NARROW = "narrow"


class Stroke(StrEnum):
    """What a line is, which decides how it looks."""

    MAIN = "main"
    COUNTRY = "country"
    PATH = "path"
    """The way from a baseline to a goal."""
    FORECAST = "forecast"
    REPORTED = "reported"
    """Figures that were merely told: marks without a line, for nothing lies between them."""


@dataclass(frozen=True, slots=True)
class ChartPoint:
    """A figure of a period; with bounds where only a range is known, or a forecast has one."""

    period: Period
    value: float
    lower: float | None = None
    upper: float | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line with what it is called."""

    name: str
    stroke: Stroke
    points: tuple[ChartPoint, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar with what it is called; with bounds where only a range is known."""

    name: str
    value: float
    lower: float | None = None
    upper: float | None = None


@dataclass(frozen=True, slots=True)
class ChartWords:
    """In which language a chart speaks, in which unit, and with how many decimals it writes figures."""

    language: str
    unit: str
    decimals: int = 0
    size: ChartSize = ChartSize.WIDE
    is_rank: bool = False
    """The first place is on top."""


RANK: Final = "rank"
"""The unit of places in an order."""
_RANK: Final = ("Thứ hạng, 1 là cao nhất", "Rank, 1 is the best")
_INK: Final = "#10222e"
_COLOURS: Final = {
    Stroke.MAIN: "#0b4f75",
    Stroke.COUNTRY: "#b0701a",
    Stroke.PATH: "#5c6b75",
    Stroke.FORECAST: "#0b4f75",
    Stroke.REPORTED: "#7c2d6b",
}
_DASHES: Final = {
    Stroke.MAIN: [1, 0],
    Stroke.COUNTRY: [7, 4],
    Stroke.PATH: [2, 3],
    Stroke.FORECAST: [4, 4],
    Stroke.REPORTED: [1, 0],
}
_SHAPES: Final = {
    Stroke.MAIN: "circle",
    Stroke.COUNTRY: "square",
    Stroke.PATH: "triangle-up",
    Stroke.FORECAST: "diamond",
    Stroke.REPORTED: "cross",
}
_WIDTHS: Final = {ChartSize.WIDE: 720, ChartSize.NARROW: 330}
_HEIGHTS: Final = {ChartSize.WIDE: 300, ChartSize.NARROW: 240}
_BAR_STEP: Final = 28
_NAME_LIMIT: Final = 180
_LETTER: Final = 7.8
"""Pixels of a name beside a bar at most, and of a letter of 13 pixels."""
_NUMBERS: Final = {
    "vi": {"decimal": ",", "thousands": ".", "grouping": [3], "currency": ["", ""]},
    "en": {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["", ""]},
}


def make_words(unit: str, decimals: int, language: str, size: ChartSize = ChartSize.WIDE) -> ChartWords:
    """Give the words of a chart by its unit's code."""
    label = get_label(_RANK if unit == RANK else UNITS.get(unit, (unit, unit)), language)
    return ChartWords(language, label, decimals, size, is_rank=unit == RANK)


def draw_line(lines: Sequence[Line], words: ChartWords) -> bytes:
    """Draw lines over periods as SVG; a line of one point is a mark."""
    import altair as alt  # noqa: PLC0415 # an extra, and slow to import

    shown = [line for line in lines if line.points]
    names = [line.name for line in shown]
    rows = [_make_row(line, point) for line in shown for point in line.points]
    axis = _make_axis({point.period for line in shown for point in line.points}, words)
    base = alt.Chart(_make_data(rows)).encode(
        x=alt.X("at:Q", title=None, scale=alt.Scale(nice=False, zero=False, padding=14), axis=axis),
        color=_scale(alt.Color, names, [_COLOURS[line.stroke] for line in shown], words),
    )
    # Whole figures have no marks between them.
    ticks = alt.Axis(format=",~f", tickCount=5, tickMinStep=10.0**-words.decimals)
    y = alt.Y("value:Q", title=None, scale=alt.Scale(zero=False, reverse=words.is_rank), axis=ticks)
    dash = _scale(alt.StrokeDash, names, [_DASHES[line.stroke] for line in shown], words)
    shape = _scale(alt.Shape, names, [_SHAPES[line.stroke] for line in shown], words)
    layers: list[Any] = [
        base.transform_filter("datum.joined").mark_line(strokeWidth=2.5).encode(y=y, strokeDash=dash),
        base.mark_point(filled=True, size=60, opacity=1).encode(y=y, shape=shape),
    ]
    if any("lower" in row for row in rows):
        ranged = base.transform_filter("isValid(datum.lower)")
        layers.append(ranged.mark_rule(strokeWidth=2).encode(y=alt.Y("lower:Q"), y2=alt.Y2("upper:Q")))
        tick = ranged.mark_tick(thickness=2, size=14, orient="horizontal")
        layers += [tick.encode(y=alt.Y(f"{end}:Q")) for end in ("lower", "upper")]
    return _draw(alt.layer(*layers).properties(height=_HEIGHTS[words.size]), words)


def draw_bars(bars: Sequence[Bar], words: ChartWords) -> bytes:
    """Draw horizontal bars as SVG, in the order given, each with its figure or its range."""
    import altair as alt  # noqa: PLC0415 # as above

    rows = [_make_bar(bar, words) for bar in bars]
    base = alt.Chart(_make_data(rows)).encode(
        y=alt.Y("name:N", title=None, sort=None, axis=alt.Axis(labelLimit=_NAME_LIMIT, domain=False, ticks=False))
    )
    # What is sure is dark, up to where it may reach is light.
    bar = base.mark_bar(height=alt.RelativeBandSize(0.62))
    axis = alt.Axis(format=",~f", tickCount=5)
    ends = [end for row in rows for end in (row["lower"], row["upper"])]
    scale = alt.Scale(domain=[min(0.0, *ends), _find_room(rows, words.size) * max(0.0, *ends)], nice=False)
    layers = [
        bar.encode(x=alt.X("upper:Q", title=None, axis=axis, scale=scale), color=alt.value("#b9cdd8")),
        bar.encode(x=alt.X("lower:Q"), color=alt.value(_COLOURS[Stroke.MAIN])),
        base.mark_text(align="left", dx=5, fontSize=13).encode(x=alt.X("upper:Q"), text=alt.Text("text:N")),
    ]
    return _draw(alt.layer(*layers).properties(height=alt.Step(_BAR_STEP)), words)


def embed_face(svg: bytes, faces: Iterable[bytes]) -> bytes:
    """Put font files (WOFF2) into a drawing: a picture on a page loads nothing from elsewhere."""
    rules = "".join(
        f'@font-face{{font-family:"{FACE}";src:url(data:font/woff2;base64,{base64.b64encode(face).decode()})'
        f' format("woff2"){limit}}}'
        for face, limit in zip(faces, _RANGES, strict=False)
    )
    head, mark, rest = svg.partition(b">")
    return head + mark + f"<defs><style>{rules}</style></defs>".encode() + rest


_RANGES: Final = (
    "",
    ";unicode-range:U+0102-0103,U+0110-0111,U+0128-0129,U+0168-0169,U+01A0-01A1,U+01AF-01B0,U+1EA0-1EF9,U+20AB",
)
"""Of which letters each file is: Latin first, then those that Vietnamese has more."""


def _find_room(rows: Sequence[Mapping[str, Any]], size: ChartSize) -> float:
    """Give by how much the axis is longer than the longest bar, so that its figure finds room behind it."""
    named, told = (max((len(row[key]) for row in rows), default=0) * _LETTER for key in ("name", "text"))
    plot = _WIDTHS[size] - min(named, _NAME_LIMIT)
    return plot / max(plot - told, plot / 3)


def _make_data(rows: list[dict[str, Any]]) -> Any:  # noqa: ANN401 # Altair's own
    import altair as alt  # noqa: PLC0415 # as above

    return alt.InlineData(values=rows)


def _make_row(line: Line, point: ChartPoint) -> dict[str, Any]:
    joined = line.stroke is not Stroke.REPORTED
    return {"name": line.name, "at": _place(point.period), "value": point.value, "joined": joined, **_bounds(point)}


def _make_bar(bar: Bar, words: ChartWords) -> dict[str, Any]:
    lower = bar.value if bar.lower is None else bar.lower
    upper = bar.value if bar.upper is None else bar.upper
    low, high = (write_number(end, words.decimals, words.language) for end in (lower, upper))
    return {
        "name": bar.name,
        "lower": lower,
        "upper": upper,
        "text": low if low == high else f"{low} \N{EN DASH} {high}",
    }


def _bounds(each: ChartPoint) -> dict[str, float]:
    if each.lower is None or each.upper is None:
        return {}
    return {"lower": each.lower, "upper": each.upper}


def _place(period: Period) -> float:
    """Give where on the line of time a period stands: a year at its number, a month within its year."""
    return round(period.begin.year + (period.begin.timetuple().tm_yday - 1) / 366, 4)


def _make_axis(periods: Iterable[Period], words: ChartWords) -> Any:  # noqa: ANN401 # Altair's own
    """Label the periods by their names: as many, evenly chosen from the last one back, as find room."""
    import altair as alt  # noqa: PLC0415 # as above

    ordered = sorted(periods)
    texts = {period: mark_period(period, words.language) for period in ordered}
    is_long = any(len(text) > LONG_LABEL for text in texts.values())
    room = MOST_LABELS[words.size] // (2 if is_long else 1)
    step = -(-len(ordered) // room) or 1
    shown = {f"{_place(period)}": texts[period] for period in ordered[::-1][::step]}
    return alt.Axis(
        values=[float(place) for place in shown],
        labelExpr=f"{json.dumps({str(float(key)): text for key, text in shown.items()})}[toString(datum.value)] || "
        f"{json.dumps(_whole(shown))}[toString(datum.value)]",
        labelAngle=0,
        grid=False,
        labelOverlap=False,
        labelFlush=False,
    )


def _whole(shown: Mapping[str, str]) -> dict[str, str]:
    """Give the labels of whole years under the form in which they are written without a point."""
    return {key.removesuffix(".0"): text for key, text in shown.items()}


def _scale(channel: Any, names: list[str], look: list[Any], words: ChartWords) -> Any:  # noqa: ANN401 # Altair's own
    import altair as alt  # noqa: PLC0415 # as above

    direction: Literal["horizontal", "vertical"] = "horizontal" if words.size is ChartSize.WIDE else "vertical"
    legend = alt.Legend(title=None, orient="top", direction=direction, labelLimit=0, symbolSize=80)
    return channel("name:N", scale=alt.Scale(domain=names, range=look), legend=legend if len(names) > 1 else None)


def _draw(chart: Any, words: ChartWords) -> bytes:  # noqa: ANN401 # Altair's own
    title = {"text": words.unit, "anchor": "start", "frame": "group", "font": FACE, "fontSize": 13, "offset": 8,
             "fontWeight": "normal", "color": _INK}  # fmt: skip # one table
    whole = chart.properties(width=_WIDTHS[words.size], autosize={"type": "fit-x", "contains": "padding"})
    if words.unit:
        whole = whole.properties(title=title)
    look = {"labelFont": FACE, "labelFontSize": 13, "labelColor": _INK}
    styled = (
        whole.configure(font=FACE, background="#ffffff", padding=6)
        .configure_view(stroke=None)
        .configure_axis(**look, gridColor="#d8e0e5", domainColor="#8896a0", tickColor="#8896a0")
        .configure_legend(**look)
        .configure_text(font=FACE, color=_INK)
    )
    return _render(styled.to_json(indent=None, validate=True), words.language)


@lru_cache(maxsize=CHARTS_KEPT)
def _render(content: str, language: str) -> bytes:
    """Draw what a description says; the same description is drawn once."""
    import vl_convert  # noqa: PLC0415 # as above

    _register_face()
    return str(vl_convert.vegalite_to_svg(content, format_locale=_NUMBERS[language])).encode()


@lru_cache(maxsize=1)
def _register_face() -> None:
    """Make the face known to the drawer, which measures words by it."""
    import vl_convert  # noqa: PLC0415 # as above

    vl_convert.register_font_directory(str(Path(str(files("fontpkg_be_vietnam_pro"))) / "files"))
