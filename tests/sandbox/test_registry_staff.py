from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth import authenticate

from lienthong.identity.models import Account, Assignment
from lienthong.people.card_steps import CardState
from lienthong.people.models import CardApplication
from lienthong.people.site_registry import make_site_registry
from lienthong.sandbox.cards_load import load_synthetic_cards
from lienthong.sandbox.logins import read_staff_logins
from lienthong.sandbox.people_load import load_synthetic_people
from lienthong.sandbox.registry_staff import make_staff_logins

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db


def test_clerks_and_an_administrator_can_sign_in_and_see_cards_in_every_state(tmp_path: Path) -> None:
    registry = make_site_registry()
    load_synthetic_people(registry, 1000, processes=1)
    load_synthetic_cards(registry)
    file = tmp_path / "staff-logins.json"
    said: list[str] = []
    make_staff_logins(file, said.append)
    make_staff_logins(file, said.append)
    logins = read_staff_logins(file)

    assert len(said) == 1
    assert file.stat().st_mode & 0o077 == 0
    assert [login.name for login in logins] == ["quan-tri-mau", "can-bo-tinh", "can-bo-xa"]
    for login in logins:
        account = authenticate(username=login.name, password=login.password)
        assert isinstance(account, Account)
        assert account.is_staff_account
    posts = {held.account.username: held.post for held in Assignment.objects.select_related("account", "post")}
    assert posts["can-bo-tinh"].area_code == ""
    area = posts["can-bo-xa"].area_code
    states = set(CardApplication.objects.filter(area_code=area).values_list("state", flat=True))
    assert states == {state.value for state in CardState}
