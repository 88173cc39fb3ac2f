from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from lienthong.site.roles import ROLES, Role
from lienthong.web.callers import Caller

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# In a process of its own: this one has loaded both roles already.
_LOADED = """
import importlib, sys
import django
from django.conf import settings
django.setup()
importlib.import_module(settings.ROOT_URLCONF)
print(*sorted(name for name in sys.modules if name.startswith("lienthong.")))
"""


def _walk(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        place = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, place)
        else:
            yield place, pattern


@pytest.mark.parametrize("role", Role)
def test_every_route_says_who_may_call_it(role: Role) -> None:
    routes = dict(_walk(get_resolver(ROLES[role].urls).url_patterns))
    assert len(routes) >= 4

    assert [place for place, pattern in routes.items() if not getattr(pattern.callback, "callers", None)] == []


@pytest.mark.parametrize("role", Role)
def test_services_answer_gateways_and_nothing_else_does(role: Role) -> None:
    routes = dict(_walk(get_resolver(ROLES[role].urls).url_patterns))
    services = {place for place, found in routes.items() if Caller.GATEWAY in getattr(found.callback, "callers", ())}

    assert {place for place in services if not place.startswith("services/")} == set()
    open_services = {place for place in routes if place.startswith("services/")} - services
    assert {place for place in open_services if not place.endswith("openapi.json")} == set()


@pytest.mark.parametrize(("role", "absent"), [(Role.PROVINCE, ("lienthong.people", "lienthong.sandbox"))])
def test_a_role_loads_nothing_of_what_it_must_not_have(tmp_path: Path, role: Role, absent: tuple[str, ...]) -> None:
    file = tmp_path / "site.toml"
    file.write_text(f'role = "{role}"\ninstance = "DEMO"\ndata = "{tmp_path}"\n')
    environment = {"LIENTHONG_SITE": str(file), "DJANGO_SETTINGS_MODULE": "lienthong.site.settings", "PATH": ""}
    command = [sys.executable, "-c", _LOADED]
    loaded = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout.split()

    assert ROLES[role].urls in loaded
    assert [name for name in loaded if name.startswith(absent)] == []
