"""What a start finds out about its own log from others (rule 6.3), and what they notice of a restored one (6.4)."""

from __future__ import annotations

import dataclasses
import shutil
import time
from typing import TYPE_CHECKING

import pytest

from lienthong.evidence.checkpoint import Checkpoint, sign_checkpoint
from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.reader import read_batches
from lienthong.evidence.segment import SEGMENTS_FOLDER
from lienthong.exchange.gateway.assembly import Surroundings
from lienthong.exchange.gateway.frames import AnswerFrame, ErrorFrame
from lienthong.kernel.keys import load_signing_key
from tests.exchange.gateway.province import CLIENT, SERVICE, TOKEN, read_kinds, require_sound
from tests.exchange.gateway.running import PATIENCE_S, RunningGateway, call
from tests.simulators.files import QuickFiles
from tests.simulators.peer import PeerServer, make_question

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.exchange.gateway.province import Province
    from tests.simulators.peer import Peer

TARGET = f"{SERVICE}/granted/06886"


@dataclasses.dataclass
class Past:
    """A provider's gateway that has answered twice and stopped; `note` is its last head, as the commune knows it."""

    province: Province
    note: bytes

    def restore(self) -> None:
        """Put the older copy of the log in its place, as a careless restore does."""
        log = self.province.agency.folder / "log"
        shutil.rmtree(log)
        shutil.copytree(self.province.folder / "copy", log)

    def tear(self) -> None:
        """Leave a few bytes of a batch behind the last whole one."""
        (*_, last) = read_batches(self.province.agency.folder / "log")
        self._write(last.segment, last.end, b"LTB\1torn")

    def damage_last_batch(self) -> None:
        """Change a byte of the last batch before it was published, as a disk does that lied about a sync."""
        log = self.province.agency.folder / "log"
        (log / "checkpoint").unlink()
        shutil.rmtree(log / "tile")
        (*_, last) = read_batches(log)
        self._write(last.segment, last.offset + 100, b"\xff")

    def _write(self, segment: str, offset: int, data: bytes) -> None:
        with (self.province.agency.folder / "log" / SEGMENTS_FOLDER / segment).open("r+b") as file:
            file.seek(offset)
            file.write(data)


@pytest.fixture
def past(province: Province, liar: Peer) -> Past:
    folder = province.agency.folder
    note = b""
    for number in range(2):
        with RunningGateway(folder) as gateway:
            with liar.dial(gateway.peers, seen=2 * number) as link:
                link.hear(link.ask(make_question(CLIENT, TARGET)))
                note = link.heads[-1].note
            gateway.stop()
        if number == 0:
            shutil.copytree(folder / "log", province.folder / "copy")
    assert read_kinds(province.agency) == ["received", "response"] * 2
    return Past(province, note)


@pytest.fixture
def witness(province: Province, past: Past, liar: Peer) -> Iterator[PeerServer]:
    """The commune's gateway, which was there, and tells what it has seen."""
    liar.known_head = past.note
    server = PeerServer(liar, province.commune.peers)
    yield server
    server.close()


