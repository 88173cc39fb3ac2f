from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.directory.chain import join_chain
from lienthong.directory.client import DirectoryClient
from lienthong.directory.errors import DirectoryError, DirectoryErrorKind
from lienthong.directory.members import verify_directory
from lienthong.directory.repository import OfflineKeys, OnlineKeys
from lienthong.directory.revocations import Revocation, Revocations
from lienthong.kernel.keys import make_signing_key
from tests.directory.repositories import DAY_MS, URL, Served, lasting_directory

if TYPE_CHECKING:
    from pathlib import Path

GATEWAY = "DEMO/GOV/Z99.01/GW1"


def _refused(client: DirectoryClient, *words: str) -> None:
    before = client.current()
    with pytest.raises(DirectoryError) as refused:
        client.fetch()
    assert refused.value.kind is DirectoryErrorKind.REFUSED
    assert [word for word in words if word not in refused.value.message] == [], refused.value.message
    assert not client.refresh()
    assert client.current() == before


def test_a_new_gateway_gets_the_directory_from_one_root_key(tmp_path: Path) -> None:
    served = Served()
    client = served.join(tmp_path)

    assert client.current().members == lasting_directory().members
    assert not client.refresh()


def test_the_kept_document_is_verified_offline_by_the_root_key_alone(tmp_path: Path) -> None:
    served = Served()
    served.join(tmp_path)
    raw = (tmp_path / "directory.json").read_bytes()

    assert verify_directory(raw, served.offline.root[0].verify_key) == lasting_directory()
    for stranger in (make_signing_key(), served.online.newest, served.offline.targets[0]):
        with pytest.raises(DirectoryError) as refused:
            verify_directory(raw, stranger.verify_key)
        assert refused.value.kind is DirectoryErrorKind.BAD_SIGNATURE
    with pytest.raises(DirectoryError) as refused:
        verify_directory(raw.replace(b"Commune", b"Cammune"), served.offline.root[0].verify_key)
    assert refused.value.kind is DirectoryErrorKind.BAD_SIGNATURE


def test_a_newer_directory_is_news_and_a_renewed_signature_only_lengthens_its_life(tmp_path: Path) -> None:
    served = Served()
    client = served.join(tmp_path)
    until = client.current().expires
    served.clock.advance(3_600_000)
    served.repository.renew(served.online)
    client.fetch()
    assert not client.refresh()
    assert client.current().expires > until

    served.publish(2, "Renamed")
    client.fetch()
    assert client.refresh()
    assert client.current().version == 2


def test_a_directory_that_is_away_leaves_the_last_good_copy_also_after_a_restart(tmp_path: Path) -> None:
    served = Served()
    client = served.join(tmp_path)
    served.fetcher.is_away = True
    with pytest.raises(DirectoryError) as refused:
        client.fetch()
    assert refused.value.kind is DirectoryErrorKind.UNREADABLE

    again = served.join(tmp_path)
    assert again.current() == client.current()
    assert not again.current().is_expired(served.clock.now_ms())
    assert again.current().is_expired(served.clock.now_ms() + 8 * DAY_MS)


def test_rollback_to_an_older_timestamp_is_refused(tmp_path: Path) -> None:
    served = Served()
    old = dict(served.files.kept)
    served.publish(2)
    client = served.join(tmp_path)
    served.files.kept = old

    _refused(client, "version")


def test_rollback_of_the_targets_under_a_new_timestamp_is_refused(tmp_path: Path) -> None:
    """Whoever has the online keys can sign a snapshot that names the older directory."""
    served = Served()
    old = {name: raw for name, raw in served.files.kept.items() if "targets" in name}
    served.publish(2)
    client = served.join(tmp_path)
    served.files.kept = {
        name: raw for name, raw in served.files.kept.items() if name != "metadata/2.targets.json"
    } | old
    served.repository.renew(served.online)

    _refused(client, "version")


