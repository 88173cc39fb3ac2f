"""The extract is the package's data: made again from the wheel it is the committed one."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from lienthong.sandbox.errors import SandboxError
from lienthong.sandbox.extract_units import (
    LICENCE_FILE,
    LINKS_FILE,
    PACKAGE,
    PROVINCE_KEY,
    UNITS_FILE,
    extract_units,
    read_wheel,
)
from lienthong.sandbox.units import EXTRACT_FILE

WHEELS = Path(__file__).parents[2] / "build" / "units"
"""Where `make units` puts the wheel."""

WHOLE = {"xamoi": [f"{PROVINCE_KEY}_huyena_xacu"]}


def _make_database(path: Path) -> bytes:
    connection = sqlite3.connect(path)
    connection.executescript("""
        CREATE TABLE admin_units_legacy
          (provinceKey, wardCode, ward, wardType, wardKey, district, districtKey);
        CREATE TABLE admin_units (provinceKey, wardCode, ward, wardType, wardKey);
        INSERT INTO admin_units_legacy VALUES
          ('tinhquangninh', '00002', 'Xã Cũ', 'Xã', 'xacu', 'Huyện A', 'huyena'),
          ('tinhquangninh', '00001', 'Xã Chia', 'Xã', 'xachia', 'Huyện A', 'huyena'),
          ('tinhkhac', '00009', 'Xã Khác', 'Xã', 'xakhac', 'Huyện B', 'huyenb');
        INSERT INTO admin_units VALUES
          ('tinhquangninh', '00002', 'Xã Mới', 'Xã', 'xamoi'),
          ('tinhquangninh', '00001', 'Xã Hai', 'Xã', 'xahai');
    """)
    connection.close()
    return path.read_bytes()


def _make_wheel(folder: Path, whole: dict[str, list[str]], split: dict[str, Any]) -> Path:
    links = {
        "DICT_PROVINCE_WARD_NO_DIVIDED": {PROVINCE_KEY: whole},
        "DICT_PROVINCE_WARD_DIVIDED": {PROVINCE_KEY: split},
    }
    path = folder / f"{PACKAGE}-9.9-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(UNITS_FILE, _make_database(folder / "units.db"))
        archive.writestr(LINKS_FILE, json.dumps(links))
        archive.writestr(f"{PACKAGE}-9.9.dist-info/licenses/LICENSE", "MIT License")
    return path


def _make_split(*candidates: str) -> dict[str, Any]:
    parts = [{"newWardKey": key, "isDefaultNewWard": key == "xamoi"} for key in candidates]
    return {f"{PROVINCE_KEY}_huyena_xachia": parts}


def test_a_wheel_becomes_one_province_ordered_and_without_the_packages_guess(tmp_path: Path) -> None:
    wheel = read_wheel(_make_wheel(tmp_path, WHOLE, _make_split("xamoi", "xahai")))
    units = json.loads(extract_units(wheel))["units"]
    assert [(unit["code"], unit["from"], unit["name"]) for unit in units] == [
        ("00001", "2024-11-01", "Xã Chia"),
        ("00002", "2024-11-01", "Xã Cũ"),
        ("00001", "2025-07-01", "Xã Hai"),
        ("00002", "2025-07-01", "Xã Mới"),
    ]
    assert units[0]["successors"] == ["00001", "00002"]
    assert units[3]["predecessors"] == ["00001", "00002"]
    assert b"efault" not in extract_units(wheel)


def test_the_same_wheel_gives_the_same_bytes(tmp_path: Path) -> None:
    path = _make_wheel(tmp_path, WHOLE, _make_split("xamoi", "xahai"))
    assert extract_units(read_wheel(path)) == extract_units(read_wheel(path))


def test_a_link_to_a_unit_that_is_not_listed_is_refused(tmp_path: Path) -> None:
    wheel = read_wheel(_make_wheel(tmp_path, WHOLE, _make_split("xamoi", "xamat")))
    with pytest.raises(SandboxError, match=r"links a unit that .* does not list: 'xamat'"):
        extract_units(wheel)


def test_a_unit_without_a_link_is_refused(tmp_path: Path) -> None:
    wheel = read_wheel(_make_wheel(tmp_path, WHOLE, {}))
    with pytest.raises(SandboxError, match=r"no successors for .*xachia"):
        extract_units(wheel)


def test_another_file_than_the_packages_wheel_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other-1.0-py3-none-any.whl"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("other/__init__.py", "")
    (tmp_path / "text").write_text("no zip")
    for path in (other, tmp_path / "text", tmp_path / "absent"):
        with pytest.raises(SandboxError, match=f"expected a wheel of {PACKAGE} at "):
            read_wheel(path)


def test_the_committed_extract_is_what_the_wheel_gives() -> None:
    folder = resources.files("lienthong.sandbox").joinpath("data")
    committed = folder.joinpath(EXTRACT_FILE).read_bytes()
    path = WHEELS / json.loads(committed)["source"]["wheel"]["name"]
    if not path.exists():
        pytest.skip(f"{path.name} is not here; make units fetches it")
    wheel = read_wheel(path)
    assert extract_units(wheel) == committed
    assert wheel.licence == folder.joinpath(LICENCE_FILE).read_bytes()
