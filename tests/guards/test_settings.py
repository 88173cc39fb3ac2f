from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from msgspec import inspect

from lienthong.exchange import access, services
from lienthong.exchange.gateway.home import GatewaySettings
from lienthong.site.site_file import SiteSettings
from tests.guards.tree import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = (ROOT / "docs" / "operate.md").read_text()


def _paths(described: inspect.Type, place: tuple[str, ...] = ()) -> Iterator[str]:
    """Give each setting as the page names it; `CODE` stands for the keys of a free table."""
    if isinstance(described, inspect.DictType):
        yield from _paths(described.value_type, (*place, "CODE"))
    elif isinstance(described, inspect.StructType):
        for field in described.fields:
            yield from _paths(field.type, (*place, field.encode_name))
    else:
        yield ".".join(place)


def _section(title: str) -> str:
    """Give the page's text from a heading to the next of its level."""
    return PAGE.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


@pytest.mark.parametrize(
    ("title", "shape", "least"), [("gateway.toml", GatewaySettings, 15), ("site.toml", SiteSettings, 10)]
)
def test_every_setting_is_documented(title: str, shape: type[msgspec.Struct], least: int) -> None:
    settings = list(_paths(inspect.type_info(shape)))
    assert len(settings) > least

    text = _section(title)
    assert [name for name in settings if f"`{name}`" not in text] == []


@pytest.mark.parametrize(
    ("title", "table"),
    [("services.toml", services._ServiceTable), ("grants.toml", access._GrantTable)],  # noqa: SLF001 - the files' shapes
)
def test_every_key_of_services_and_grants_is_documented(title: str, table: type[msgspec.Struct]) -> None:
    section = _section(title)
    assert [
        field.encode_name for field in msgspec.structs.fields(table) if f"| `{field.encode_name}` |" not in section
    ] == []