def test_a_frozen_directory_is_refused_when_its_lifetime_is_over(tmp_path: Path) -> None:
    served = Served()
    client = served.join(tmp_path)
    served.clock.advance(-8 * DAY_MS)
    served.repository.renew(served.online)  # what a server replays that stopped signing eight days ago

    _refused(client, "expired")


def test_a_server_that_withholds_a_part_does_not_lengthen_the_lifetime(tmp_path: Path) -> None:
    served = Served()
    client = served.join(tmp_path)
    served.clock.advance(DAY_MS)
    served.publish(2)
    withheld = served.files.kept.pop("metadata/2.targets.json")
    before = client.current().expires
    with pytest.raises(DirectoryError):
        client.fetch()
    client.refresh()
    assert client.current().expires == before

    served.files.kept["metadata/2.targets.json"] = withheld
    client.fetch()
    client.refresh()
    assert client.current().expires == before + DAY_MS


def test_a_mix_of_two_snapshots_is_refused(tmp_path: Path) -> None:
    served = Served()
    client = served.join(tmp_path)
    other = Served()
    served.publish(2)
    other.publish(2, "Another")
    targets = next(name for name in other.files.kept if name == "metadata/2.targets.json")
    served.files.kept[targets] = other.files.kept[targets]

    _refused(client, "targets was signed by 0/2 keys")


def test_a_snapshot_of_another_time_is_refused(tmp_path: Path) -> None:
    served = Served()
    client = served.join(tmp_path)
    served.publish(2)
    newest = max(int(name.split("/")[1].split(".")[0]) for name in served.files.kept if name.endswith("snapshot.json"))
    served.files.kept[f"metadata/{newest}.snapshot.json"] = served.files.kept[f"metadata/{newest - 1}.snapshot.json"]

    _refused(client, "snapshot")


def test_another_content_of_a_target_is_refused(tmp_path: Path) -> None:
    served = Served()
    client = served.join(tmp_path)
    served.publish(2)
    for name in served.files.kept:
        if name.endswith("directory.json"):
            served.files.kept[name] = served.files.kept[name].replace(b"Commune", b"Cammune")

    _refused(client)


def test_a_root_of_other_keys_is_refused(tmp_path: Path) -> None:
    served = Served()
    client = served.join(tmp_path)
    thief = Served()
    thief.repository.rotate(thief.offline.root, thief.offline, thief.online, 2)
    served.files.kept["metadata/2.root.json"] = thief.files.kept["metadata/2.root.json"]

    _refused(client, "root was signed by 0/2 keys")


def test_a_first_root_without_the_trusted_key_is_refused(tmp_path: Path) -> None:
    served = Served()
    with pytest.raises(DirectoryError) as refused:
        DirectoryClient(tmp_path, URL, make_signing_key().verify_key, served.fetcher)
    assert refused.value.kind is DirectoryErrorKind.BAD_SIGNATURE


def test_a_root_below_the_threshold_is_refused_and_cannot_be_published(tmp_path: Path) -> None:
    served = Served()
    client = served.join(tmp_path)
    with pytest.raises(DirectoryError) as refused:
        served.repository.rotate(served.offline.root[:1], OfflineKeys((), served.offline.targets), served.online, 2)
    assert refused.value.kind is DirectoryErrorKind.BAD_SIGNATURE

    document = msgspec.json.decode(_rotated(served))
    document["signatures"] = document["signatures"][:1]
    served.files.kept["metadata/2.root.json"] = msgspec.json.encode(document)
    _refused(client, "root was signed by 1/2 keys")


def _rotated(served: Served) -> bytes:
    served.repository.rotate(served.offline.root, served.offline, served.online, 2)
    return served.files.kept["metadata/2.root.json"]


def test_targets_below_the_threshold_are_refused(tmp_path: Path) -> None:
    served = Served()
    client = served.join(tmp_path)
    one = OfflineKeys(served.offline.root, served.offline.targets[:1])
    with pytest.raises(DirectoryError) as refused:
        served.repository.publish(lasting_directory(2), one, served.online)
    assert refused.value.kind is DirectoryErrorKind.BAD_SIGNATURE

    served.publish(2)
    document = msgspec.json.decode(served.files.kept["metadata/2.targets.json"])
    document["signatures"] = document["signatures"][:1]
    served.files.kept["metadata/2.targets.json"] = msgspec.json.encode(document)
    _refused(client, "targets was signed by 1/2 keys")


