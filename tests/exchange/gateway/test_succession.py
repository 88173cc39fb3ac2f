"""A log follows another (rule 6.4): for a new key, and after a restore from a backup; old packages still verify."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner

from lienthong.directory.errors import DirectoryError, DirectoryErrorKind
from lienthong.directory.members import Witness
from lienthong.directory.succession import format_succession, parse_succession, succeed_log
from lienthong.evidence.checkpoint import verify_checkpoint
from lienthong.evidence.errors import EvidenceError, EvidenceErrorKind
from lienthong.evidence.export import export_exchange
from lienthong.evidence.home import EvidenceHome
from lienthong.evidence.reader import read_batches
from lienthong.evidence.statement import Received, Request, Succeeds, decode_statement
from lienthong.evidence.verify import verify_package
from lienthong.evidence.witness import format_add_checkpoint
from lienthong.exchange.errors import ExchangeError
from lienthong.exchange.gateway.home import open_home
from lienthong.exchange.gateway.retention import Retention
from lienthong.exchange.gateway.succession import require_settled, succeed
from lienthong.exchange.succession.commands import succeed as succeed_command
from lienthong.kernel.canonical import encode_base64url
from lienthong.kernel.clock import SystemClock
from lienthong.kernel.keys import load_signing_key, make_signing_key
from lienthong.sandbox.ports import find_free_ports
from tests.exchange.gateway.province import CLIENT, SERVICE, TOKEN, read_statements
from tests.exchange.gateway.running import RunningGateway, call
from tests.exchange.gateway.test_witnessing import ask, list_witnesses, wait_for_head, watchful, witness

if TYPE_CHECKING:
    from pathlib import Path

    from lienthong.directory.succession import Succession
    from lienthong.evidence.statement import Statement
    from tests.exchange.gateway.province import Province
    from tests.simulators.peer import Peer
    from tests.simulators.witness_server import WitnessServer

__all__ = ["witness"]
PATIENT = watchful(20.0)
HEADERS = {"X-Road-Client": CLIENT, "X-Road-Token": TOKEN}
TARGET = f"/r1/{SERVICE}/granted/06886"


def exchange(province: Province) -> None:
    """Run both gateways and exchange once, with the newest heads cosigned if there is a witness."""
    with RunningGateway(province.agency.folder, PATIENT) as provider:
        with RunningGateway(province.commune.folder, PATIENT) as consumer:
            assert call(consumer.consumers, "GET", TARGET, HEADERS).status == 200
            consumer.stop()
        provider.stop()


def follow(province: Province, reason: str = "a new key", head: bytes = b"") -> Succession:
    """Open the agency's next log and have the directory list it."""
    plan = succeed(open_home(province.agency.folder, {}), reason, SystemClock(), head)
    province.publish(succeed_log(province.directory, plan))
    return plan


def statements(folder: Path) -> list[Statement]:
    return [decode_statement(entry.statement) for batch in read_batches(folder / "log") for entry in batch.entries]


def agencys_exchange(folder: Path) -> str:
    """Give the id of the first exchange in the agency's log."""
    received = next(each for each in statements(folder) if isinstance(each, Received))
    assert isinstance(received.exchange, str)
    return received.exchange


def test_a_new_key_opens_a_log_that_follows_and_the_old_one_still_proves(
    province: Province, witness: WitnessServer
) -> None:
    exchange(province)
    folder = province.agency.folder
    had_tracker = (folder / "tracker.sqlite").exists()
    plan = follow(province)
    # What counts entries of the old log goes with it.
    assert not any((folder / name).exists() for name in ("index.sqlite", "recall.sqlite", "tracker.sqlite"))
    assert (folder / "closed" / "1" / "tracker.sqlite").exists() == had_tracker
    # The old log ends at its head, which was cosigned for this.
    old_key = load_signing_key(province.agency.keys / "log-1.key").verify_key
    closing = verify_checkpoint(plan.note.encode(), province.agency.origin, old_key)
    assert (plan.size, closing.size, encode_base64url(closing.root)) == (2, 2, plan.root)
    known = witness.heads.find(province.agency.origin)
    assert known is not None
    assert known.size == 2
    first, *_ = statements(folder)
    assert first == Succeeds(origin=plan.closes, reason="a new key", root=plan.root, size=2)
    exchange(province)
    assert [each.kind for each in statements(folder)] == ["succeeds", "received", "response"]
    root = province.root.verify_key
    for home in (folder / "closed" / "1", folder):
        package = export_exchange(EvidenceHome(home), agencys_exchange(home))
        assert verify_package(package, root).outcome == "response"
    # The consumer's packages of both exchanges too.
    for request in read_statements(province.commune):
        if isinstance(request, Request):
            package = export_exchange(EvidenceHome(province.commune.folder), request.exchange)
            assert verify_package(package, root).outcome == "response"


