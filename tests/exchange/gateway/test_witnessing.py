"""Witnesses and the 5-minute rule (rule 7.1), and what they know at a start (6.3): over real sockets."""

from __future__ import annotations

import shutil
import time
from collections import deque
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.directory.members import Witness
from lienthong.evidence.checkpoint import verify_checkpoint
from lienthong.evidence.cosignature import Cosigner, find_cosignatures
from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.tree import verify_consistency
from lienthong.evidence.witness import format_add_checkpoint
from lienthong.exchange.errors import ExchangeError, ExchangeErrorKind
from lienthong.exchange.gateway.assembly import Surroundings
from lienthong.exchange.gateway.cosigned_frame import CosignedFrame, decode_cosigned, encode_cosigned
from lienthong.exchange.gateway.frames import AnswerFrame, FrameType, frame, split_frames
from lienthong.exchange.gateway.home import open_home
from lienthong.exchange.gateway.own_witness import make_own_witness
from lienthong.exchange.gateway.peer_watch import MAX_UNLINKED, LinkWatch
from lienthong.kernel.errors import KernelError
from lienthong.kernel.keys import load_signing_key
from tests.evidence.history import History
from tests.exchange.gateway.province import AGENCY, CLIENT, COMMUNE, SERVICE, STRANGER, TOKEN, read_kinds
from tests.exchange.gateway.running import RunningGateway, call
from tests.simulators.files import QuickFiles
from tests.simulators.peer import LinkGone, make_question
from tests.simulators.witness_server import WitnessServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.exchange.gateway.province import Province
    from tests.simulators.peer import Peer, PeerLink

TARGET = f"{SERVICE}/granted/06886"
LIMIT_S = 0.6
PATIENCE_S = 10.0


def watchful(limit_s: float = LIMIT_S) -> Surroundings:
    """Give a gateway's surroundings in which a minute takes 50 ms."""
    return Surroundings(files=QuickFiles(), head_patience_s=0.1, tick_s=0.05, witness_s=0.05, witness_limit_s=limit_s)


@pytest.fixture
def witness(province: Province, tmp_path: Path) -> Iterator[WitnessServer]:
    """The directory's witness, listed and listening."""
    with WitnessServer(tmp_path, lambda origin: province.directory.find_log(origin)) as server:  # noqa: PLW0108 # it changes
        list_witnesses(province, Witness(server.name, server.key.verify_key, server.url))
        yield server


def list_witnesses(province: Province, *witnesses: Witness) -> None:
    version = province.directory.version + 1
    province.publish(msgspec.structs.replace(province.directory, witnesses=witnesses, version=version))


def cosign(witness: WitnessServer, log: History) -> bytes:
    """Have a played log's head cosigned; gives the note."""
    known = witness.heads.find(log.origin)
    old = 0 if known is None else known.size
    answer = witness.witness.add_checkpoint(format_add_checkpoint(old, log.prove(old), log.sign()))
    assert answer.status == 200
    return log.sign() + answer.body


def cosign_peer(witness: WitnessServer, peer: Peer) -> CosignedFrame:
    """Have a played gateway's head cosigned; gives the frame that tells of it a link that has seen all."""
    known = witness.heads.find(peer.origin)
    old = 0 if known is None else known.size
    proof = peer.log.prove_consistency(old, peer.log.size) if 0 < old < peer.log.size else ()
    note = peer.log.checkpoint()
    answer = witness.witness.add_checkpoint(format_add_checkpoint(old, proof, note))
    assert answer.status == 200
    return CosignedFrame(peer.log.size, note + answer.body, ())


def ask(link: PeerLink) -> bool:
    """Ask once; False if the gateway ended the link instead."""
    try:
        answer, _ = link.hear(link.ask(make_question(CLIENT, TARGET)))
    except LinkGone:
        return False
    assert isinstance(answer, AnswerFrame)
    return True


