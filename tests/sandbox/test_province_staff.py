from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth import authenticate

from lienthong.identity.models import Account, Assignment
from lienthong.portal.province.start import PERSONAS
from lienthong.sandbox.logins import read_staff_logins
from lienthong.sandbox.province_staff import COLLEAGUES, make_province_logins
from lienthong.web.callers import Caller

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db


def test_officers_of_each_duty_and_a_leader_can_sign_in_at_the_sample_commune(tmp_path: Path) -> None:
    file = tmp_path / "province-logins.json"
    said: list[str] = []
    make_province_logins(file, said.append)
    make_province_logins(file, said.append)
    logins = read_staff_logins(file)

    assert len(said) == 1
    assert file.stat().st_mode & 0o077 == 0
    names = [login.name for login in logins]
    assert names == ["quan-tri-mau", "tiep-nhan-mau", "xu-ly-mau", "phe-duyet-mau", "thong-ke-mau", "lanh-dao-mau"]
    for login in logins:
        assert isinstance(authenticate(username=login.name, password=login.password), Account)
    posts = {held.account.username: held.post for held in Assignment.objects.select_related("account", "post")}
    assert {post.agency_code for post in posts.values()} == {"Z99.01"}
    assert set(posts["phe-duyet-mau"].roles) == {Caller.OFFICER, Caller.LEADER}
    assert posts["lanh-dao-mau"].roles == [Caller.LEADER]


def test_the_start_page_names_the_very_people_that_the_sandbox_makes() -> None:
    assert [persona.name for persona in PERSONAS if persona.name] == [each.name for each in COLLEAGUES]
