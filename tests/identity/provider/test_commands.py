from __future__ import annotations

from typing import TYPE_CHECKING

from typer.testing import CliRunner

from lienthong.__main__ import make_app
from lienthong.identity.provider.keys import KeyFolder

if TYPE_CHECKING:
    from pathlib import Path


def test_keys_are_rotated_in_the_folder_that_the_settings_name(tmp_path: Path) -> None:
    file = tmp_path / "site.toml"
    file.write_text('role = "registry"\ninstance = "DEMO"\ndata = "data"\nopenid_keys = "keys"\n')

    for _ in range(2):
        done = CliRunner().invoke(make_app(), ["openid", "rotate-keys", "--settings", str(file)])
        assert done.exit_code == 0, done.output

    assert (
        sorted(key.algorithm for key in KeyFolder(tmp_path / "data" / "keys").list_keys())
        == ["ES256"] * 2 + ["RS256"] * 2
    )
    assert "removed none" in done.output
