from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django.fixtures import Settings

pytestmark = [pytest.mark.django_db, pytest.mark.urls("lienthong.site.urls_province")]


def test_what_several_agencies_do_together_stands_first_and_people_to_try_it_only_in_a_sandbox(
    client: Client, settings: Settings
) -> None:
    page = client.get("/").content.decode()
    assert page.index("3.000722") < page.index("Xem tất cả dịch vụ")
    assert "phe-duyet-mau" in page
    settings.IS_SANDBOX = False
    assert "phe-duyet-mau" not in client.get("/").content.decode()
