from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from lienthong.identity.provider.subjects import load_subject_secret, name_subject

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

SECRET = b"s" * 32
HOSTS = st.from_regex(r"[a-z0-9.-]{1,40}", fullmatch=True)


@given(HOSTS, HOSTS, st.uuids(), st.uuids())
def test_a_name_is_the_same_only_for_the_same_person_in_the_same_sector(
    sector: str, other_sector: str, account: UUID, other: UUID
) -> None:
    name = name_subject(SECRET, sector, account)

    assert name_subject(SECRET, sector, account) == name
    assert (name_subject(SECRET, other_sector, account) == name) == (other_sector == sector)
    assert (name_subject(SECRET, sector, other) == name) == (other == account)
    assert name_subject(b"t" * 32, sector, account) != name


def test_the_secret_is_made_once(tmp_path: Path) -> None:
    folder = tmp_path / "openid"

    assert load_subject_secret(folder) == load_subject_secret(folder)
    assert len(load_subject_secret(folder)) == 32