def test_what_came_from_a_log_is_still_exported_when_that_has_ended_though_later_heads_are_cosigned(
    province: Province, witness: WitnessServer
) -> None:
    folder = province.commune.folder
    for size in (2, 4):
        with RunningGateway(province.agency.folder, PATIENT), RunningGateway(folder, PATIENT) as consumer:
            assert call(consumer.consumers, "GET", TARGET, HEADERS).status == 200
            wait_for_head(folder / "cosigned-head", size, province.commune.origin, witness)
    follow(province)
    # Cosignatures tell whole seconds: what is cosigned from here on is later than the closing.
    time.sleep(1.1)
    exchange(province)
    with RunningGateway(folder, PATIENT):
        wait_for_head(folder / "cosigned-head", 6, province.commune.origin, witness)
    first = next(each for each in read_statements(province.commune) if isinstance(each, Request))
    package = export_exchange(EvidenceHome(folder), first.exchange)
    assert verify_package(package, province.root.verify_key).outcome == "response"
    (folder / "cosigned-heads").unlink()
    with pytest.raises(EvidenceError, match="was closed at size 4"):
        export_exchange(EvidenceHome(folder), first.exchange)


def test_a_restored_backup_opens_a_log_that_follows_the_last_cosigned_head(
    province: Province, witness: WitnessServer, liar: Peer
) -> None:
    folder = province.agency.folder
    for size in (2, 4):
        with RunningGateway(folder, PATIENT) as gateway, liar.dial(gateway.peers, seen=size - 2) as link:
            assert ask(link)
            wait_for_head(folder / "cosigned-head", size, province.agency.origin, witness)
            gateway.stop()
        if size == 2:
            shutil.copytree(folder, province.folder / "backup")
    shutil.rmtree(folder)
    shutil.copytree(province.folder / "backup", folder)
    # To go on with the restored copy is refused.
    with pytest.raises(EvidenceError) as refused, RunningGateway(folder, PATIENT):
        pass
    assert refused.value.kind is EvidenceErrorKind.LOG_AHEAD
    plan = follow(province, "restored from a backup")
    assert (plan.closes, plan.size) == (province.agency.origin, 4)
    assert len(statements(folder / "closed" / "1")) == 2
    with RunningGateway(folder, PATIENT) as gateway:
        assert [each.kind for each in statements(folder)] == ["succeeds"]
        # The peer that has seen four entries of the old log goes on with the new one.
        with liar.dial(gateway.peers) as link:
            assert ask(link)
        gateway.stop()


def test_the_old_key_makes_no_head_that_counts_after_the_closing(province: Province, witness: WitnessServer) -> None:
    exchange(province)
    plan = follow(province)
    note = plan.note.encode()
    answer = witness.witness.add_checkpoint(format_add_checkpoint(2, (), note.split(b"\n\n")[0] + b"\n\n" + note))
    assert answer.status == 400
    assert witness.witness.add_checkpoint(format_add_checkpoint(2, (), note)).status == 403


def test_without_a_witness_a_peers_head_tells_where_the_old_log_ended(province: Province, liar: Peer) -> None:
    folder = province.agency.folder
    shutil.copytree(folder, province.folder / "backup")
    with RunningGateway(folder, PATIENT) as gateway, liar.dial(gateway.peers) as link:
        assert ask(link)
        gateway.stop()
    shutil.rmtree(folder)
    shutil.copytree(province.folder / "backup", folder)
    plan = follow(province, "restored", link.heads[-1].note)
    assert plan.size == 2
    assert statements(folder / "closed" / "1") == []


def test_a_log_is_not_followed_while_none_of_its_witnesses_can_say_where_it_ended(province: Province) -> None:
    exchange(province)
    unreachable = f"http://127.0.0.1:{find_free_ports(1)[0]}/witness"
    list_witnesses(province, Witness("DEMO/witness", make_signing_key().verify_key, unreachable))
    with pytest.raises(ExchangeError, match="no witness of the directory answers"):
        follow(province)
    assert not (province.agency.folder / "successor.json").exists()


def test_a_forged_head_of_a_peer_closes_nothing(province: Province, liar: Peer) -> None:
    with pytest.raises(EvidenceError):
        follow(province, "restored", liar.log.checkpoint())
    assert not (province.agency.folder / "closed").exists()


