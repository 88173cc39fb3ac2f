from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from lienthong.people.import_rows import ImportRule
from lienthong.people.persons import find_person
from lienthong.people.record import read_record
from lienthong.portal.registry.imports import MOST_PAGE_BYTES, RULES
from tests.portal.registry.office import enter_clerk, make_site
from tests.portal.registry.test_find_person import read

if TYPE_CHECKING:
    from django.test import Client

HEADER = "number,full_name,sex,birth_date,area_code,address,since\n"
GOOD = "999190012345,Nguyễn Thị Hòa,Nữ,17/05/1990,06673,Tổ 1,01/08/2025\n"
BAD = "999190012346,Trần Văn An,Nam,31/02/1990,06673,Tổ 2,01/08/2025\n"


def send(client: Client, text: str | bytes, **more: str) -> str:
    content = text.encode() if isinstance(text, str) else text
    told = {"source": "Sổ hộ khẩu, 1/8/2025", "knows": "on", "file": SimpleUploadedFile("a.csv", content), **more}
    return read(client.post("/office/import/", told))


def test_every_rule_of_the_import_has_words() -> None:
    assert set(RULES) == set(ImportRule)


@pytest.mark.django_db
def test_good_rows_go_in_and_the_others_are_reported_by_row_column_value_and_rule(client: Client) -> None:
    registry = make_site()
    enter_clerk(client)
    page = send(client, HEADER + GOOD + BAD)
    assert [text in page for text in ("31/02/1990", "birth_date", "Ngày không hợp lệ", "Không nạp")] == [True] * 4
    person = find_person("999190012345")
    assert person is not None
    source = read_record(registry, person).facts[0].fact.source
    assert source == "officer:Lê Thị Mai, Z99.01; Sổ hộ khẩu, 1/8/2025"
    assert "Số định danh đã cấp cho người khác" in send(client, HEADER + GOOD)


@pytest.mark.django_db
def test_nothing_goes_in_without_source_confirmation_or_a_file_that_can_be_read(client: Client) -> None:
    enter_clerk(client)
    for told, message in (
        (send(client, HEADER + GOOD, source=""), "Nhập nguồn của tệp"),
        (send(client, HEADER + GOOD, knows=""), "Xác nhận rằng không thể hoàn tác"),
        (send(client, b"\xff\xfe"), "Không đọc được tệp"),
        (send(client, b"x" * (MOST_PAGE_BYTES + 1)), "Tệp lớn hơn 4 MB"),
        (send(client, b""), "Tệp trống"),
        (read(client.post("/office/import/", {"source": "x"})), "Chọn tệp"),
    ):
        assert message in told
        assert "govuk-error-summary" in told
    assert find_person("999190012345") is None