def wait_for_word(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Wait until a gateway has told something to its operator."""
    until = time.monotonic() + PATIENCE_S
    told = ""
    while word not in told:
        assert time.monotonic() < until, told
        time.sleep(0.01)
        told += capsys.readouterr().out


# Rules 6.3 and 6.4.
def test_a_restored_older_log_is_refused_where_a_peer_knows_more(
    province: Province, past: Past, witness: PeerServer
) -> None:
    past.restore()
    with pytest.raises(EvidenceError) as refused, RunningGateway(province.agency.folder):
        pass
    assert refused.value.kind is EvidenceErrorKind.LOG_AHEAD
    assert "restore as a new log" in refused.value.message
    assert len(witness.links) == 1
    assert read_kinds(province.agency) == ["received", "response"]


def test_a_batch_that_a_peer_knows_is_not_dropped_as_torn(province: Province, past: Past, witness: PeerServer) -> None:
    past.damage_last_batch()
    with pytest.raises(EvidenceError) as refused, RunningGateway(province.agency.folder):
        pass
    assert refused.value.kind is EvidenceErrorKind.LOG_AHEAD
    assert len(witness.links) == 1


def test_a_restored_log_that_nobody_could_warn_of_is_refused_by_the_peer_that_has_seen_more(
    province: Province, past: Past, liar: Peer, capsys: pytest.CaptureFixture[str]
) -> None:
    past.restore()
    with RunningGateway(province.agency.folder) as gateway:
        assert "starts unchecked" in capsys.readouterr().out
        with liar.connect(gateway.peers) as link:
            link.say_hello(seen=4)
            assert link.is_gone()
    assert read_kinds(province.agency) == ["received", "response"]


def test_an_intact_log_starts_where_a_peer_knows_its_head(
    province: Province, past: Past, witness: PeerServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert past.note == witness.peer.known_head
    with RunningGateway(province.agency.folder) as gateway, witness.peer.dial(gateway.peers, seen=4) as link:
        answer, _ = link.hear(link.ask(make_question(CLIENT, TARGET)))
        assert isinstance(answer, AnswerFrame)
    assert "start" not in capsys.readouterr().out.replace("starting", "").split()


# Rule 6.3: a claimed head counts only under our own signature.


def test_a_forged_head_stops_no_gateway(province: Province, past: Past, witness: PeerServer) -> None:
    ours = load_signing_key(province.agency.keys / "log.key")
    theirs = load_signing_key(province.commune.keys / "log.key")
    origin = province.agency.origin
    for forged in (
        sign_checkpoint(Checkpoint(origin, 1000, bytes(32)), theirs),
        sign_checkpoint(Checkpoint(f"{origin}0", 1000, bytes(32)), ours),
        past.note.replace(b"\n4\n", b"\n9\n"),
        b"nothing of the kind",
    ):
        witness.peer.known_head = forged
        with RunningGateway(province.agency.folder) as gateway:
            gateway.stop()
    require_sound(province.agency)
    assert read_kinds(province.agency) == ["received", "response"] * 2


def test_a_head_of_another_history_under_our_key_is_refused(
    province: Province, past: Past, witness: PeerServer
) -> None:
    ours = load_signing_key(province.agency.keys / "log.key")
    witness.peer.known_head = sign_checkpoint(Checkpoint(province.agency.origin, 3, bytes(32)), ours)
    with pytest.raises(EvidenceError) as refused, RunningGateway(province.agency.folder):
        pass
    assert refused.value.kind is EvidenceErrorKind.LOG_FORKED
    assert past.note != witness.peer.known_head


# Rule 6.3: a torn tail waits where nobody answers, serves no request meanwhile, and goes on once a peer is there.
def test_a_torn_log_waits_for_an_answer_and_then_drops_what_nobody_has_seen(
    province: Province, past: Past, liar: Peer, capsys: pytest.CaptureFixture[str]
) -> None:
    past.tear()
    gateway = RunningGateway(province.agency.folder)
    gateway.launch()
    wait_for_word("waiting for one", capsys)
    assert not gateway.is_ready
    with liar.dial(province.agency.peers, seen=4) as link:
        error, _ = link.hear(link.ask(make_question(CLIENT, TARGET)))
        assert isinstance(error, ErrorFrame)
        assert error.code == "overloaded"
    assert read_kinds(province.agency) == ["received", "response"] * 2
    liar.known_head = past.note
    server = PeerServer(liar, province.commune.peers)
    gateway.wait_until_ready()
    assert "torn bytes that nobody has seen" in capsys.readouterr().out
    gateway.stop()
    server.close()
    require_sound(province.agency)


def test_a_peer_that_was_met_and_claims_to_know_nothing_frees_no_torn_log(
    province: Province, past: Past, witness: PeerServer
) -> None:
    past.tear()
    gateway = RunningGateway(province.agency.folder)
    for claim in (b"", b"nothing of the kind"):
        witness.peer.known_head = claim
        if not claim:
            gateway.launch()
        time.sleep(0.4)
        assert not gateway.is_ready
    witness.peer.known_head = past.note
    gateway.wait_until_ready()
    gateway.stop()
    require_sound(province.agency)


# Rule 6.3: heads are served before the check, so that two that start at the same time free each other.
def test_gateways_that_start_at_the_same_time_check_each_other(
    province: Province, capsys: pytest.CaptureFixture[str]
) -> None:
    headers = {"X-Road-Client": CLIENT, "X-Road-Token": TOKEN}
    folders = (province.agency.folder, province.commune.folder)
    for turn in range(2):
        patient = Surroundings(files=QuickFiles(), head_patience_s=10)
        gateways = [RunningGateway(folder, patient) for folder in folders]
        for gateway in gateways:
            gateway.launch()
        for gateway in gateways:
            gateway.wait_until_ready()
        assert (turn, "unchecked" in capsys.readouterr().out) == (turn, False)
        assert call(gateways[1].consumers, "GET", f"/r1/{TARGET}", headers).status == 200
        for gateway in reversed(gateways):
            gateway.stop()
    for home in (province.agency, province.commune):
        require_sound(home)
    assert read_kinds(province.commune) == ["request", "received"] * 2