def test_a_log_can_follow_again_and_again(province: Province) -> None:
    for number in (2, 3):
        exchange(province)
        assert follow(province).origin == f"{province.agency.gateway}/{number}"
    exchange(province)
    (first, *_), closed = statements(province.agency.folder), province.agency.folder / "closed"
    assert isinstance(first, Succeeds)
    assert sorted(each.name for each in closed.iterdir()) == ["1", "2"]


def test_what_a_crash_left_is_finished_by_the_same_command(province: Province) -> None:
    exchange(province)
    folder, keys = province.agency.folder, province.agency.keys
    settings = (folder / "gateway.toml").read_bytes()
    plan = succeed(open_home(folder, {}), "a new key", SystemClock())
    new = statements(folder)
    after = {path.name for path in (*folder.iterdir(), *keys.iterdir())}
    back = (
        (folder / "log", folder / "log.new"),
        (keys / "log.key", keys / "log-2.key"),
        (keys / "log-1.key", keys / "log.key"),
        (folder / "closed" / "1" / "log", folder / "log"),
    )
    for steps in ((), back[1:3], back[1:2], back[:3], back):
        # The steps behind the crash, undone.
        (folder / "gateway.toml").write_bytes(settings)
        for now, before in steps:
            now.rename(before)
        # What the old log took now would not count: its end is written down.
        with pytest.raises(ExchangeError, match="goes on"):
            require_settled(open_home(folder, {}))
        assert succeed(open_home(folder, {}), "another reason", SystemClock()) == plan
        assert statements(folder) == new
        assert {path.name for path in (*folder.iterdir(), *keys.iterdir())} == after
    province.publish(succeed_log(province.directory, plan))
    exchange(province)


def test_a_closed_log_is_shown_also_where_the_directory_is_kept_in_the_home(province: Province) -> None:
    exchange(province)
    folder = province.agency.folder
    (folder / "directory").mkdir(exist_ok=True)
    text = (folder / "gateway.toml").read_text()
    (folder / "gateway.toml").write_text(text.replace("../directory.json", "directory/directory.json"))
    shutil.copy(province.folder / "directory.json", folder / "directory" / "directory.json")
    follow(province)
    shutil.copy(province.folder / "directory.json", folder / "directory" / "directory.json")
    closed = folder / "closed" / "1"
    assert export_exchange(EvidenceHome(closed), agencys_exchange(closed))


def test_a_running_gateway_is_not_followed(province: Province) -> None:
    with RunningGateway(province.agency.folder), pytest.raises(EvidenceError) as refused:
        follow(province)
    assert refused.value.kind is EvidenceErrorKind.LOG_LOCKED


@pytest.mark.parametrize("reason", ["", "x" * 201, "two\nlines"])
def test_a_reason_is_one_short_line(province: Province, reason: str) -> None:
    with pytest.raises(ExchangeError, match="reason"):
        follow(province, reason)


def test_the_command_says_what_to_do_next(province: Province) -> None:
    exchange(province)
    folder = province.agency.folder
    app = typer.Typer()
    app.command()(succeed_command)
    told = CliRunner().invoke(app, ["--home", str(folder), "--reason", "a new key"])
    assert told.exit_code == 0, told.output
    plan = parse_succession((folder / "successor.json").read_bytes())
    assert f"opened the log {plan.origin}, key {plan.key}" in told.output
    assert format_succession(plan) == (folder / "successor.json").read_bytes()


def test_a_directory_takes_no_successor_of_a_log_that_is_not_open(province: Province) -> None:
    plan = follow(province)
    for raw in (b"", b"{}", b"\xff", bytes(70_000)):
        with pytest.raises(DirectoryError) as refused:
            parse_succession(raw)
        assert refused.value.kind is DirectoryErrorKind.MALFORMED
    with pytest.raises(DirectoryError) as refused:
        succeed_log(province.directory, plan)
    assert refused.value.kind is DirectoryErrorKind.CONTRADICTORY


# Rule 8: what old logs hold is erased in its time too.
def test_retention_reaches_the_logs_that_were_closed(province: Province) -> None:
    exchange(province)
    follow(province)
    home = open_home(province.agency.folder, {})
    bodies = EvidenceHome(home.folder).open_bodies()
    time.sleep(0.002)
    Retention(home.log, bodies, 0, SystemClock(), home.retention_mark).erase_expired()
    bodies.close()
    verdict = verify_package(
        export_exchange(EvidenceHome(home.folder / "closed" / "1"), agencys_exchange(home.folder / "closed" / "1")),
        province.root.verify_key,
    )
    assert verdict.request_content == "erased"
