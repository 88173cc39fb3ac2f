"""Charts speak the page's language, can be told apart in grey, and load nothing from elsewhere."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from lienthong.delivery.charts import (
    Bar,
    ChartPoint,
    ChartSize,
    ChartWords,
    Line,
    Stroke,
    draw_bars,
    draw_line,
    embed_face,
    make_words,
)
from lienthong.delivery.periods import make_month, make_year

_LINES = (
    Line(
        "Tỉnh", Stroke.MAIN, tuple(ChartPoint(make_year(year), 1.0 + (year - 2015) / 9) for year in range(2015, 2025))
    ),
    Line("Cả nước", Stroke.COUNTRY, tuple(ChartPoint(make_year(year), 1.5) for year in range(2015, 2025))),
    Line("Dự báo", Stroke.FORECAST, (ChartPoint(make_year(2030), 2.4, 2.2, 2.6),)),
)


def list_texts(svg: bytes) -> list[str]:
    # Our own drawing, made a line above.
    root = ET.fromstring(svg)  # noqa: S314 # as said
    return [each.text or "" for each in root.iter("{http://www.w3.org/2000/svg}text")]


def test_a_chart_writes_figures_and_words_in_its_language() -> None:
    vi = list_texts(draw_line(_LINES, ChartWords("vi", "lần", 2)))
    en = list_texts(draw_line(_LINES, ChartWords("en", "times", 2)))
    assert "1,5" in vi
    assert "1.5" in en
    assert {"lần", "Tỉnh", "Cả nước", "Dự báo", "2030"} <= set(vi)


def test_lines_differ_by_more_than_colour() -> None:
    svg = draw_line(_LINES, ChartWords("vi", "lần", 2)).decode()
    dashes = set(re.findall(r'stroke-dasharray="([^"]+)"', svg))
    assert {"1,0", "7,4"} <= dashes


def test_a_narrow_chart_is_narrow_and_names_fewer_periods() -> None:
    wide, narrow = (draw_line(_LINES, ChartWords("vi", "lần", 2, size)) for size in ChartSize)
    years = [sum(bool(re.fullmatch(r"\d{4}", text)) for text in list_texts(svg)) for svg in (wide, narrow)]
    assert years[0] > years[1] > 2
    assert int(re.findall(rb'width="(\d+)"', narrow)[0]) <= 330


def test_a_chart_of_ranks_has_the_first_place_on_top_and_no_mark_between_places() -> None:
    places = tuple(ChartPoint(make_year(2020 + step), float(place)) for step, place in enumerate((8, 5, 2, 1)))
    svg = draw_line([Line("Tỉnh", Stroke.MAIN, places)], make_words("rank", 0, "vi")).decode()
    assert "Thứ hạng, 1 là cao nhất" in svg
    heights = {text: float(y) for y, text in re.findall(r"translate\([-\d.]+,([\d.]+)\)[^>]*>(\d)<", svg)}
    assert heights["2"] < heights["8"]
    assert not re.search(r">\d,\d<", svg)


def test_months_are_named_below_a_chart_as_people_name_them() -> None:
    months = tuple(ChartPoint(make_month(2025, month), float(month)) for month in range(1, 7))
    vi, en = (
        list_texts(draw_line([Line("Tỉnh", Stroke.MAIN, months)], ChartWords(language, "", 0)))
        for language in ("vi", "en")
    )
    assert "6/2025" in vi
    assert "Jun 2025" in en
    assert not [text for text in [*vi, *en] if text.startswith("2025-")]


def test_a_bar_of_a_range_says_both_ends() -> None:
    texts = list_texts(draw_bars([Bar("Xã A", 9.0, 8.0, 11.5), Bar("Xã B", 7.0)], ChartWords("vi", "%", 1)))
    assert "8,0 – 11,5" in texts  # noqa: RUF001 # the dash of a range
    assert "7,0" in texts


def test_a_chart_brings_its_letters_and_loads_nothing() -> None:
    svg = embed_face(draw_line(_LINES[:1], ChartWords("vi", "lần", 2)), [b"latin", b"vietnamese"])
    ET.fromstring(svg)  # noqa: S314 # our own drawing
    assert svg.count(b"@font-face") == 2
    assert not re.search(rb'(?:href|src)="?http', svg)