def wait_for_head(path: Path, size: int, log: str, witness: WitnessServer) -> bytes:
    """Wait until a gateway has kept a cosigned head of its log of that size or more."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        note = path.read_bytes() if path.exists() else b""
        if note and int(note.split(b"\n")[1]) >= size:
            assert note.startswith(log.encode())
            assert find_cosignatures(note, [Cosigner(witness.name, witness.key.verify_key)])
            return note
        time.sleep(0.01)
    raise AssertionError(size)


def test_two_gateways_have_their_heads_cosigned_and_exchange_beyond_the_limit(
    province: Province, witness: WitnessServer
) -> None:
    headers = {"X-Road-Client": CLIENT, "X-Road-Token": TOKEN}
    with (
        RunningGateway(province.agency.folder, watchful()),
        RunningGateway(province.commune.folder, watchful()) as consumer,
    ):
        until = time.monotonic() + 3 * LIMIT_S
        while time.monotonic() < until:
            assert call(consumer.consumers, "GET", f"/r1/{TARGET}", headers).status == 200
            time.sleep(0.05)
        for home in (province.agency, province.commune):
            wait_for_head(home.folder / "cosigned-head", 4, home.origin, witness)
    assert witness.conflicts == []


def test_a_gateway_tells_a_peer_of_its_cosigned_head_linked_to_what_the_peer_has_seen(
    province: Province, witness: WitnessServer, liar: Peer
) -> None:
    with (
        RunningGateway(province.agency.folder, watchful(PATIENCE_S)) as gateway,
        liar.dial(gateway.peers) as link,
    ):
        assert ask(link)
        assert ask(link)
        kind = 0
        while kind != FrameType.COSIGNED:
            kind, payload = link.receive()
        told = decode_cosigned(payload)
    key = load_signing_key(province.agency.keys / "log.key").verify_key
    cosigned = verify_checkpoint(told.note, province.agency.origin, key)
    seen = verify_checkpoint(link.heads[-1].note, province.agency.origin, key)
    assert told.seen == seen.size
    older, newer = sorted((seen, cosigned), key=lambda head: head.size)
    verify_consistency(older.size, newer.size, told.consistency, older.root, newer.root)
    assert find_cosignatures(told.note, [Cosigner(witness.name, witness.key.verify_key)])


# The peer has a log for us alone: no witness ever sees it.
def test_a_fork_toward_one_peer_is_found_within_the_limit(
    province: Province, witness: WitnessServer, liar: Peer, capsys: pytest.CaptureFixture[str]
) -> None:
    shown_to_others = History(5, liar.key, liar.origin)
    cosigned = cosign(witness, shown_to_others)
    with RunningGateway(province.agency.folder, watchful()) as gateway:
        start = time.monotonic()
        with liar.dial(gateway.peers) as link:
            while ask(link):
                assert time.monotonic() < start + PATIENCE_S
                time.sleep(0.05)
        assert time.monotonic() > start + LIMIT_S
        assert "its messages are refused" in capsys.readouterr().out
        # Another link does not help, and neither does a cosigned head of the other history.
        with liar.dial(gateway.peers, seen=0) as link:
            assert not ask(link)
        with liar.dial(gateway.peers) as link:
            link.send(encode_cosigned(CosignedFrame(link.sent_size, cosigned, ())))
            assert link.is_gone()
    assert "not one history" in capsys.readouterr().out


def test_a_second_link_beside_an_overdue_one_gets_no_time_of_its_own(
    province: Province, witness: WitnessServer, liar: Peer
) -> None:
    assert witness.url
    with RunningGateway(province.agency.folder, watchful()) as gateway, liar.dial(gateway.peers) as first:
        assert ask(first)
        time.sleep(3 * LIMIT_S)
        with liar.dial(gateway.peers) as second:
            assert not ask(second)


def test_a_link_keeps_a_bounded_number_of_heads_and_the_oldest_of_them() -> None:
    watch = LinkWatch(0, deque())
    for size in range(1, 3 * MAX_UNLINKED):
        watch.note(size, float(size))
    assert len(watch.unlinked) == MAX_UNLINKED
    assert watch.unlinked[0] == (1, 1.0)
    watch.cover(1)
    assert watch.unlinked[0] == (2 * MAX_UNLINKED + 1, 2 * MAX_UNLINKED + 1.0)


def test_a_peer_that_was_refused_is_heard_again_once_its_head_is_cosigned(
    province: Province, witness: WitnessServer, liar: Peer
) -> None:
    with RunningGateway(province.agency.folder, watchful()) as gateway:
        with liar.dial(gateway.peers) as link:
            while ask(link):
                time.sleep(0.05)
        told = cosign_peer(witness, liar)
        with liar.dial(gateway.peers) as link:
            proof = liar.log.prove_consistency(link.sent_size, told.seen) if link.sent_size < told.seen else ()
            link.send(encode_cosigned(CosignedFrame(link.sent_size, told.note, proof)))
            assert ask(link)


def test_a_cosignature_of_an_unlisted_witness_or_of_the_peers_own_does_not_count(
    province: Province, witness: WitnessServer, liar: Peer, tmp_path: Path
) -> None:
    (tmp_path / "own").mkdir()
    own = WitnessServer(tmp_path / "own", province.directory.find_log, f"{COMMUNE}/GW1/witness")
    listed = [Witness(each.name, each.key.verify_key, each.url) for each in (witness, own)]
    list_witnesses(province, *listed)
    with RunningGateway(province.agency.folder, watchful()) as gateway, liar.dial(gateway.peers) as link:
        start = time.monotonic()
        while ask(link):
            link.send(encode_cosigned(cosign_peer(own, liar)))
            assert time.monotonic() < start + PATIENCE_S
            time.sleep(0.05)
    own.heads.close()


def test_with_no_witness_reachable_messages_are_taken_with_an_alarm_and_its_return_gives_time_again(
    province: Province, witness: WitnessServer, liar: Peer, capsys: pytest.CaptureFixture[str]
) -> None:
    witness.stop()
    with RunningGateway(province.agency.folder, watchful()) as gateway, liar.dial(gateway.peers) as link:
        until = time.monotonic() + 3 * LIMIT_S
        while time.monotonic() < until:
            assert ask(link)
            time.sleep(0.05)
        out = capsys.readouterr().out
        assert "no witness is reachable" in out
        assert "its messages are taken, and are not witnessed" in out
        witness.start()
        start = time.monotonic()
        while ask(link):
            assert time.monotonic() < start + PATIENCE_S
            time.sleep(0.05)
        assert time.monotonic() > start + LIMIT_S / 2


@pytest.mark.parametrize("garbage", [b"", b"\0" * 11, b"\xff" * 64])
def test_a_cosigned_frame_that_cannot_be_read_ends_the_link(
    witness: WitnessServer, provider: RunningGateway, liar: Peer, garbage: bytes
) -> None:
    assert witness.conflicts == []
    with liar.dial(provider.peers) as link:
        assert ask(link)
        link.send(frame(FrameType.COSIGNED, garbage))
        assert link.is_gone()


@given(st.integers(0, 2**64 - 1), st.binary(max_size=300), st.lists(st.binary(min_size=32, max_size=32), max_size=64))
def test_a_cosigned_frame_is_read_back(seen: int, note: bytes, hashes: list[bytes]) -> None:
    cosigned = CosignedFrame(seen, note, tuple(hashes))
    ((kind, payload),), rest = split_frames(encode_cosigned(cosigned))
    assert (kind, decode_cosigned(payload), rest) == (FrameType.COSIGNED, cosigned, b"")


@given(st.binary(max_size=200))
def test_any_bytes_are_a_cosigned_frame_or_refused(payload: bytes) -> None:
    try:
        cosigned = decode_cosigned(payload)
    except ExchangeError as error:
        assert error.kind is ExchangeErrorKind.BAD_FRAME
        return
    assert encode_cosigned(cosigned)[5:] == payload


# Rule 6.3: the witness is asked at a start, also where no peer is there to ask.
def test_an_older_log_is_refused_where_the_witness_knows_more(
    province: Province, witness: WitnessServer, liar: Peer
) -> None:
    folder = province.agency.folder
    with RunningGateway(folder, watchful(PATIENCE_S)) as gateway, liar.dial(gateway.peers) as link:
        assert ask(link)
        wait_for_head(folder / "cosigned-head", 2, province.agency.origin, witness)
        gateway.stop()
    shutil.copytree(folder, province.folder / "backup")
    with RunningGateway(folder, watchful(PATIENCE_S)) as gateway, liar.dial(gateway.peers, seen=2) as link:
        assert ask(link)
        wait_for_head(folder / "cosigned-head", 4, province.agency.origin, witness)
        gateway.stop()
    shutil.rmtree(folder)
    shutil.copytree(province.folder / "backup", folder)
    with pytest.raises(EvidenceError) as refused, RunningGateway(folder, watchful()):
        pass
    assert refused.value.kind is EvidenceErrorKind.LOG_AHEAD
    assert read_kinds(province.agency) == ["received", "response"]


def test_a_log_that_the_witness_knows_as_it_is_starts_without_an_alarm(
    province: Province, witness: WitnessServer, liar: Peer, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = province.agency.folder
    for _ in range(2):
        with RunningGateway(folder, watchful(PATIENCE_S)) as gateway:
            if not read_kinds(province.agency):
                with liar.dial(gateway.peers) as link:
                    assert ask(link)
            wait_for_head(folder / "cosigned-head", 2, province.agency.origin, witness)
            gateway.stop()
    assert "unchecked" not in capsys.readouterr().out


def test_a_log_that_was_rewritten_under_its_key_is_not_cosigned(
    province: Province, witness: WitnessServer, liar: Peer, capsys: pytest.CaptureFixture[str]
) -> None:
    key = load_signing_key(province.agency.keys / "log.key")
    cosign(witness, History(1, key, province.agency.origin))
    with RunningGateway(province.agency.folder, watchful(PATIENCE_S)) as gateway, liar.dial(gateway.peers) as link:
        assert ask(link)
        until = time.monotonic() + PATIENCE_S
        told = ""
        while "will not cosign our head of 2 entries: status 422" not in told:
            assert time.monotonic() < until
            time.sleep(0.05)
            told += capsys.readouterr().out
    assert {origin for origin, _, _ in witness.conflicts} == {province.agency.origin}


# A member's gateway that is willing.
def test_a_members_gateway_cosigns_other_members_heads_and_not_its_own(province: Province, liar: Peer) -> None:
    home = province.stranger
    name = f"{STRANGER}/GW1/witness"
    with (home.folder / "gateway.toml").open("a") as settings:
        settings.write(f'\n[witness]\nname = "{name}"\n')
    key = make_own_witness(open_home(home.folder, {}))
    with RunningGateway(home.folder) as stranger:
        list_witnesses(province, Witness(name, key, f"http://{stranger.admin}/witness"))
        folder = province.agency.folder
        with RunningGateway(folder, watchful(PATIENCE_S)) as gateway, liar.dial(gateway.peers) as link:
            assert ask(link)
            until = time.monotonic() + PATIENCE_S
            while not (folder / "cosigned-head").exists():
                assert time.monotonic() < until
                time.sleep(0.01)
        note = (folder / "cosigned-head").read_bytes()
        assert find_cosignatures(note, [Cosigner(name, key)])
        own = History(1, load_signing_key(home.keys / "log.key"), home.origin)
        body = format_add_checkpoint(0, (), own.sign())
        assert call(stranger.admin, "POST", "/witness/add-checkpoint", body=body).status == 404


def test_a_gateway_that_has_forgotten_what_it_cosigned_does_not_start(province: Province) -> None:
    home = province.stranger
    with (home.folder / "gateway.toml").open("a") as settings:
        settings.write(f'\n[witness]\nname = "{STRANGER}/GW1/witness"\n')
    opened = open_home(home.folder, {})
    make_own_witness(opened)
    with pytest.raises(KernelError):
        make_own_witness(opened)
    opened.witnessed.unlink()
    with pytest.raises(ExchangeError, match="a second history"), RunningGateway(home.folder):
        pass


def test_a_witness_of_another_members_name_does_not_start(province: Province) -> None:
    with (province.stranger.folder / "gateway.toml").open("a") as settings:
        settings.write(f'\n[witness]\nname = "{AGENCY}/GW1/witness"\n')
    with pytest.raises(ExchangeError, match=r"witness\.name"), RunningGateway(province.stranger.folder):
        pass
