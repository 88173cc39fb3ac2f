from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from lienthong.delivery.models import Observation
from lienthong.web.callers import Caller
from tests.portal.cases.desk import enter_officer
from tests.portal.delivery.readers import load_illustrative

pytestmark = [pytest.mark.django_db, pytest.mark.urls("lienthong.site.urls_province")]

GOOD = "indicator,area,period,value\nUNEMPLOYMENT,99,2020,2.9\n"
MIXED = f'{GOOD}UNEMPLOYMENT,99,2019,"3.000,5"\nNOBODY,99,2020,1\n'


def make_file(content: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("figures.csv", content.encode(), content_type="text/csv")


def test_a_check_tells_what_would_happen_and_changes_nothing_then_good_rows_go_in() -> None:
    load_illustrative()
    client, before = enter_officer(Caller.STATISTICIAN), Observation.objects.count()
    told = {"file": make_file(MIXED), "source": "invented", "check": "yes"}
    page = client.post("/delivery/import/", told).content.decode()
    assert "Chưa thay đổi gì" in page
    assert "Không có chỉ tiêu mang mã này" in page
    assert "số có thể hiểu hai cách" in page
    assert "3.000,5" in page
    assert "cần một số viết với dấu chấm thập phân" in page
    assert "expected" not in page
    assert Observation.objects.count() == before
    page = client.post("/delivery/import/", {"file": make_file(MIXED), "source": "invented"}).content.decode()
    assert "Kết quả nạp số liệu" in page
    row = Observation.objects.latest("pk")
    assert Observation.objects.count() == before + 1
    assert row.origin_ref == "an.nguyen/figures.csv, row 2"
    figure = client.get(f"/delivery/figures/{row.pk}/records/").content.decode()
    assert "an.nguyen/figures.csv, row 2" in figure


def test_reasons_name_what_codes_mean_and_write_days_as_the_pages_do() -> None:
    load_illustrative()
    client = enter_officer(Caller.STATISTICIAN)
    twice = "UNEMPLOYMENT,99,2020,2.8"
    lines = f"{GOOD}{twice}\nUNEMPLOYMENT,99777,2026-03-31,3\nUNEMPLOYMENT,99,2019,3,person\n"
    told = {"source": "invented", "check": "yes"}
    content = lines.replace("value\n", "value,unit\n", 1)
    page = client.post("/delivery/import/", {**told, "file": make_file(content)}).content.decode()
    assert "Tỷ lệ thất nghiệp (UNEMPLOYMENT) của Tỉnh Minh Họa (99), năm 2020 đã có ở dòng 2" in page
    assert "không có đơn vị hành chính nào mang mã này vào ngày 31/03/2026" in page
    assert "cần số liệu tính bằng % (percent)" in page
    assert "2026-03-31" not in page
    client.get("/language/en")
    page = client.post("/delivery/import/", {**told, "file": make_file(content)}).content.decode()
    assert "Unemployment (UNEMPLOYMENT) of Minh Hoa Province (99), 2020 stands in row 2 already" in page


def test_a_file_that_is_none_changes_nothing_and_says_so() -> None:
    client = enter_officer(Caller.STATISTICIAN)
    page = client.post("/delivery/import/", {"file": make_file("a,b\n1,2\n")}).content.decode()
    assert "Không đọc được tệp" in page
    assert "thiếu cột: indicator, area, period, value" in page
    assert "Chọn tệp" in client.post("/delivery/import/", {}).content.decode()
    large = SimpleUploadedFile("f.csv", b"x" * (4 * 1024 * 1024 + 1))
    assert "lớn hơn 4 MB" in client.post("/delivery/import/", {"file": large}).content.decode()


def test_only_a_post_of_statistics_imports_and_others_are_shown_no_way_to_it() -> None:
    load_illustrative()
    before = Observation.objects.count()
    leader = enter_officer(Caller.LEADER, Caller.OFFICER)
    assert leader.get("/delivery/import/").status_code == 403
    assert leader.post("/delivery/import/", {"file": make_file(GOOD), "source": "invented"}).status_code == 403
    assert Observation.objects.count() == before
    assert "/delivery/import/" not in leader.get("/delivery/indicators/").content.decode()
    statistician = enter_officer(Caller.STATISTICIAN, name="ha.vu")
    assert "/delivery/import/" in statistician.get("/delivery/indicators/").content.decode()
