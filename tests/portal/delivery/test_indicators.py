from __future__ import annotations

import csv
import io
import re
from datetime import date
from decimal import Decimal
from html import unescape

import pytest

from lienthong.delivery.figures import Cell
from lienthong.delivery.models import Indicator
from lienthong.delivery.periods import parse_period
from lienthong.delivery.recording import NewFigure, record_figures
from lienthong.delivery.words import Origin, Status
from lienthong.web.callers import Caller
from tests.portal.cases.desk import enter_officer
from tests.portal.delivery.readers import list_links, load_illustrative, read

pytestmark = [pytest.mark.django_db, pytest.mark.urls("lienthong.site.urls_province")]


def test_an_indicator_has_its_figures_the_countrys_its_definition_and_files_to_take_away() -> None:
    load_illustrative()
    client = enter_officer(Caller.LEADER)
    assert "GRDP bình quân đầu người" in read(client, "/delivery/indicators/?area=99")
    page = read(client, "/delivery/indicators/GRDP_HEAD_USD/?area=99&as_of=2026-04-02")
    assert "10.420 USD" in page
    assert "4.830 USD" in page
    assert "per_head(GRDP_CURRENT, POPULATION) / USD_RATE@country" in page
    assert "31/03/2026" in page
    for link in list_links(page):
        assert client.get(link).status_code == 200, link

    answer = client.get("/delivery/indicators/POPULATION/figures/csv?area=99&as_of=2026-04-02")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert {row["area"] for row in rows} == {"99", "98"}
    assert answer.headers["Content-Disposition"] == 'attachment; filename="POPULATION-99-2026-04-02.csv"'
    assert client.get("/delivery/indicators/POPULATION/figures/xls?area=99").status_code == 404
    for path in ("NONE/", "NONE/chart.svg", "NONE/areas.svg", "NONE/map.svg", "CRIMES/map.svg"):
        assert client.get(f"/delivery/indicators/{path}?area=99").status_code == 404


def test_every_indicator_opens_with_its_pictures() -> None:
    load_illustrative()
    client = enter_officer(Caller.LEADER)
    codes = list(Indicator.objects.values_list("code", flat=True))
    assert "GROWTH_STREAK" in codes
    pictures = [
        unescape(picture)
        for code in codes
        for picture in re.findall(
            r'src="([^"]+[.]svg[^"]*)"', read(client, f"/delivery/indicators/{code}/?area=99&as_of=2026-04-02")
        )
    ]
    assert len(pictures) > len(codes) / 2
    for picture in pictures:
        assert client.get(picture).status_code == 200, picture


def test_areas_are_shown_in_the_units_of_any_day() -> None:
    load_illustrative()
    client = enter_officer(Caller.LEADER)
    after = read(client, "/delivery/indicators/POPULATION/?area=99&as_of=2026-04-02")
    assert "Phường Minh Họa Đông" in after
    assert "260.000 người" in after
    before = read(client, "/delivery/indicators/POPULATION/?area=99&as_of=2026-04-02&on=30/6/2025")
    assert "Phường Minh Họa Đông" not in before
    assert "theo đơn vị hành chính ngày 30/06/2025" in before
    # What a former commune has of a new one's figure is a range, and what it was observed to have a value.
    assert "từ 0 người đến" in before
    # Where the former communes lay is not known: there is no map of them.
    assert "map.svg" not in before
    one = read(client, "/delivery/indicators/POPULATION/?area=99001&as_of=2026-04-02&on=2025-06-30")
    assert "128.765 người" in one


def test_the_map_shows_the_latest_period_in_which_most_areas_have_a_figure_and_numbers_its_table() -> None:
    load_illustrative()
    client, path = enter_officer(Caller.LEADER), "/delivery/indicators/CASES_DUE/?area=99&as_of=2026-12-01"
    figure = NewFigure(
        cell=Cell("CASES_DUE", "99101", parse_period("2026-11")),
        area_on=date(2026, 11, 30),
        value=Decimal(12),
        source="invented",
        status=Status.OFFICIAL,
        published_on=date(2026, 12, 1),
        origin=Origin.CASES,
    )
    record_figures([figure])
    page = read(client, path)
    assert "67.314 hồ sơ" in page
    # A line joins years or months, and not both.
    ward = "/delivery/indicators/CASES_DUE/{}?area=99101&as_of=2026-12-01"
    assert "từ tháng 11/2026 đến tháng 11/2026" in read(client, ward.format(""))
    line = client.get(ward.format("chart.svg")).content.decode()
    assert (">11/2026<" in line, ">2025<" in line) == (True, False)
    (place,) = {unescape(link) for link in re.findall(r'src="([^"]*map\.svg[^"]*)"', page)}
    drawn = client.get(place)
    assert drawn.headers["Content-Type"] == "image/svg+xml"
    picture = drawn.content.decode()
    assert picture.count("Phường Minh Họa") == 2
    for number in range(1, 6):
        assert f">{number}</text>" in picture
        assert f'<td class="govuk-table__cell lt-number">{number}</td>' in page


def test_public_order_is_of_the_province_and_the_year_only() -> None:
    load_illustrative()
    page = read(enter_officer(Caller.LEADER), "/delivery/indicators/CRIMES/?area=99&as_of=2026-04-02")
    assert "930 vụ" in page
    assert "không bao giờ phân chia" in page
    assert "areas.svg" not in page


def test_a_chart_is_a_picture_with_its_letters_that_a_browser_need_not_fetch_twice() -> None:
    load_illustrative()
    client = enter_officer(Caller.LEADER)
    path = "/delivery/indicators/GRDP_HEAD_USD/chart.svg?area=99"
    answer = client.get(path)
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert "Tỉnh Minh Họa" in answer.content.decode()
    assert "10.000" in answer.content.decode()
    again = client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    client.get("/language/en")
    assert "10,000" in client.get(path).content.decode()


def test_a_target_has_its_sentence_its_path_and_a_forecast_with_its_interval() -> None:
    load_illustrative()
    client = enter_officer(Caller.LEADER)
    page = read(client, "/delivery/targets/ILLUSTRATIVE-2030/HEAD/?as_of=2026-04-02")
    assert "GRDP bình quân đầu người năm 2025 là 10.420 USD" in page
    assert "khoảng dự báo 95% từ 12.350 USD đến 14.947 USD" in page
    assert "Lộ trình yêu cầu" in page
    for link in list_links(page):
        assert client.get(link).status_code == 200, link
    chart = client.get("/delivery/targets/ILLUSTRATIVE-2030/HEAD/chart.svg?as_of=2026-04-02").content.decode()
    assert "Dự báo và khoảng dự báo" in chart
    plan = read(client, "/delivery/targets/ILLUSTRATIVE-2025/?as_of=2026-04-02")
    assert plan.count('class="lt-targets__row"') == 19
    for path in ("NONE/", "NONE/HEAD/", "ILLUSTRATIVE-2030/NONE/"):
        assert client.get(f"/delivery/targets/{path}").status_code == 404