def test_rotated_keys_are_followed_and_old_documents_still_verify(tmp_path: Path) -> None:
    served = Served()
    client = served.join(tmp_path)
    anchor = served.offline.root[0].verify_key
    before = (tmp_path / "directory.json").read_bytes()
    fresh = OfflineKeys(tuple(make_signing_key() for _ in range(3)), (make_signing_key(),))
    online = OnlineKeys(make_signing_key(), make_signing_key())
    served.repository.rotate(served.offline.root[1:], fresh, online, 2)
    served.repository.publish(lasting_directory(2), fresh, online)
    client.fetch()

    assert client.refresh()
    assert verify_directory(before, anchor).version == 1
    assert verify_directory((tmp_path / "directory.json").read_bytes(), anchor).version == 2


def test_a_revocation_takes_a_gateways_keys_and_logs_and_leaves_what_was_proven(tmp_path: Path) -> None:
    served = Served()
    client = served.join(tmp_path)
    served.repository.revoke(Revocations(2, "DEMO", (Revocation(GATEWAY, 1, "key lost"),)), served.online)
    client.fetch()

    assert client.refresh()
    revoked = client.current().find_gateway(GATEWAY)
    assert revoked is not None
    assert (revoked.tls, revoked.logs) == ((), ())
    assert client.current().open_gateways_of("DEMO/GOV/Z99.01") == ()
    kept = verify_directory((tmp_path / "directory.json").read_bytes(), served.offline.root[0].verify_key)
    assert kept == lasting_directory()


def test_stolen_online_keys_can_only_subtract(tmp_path: Path) -> None:
    """With both online keys a thief revokes; a directory of his own has no valid signature."""
    served = Served()
    client = served.join(tmp_path)
    thief = OfflineKeys((), (served.online.newest, served.online.revocations))
    forged = Served()
    forged.publish(2, "Thief")
    with pytest.raises(DirectoryError):
        served.repository.publish(lasting_directory(2, "Thief"), thief, served.online)
    served.files.kept["metadata/2.targets.json"] = forged.files.kept["metadata/2.targets.json"]
    served.files.kept |= {name: raw for name, raw in forged.files.kept.items() if name.startswith("targets/")}
    served.repository.renew(served.online)
    _refused(client, "targets was signed by 0/2 keys")


def test_revocations_of_another_instance_are_refused(tmp_path: Path) -> None:
    served = Served()
    client = served.join(tmp_path)
    served.repository.revoke(Revocations(2, "VN", ()), served.online)
    with pytest.raises(DirectoryError) as refused:
        client.fetch()
    assert refused.value.kind is DirectoryErrorKind.OTHER_INSTANCE


class _Kept:
    """The document of a small repository, as a gateway keeps it."""

    def __init__(self) -> None:
        served = Served()
        kept = served.files.kept
        target = next(raw for name, raw in kept.items() if name.endswith(".directory.json"))
        self.document = join_chain([kept["metadata/1.root.json"]], kept["metadata/1.targets.json"], target)
        self.anchor = served.offline.root[0].verify_key


_KEPT = _Kept()


@given(data=st.data())
def test_no_flipped_bit_of_the_kept_document_changes_what_is_believed(data: st.DataObject) -> None:
    served = _KEPT
    raw = bytearray(served.document)
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] ^= 1 << data.draw(st.integers(0, 7))
    try:
        read = verify_directory(bytes(raw), served.anchor)
    except DirectoryError as error:
        assert error.kind in {DirectoryErrorKind.MALFORMED, DirectoryErrorKind.BAD_SIGNATURE}
    else:
        assert read == lasting_directory()  # a signature beyond the threshold was flipped
